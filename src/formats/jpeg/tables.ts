/** The natural index (row × 8 + column) of the coefficient at each place of the zig-zag sequence (ITU-T T.81, figure 5). */
export const ZIGZAG = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
])

/** Quantization of luminance by rows (ITU-T T.81, table K.1). */
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

/** Quantization of chrominance by rows (table K.2): but for a corner it is 99. */
const CHROMINANCE = new Array<number>(64).fill(99)
for (const [at, step] of [
  [0, 17],
  [1, 18],
  [2, 24],
  [3, 47],
  [8, 18],
  [9, 21],
  [10, 26],
  [11, 66],
  [16, 24],
  [17, 26],
  [18, 56],
  [24, 47],
  [25, 66],
] as const)
  CHROMINANCE[at] = step

/**
 * Quantization steps by rows, of luminance and chrominance. The quality counts as the Independent JPEG Group's programs
 * count it: 50 gives the tables of annex K, 100 steps of 1.
 */
export function quantization(quality: number): [Uint8Array, Uint8Array] {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  const scaled = (steps: readonly number[]) =>
    Uint8Array.from(steps, step => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))))
  return [scaled(LUMINANCE), scaled(CHROMINANCE)]
}

/** A Huffman table as DHT lists it: how many codes there are of 1 to 16 bits, and their values in order of code. */
export interface HuffmanList {
  readonly counts: readonly number[]
  readonly values: readonly number[]
}

const DC_VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]

/** Values of AC coefficients: the first ones as given, then all others that there are, in rising order. */
function acValues(first: readonly number[]): number[] {
  const values = [...first]
  const given = new Set(first)
  for (let run = 0; run < 16; run++)
    for (let size = 1; size <= 10; size++) {
      const value = run * 16 + size
      if (!given.has(value)) values.push(value)
    }
  return values
}

/** Tables K.3 to K.6 of ITU-T T.81: [luminance, chrominance]. */
export const DC_TABLES: readonly [HuffmanList, HuffmanList] = [
  { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], values: DC_VALUES },
  { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], values: DC_VALUES },
]
export const AC_TABLES: readonly [HuffmanList, HuffmanList] = [
  {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    values: acValues([
      0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22,
      0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33,
      0x62, 0x72, 0x82,
    ]),
  },
  {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    values: acValues([
      0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13,
      0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62,
      0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1,
    ]),
  },
]
