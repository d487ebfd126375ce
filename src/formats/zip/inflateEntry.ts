import { crc32 } from './crc32.ts'
import { STORED, type ZipEntry } from './entry.ts'
import { ZipInvalidError } from './fault.ts'
import { AT_ONCE_BYTES, inflateAtOnce, joined } from './rawDeflate.ts'

/**
 * The uncompressed bytes of a member, in pieces, its size and CRC-32 checked. A member that inflates to more than
 * its directory entry says is stopped there.
 * @throws ZipInvalidError if the data are damaged
 */
export async function* inflateEntry(entry: ZipEntry): AsyncGenerator<Uint8Array> {
  let size = 0
  let crc = 0
  try {
    for await (const piece of entry.method === STORED ? entry.data : inflate(entry)) {
      size += piece.length
      if (size > entry.size) break
      crc = crc32(piece, crc)
      yield piece
    }
  } catch (error) {
    throw new ZipInvalidError(`the member ${entry.name} cannot be inflated`, undefined, error)
  }
  if (size !== entry.size || crc !== entry.crc)
    throw new ZipInvalidError(`the member ${entry.name} does not agree with its own size or checksum`)
}

/** The whole of a member at once. */
export async function inflateWhole(entry: ZipEntry): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of inflateEntry(entry)) pieces.push(piece)
  return joined(pieces)
}

async function* inflate({ data, size }: ZipEntry): AsyncGenerator<Uint8Array> {
  const whole = size <= AT_ONCE_BYTES ? inflateAtOnce(joined(data), size) : undefined
  if (whole === undefined) yield* inflateStream(data)
  else yield whole
}

async function* inflateStream(data: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw')
  const reader = (stream.readable as ReadableStream<Uint8Array>).getReader()
  const feeding = feed(stream.writable.getWriter(), data)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield value
    }
    await feeding
  } finally {
    feeding.catch(() => undefined)
    await reader.cancel().catch(() => undefined)
  }
}

async function feed(writer: WritableStreamDefaultWriter, data: readonly Uint8Array[]): Promise<void> {
  for (const piece of data) await writer.write(piece)
  await writer.close()
}
