/** Bytes from `first` to `last`, both of them in it. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * What a Range header asks for of `size` bytes (RFC 9110, 14.1.2). Several ranges, other units and what is no range are
 * ignored, as the standard allows: the whole is sent.
 *
 * @returns undefined for the whole; `unsatisfiable` where nothing of it is there
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  if (match[1] === '') {
    const length = Math.min(size, Number(match[2]))
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 }
  }
  const first = Number(match[1])
  const last = match[2] === '' ? size - 1 : Number(match[2])
  if (last < first && match[2] !== '') return undefined
  return first >= size ? 'unsatisfiable' : { first, last: Math.min(last, size - 1) }
}

/** The bytes of a range within parts that lie behind each other, without copying. */
export function* partsOfRange(
  parts: readonly Uint8Array[],
  { first, last }: ByteRange,
  pieceBytes: number,
): Generator<Uint8Array> {
  let start = 0
  for (const part of parts) {
    const to = Math.min(part.length, last + 1 - start)
    for (let at = Math.max(0, first - start); at < to; at += pieceBytes)
      yield part.subarray(at, Math.min(to, at + pieceBytes))
    start += part.length
  }
}
