import { expect, it } from 'vitest'
import { labelPalette } from '../../../web/view/labelPalette.ts'

it('has the colours of the label map, those of unnamed values, and hides background and what is hidden', () => {
  const known = [{ index: 2, name: 'left ventricle', color: '#12ab7f' }]
  const { R, G, B, A, labels } = labelPalette(known, new Set([1]))
  expect([R[2], G[2], B[2], A[2]]).toEqual([0x12, 0xab, 0x7f, 255])
  expect([R[1], G[1], B[1], A[1]]).toEqual([255, 0, 0, 0])
  expect(A[0]).toBe(0)
  expect(A.filter(alpha => alpha === 255)).toHaveLength(254)
  expect(labels.slice(1, 3)).toEqual(['1', 'left ventricle'])
})
