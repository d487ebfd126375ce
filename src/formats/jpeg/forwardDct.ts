/** cos(k π / 16) / 2. Written out, since engines differ in the last digit of Math.cos. */
const C1 = 0.49039264020161522
const C2 = 0.46193976625564337
const C3 = 0.41573480615127262
const C4 = 0.35355339059327379
const C5 = 0.27778511650980109
const C6 = 0.1913417161825449
const C7 = 0.09754516100806414

/** The forward DCT of 8 × 8 samples in place (ITU-T T.81, A.3.3), along rows and then along columns. */
export function forwardDct(block: Float64Array): void {
  // Background is mostly flat: all in the first coefficient.
  const level = block[0]!
  let equal = 1
  while (equal < 64 && block[equal] === level) equal++
  if (equal === 64) {
    block.fill(0)
    block[0] = 8 * level
    return
  }
  for (let row = 0; row < 64; row += 8) transform(block, row, 1)
  for (let column = 0; column < 8; column++) transform(block, column, 8)
}

/**
 * Eight samples. Cosines of even frequency are the same from both ends, those of odd frequency opposite, so that sums
 * and differences of the ends suffice.
 */
function transform(block: Float64Array, at: number, step: number): void {
  const v0 = block[at]!
  const v1 = block[at + step]!
  const v2 = block[at + 2 * step]!
  const v3 = block[at + 3 * step]!
  const v4 = block[at + 4 * step]!
  const v5 = block[at + 5 * step]!
  const v6 = block[at + 6 * step]!
  const v7 = block[at + 7 * step]!
  const s0 = v0 + v7
  const s1 = v1 + v6
  const s2 = v2 + v5
  const s3 = v3 + v4
  const d0 = v0 - v7
  const d1 = v1 - v6
  const d2 = v2 - v5
  const d3 = v3 - v4
  block[at] = C4 * (s0 + s1 + s2 + s3)
  block[at + step] = C1 * d0 + C3 * d1 + C5 * d2 + C7 * d3
  block[at + 2 * step] = C2 * (s0 - s3) + C6 * (s1 - s2)
  block[at + 3 * step] = C3 * d0 - C7 * d1 - C1 * d2 - C5 * d3
  block[at + 4 * step] = C4 * (s0 - s1 - s2 + s3)
  block[at + 5 * step] = C5 * d0 - C1 * d1 + C7 * d2 + C3 * d3
  block[at + 6 * step] = C6 * (s0 - s3) - C2 * (s1 - s2)
  block[at + 7 * step] = C7 * d0 - C5 * d1 + C3 * d2 - C1 * d3
}
