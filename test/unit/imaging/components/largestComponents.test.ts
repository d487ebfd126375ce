import { describe, expect, it } from 'vitest'
import { largestComponents } from '../../../../src/imaging/components/largestComponents.ts'

describe('largestComponents', () => {
  it('tells neighbours by faces, edges and corners', () => {
    // Two voxels that share an edge, one more that shares a corner with the second.
    const data = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1)
    const componentsOf = (connectivity: 6 | 18 | 26) =>
      largestComponents(data, [3, 2, 2], [1], connectivity).labels[0]!.components
    expect([6, 18, 26].map(c => componentsOf(c as 6))).toEqual([3, 1, 1])
    const corner = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1)
    const atCorner = (connectivity: 6 | 18 | 26) =>
      largestComponents(corner, [2, 2, 2], [1], connectivity).labels[0]!.components
    expect([6, 18, 26].map(c => atCorner(c as 6))).toEqual([2, 2, 1])
  })

  it('does not join the end of a row with the beginning of the next', () => {
    const data = Uint8Array.of(0, 0, 1, 1, 0, 0)
    for (const connectivity of [6, 18, 26] as const)
      expect(largestComponents(data, [3, 2, 1], [1], connectivity).labels[0]).toMatchObject({
        components: 2,
        kept: 1,
      })
  })

  it('keeps the component met first of two of one size', () => {
    const data = Uint8Array.of(0, 2, 0, 2, 0, 0)
    expect([...largestComponents(data, [6, 1, 1], [2], 26).data]).toEqual([0, 2, 0, 0, 0, 0])
  })

  it('drops labels that are not listed, and tells of absent ones', () => {
    const { data, labels } = largestComponents(Uint8Array.of(1, 5, 3, 3), [4, 1, 1], [3, 6], 6)
    expect([...data]).toEqual([0, 0, 3, 3])
    expect(labels).toEqual([
      { label: 3, voxels: 2, components: 1, kept: 2 },
      { label: 6, voxels: 0, components: 0, kept: 0 },
    ])
  })

  it('has room for as many runs as there are voxels', () => {
    const data = new Uint8Array(400 * 400).map((_, n) => 1 + ((n + Math.floor(n / 400)) % 2))
    const { labels } = largestComponents(data, [400, 400, 1], [1, 2], 6)
    expect(labels.map(l => l.components)).toEqual([80_000, 80_000])
    expect(largestComponents(data, [400, 400, 1], [1, 2], 18).labels.map(l => l.components)).toEqual([1, 1])
  })

  it('refuses what is no label and a size that does not fit', () => {
    const data = new Uint8Array(8)
    for (const label of [0, 256, 1.5, Number.NaN])
      expect(() => largestComponents(data, [2, 2, 2], [label], 6)).toThrow(RangeError)
    expect(() => largestComponents(data, [2, 2, 3], [1], 6)).toThrow(/2 × 2 × 3/)
  })
})
