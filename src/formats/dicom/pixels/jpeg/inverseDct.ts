// The inverse DCT of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with 12 multiplications in integers of 13
// fractional bits, rounded as the accurate integer method of the Independent JPEG Group's library does, so that the
// samples are those of nearly all other decoders.
const FRACTION = 13
const fixed = (x: number) => Math.trunc(x * (1 << FRACTION) + 0.5)
const C_0_298 = fixed(0.298631336)
const C_0_390 = fixed(0.390180644)
const C_0_541 = fixed(0.5411961)
const C_0_765 = fixed(0.765366865)
const C_0_899 = fixed(0.899976223)
const C_1_175 = fixed(1.175875602)
const C_1_501 = fixed(1.50132111)
const C_1_847 = fixed(1.847759065)
const C_1_961 = fixed(1.96157056)
const C_2_053 = fixed(2.053119869)
const C_2_562 = fixed(2.562915447)
const C_3_072 = fixed(3.072711026)

/** One pass over 8 values of `block` that lie `stride` apart, descaled by `shift` bits. */
function pass(block: Int32Array, first: number, stride: number, shift: number): void {
  const i1 = first + stride
  const i2 = i1 + stride
  const i3 = i2 + stride
  const i4 = i3 + stride
  const i5 = i4 + stride
  const i6 = i5 + stride
  const i7 = i6 + stride
  const round = 1 << (shift - 1)

  const evenSum = Math.imul(block[i2]! + block[i6]!, C_0_541)
  const even2 = evenSum - Math.imul(block[i6]!, C_1_847)
  const even3 = evenSum + Math.imul(block[i2]!, C_0_765)
  const even0 = (block[first]! + block[i4]!) << FRACTION
  const even1 = (block[first]! - block[i4]!) << FRACTION
  const a0 = even0 + even3
  const a3 = even0 - even3
  const a1 = even1 + even2
  const a2 = even1 - even2

  const odd0 = block[i7]!
  const odd1 = block[i5]!
  const odd2 = block[i3]!
  const odd3 = block[i1]!
  const z5 = Math.imul(odd0 + odd2 + odd1 + odd3, C_1_175)
  const z1 = -Math.imul(odd0 + odd3, C_0_899)
  const z2 = -Math.imul(odd1 + odd2, C_2_562)
  const z3 = z5 - Math.imul(odd0 + odd2, C_1_961)
  const z4 = z5 - Math.imul(odd1 + odd3, C_0_390)
  const b0 = Math.imul(odd0, C_0_298) + z1 + z3
  const b1 = Math.imul(odd1, C_2_053) + z2 + z4
  const b2 = Math.imul(odd2, C_3_072) + z2 + z3
  const b3 = Math.imul(odd3, C_1_501) + z1 + z4

  block[first] = (a0 + b3 + round) >> shift
  block[i7] = (a0 - b3 + round) >> shift
  block[i1] = (a1 + b2 + round) >> shift
  block[i6] = (a1 - b2 + round) >> shift
  block[i2] = (a2 + b1 + round) >> shift
  block[i5] = (a2 - b1 + round) >> shift
  block[i3] = (a3 + b0 + round) >> shift
  block[i4] = (a3 - b0 + round) >> shift
}

/**
 * Turns 64 dequantized coefficients, in rows, into samples at `plane[offset]` and below; `block` is left in pieces.
 *
 * @param width samples in a row of the plane
 * @param precision bits of a sample, 8 or 12
 */
export function inverseDct(
  block: Int32Array,
  plane: Uint16Array,
  offset: number,
  width: number,
  precision: number,
): void {
  const centre = 1 << (precision - 1)
  const largest = 2 * centre - 1
  // Bits kept between the passes: what 32 bits have room for.
  const kept = precision === 8 ? 2 : 1
  for (let column = 0; column < 8; column++) pass(block, column, 8, FRACTION - kept)
  for (let row = 0; row < 8; row++) {
    pass(block, 8 * row, 1, FRACTION + kept + 3)
    const to = offset + row * width
    for (let column = 0; column < 8; column++) {
      const sample = block[8 * row + column]! + centre
      plane[to + column] = sample < 0 ? 0 : sample > largest ? largest : sample
    }
  }
}
