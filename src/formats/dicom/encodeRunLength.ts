const HEADER_BYTES = 64
const LONGEST = 128

/**
 * Encodes a frame of one sample a pixel as RLE Lossless (PS3.5, annex G): one segment for each byte of a cell, the most
 * significant first, each row packed by itself, segments of even length.
 *
 * @param cells little-endian, rows × columns × cellBytes
 */
export function encodeRunLength(cells: Uint8Array, columns: number, cellBytes: 1 | 2): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  header.setUint32(0, cellBytes, true)
  const out: number[] = []
  const row = new Uint8Array(columns)
  for (let byte = cellBytes - 1, segment = 0; byte >= 0; byte--, segment++) {
    header.setUint32(4 + 4 * segment, HEADER_BYTES + out.length, true)
    for (let start = byte; start < cells.length; start += columns * cellBytes) {
      for (let i = 0; i < columns; i++) row[i] = cells[start + i * cellBytes]!
      packRow(row, out)
    }
    if (out.length % 2 === 1) out.push(0)
  }
  const encoded = new Uint8Array(HEADER_BYTES + out.length)
  encoded.set(new Uint8Array(header.buffer))
  encoded.set(out, HEADER_BYTES)
  return encoded
}

/** PackBits: runs of three or more as a count and the byte, what lies between as a count and the bytes. */
function packRow(row: Uint8Array, out: number[]): void {
  let at = 0
  while (at < row.length) {
    const run = runAt(row, at)
    if (run >= 3) {
      out.push(257 - run, row[at]!)
      at += run
      continue
    }
    let end = at + run
    while (end < row.length && end - at < LONGEST && runAt(row, end) < 3) end++
    out.push(end - at - 1)
    for (; at < end; at++) out.push(row[at]!)
  }
}

/** How often the byte at `at` stands there in a row, up to 128. */
function runAt(row: Uint8Array, at: number): number {
  let end = at + 1
  while (end < row.length && end - at < LONGEST && row[end] === row[at]) end++
  return end - at
}
