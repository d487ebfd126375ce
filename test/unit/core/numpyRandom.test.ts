import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/core/fault.ts'
import { NumpyRandom } from '../../../src/core/numpyRandom.ts'

describe('NumpyRandom', () => {
  it('gives the first outputs of MT19937 for the reference seed 5489', () => {
    const random = new NumpyRandom(5489)
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([3499211612, 581869302, 3890346734])
  })

  it('gives the 10000th output that ISO C++ [rand.predef] requires of mt19937', () => {
    const random = new NumpyRandom(5489)
    for (let i = 1; i < 10000; i++) random.uint32()
    expect(random.uint32()).toBe(4123659995)
  })

  it('draws nothing to shuffle a list of none or one', () => {
    const random = new NumpyRandom(0)
    random.shuffle([])
    random.shuffle(['only'])
    expect(random.uint32()).toBe(new NumpyRandom(0).uint32())
  })

  it.each([-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the seed %s', seed => {
    expect(() => new NumpyRandom(seed)).toThrow(UsageError)
    expect(() => new NumpyRandom(seed)).toThrow(String(seed))
  })
})
