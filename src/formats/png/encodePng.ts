import type { Picture } from '../../core/picture.ts'
import { adler32 } from '../deflate/adler32.ts'
import { createDeflater, type Deflater } from '../deflate/deflater.ts'
import { crc32 } from '../zip/crc32.ts'
import { filterRows } from './filterRows.ts'

/** PNG, third edition, section 5.2. */
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** Colour types of section 6.1. */
const GREYSCALE = 0
const TRUECOLOUR = 2
/** Deflate with a window of 32 KiB at the fastest level; the two bytes are a multiple of 31 (RFC 1950, section 2.2). */
const ZLIB_HEADER = Uint8Array.of(0x78, 0x01)

let deflater: Deflater | undefined

/**
 * A picture as PNG (PNG Specification, third edition: 8 bits a sample, greyscale or truecolour, not interlaced).
 * Equal pictures give equal bytes on every machine.
 *
 * @throws RangeError when the data are not `width` × `height` × `channels` bytes, or a side is 0.
 */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, channels, data } = picture
  if (width < 1 || height < 1 || data.length !== width * height * channels)
    throw new RangeError(
      `a picture of ${width} × ${height} × ${channels} does not consist of ${data.length} bytes`,
    )
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, channels === 1 ? GREYSCALE : TRUECOLOUR, 0, 0, 0], 8)
  const rows = filterRows(picture)
  deflater ??= createDeflater()
  const checksum = new Uint8Array(4)
  new DataView(checksum.buffer).setUint32(0, adler32(rows))
  return joined([
    SIGNATURE,
    ...chunk('IHDR', [header]),
    ...chunk('IDAT', [ZLIB_HEADER, ...deflater.deflateParts(rows, { elementBytes: 1 }), checksum]),
    ...chunk('IEND', []),
  ])
}

/** Length, type, data and the CRC of type and data (section 5.3). */
function chunk(type: string, data: readonly Uint8Array[]): Uint8Array[] {
  const head = new Uint8Array(8)
  new DataView(head.buffer).setUint32(
    0,
    data.reduce((sum, part) => sum + part.length, 0),
  )
  for (let i = 0; i < 4; i++) head[4 + i] = type.charCodeAt(i)
  const crc = data.reduce((sum, part) => crc32(part, sum), crc32(head.subarray(4)))
  const tail = new Uint8Array(4)
  new DataView(tail.buffer).setUint32(0, crc)
  return [head, ...data, tail]
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
