import { describe, expect, test } from 'vitest'
import {
  add,
  divide,
  extended,
  multiply,
  squareRoot,
  subtract,
  toNumber,
} from '../../../../src/formats/nifti/extendedPrecision.ts'

const parts = (v: { significand: bigint; exponent: number }) => [v.significand, v.exponent]

test('doubles pass through unchanged', () => {
  for (const v of [0, 1, -1, 0.1, 1e300, -5e-324, 2 ** -1022, Number.MAX_VALUE])
    expect(toNumber(extended(v))).toBe(v)
})

describe('results have 64 significant bits, rounded to nearest even', () => {
  test('a third', () => {
    // 0xAAAAAAAAAAAAAAAB · 2^-65 is the long double nearest to 1/3.
    expect(parts(divide(extended(1), extended(3)))).toEqual([0xaaaaaaaaaaaaaaabn, -65])
  })
  test('a negative quotient is rounded like its opposite', () => {
    expect(parts(divide(extended(-1), extended(3)))).toEqual([-0xaaaaaaaaaaaaaaabn, -65])
  })
  test('the root of two', () => {
    // 0xB504F333F9DE6484 · 2^-63, as sqrtl(2) gives.
    expect(parts(squareRoot(extended(2)))).toEqual([0xb504f333f9de6484n, -63])
  })
  test('ties go to the even neighbour', () => {
    const one = extended(1)
    const lastBit = 2 ** -63
    expect(toNumber(subtract(add(one, extended(lastBit)), one))).toBe(lastBit)
    expect(toNumber(subtract(add(one, extended(lastBit / 2)), one))).toBe(0)
    const odd = add(one, extended(lastBit))
    expect(toNumber(subtract(add(odd, extended(lastBit / 2)), one))).toBe(2 * lastBit)
  })
  test('a product keeps more than a double does', () => {
    const square = multiply(extended(0.1), extended(0.1))
    expect(toNumber(square)).toBe(0.010000000000000002)
    expect(toNumber(subtract(square, extended(0.010000000000000002)))).not.toBe(0)
  })
})

test('exact roots and quotients stay exact', () => {
  for (const v of [0, 1, 4, 2.25, 2 ** -40, 1e10]) expect(toNumber(squareRoot(extended(v * v)))).toBe(v)
  expect(toNumber(divide(extended(-7.5), extended(2.5)))).toBe(-3)
})
