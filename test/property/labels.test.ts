import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { affine } from '../../src/core/affine.ts'
import { binaryMask, countDisagreement, mergeLabels, remapLabels } from '../../src/imaging/labels.ts'
import { resampleNearest } from '../../src/imaging/resampleNearest.ts'

const identity = affine<'voxel', 'ras'>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
/** Mostly background, as label maps are; of any length and at any offset in its buffer. */
const labels = fc
  .tuple(
    fc.array(fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(3)), { maxLength: 70 }),
    fc.nat(3),
  )
  .map(([values, offset]) => {
    const data = new Uint8Array(new ArrayBuffer(values.length + offset), offset)
    data.set(values)
    return data
  })
const asMask = (data: Uint8Array) => ({
  grid: { shape: [data.length, 1, 1] as const, affine: identity },
  data,
})

describe('binary masks', () => {
  it('are 1 exactly where the label is, and partition the label map', () => {
    fc.assert(
      fc.property(labels, data => {
        const parts = [0, 1, 2, 3].map(label => binaryMask(asMask(data), label).data)
        parts.forEach((part, label) => {
          expect([...part]).toEqual([...data].map(v => (v === label ? 1 : 0)))
          expect(countDisagreement(data, label, part)).toBe(0)
        })
        for (let i = 0; i < data.length; i++) expect(parts.reduce((sum, p) => sum + p[i]!, 0)).toBe(1)
      }),
    )
  })

  it('are compared voxel by voxel', () => {
    fc.assert(
      fc.property(labels, labels, fc.nat(3), (data, other, label) => {
        const binary = Uint8Array.from(data, (_, i) => other[i] ?? 2)
        const expected = [...data].filter((v, i) => (v === label ? 1 : 0) !== binary[i]).length
        expect(countDisagreement(data, label, binary)).toBe(expected)
      }),
    )
  })
})

describe('label arithmetic', () => {
  it('remaps only what is listed', () => {
    expect([...remapLabels(Uint8Array.of(0, 1, 2, 255), { 255: 1, 1: 7 })]).toEqual([0, 7, 2, 1])
  })

  it('lets the later mask win and counts where both had a label', () => {
    const under = Uint8Array.of(1, 1, 0, 0)
    expect(mergeLabels(under, Uint8Array.of(0, 2, 2, 0))).toBe(1)
    expect([...under]).toEqual([1, 2, 2, 0])
  })
})

describe('resampleNearest', () => {
  it('is the identity on the same grid and brings no new label', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 24, maxLength: 24 }), values => {
        const grid = { shape: [4, 3, 2] as const, affine: identity }
        const mask = { grid, data: Uint8Array.from(values) }
        expect([...resampleNearest(mask, grid).data]).toEqual(values)
        const moved = { ...grid, affine: affine<'voxel', 'ras'>([1, 0, 0, 0.4, 0, 1, 0, -0.4, 0, 0, 1, 0.2]) }
        expect([...resampleNearest(mask, moved).data]).toEqual(values)
      }),
    )
  })

  it('follows the world, not the index', () => {
    const grid = { shape: [4, 1, 1] as const, affine: identity }
    const flipped = {
      shape: [4, 1, 1] as const,
      affine: affine<'voxel', 'ras'>([-1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 0]),
    }
    expect([...resampleNearest({ grid, data: Uint8Array.of(1, 2, 3, 4) }, flipped).data]).toEqual([
      4, 3, 2, 1,
    ])
    const shifted = {
      shape: [4, 1, 1] as const,
      affine: affine<'voxel', 'ras'>([1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0]),
    }
    expect([...resampleNearest({ grid, data: Uint8Array.of(1, 2, 3, 4) }, shifted).data]).toEqual([
      3, 4, 0, 0,
    ])
  })
})
