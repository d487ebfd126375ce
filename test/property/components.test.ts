import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Shape } from '../../src/core/volume.ts'
import type { Connectivity } from '../../src/imaging/components/connectedRuns.ts'
import { largestComponents } from '../../src/imaging/components/largestComponents.ts'
import { floodComponents } from '../unit/imaging/components/floodComponents.ts'

/** A small map of labels 0 to 3 that begins at any byte of its buffer. */
const labelMap = fc
  .record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 11 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 5 }),
    ),
    offset: fc.integer({ min: 0, max: 3 }),
  })
  .chain(({ shape, offset }) =>
    fc
      .array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })), {
        minLength: shape[0] * shape[1] * shape[2],
        maxLength: shape[0] * shape[1] * shape[2],
      })
      .map(values => {
        const data = new Uint8Array(new ArrayBuffer(values.length + offset), offset)
        data.set(values)
        return { shape: shape as Shape, data }
      }),
  )

const connectivities = fc.constantFrom<Connectivity>(6, 18, 26)

it('keeps what a flood fill finds', () => {
  fc.assert(
    fc.property(labelMap, connectivities, ({ shape, data }, connectivity) => {
      const expected = new Uint8Array(data.length)
      const figures = [2, 1].map(label => {
        const found = floodComponents(data, shape, label, connectivity)
        const kept = found.reduce<readonly number[]>((a, b) => (b.length > a.length ? b : a), [])
        for (const voxel of kept) expected[voxel] = label
        return {
          label,
          voxels: found.reduce((sum, c) => sum + c.length, 0),
          components: found.length,
          kept: kept.length,
        }
      })
      const result = largestComponents(data, shape, [2, 1], connectivity)
      expect([...result.data]).toEqual([...expected])
      expect(result.labels).toEqual(figures)
    }),
    { numRuns: 400 },
  )
})

it('changes nothing the second time', () => {
  fc.assert(
    fc.property(labelMap, connectivities, ({ shape, data }, connectivity) => {
      const once = largestComponents(data, shape, [1, 2, 3], connectivity)
      const twice = largestComponents(once.data, shape, [1, 2, 3], connectivity)
      expect(twice.data).toEqual(once.data)
      expect(twice.labels.every(l => l.components === (l.voxels > 0 ? 1 : 0))).toBe(true)
    }),
  )
})
