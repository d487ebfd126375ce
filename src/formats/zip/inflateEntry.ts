import { createInflater } from '../deflate/inflater.ts'
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

/** Of compressed bytes; the text of a worksheet is five to fifty times as long. */
const INPUT_BYTES = 1 << 15
/** A stop that was asked for, and whatever else waits, gets its turn after so many inflated bytes. */
const TURN_BYTES = 1 << 22

async function* inflate({ data, size }: ZipEntry): AsyncGenerator<Uint8Array> {
  const whole = size <= AT_ONCE_BYTES ? inflateAtOnce(joined(data), size) : undefined
  if (whole !== undefined) {
    yield whole
    return
  }
  let sinceTurn = 0
  for (const chunk of inflateStream(data)) {
    sinceTurn += chunk.length
    if (sinceTurn >= TURN_BYTES) {
      sinceTurn = 0
      await turn()
    }
    yield chunk
  }
}

function* inflateStream(data: readonly Uint8Array[]): Generator<Uint8Array> {
  const stream = createInflater().begin()
  let isDone = false
  for (const piece of data)
    for (let at = 0; at < piece.length; at += INPUT_BYTES) {
      const input = piece.subarray(at, at + INPUT_BYTES)
      if (isDone) throw new ZipInvalidError('bytes follow the end of the deflate stream')
      const chunks: Uint8Array[] = []
      const { done, consumed } = stream.push(input, chunk => chunks.push(chunk.slice()))
      yield* chunks
      if (consumed < input.length) throw new ZipInvalidError('bytes follow the end of the deflate stream')
      isDone = done
    }
  stream.finish()
}

declare const setImmediate: ((run: () => void) => void) | undefined

const turn = (): Promise<void> =>
  new Promise(done => {
    // A browser has timers only.
    if (typeof setImmediate === 'function') setImmediate(done)
    else setTimeout(done, 0)
  })
