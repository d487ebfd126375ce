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
      fc.array(word, { minLength: 2, maxLength: 40 }).map(a => a.slice(0, a.length & ~1)),
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
          // Refused without need only where other bits than 16 might have left the range, or an unsigned word has bit 15.
          if (fits && bitsStored === 16) expect(!signed && [...stored].some(v => v < 0)).toBe(true)
        }
      },
    ),
    { numRuns: 3000, seed: 20260301 },
  )
  expect(done).toBeGreaterThan(300)
  expect(refused).toBeGreaterThan(300)
})

it.each([
  ['a slope', { slope: 2, intercept: 0 }, 4],
  ['a fraction', { slope: 1, intercept: 0.5 }, 4],
  ['an intercept beyond int16', { slope: 1, intercept: -40000 }, 4],
  ['an odd number of words', { slope: 1, intercept: 0 }, 3],
])('%s is left to the general way', (_, rescale, length) => {
  expect(rescaleWords(new Int16Array(length), { bitsStored: 12, signed: false }, rescale)).toBe(false)
})
