import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rescaleWords } from '../../../src/imaging/dicom/rescaleWords.ts'

const word = fc.oneof(
  fc.integer({ min: -32768, max: 32767 }),
  fc.integer({ min: 0, max: 4095 }),
  fc.constantFrom(-32768, -2000, -1, 0, 32767),
)
const intercept = fc.oneof(
  fc.constantFrom(0, -1024, -1000, 1, -32768, 32767),
  fc.integer({ min: -32768, max: 32767 }),
)

it('stored words rescaled in place are stored value + intercept, or are told not to fit', () => {
  let done = 0
  let refused = 0
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 16 }),
      fc.boolean(),
      intercept,
      fc.boolean(),
      (stored, bitsStored, signed, b, clean) => {
        const up = 32 - bitsStored
        const meant = (v: number) => (signed ? (v << up) >> up : (v << up) >>> up)
        // As a scanner writes them: nothing above the stored bits, signs repeated.
        const words = Int16Array.from(clean ? stored.map(meant) : stored)
        const isClean = words.every(v => meant(v) === (signed ? v : v & 0xffff))
        const wanted = Array.from(words, v => meant(v) + b)
        const fits = isClean && wanted.every(v => v >= -32768 && v <= 32767)
        const isDone = rescaleWords(words, { bitsStored, signed }, { slope: 1, intercept: b })
        if (isDone) {
          done++
          expect(isClean).toBe(true)
          expect([...words]).toEqual(wanted)
        } else {
          refused++
          // Refused without need only where an unsigned word has bit 15.
          if (fits) expect(!signed && words.some(v => v < 0)).toBe(true)
        }
      },
    ),
    { numRuns: 3000, seed: 20260301 },
  )
  expect(done).toBeGreaterThan(300)
  expect(refused).toBeGreaterThan(300)
})

it.each([
  ['a slope', { slope: 2, intercept: 0 }],
  ['a fraction', { slope: 1, intercept: 0.5 }],
  ['an intercept beyond int16', { slope: 1, intercept: -40000 }],
])('%s is left to the general way', (_, rescale) => {
  expect(rescaleWords(new Int16Array(4), { bitsStored: 12, signed: false }, rescale)).toBe(false)
})

it.each([1, 2 ** 15 - 1, 2 ** 15, 2 ** 15 + 9, 3 * 2 ** 15])('%i words are all rescaled', length => {
  const stored = Int16Array.from({ length }, (_, i) => i % 4096)
  // Where it lies makes no difference.
  const words = new Int16Array(length + 2).fill(7)
  words.set(stored, 1)
  const sample = { bitsStored: 12, signed: false }
  expect(rescaleWords(words.subarray(1, -1), sample, { slope: 1, intercept: -1024 })).toBe(true)
  expect(words.subarray(1, -1)).toEqual(stored.map(v => v - 1024))
  expect([words[0], words.at(-1)]).toEqual([7, 7])
})

it.each([0, 2 ** 15 - 1, 2 ** 15, 2 ** 15 + 8])('word %i alone does not fit', place => {
  const sample = { bitsStored: 16, signed: true }
  const words = new Int16Array(2 ** 15 + 9)
  words[place] = -32768
  expect(rescaleWords(words, sample, { slope: 1, intercept: -1 })).toBe(false)
  words.fill(0)
  expect(rescaleWords(words, sample, { slope: 1, intercept: -1 })).toBe(true)
  expect(words.every(v => v === -1)).toBe(true)
})
