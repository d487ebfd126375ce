import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseReply, CaseRow, DatasetReply } from '../../src/server/api.ts'
import { voxmill } from './cli.ts'
import { copyOf, newFolder } from './phantomRoot.ts'
import { alive, asked, expectNothingFromOutside, host, imageId, root, viewer } from './servedRoot.ts'
import { get, request, view } from './viewProcess.ts'

let slow: Socket[]
let slowClosed: number
beforeAll(() => {
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
afterAll(() => {
  for (const socket of slow) socket.destroy()
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
  it('nothing of what lies outside was sent in all this', () => expectNothingFromOutside(0))

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
