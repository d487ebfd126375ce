import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PrefixReader } from '../../../src/storage/filePrefix.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-prefix-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('PrefixReader', () => {
  it('gives a prefix that grows, and what it had stays', () => {
    const file = path.join(root, 'file')
    const content = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251)
    writeFileSync(file, content)
    const read = new PrefixReader().read(file, (size, prefix) =>
      [10, 70_000, 2_500_000].map(bytes => [size, Buffer.compare(prefix(bytes), content.subarray(0, bytes))]),
    )
    expect(read).toEqual([
      [3_000_000, 0],
      [3_000_000, 0],
      [3_000_000, 0],
    ])
  })

  it('gives all there is of a shorter file, and nothing of the one before', () => {
    const reader = new PrefixReader()
    const [long, short] = [path.join(root, 'long'), path.join(root, 'short')]
    writeFileSync(long, 'a long text')
    writeFileSync(short, 'xy')
    reader.read(long, (_, prefix) => prefix(100))
    expect(reader.read(short, (_, prefix) => new TextDecoder().decode(prefix(100)))).toBe('xy')
  })

  it('tells a file that is not there', () => {
    const file = path.join(root, 'none')
    expect(() => new PrefixReader().read(file, () => 0)).toThrow(expect.objectContaining({ where: file }))
  })
})
