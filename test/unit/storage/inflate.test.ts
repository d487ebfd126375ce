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
})

describe('readPrefix', () => {
  it('inflates little of a large file and knows the length of the last member', () => {
    const { prefix, lastLength } = readPrefix(put('prefix.gz', gzipSync(content)), 544)
    expect(Buffer.from(prefix.subarray(0, 544)).equals(content.subarray(0, 544))).toBe(true)
    expect(prefix.length).toBeLessThan(200_000)
    expect(lastLength).toBe(content.length)
  })

  it('gives all there is of a short file', () => {
    expect(readPrefix(put('short.gz', gzipSync(content.subarray(0, 10))), 544).prefix.length).toBe(10)
    expect(readPrefix(put('short', content.subarray(0, 10)), 544).prefix.length).toBe(10)
  })
})
