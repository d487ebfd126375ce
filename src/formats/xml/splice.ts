/** A replacement of the bytes from `start` to `end`; an insertion where they are equal. */
export interface XmlEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * The document with the edits made and every other byte as it was. Edits may come in any order but not overlap;
 * insertions at one place stand in the order given.
 */
export function spliceXml(bytes: Uint8Array, edits: readonly XmlEdit[]): Uint8Array {
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  let at = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    if (edit.start < at) throw new RangeError('edits overlap')
    pieces.push(bytes.subarray(at, edit.start), encoder.encode(edit.text))
    at = edit.end
  }
  pieces.push(bytes.subarray(at))
  const spliced = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let length = 0
  for (const piece of pieces) {
    spliced.set(piece, length)
    length += piece.length
  }
  return spliced
}
