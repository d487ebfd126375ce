import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseReply, CaseRow, DatasetReply } from '../../src/server/api.ts'
import { voxmill } from './cli.ts'
import { copyOf, newFolder, phantomRoot } from './phantomRoot.ts'
import { endViewers, get, type RawReply, raw, request, type ViewProcess, view } from './viewProcess.ts'

const CANARY = 'CANARY-that-lies-outside-of-the-root'

let root: string
let viewer: ViewProcess
let slow: Socket[]
let slowClosed: number
let imageId: string
/** Everything that came back in raw requests. */
const seen: RawReply[] = []

const host = () => `Host: 127.0.0.1:${viewer.port}`
async function asked(line: string, headers?: readonly string[]): Promise<RawReply> {
  const reply = await request(viewer.port, line, headers)
  seen.push(reply)
  return reply
}
const alive = async () => expect((await get<CaseRow[]>(viewer, 'api/cases')).length).toBe(4)

beforeAll(async () => {
  const parent = newFolder()
  root = path.join(parent, 'root')
  renameSync(await phantomRoot(4), root)
  writeFileSync(path.join(parent, 'canary.txt'), CANARY)
  const made = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
  expect(made.code, made.all).toBe(0)
  viewer = await view(root)
  const [row] = await get<CaseRow[]>(viewer, 'api/cases')
  imageId = (await get<CaseReply>(viewer, `api/cases/${row!.id}`)).images[0]!.id
  // They say a little of a head and then nothing; looked after at the end.
  slowClosed = 0
  slow = Array.from({ length: 20 }, () => {
    const socket = connect(viewer.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: '))
    socket.on('error', () => undefined)
    socket.on('close', () => slowClosed++)
    socket.resume()
    return socket
  })
})
afterAll(async () => {
  for (const socket of slow) socket.destroy()
  await endViewers()
})

describe('the address', () => {
  it('has 256 bits of token, another at each start', async () => {
    expect(viewer.token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const other = await view(root)
    expect(other.token).not.toBe(viewer.token)
    expect((await other.end()).code).toBe(0)
  })

  it('is one of this machine alone', async () => {
    expect(viewer.origin).toBe(`http://127.0.0.1:${viewer.port}`)
    const refused = await voxmill(['view', root, '--host', '0.0.0.0', '--no-open'])
    expect(refused.code, refused.all).toBe(2)
    expect(refused.err).toMatch(/0\.0\.0\.0 can be reached from other machines.*\n.*ssh -L/s)
  })

  it('of another machine is told with a warning', async () => {
    const open = await view(root, '--host', '0.0.0.0', '--allow_remote')
    expect((await request(open.port, `GET /${open.token}/api/cases`)).status).toBe(200)
    expect((await request(open.port, `GET /${open.token}/api/cases`, ['Host: evil.example'])).status).toBe(
      403,
    )
    const { code, err } = await open.end()
    expect(code).toBe(0)
    expect(err).toMatch(/warning.*nothing is encrypted/)
  })

  it('with a port that is taken is refused', async () => {
    const { code, err } = await voxmill(['view', root, '--port', String(viewer.port), '--no-open'])
    expect(code).toBe(2)
    expect(err).toMatch(/port \d+ of 127.0.0.1 is taken/)
  })
})

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

describe('images', () => {
  const image = () => `${viewer.url}api/images/${imageId}`
  const bytesOf = async (address: string, headers: Record<string, string> = {}) => {
    const response = await fetch(address, { headers })
    return { response, bytes: Buffer.from(await response.arrayBuffer()) }
  }

  it('are the file, inflated', async () => {
    const [row] = await get<CaseRow[]>(viewer, 'api/cases')
    const { images } = await get<CaseReply>(viewer, `api/cases/${row!.id}`)
    const shown = images.find(i => i.id === imageId)!
    const { response, bytes } = await bytesOf(image())
    expect(response.status).toBe(200)
    expect(bytes.length).toBe(shown.bytes)
    const name = row!.case.slice(row!.case.lastIndexOf('/') + 1)
    const file = gunzipSync(
      readFileSync(path.join(root, 'grouped', row!.case, `${name}_${shown.key}.nii.gz`)),
    )
    expect(bytes.subarray(352).equals(file.subarray(file.readFloatLE(108)))).toBe(true)
    expect([42, 44, 46].map(at => bytes.readInt16LE(at))).toEqual(shown.shape)
    // The affine to the last bit.
    expect(bytes.subarray(280, 328).equals(file.subarray(280, 328))).toBe(true)
  })

  it('come in ranges', async () => {
    const { bytes: all } = await bytesOf(image())
    const size = all.length
    const ranges: [string, number, number][] = [
      ['bytes=0-543', 0, 544],
      ['bytes=0-0', 0, 1],
      ['bytes=340-360', 340, 361],
      [`bytes=${size - 1}-`, size - 1, size],
      ['bytes=100-', 100, size],
      ['bytes=-7', size - 7, size],
      [`bytes=-${size * 2}`, 0, size],
      [`bytes=5-${size * 2}`, 5, size],
    ]
    for (const [range, from, to] of ranges) {
      const { response, bytes } = await bytesOf(image(), { Range: range })
      expect(response.status, range).toBe(206)
      expect(response.headers.get('content-range'), range).toBe(`bytes ${from}-${to - 1}/${size}`)
      expect(bytes.equals(all.subarray(from, to)), range).toBe(true)
    }
    for (const range of [`bytes=${size}-`, `bytes=${size + 5}-${size + 9}`, 'bytes=-0']) {
      const { response } = await bytesOf(image(), { Range: range })
      expect(response.status, range).toBe(416)
      expect(response.headers.get('content-range')).toBe(`bytes */${size}`)
    }
    // What is no single range of bytes is ignored, as the standard allows.
    for (const range of [
      'bytes=9-5',
      'bytes=-',
      'bytes=0-1,3-4',
      'lines=0-1',
      'bytes=a-b',
      `bytes=${'9'.repeat(400)}-`,
    ])
      expect((await bytesOf(image(), { Range: range })).response.status, range).toBe(200)
  })

  it('answer HEAD with the head alone', async () => {
    const { bytes } = await bytesOf(image())
    const { status, head, body } = await asked(`HEAD /${viewer.token}/api/images/${imageId}`)
    expect(status).toBe(200)
    expect(head).toContain(`Content-Length: ${bytes.length}`)
    expect(body.length).toBe(0)
  })

  it('come as slices, where they lie', async () => {
    const { bytes: all } = await bytesOf(image())
    const [nx, ny, nz] = [42, 44, 46].map(at => all.readInt16LE(at)) as [number, number, number]
    const voxel = all.readInt16LE(72) / 8
    const { bytes } = await bytesOf(`${image()}/slice/1/3`)
    expect([42, 44, 46].map(at => bytes.readInt16LE(at))).toEqual([nx, nz, 1])
    for (const [i, k] of [
      [0, 0],
      [5, 2],
      [nx - 1, nz - 1],
    ] as const) {
      const whole = 352 + ((k * ny + 3) * nx + i) * voxel
      const slice = 352 + (k * nx + i) * voxel
      expect(bytes.subarray(slice, slice + voxel)).toEqual(all.subarray(whole, whole + voxel))
    }
  })

  it('come as previews, which are the whole where it is small', async () => {
    const { bytes: all } = await bytesOf(image())
    expect((await bytesOf(`${image()}/preview`)).bytes.equals(all)).toBe(true)
  })

  it('whose reader goes away in between leave the server as it was', async () => {
    for (let i = 0; i < 30; i++) {
      const socket = connect(viewer.port, '127.0.0.1', () =>
        socket.write(`GET /${viewer.token}/api/images/${imageId} HTTP/1.1\r\n${host()}\r\n\r\n`),
      )
      socket.on('error', () => undefined)
      await new Promise<void>(resolve => socket.once('data', () => resolve()))
      socket.destroy()
    }
    await alive()
  })
})

describe('what the page is told', () => {
  it('forbids scripts in the page, other origins, frames and caches', async () => {
    for (const address of ['', 'api/dataset', 'api/none', `api/images/${imageId}`]) {
      const { headers } = await fetch(viewer.url + address)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*|http/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('has no path of a file', async () => {
    const rows = await get<CaseRow[]>(viewer, 'api/cases')
    const told = [
      JSON.stringify(await get<DatasetReply>(viewer, 'api/dataset')),
      JSON.stringify(rows),
      ...(await Promise.all(rows.map(async r => JSON.stringify(await get(viewer, `api/cases/${r.id}`))))),
    ].join('\n')
    expect(told).not.toContain(root)
    expect(told).not.toContain('.voxmill')
    expect(told).not.toMatch(/"path"/)
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

describe('many at once', () => {
  it('10,000 connections are served or closed, and the server goes on', async () => {
    const [all, batch] = [10_000, 1000]
    let [served, closed, other] = [0, 0, 0]
    for (let done = 0; done < all; done += batch) {
      const replies = await Promise.all(
        Array.from({ length: batch }, () =>
          request(viewer.port, `GET /${viewer.token}/api/cases`).then(r => r.status),
        ),
      )
      for (const status of replies)
        if (status === 200) served++
        else if (status === 0) closed++
        else other++
    }
    expect(served + closed).toBe(all)
    expect(other).toBe(0)
    expect(served).toBeGreaterThan(0)
    await alive()
  }, 120_000)

  it('those that never finish their request are closed', async () => {
    const until = Date.now() + 20_000
    while (slowClosed < slow.length && Date.now() < until) await new Promise(r => setTimeout(r, 200))
    expect(slowClosed).toBe(slow.length)
    await alive()
  }, 30_000)
})

describe('the end', () => {
  it('nothing of what lies outside was sent in all this', () => {
    expect(seen.length).toBeGreaterThan(50)
    for (const { head, body } of seen) {
      expect(body.includes(CANARY)).toBe(false)
      expect(body.includes('root:x:0')).toBe(false)
      expect(head).not.toContain('root:x:0')
    }
  })

  it('comes with Ctrl-C, also while a reader holds on, and is clean', async () => {
    const own = await view(root)
    const held = connect(own.port, '127.0.0.1', () => held.write('GET / HTTP/1.1\r\n'))
    held.on('error', () => undefined)
    await new Promise<void>(resolve => held.once('connect', () => resolve()))
    const began = Date.now()
    const { code, signal, err } = await own.end()
    expect(code, err).toBe(0)
    expect(signal).toBeNull()
    expect(Date.now() - began).toBeLessThan(3000)
    expect(err).toMatch(/the viewer has ended/)
    expect((await request(own.port, 'GET /')).status).toBe(0)
    expect(existsSync(path.join(root, '.voxmill', 'run.lock'))).toBe(false)
  })
})

describe('a root that a run works on', () => {
  it('is shown all the same', async () => {
    const copy = copyOf(root)
    const lock = {
      pid: process.pid,
      host: hostname(),
      started: 'now',
      command: 'voxmill run nme',
      writes: [],
    }
    writeFileSync(path.join(copy, '.voxmill', 'run.lock'), JSON.stringify(lock))
    const busy = await view(copy)
    expect(await get<CaseRow[]>(busy, 'api/cases')).toHaveLength(4)
    const { code, err } = await busy.end()
    expect(code).toBe(0)
    expect(err).toMatch(/were not made: .* is in use by `voxmill run nme`/)
    expect(existsSync(path.join(copy, '.voxmill', 'run.lock'))).toBe(true)
  })
})

describe('a root that cannot be viewed', () => {
  it('is told', async () => {
    const empty = path.join(newFolder(), 'empty')
    mkdirSync(empty)
    const { code, err } = await voxmill(['view', empty, '--no-open'])
    expect(code).toBe(3)
    expect(err).toMatch(/no receipts lie under or above/)
    expect((await voxmill(['view', root, '--port', '70000'])).code).toBe(2)
  })
})
