import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeJpeg } from '../../../src/formats/jpeg/encodeJpeg.ts'
import { encodePng } from '../../../src/formats/png/encodePng.ts'
import { colourMap } from '../../../src/imaging/render/colourMaps.ts'
import { SAMPLES } from './samplePictures.ts'

const file = (name: string) => path.join(import.meta.dirname, name)
const expected = JSON.parse(readFileSync(file('expectations.json'), 'utf8')) as {
  readonly png: Readonly<Record<string, string>>
  readonly jpeg: Readonly<Record<string, Errors>>
  readonly own_jpeg: Readonly<Record<string, Errors>>
  readonly quantization: readonly string[]
  readonly huffman: readonly string[]
  readonly jet: readonly number[]
}

/** How far pixels are off, in levels. */
interface Errors {
  readonly mean: number
  readonly most: number
}

/** Contents of the segments of one kind before the scan, tables apart, in hex. */
function tables(jpeg: Uint8Array, marker: number, lengthOf: (rest: Uint8Array) => number): string[] {
  const found: string[] = []
  for (let at = 2; jpeg[at + 1] !== 0xda; ) {
    const length = (jpeg[at + 2]! << 8) | jpeg[at + 3]!
    let content = jpeg.subarray(at + 4, at + 2 + length)
    while (jpeg[at + 1] === marker && content.length > 0) {
      found.push(Buffer.from(content.subarray(0, lengthOf(content))).toString('hex'))
      content = content.subarray(lengthOf(content))
    }
    at += 2 + length
  }
  return found.toSorted()
}

describe('encodeJpeg against Pillow', () => {
  it.each(Object.keys(SAMPLES))('%s: Pillow reads the picture no worse than from a file of its own', name => {
    expect(Buffer.from(encodeJpeg(SAMPLES[name]!)).equals(readFileSync(file(`${name}.jpg`)))).toBe(true)
    const [ours, theirs] = [expected.jpeg[name]!, expected.own_jpeg[name]!]
    expect(ours.mean).toBeLessThanOrEqual(theirs.mean * 1.02)
    // A coefficient halfway between two steps may be rounded to either.
    expect(ours.most).toBeLessThanOrEqual(theirs.most + 2)
  })

  it('has its quantization and Huffman tables', () => {
    const jpeg = encodeJpeg(SAMPLES.colour!)
    expect(tables(jpeg, 0xdb, () => 65)).toEqual(expected.quantization.toSorted())
    const length = (table: Uint8Array) => 17 + table.subarray(1, 17).reduce((sum, n) => sum + n, 0)
    expect(tables(jpeg, 0xc4, length)).toEqual(expected.huffman.toSorted())
  })
})

describe('encodePng against Pillow', () => {
  it.each(Object.keys(SAMPLES))('%s: Pillow reads the very picture', name => {
    expect(Buffer.from(encodePng(SAMPLES[name]!)).equals(readFileSync(file(`${name}.png`)))).toBe(true)
    expect(createHash('sha256').update(SAMPLES[name]!.data).digest('hex')).toBe(expected.png[name])
  })
})

describe('colourMap against matplotlib', () => {
  it('jet is the same table', () => {
    expect([...colourMap('jet').table]).toEqual(expected.jet)
  })
})
