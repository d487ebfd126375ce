import { nodeZlib } from './nodeZlib.ts'

/** Up to this many bytes are done at once: to set up streams takes longer. */
export const AT_ONCE_BYTES = 1 << 18

/**
 * Raw deflate (RFC 1951) of a few bytes, to the same bytes as `CompressionStream` gives them.
 * @returns undefined where the platform has nothing but streams
 */
export const deflateAtOnce = (bytes: Uint8Array): Uint8Array | undefined =>
  plain(nodeZlib()?.deflateRawSync(bytes))

/**
 * What a few raw deflate bytes inflate to.
 * @returns undefined where the platform has nothing but streams
 * @throws if they are damaged or give more than `mostBytes`
 */
export const inflateAtOnce = (bytes: Uint8Array, mostBytes: number): Uint8Array | undefined =>
  plain(nodeZlib()?.inflateRawSync(bytes, { maxOutputLength: Math.max(1, mostBytes) }))

/** Without what Node adds to an array of bytes. */
const plain = (bytes: Uint8Array | undefined): Uint8Array | undefined =>
  bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Pieces as one array; no copy is made of a single one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
