import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { NumpyRandom } from '../../../src/core/numpyRandom.ts'
import { acrossSitesSplit } from '../../../src/core/split.ts'
import expectations from './expectations.json' with { type: 'json' }

/** As make_expectations.py compacts: the numbers when they are few, else the SHA-256 of their text. */
function compact(values: readonly number[]): string {
  const text = values.join(',')
  return values.length <= 33 ? text : createHash('sha256').update(text).digest('hex')
}

const upTo = (size: number) => Array.from({ length: size }, (_, i) => i)

it('has the expectations that it is meant to have', () => {
  expect(expectations.shuffles).toHaveLength(200)
  expect(expectations.samples).toHaveLength(10)
  expect(expectations.cuts).toHaveLength(200)
})

describe.each(expectations.shuffles)('np.random.shuffle: %s', line => {
  it('is the same', () => {
    const [size, seed, permutation] = line.split(' ')
    const items = upTo(Number(size))
    new NumpyRandom(Number(seed)).shuffle(items)
    expect(compact(items)).toBe(permutation)
  })
})

describe.each(expectations.samples)('np.random.random_sample: %s', line => {
  it('is the same to the last bit', () => {
    const [seed, ...values] = line.split(' ').map(Number)
    const random = new NumpyRandom(seed!)
    const drawn = Array.from({ length: 700 }, () => random.randomSample())
    expect(drawn.slice(-4)).toEqual(values)
  })
})

describe.each(expectations.cuts)('across-sites cut: %s', line => {
  it('is the same', () => {
    const [size, seed, testRatio, valRatio, expected] = line.split(' ')
    const rows = upTo(Number(size)).map(i => ({
      id: `s${i}`,
      site: 'B',
      collection: 'c',
      subset: 'kept',
      values: {},
    }))
    const split = acrossSitesSplit(rows, {
      keepSites: [],
      testRatio: Number(testRatio),
      valRatio: Number(valRatio),
      seed: Number(seed),
    })
    expect(compact(split.map(({ subset }) => ['train', 'val', 'test'].indexOf(subset)))).toBe(expected)
  })
})
