import { constants, crc32, deflateRawSync } from 'node:zlib'

/** Fixed header: no name, mtime 0, unknown system, so that equal content gives equal bytes (RFC 1952, 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

/**
 * One gzip member of the concatenated parts, as a list of chunks.
 *
 * @param elementBytes size of a voxel in bytes; a hint for the matcher.
 */
export function gzipParts(parts: readonly Uint8Array[], elementBytes: 1 | 2 | 4 | 8): Uint8Array[] {
  const out: Uint8Array[] = [HEADER]
  let crc = 0
  let length = 0
  parts.forEach((part, i) => {
    crc = crc32(part, crc)
    length += part.byteLength
    const last = i === parts.length - 1
    out.push(
      deflateRawSync(part, {
        level: 1,
        memLevel: 9,
        strategy: elementBytes === 1 ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY,
        finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
        chunkSize: 1 << 20,
      }),
    )
  })
  const trailer = new DataView(new ArrayBuffer(8))
  trailer.setUint32(0, crc, true)
  trailer.setUint32(4, length % 2 ** 32, true)
  out.push(new Uint8Array(trailer.buffer))
  return out
}
