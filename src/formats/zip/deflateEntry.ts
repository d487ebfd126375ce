import { crc32 } from './crc32.ts'
import { DEFLATED, FIXED_DATE, NAME_IS_UTF8, type ZipEntry } from './entry.ts'
import { AT_ONCE_BYTES, deflateAtOnce, joined } from './rawDeflate.ts'

/** Compresses the pieces of one member as they come; only the compressed bytes are held. */
export async function deflateEntry(name: string, pieces: Iterable<Uint8Array>): Promise<ZipEntry> {
  let crc = 0
  let size = 0
  function* counted(): Generator<Uint8Array> {
    for (const piece of pieces) {
      crc = crc32(piece, crc)
      size += piece.length
      yield piece
    }
  }
  const data = await deflate(counted())
  return {
    name,
    nameBytes: new TextEncoder().encode(name),
    flags: NAME_IS_UTF8,
    method: DEFLATED,
    modified: FIXED_DATE,
    crc,
    size,
    internalAttributes: 0,
    externalAttributes: 0,
    data,
  }
}

async function deflate(pieces: Iterator<Uint8Array> & Iterable<Uint8Array>): Promise<Uint8Array[]> {
  const first: Uint8Array[] = []
  let bytes = 0
  while (bytes <= AT_ONCE_BYTES) {
    const { done, value } = pieces.next()
    if (done) {
      const whole = deflateAtOnce(joined(first))
      return whole === undefined ? deflateStream(first) : [whole]
    }
    first.push(value)
    bytes += value.length
  }
  function* all() {
    yield* first
    yield* pieces
  }
  return deflateStream(all())
}

async function deflateStream(pieces: Iterable<Uint8Array>): Promise<Uint8Array[]> {
  const stream = new CompressionStream('deflate-raw')
  const data: Uint8Array[] = []
  const collecting = collect(stream.readable as ReadableStream<Uint8Array>, data)
  const writer = stream.writable.getWriter()
  // One piece is compressed, in another thread where there is one, while the next is made.
  let writing = Promise.resolve()
  try {
    for (const piece of pieces) {
      await writing
      writing = writer.write(piece)
    }
    await writing
    await writer.close()
    await collecting
  } catch (error) {
    writing.catch(() => undefined)
    collecting.catch(() => undefined)
    await writer.abort(error).catch(() => undefined)
    throw error
  }
  return data
}

async function collect(readable: ReadableStream<Uint8Array>, into: Uint8Array[]): Promise<void> {
  const reader = readable.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    into.push(value)
  }
}
