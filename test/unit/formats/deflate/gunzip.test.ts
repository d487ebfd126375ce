import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InflateError } from '../../../../src/formats/deflate/fault.ts'
import { gunzipStream } from '../../../../src/formats/deflate/gunzip.ts'
import { createInflater } from '../../../../src/formats/deflate/inflater.ts'

const inflater = createInflater()
const content = Buffer.from('mask of the left ventricle; '.repeat(50))

function gunzipped(input: Uint8Array, cut = input.length): string {
  const stream = gunzipStream(inflater, crc32)
  const parts: Buffer[] = []
  for (let at = 0; at < input.length; at += cut)
    stream.push(input.subarray(at, at + cut), chunk => parts.push(Buffer.from(chunk)))
  stream.finish()
  return Buffer.concat(parts).toString()
}

/** The kind of the error; fails where there is none. */
function kindOf(input: Uint8Array, cut = input.length): string {
  try {
    gunzipped(input, cut)
  } catch (error) {
    expect(error).toBeInstanceOf(InflateError)
    return (error as InflateError).kind
  }
  return expect.unreachable('it was inflated')
}

const trailer = (bytes: Uint8Array): Buffer => {
  const out = Buffer.alloc(8)
  out.writeUInt32LE(crc32(bytes), 0)
  out.writeUInt32LE(bytes.length, 4)
  return out
}

/** A member with the header parts that `flags` announces. */
function member(flags: number, bytes: Uint8Array = content): Buffer {
  const parts = [Buffer.of(0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3)]
  if (flags & 4) parts.push(Buffer.of(5, 0, 65, 66, 1, 0, 0))
  if (flags & 8) parts.push(Buffer.from('volume.nii\0'))
  if (flags & 16) parts.push(Buffer.from('as it came\0'))
  if (flags & 2) {
    const crc = crc32(Buffer.concat(parts)) & 0xffff
    parts.push(Buffer.of(crc & 255, crc >> 8))
  }
  return Buffer.concat([...parts, deflateRawSync(bytes), trailer(bytes)])
}

describe('headers', () => {
  it('with every set of flags, in any cut', () => {
    for (let flags = 0; flags < 32; flags++)
      for (const cut of [1, 2, 7, 1000]) {
        expect(gunzipped(member(flags), cut)).toBe(content.toString())
        expect(gunzipSync(member(flags)).equals(content)).toBe(true)
      }
  })

  it('with an extra field of no bytes', () => {
    const empty = Buffer.concat([
      Buffer.of(0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 0, 0),
      deflateRawSync(content),
      trailer(content),
    ])
    expect(gunzipped(empty)).toBe(content.toString())
    expect(gunzipped(empty, 1)).toBe(content.toString())
  })

  it('that are wrong are told', () => {
    for (const [at, value] of [
      [0, 0x1e],
      [1, 0x8a],
      [2, 7],
      [3, 0x20],
      [3, 0x40],
      [3, 0x80],
    ]) {
      const bytes = member(0)
      bytes[at!] = value!
      for (const cut of [1, bytes.length]) expect(kindOf(bytes, cut)).toBe('corrupt')
      expect(() => gunzipSync(bytes)).toThrow()
    }
  })

  it('that do not agree with their checksum are told', () => {
    const bytes = member(2 | 8)
    bytes[12]! ^= 1
    expect(kindOf(bytes)).toBe('corrupt')
  })
})

describe('members', () => {
  const other = Buffer.from('second')
  const two = Buffer.concat([member(0), gzipSync(other)])

  it('follow one another, in any cut', () => {
    for (const cut of [1, 3, 50, two.length]) expect(gunzipped(two, cut)).toBe(`${content}second`)
    expect(gunzipped(Buffer.concat([gzipSync(''), gzipSync(''), two]))).toBe(`${content}second`)
  })

  it('may be followed by zero bytes, also before another', () => {
    for (const cut of [1, 1000]) {
      expect(gunzipped(Buffer.concat([member(0), Buffer.alloc(700)]), cut)).toBe(content.toString())
      expect(gunzipped(Buffer.concat([member(0), Buffer.alloc(9), gzipSync(other)]), cut)).toBe(
        `${content}second`,
      )
    }
  })

  it('may be followed by what is no member', () => {
    for (const garbage of [[1], [0x1f], [0, 0x1f], [0x1f, 0x8a, 8, 0], [80, 0x1f, 0x8b, 8], [0, 0, 7, 0, 0]])
      for (const cut of [1, 1000])
        expect(gunzipped(Buffer.concat([member(0), Buffer.from(garbage)]), cut)).toBe(content.toString())
  })

  it('that begin but are no member are told', () => {
    expect(kindOf(Buffer.concat([member(0), Buffer.of(0x1f, 0x8b, 9)]))).toBe('corrupt')
    expect(kindOf(Buffer.concat([member(0), Buffer.of(0x1f, 0x8b)]))).toBe('truncated')
  })

  it('that are cut anywhere are truncated', () => {
    const first = member(31)
    const whole = Buffer.concat([first, member(0, other)])
    for (let length = 0; length < whole.length; length++) {
      // Up to one byte of the second member is garbage behind the first.
      if (length === first.length || length === first.length + 1) continue
      expect(kindOf(whole.subarray(0, length))).toBe('truncated')
    }
  })

  it('whose checksum or length is wrong are told', () => {
    for (let at = 1; at <= 8; at++) {
      const bytes = member(0)
      bytes[bytes.length - at]! ^= 0x10
      expect(kindOf(bytes)).toBe('corrupt')
      expect(kindOf(bytes, 1)).toBe('corrupt')
    }
  })
})
