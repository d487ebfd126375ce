import { InflateError } from './fault.ts'
import type { ChunkSink, Inflater, InflateStream } from './inflater.ts'

/** Continues the CRC-32 (ISO 3309) `crc` over more bytes; `crc` is 0 at the start. */
export type Crc32 = (bytes: Uint8Array, crc: number) => number

/** A gzip file under way. */
export interface GunzipStream {
  /**
   * Takes the next bytes of the file, in pieces of any size, and hands the content to `sink` in chunks that are valid
   * only during the call.
   *
   * @throws InflateError 'corrupt'; whatever `sink` throws. The stream is useless then.
   */
  push(input: Uint8Array, sink: ChunkSink): void
  /**
   * Says that the file ends here.
   *
   * @throws InflateError 'truncated' if it ends within a member or has none.
   */
  finish(): void
}

// Flags of a member's header and its parts (RFC 1952, section 2.3).
const FHCRC = 2
const FEXTRA = 4
const FNAME = 8
const FCOMMENT = 16
const RESERVED_FLAGS = 0xe0
const FIXED_BYTES = 10
const TRAILER_BYTES = 8
const DEFLATE = 8

/** What a byte of the file belongs to. */
type Part =
  | 'fixed'
  | 'extraLength'
  | 'extra'
  | 'name'
  | 'comment'
  | 'headerCrc'
  | 'data'
  | 'trailer'
  | 'after'
  | 'garbage'

/**
 * Reads gzip (RFC 1952) of any number of members, checking the CRC-32 and length of each and the CRC-16 of headers
 * that have one. What follows a member is another member where, after any zero bytes, it begins with 1f 8b; anything
 * else is ignored with all that follows, as GNU gzip does. Reserved flags are refused, as the RFC asks.
 *
 * @param inflater used until the stream is at its end; by no one else meanwhile.
 */
export function gunzipStream(inflater: Inflater, crc32: Crc32): GunzipStream {
  let part: Part = 'fixed'
  let members = 0
  let flags = 0
  /** The bytes of the present part that came so far, where they are needed, and how many are wanted or left. */
  const gathered = new Uint8Array(FIXED_BYTES)
  let filled = 0
  let extraLeft = 0
  let headerCrc = 0
  let data: InflateStream | undefined
  let crc = 0
  let length = 0

  /** The bytes from `at` on that complete the gathered ones to `wanted`; false where more must come. */
  let at = 0
  const gather = (input: Uint8Array, wanted: number): boolean => {
    const piece = input.subarray(at, at + wanted - filled)
    gathered.set(piece, filled)
    filled += piece.length
    at += piece.length
    if (filled < wanted) return false
    filled = 0
    return true
  }
  const word16 = (from: number) => gathered[from]! | (gathered[from + 1]! << 8)
  const word32 = (from: number) => (word16(from) | (word16(from + 2) << 16)) >>> 0
  const countHeader = (bytes: Uint8Array) => {
    if (flags & FHCRC) headerCrc = crc32(bytes, headerCrc)
  }

  /** The first part from `from` on that the header's flags announce. */
  const partFrom = (from: 'extraLength' | 'name' | 'comment' | 'headerCrc'): Part => {
    if (from === 'extraLength' && flags & FEXTRA) return 'extraLength'
    if ((from === 'extraLength' || from === 'name') && flags & FNAME) return 'name'
    if (from !== 'headerCrc' && flags & FCOMMENT) return 'comment'
    return flags & FHCRC ? 'headerCrc' : 'data'
  }

  function takeFixed(input: Uint8Array): void {
    // What is no member is told by its first two bytes, which may come apart.
    const complete = gather(input, FIXED_BYTES)
    const known = complete ? FIXED_BYTES : filled
    if ((known > 0 && gathered[0] !== 0x1f) || (known > 1 && gathered[1] !== 0x8b)) {
      if (members === 0) throw new InflateError('corrupt', 'it does not begin as gzip does')
      part = 'garbage'
      return
    }
    if (known > 2 && gathered[2] !== DEFLATE)
      throw new InflateError('corrupt', 'the gzip header names an unknown compression method')
    if (known > 3 && gathered[3]! & RESERVED_FLAGS)
      throw new InflateError('corrupt', 'the gzip header has reserved flags')
    if (!complete) return
    flags = gathered[3]!
    headerCrc = 0
    countHeader(gathered)
    part = partFrom('extraLength')
  }

  function takeExtraLength(input: Uint8Array): void {
    if (!gather(input, 2)) return
    countHeader(gathered.subarray(0, 2))
    extraLeft = word16(0)
    part = 'extra'
  }

  function takeExtra(input: Uint8Array): void {
    const piece = input.subarray(at, at + extraLeft)
    countHeader(piece)
    at += piece.length
    extraLeft -= piece.length
    if (extraLeft === 0) part = partFrom('name')
  }

  /** A name or comment, which a zero byte ends. */
  function takeText(input: Uint8Array, next: 'comment' | 'headerCrc'): void {
    const zero = input.indexOf(0, at)
    const end = zero < 0 ? input.length : zero + 1
    countHeader(input.subarray(at, end))
    at = end
    if (zero >= 0) part = partFrom(next)
  }

  function takeHeaderCrc(input: Uint8Array): void {
    if (!gather(input, 2)) return
    if (word16(0) !== (headerCrc & 0xffff))
      throw new InflateError('corrupt', 'the gzip header does not agree with its checksum')
    part = 'data'
  }

  function takeData(input: Uint8Array, sink: ChunkSink): void {
    if (data === undefined) {
      data = inflater.begin()
      crc = 0
      length = 0
    }
    const { consumed, done } = data.push(at === 0 ? input : input.subarray(at), chunk => {
      crc = crc32(chunk, crc)
      length += chunk.length
      sink(chunk)
    })
    at += consumed
    if (!done) return
    data = undefined
    part = 'trailer'
  }

  function takeTrailer(input: Uint8Array): void {
    if (!gather(input, TRAILER_BYTES)) return
    if (word32(0) !== crc >>> 0)
      throw new InflateError('corrupt', 'the content does not agree with its CRC-32')
    if (word32(4) !== length % 2 ** 32)
      throw new InflateError('corrupt', 'the content does not have the length that its end gives')
    members++
    part = 'after'
  }

  function skipZeros(input: Uint8Array): void {
    while (at < input.length && input[at] === 0) at++
    if (at < input.length) part = 'fixed'
  }

  return {
    push(input, sink) {
      at = 0
      while (at < input.length && part !== 'garbage') {
        if (part === 'data') takeData(input, sink)
        else if (part === 'fixed') takeFixed(input)
        else if (part === 'extraLength') takeExtraLength(input)
        else if (part === 'extra') takeExtra(input)
        else if (part === 'name') takeText(input, 'comment')
        else if (part === 'comment') takeText(input, 'headerCrc')
        else if (part === 'headerCrc') takeHeaderCrc(input)
        else if (part === 'trailer') takeTrailer(input)
        else skipZeros(input)
      }
    },
    finish() {
      // After a member a single byte 1f is no other one, but garbage.
      if (part === 'after' || part === 'garbage' || (part === 'fixed' && members > 0 && filled < 2)) return
      throw new InflateError('truncated', 'the gzip data ends before it is complete')
    },
  }
}
