import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError } from '../../../src/core/dataError.ts'
import { readInflated, readPrefix } from '../../../src/storage/inflate.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-inflate-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) >>> (i % 13)))

function put(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

async function inflated(file: string): Promise<Buffer> {
  const parts: Buffer[] = []
  await readInflated(file, chunk => {
    parts.push(Buffer.from(chunk))
  })
  return Buffer.concat(parts)
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    e => e,
  )
  expect(error).toBeInstanceOf(DataError)
  return (error as DataError).code
}

describe('readInflated', () => {
  it('reads one member, several members and plain bytes', async () => {
    const half = content.length >> 1
    const members = Buffer.concat([gzipSync(content.subarray(0, half)), gzipSync(content.subarray(half))])
    expect((await inflated(put('one.gz', gzipSync(content)))).equals(content)).toBe(true)
    expect((await inflated(put('two.gz', members))).equals(content)).toBe(true)
    expect((await inflated(put('plain', content))).equals(content)).toBe(true)
  })

  it('tells a truncated stream at every kind of cut', async () => {
    const whole = gzipSync(content)
    for (const keep of [12, 100, whole.length >> 1, whole.length - 9, whole.length - 1])
      expect(await codeOf(inflated(put(`cut-${keep}.gz`, whole.subarray(0, keep))))).toBe('gzip-truncated')
  })

  it('tells a flipped bit in the data and in the checksum', async () => {
    for (const at of [200_000, -6]) {
      const bytes = Buffer.from(gzipSync(content))
      const i = at < 0 ? bytes.length + at : at
      bytes[i] = bytes[i]! ^ 4
      expect(await codeOf(inflated(put(`flip${at}.gz`, bytes)))).toBe('gzip-corrupt')
    }
  })

  it('tells an empty file, a folder and a file that is not there', async () => {
    expect(await codeOf(inflated(put('empty.gz', Buffer.alloc(0))))).toBe('file-empty')
    expect(await codeOf(inflated(folder))).toBe('file-not-regular')
    expect(await codeOf(inflated(path.join(folder, 'nowhere')))).toBe('manifest-file-missing')
  })

  it('passes on what the sink throws and stops', async () => {
    const file = put('sink.gz', gzipSync(content))
    await expect(
      readInflated(file, () => {
        throw new RangeError('enough')
      }),
    ).rejects.toThrow('enough')
  })

  it('passes on an error of the sink as it is, also one that carries a code', async () => {
    const error = Object.assign(new Error('no such voxel'), { code: 'nifti-invalid' })
    for (const file of [put('coded.gz', gzipSync(content)), put('coded', content)])
      await expect(
        readInflated(file, () => {
          throw error
        }),
      ).rejects.toBe(error)
  })

  it('ignores zero bytes and anything else that is no member behind the last', async () => {
    const tails = { zeros: Buffer.alloc(512), text: Buffer.from('appended by a backup tool') }
    for (const [name, tail] of Object.entries(tails))
      expect(
        (await inflated(put(`${name}.gz`, Buffer.concat([gzipSync(content), tail])))).equals(content),
      ).toBe(true)
  })

  it('reads several files at once, and goes on after a damaged one', async () => {
    const bad = Buffer.from(gzipSync(content))
    bad.fill(0xff, 100_000, 100_100)
    const files = Array.from({ length: 4 }, (_, i) => {
      const part = content.subarray(i * 10_000)
      return { part, file: put(`many-${i}.gz`, gzipSync(part)) }
    })
    const [code, ...results] = await Promise.all([
      codeOf(inflated(put('many-bad.gz', bad))),
      ...files.map(({ file }) => inflated(file)),
    ])
    expect(code).toBe('gzip-corrupt')
    expect(results.map((result, i) => result.equals(files[i]!.part))).toEqual([true, true, true, true])
  })

  it('gives the digest and the inflated length of a file longer than one chunk', async () => {
    const noise = Uint8Array.from({ length: 2_500_000 }, (_, i) => Math.imul(i, 2654435761) >>> (i % 24))
    const packed = gzipSync(noise)
    expect(packed.length).toBeGreaterThan(1 << 20)
    expect(await readInflated(put('noise.gz', packed), () => undefined)).toEqual({
      digest: createHash('sha256').update(packed).digest('hex'),
      inflatedBytes: noise.length,
    })
  })
})

describe('readPrefix', () => {
  it('inflates little of a large file and knows the length of the last member', () => {
    const { prefix, lastLength } = readPrefix(put('prefix.gz', gzipSync(content)), 544)
    expect(Buffer.from(prefix.subarray(0, 544)).equals(content.subarray(0, 544))).toBe(true)
    expect(prefix.length).toBeLessThan(200_000)
    expect(lastLength).toBe(content.length)
  })

  it('inflates the start of a file that is cut off, and tells one that is damaged', () => {
    const whole = gzipSync(content)
    const { prefix } = readPrefix(put('prefix-cut.gz', whole.subarray(0, 3000)), 544)
    expect(Buffer.from(prefix).equals(content.subarray(0, 544))).toBe(true)
    whole.fill(0xff, 12, 100)
    expect(() => readPrefix(put('prefix-bad.gz', whole), 544)).toThrow(/prefix-bad\.gz is damaged/)
  })

  it('reads on where the start inflates to too little', () => {
    const noise = Uint8Array.from({ length: 90_000 }, (_, i) => Math.imul(i, 2654435761) >>> (i % 24))
    const { prefix } = readPrefix(put('prefix-noise.gz', gzipSync(noise)), 60_000)
    expect(Buffer.from(prefix.subarray(0, 60_000)).equals(noise.subarray(0, 60_000))).toBe(true)
  })

  it('gives all there is of a short file', () => {
    expect(readPrefix(put('short.gz', gzipSync(content.subarray(0, 10))), 544).prefix.length).toBe(10)
    expect(readPrefix(put('short', content.subarray(0, 10)), 544).prefix.length).toBe(10)
  })
})
