import { crc32 } from 'node:zlib'
import { createDeflater, type Deflater } from '../formats/deflate/deflater.ts'

/** Fixed header: no name, mtime 0, unknown system, so that equal content gives equal bytes (RFC 1952, 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

const SLICE = 1 << 20

/** Deflaters that no stream is using; each holds 3 MB. */
const idle: Deflater[] = []

/**
 * One gzip member of the concatenated parts, chunk by chunk as it is compressed. The bytes depend on the content and
 * `elementBytes` alone, not on how the content is cut into parts.
 *
 * @param elementBytes size of a voxel in bytes: where to look for bytes that repeat.
 */
export function* gzipParts(parts: Iterable<Uint8Array>, elementBytes: 1 | 2 | 4 | 8): Generator<Uint8Array> {
  const deflater = idle.pop() ?? createDeflater()
  try {
    const stream = deflater.begin({ elementBytes })
    let crc = 0
    let length = 0
    yield HEADER
    for (const part of parts) {
      crc = crc32(part, crc)
      length += part.byteLength
      // In slices, so that what is compressed is on its way to the disk while the rest is not yet.
      for (let at = 0; at < part.byteLength; at += SLICE) yield* stream.push(part.subarray(at, at + SLICE))
    }
    yield* stream.finish()
    const trailer = new DataView(new ArrayBuffer(8))
    trailer.setUint32(0, crc, true)
    trailer.setUint32(4, length % 2 ** 32, true)
    yield new Uint8Array(trailer.buffer)
  } finally {
    idle.push(deflater)
  }
}
