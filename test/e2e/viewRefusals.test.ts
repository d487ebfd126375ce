import { renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { CaseReply, CaseRow } from '../../src/server/api.ts'
import { copyOf, newFolder } from './phantomRoot.ts'
import { alive, asked, CANARY, expectNothingFromOutside, host, imageId, root, viewer } from './servedRoot.ts'
import { get, raw, view } from './viewProcess.ts'

describe('what is refused', () => {
  it('any token but the right one, without a hint', async () => {
    const wrong = `${viewer.token.slice(0, -1)}${viewer.token.endsWith('A') ? 'B' : 'A'}`
    const bodies = new Set<string>()
    for (const token of [
      wrong,
      '',
      'x',
      viewer.token.slice(1),
      viewer.token.toLowerCase(),
      `${viewer.token}A`,
    ])
      for (const rest of ['/', '/api/dataset', '/api/none']) {
        const { status, body } = await asked(`GET /${token}${rest}`)
        expect(status, `${token}${rest}`).toBe(403)
        bodies.add(body.toString())
      }
    expect(bodies.size).toBe(1)
    expect([...bodies][0]).not.toContain(viewer.token)
  })

  it('a Host that is not this server', async () => {
    const line = `GET /${viewer.token}/api/dataset`
    for (const name of [
      'evil.example',
      '127.0.0.1',
      `127.0.0.1:${viewer.port + 1}`,
      `a.localhost:${viewer.port}`,
      '',
    ])
      expect((await asked(line, [`Host: ${name}`])).status, name).toBe(403)
    expect((await asked(line, [host(), 'Host: evil.example'])).status).toBeGreaterThanOrEqual(400)
    expect((await asked(line, [])).status).toBe(400)
    expect((await raw(viewer.port, `GET /${viewer.token}/api/dataset HTTP/1.0\r\n\r\n`)).status).toBe(403)
    for (const name of [`localhost:${viewer.port}`, `[::1]:${viewer.port}`, `LOCALHOST:${viewer.port}`])
      expect((await asked(line, [`Host: ${name}`])).status, name).toBe(200)
  })

  it('another Origin and another site', async () => {
    const line = `GET /${viewer.token}/api/dataset`
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${viewer.port}`,
      'http://127.0.0.1:1',
    ])
      expect((await asked(line, [host(), `Origin: ${origin}`])).status, origin).toBe(403)
    // A name of this machine is an origin of its own.
    expect((await asked(line, [host(), `Origin: http://localhost:${viewer.port}`])).status).toBe(403)
    for (const site of ['cross-site', 'same-site'])
      expect((await asked(line, [host(), `Sec-Fetch-Site: ${site}`])).status, site).toBe(403)
    expect((await asked(line, [host(), `Origin: ${viewer.origin}`])).status).toBe(200)
  })

  it('methods but GET, HEAD and POST', async () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'PROPFIND', 'CONNECT']) {
      const { status, body } = await asked(`${method} /${viewer.token}/api/verdicts`)
      expect(status === 405 || (method === 'CONNECT' && status === 0), `${method} ${status}`).toBe(true)
      if (status === 405) expect(body.toString()).toContain('not allowed')
    }
    expect((await asked(`NONSENSE /${viewer.token}/`)).status).toBe(400)
  })

  it('paths that climb, are absolute, escaped or odd', async () => {
    const t = viewer.token
    const odd = [
      `/${t}/../../etc/passwd`,
      `/${t}/../canary.txt`,
      `/${t}/../${t}/api/dataset`,
      `/${t}/%2e%2e/%2e%2e/canary.txt`,
      `/${t}/..%2fcanary.txt`,
      `/${t}/%252e%252e/canary.txt`,
      `/${t}/..\\canary.txt`,
      `/${t}/%00`,
      `/${t}/view.js%00.png`,
      `/${t}//etc/passwd`,
      `/${t}/api/images/../../../canary.txt`,
      `/${t}/api/images/%2fetc%2fpasswd`,
      `/${t}/api/pictures/..`,
      `/${t}/api/cases/__proto__`,
      `/${t}/api/images/constructor`,
      `/${t}/grouped/dataset_manifest.xlsx`,
      `/${t}/.voxmill/verdicts.jsonl`,
      `http://127.0.0.1:${viewer.port}/${t}/api/dataset`,
      'file:///etc/passwd',
      '//etc/passwd',
      '/etc/passwd',
      '*',
      `/${t}/api/images/${imageId}/slice/3/0`,
      `/${t}/api/images/${imageId}/slice/0/-1`,
      `/${t}/api/images/${imageId}/slice/0/99999`,
      `/${t}/api/images/${imageId}/slice/0/0/0`,
      `/${t}/api/images/${imageId}/other`,
      `/${t}/api/verdicts?after=-1`,
      `/${t}/api/verdicts?after=9e9`,
    ]
    for (const target of odd) {
      const { status } = await asked(`GET ${target}`)
      expect([400, 403, 404], `${target} ${status}`).toContain(status)
    }
    expect((await raw(viewer.port, Buffer.from(`GET /${t}/\0 HTTP/1.1\r\n${host()}\r\n\r\n`))).status).toBe(
      400,
    )
    await alive()
  })

  it('an address of 1 MB, a flood of headers, and what is no HTTP', async () => {
    const long = await asked(`GET /${viewer.token}/${'a'.repeat(1 << 20)}`)
    expect([0, 431], String(long.status)).toContain(long.status)
    const flood = await asked(`GET /${viewer.token}/`, [
      host(),
      ...Array.from({ length: 20_000 }, (_, i) => `X-${i}: y`),
    ])
    expect([0, 431], String(flood.status)).toContain(flood.status)
    for (const bytes of [
      Buffer.alloc(100_000, 0),
      Buffer.alloc(100_000, 0xff),
      Buffer.from('\x16\x03\x01\x02'),
    ]) {
      const reply = await raw(viewer.port, bytes, 1500)
      expect([0, 400, 431], String(reply.status)).toContain(reply.status)
    }
    await alive()
  })

  it('a request that is smuggled behind another', async () => {
    const both = await raw(
      viewer.port,
      `POST /${viewer.token}/api/verdicts HTTP/1.1\r\n${host()}\r\nOrigin: ${viewer.origin}\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    )
    expect(both.status).toBe(400)
    await alive()
  })
})

describe('links that lead out of the root', () => {
  it('are not followed, whatever they lead to', async () => {
    const outside = newFolder()
    const copy = copyOf(root)
    const folder = path.join(copy, 'grouped')
    // The whole folder of samples, a single image, and a text that passes for an image.
    const [first, second, third] = (await get<CaseRow[]>(viewer, 'api/cases')).map(r => r.case)
    const own = path.join(folder, first!)
    renameSync(own, path.join(outside, 'sample'))
    symlinkSync(path.join(outside, 'sample'), own)
    const imageOf = (name: string) => path.join(folder, name, `${path.basename(name)}_volume.nii.gz`)
    renameSync(imageOf(second!), path.join(outside, 'v.nii.gz'))
    symlinkSync(path.join(outside, 'v.nii.gz'), imageOf(second!))
    writeFileSync(path.join(outside, 'canary.txt'), gzipSync(CANARY.repeat(100)))
    renameSync(imageOf(third!), path.join(outside, 'w.nii.gz'))
    symlinkSync(path.join(outside, 'canary.txt'), imageOf(third!))

    const linked = await view(copy)
    const rows = await get<CaseRow[]>(linked, 'api/cases')
    const before = new Map<string, string[]>()
    for (const row of await get<CaseRow[]>(viewer, 'api/cases'))
      before.set(
        row.case,
        (await get<CaseReply>(viewer, `api/cases/${row.id}`)).images.map(i => i.id),
      )
    for (const name of [first!, second!, third!]) {
      const row = rows.find(r => r.case === name)
      expect(row, name).toBeDefined()
      const { failures, images } = await get<CaseReply>(linked, `api/cases/${row!.id}`)
      const volume = before.get(name)![0]!
      expect(images.map(i => i.id)).not.toContain(volume)
      expect(failures.some(f => /leads out of the data set/.test(f.message))).toBe(true)
      // The id is known all the same.
      const response = await fetch(`${linked.url}api/images/${volume}`)
      expect(response.status).toBe(500)
      const text = await response.text()
      expect(text).toContain('leads out of the data set')
      expect(text).not.toContain(CANARY)
      expect(text).not.toContain(outside)
    }
    expect((await linked.end()).code).toBe(0)
  })
})

it('nothing of what lies outside was sent in all this', () => expectNothingFromOutside(50))
