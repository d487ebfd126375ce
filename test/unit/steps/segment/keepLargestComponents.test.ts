import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labelMask } from '../../../../src/artifacts/niftiMask.ts'
import { affine } from '../../../../src/core/affine.ts'
import type { Shape } from '../../../../src/core/volume.ts'
import { keepLargestComponents } from '../../../../src/steps/segment/keepLargestComponents.ts'
import { floodComponents } from '../../imaging/components/floodComponents.ts'
import { stepRun } from '../stepRun.ts'

const codes = { qform: 1, sform: 2 }
const grid = (shape: Shape) => ({
  shape,
  affine: affine<'voxel', 'ras'>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]),
})
const maskOf = (values: readonly number[], shape: Shape = [values.length, 1, 1]) => ({
  mask: labelMask({ grid: grid(shape), data: Uint8Array.from(values) }, codes),
})

describe('keep-largest-components', () => {
  it('keeps the largest piece of each label and counts what is left', async () => {
    const { outputs, findings } = await stepRun(
      keepLargestComponents,
      maskOf([1, 0, 1, 1, 2, 2, 5, 2, 3, 4, 6, 6]),
    )
    expect([...outputs.mask.mask.data]).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 3, 4, 6, 6])
    expect([...outputs.mask.counts.subarray(0, 8)]).toEqual([4, 2, 2, 1, 1, 0, 2, 0])
    expect(outputs.mask.codes).toEqual(codes)
    expect(findings.map(f => [f.code, f.severity])).toEqual([['label-islands-dropped', 'warning']])
    expect(findings[0]!.message).toContain('1 of label 1 (1 of 3 voxels), 1 of label 2 (1 of 3 voxels)')
    expect(findings[0]!.numbers).toEqual({
      'label 1 components': 1,
      'label 1 voxels': 1,
      'label 2 components': 1,
      'label 2 voxels': 1,
    })
  })

  it('tells of an island of less than a tenth as information', async () => {
    const { findings } = await stepRun(keepLargestComponents, maskOf([...Array(11).fill(1), 0, 1]), {
      labels: [1],
    })
    expect(findings.map(f => f.severity)).toEqual(['info'])
  })

  it('tells of absent labels and goes on', async () => {
    const { outputs, findings } = await stepRun(keepLargestComponents, maskOf([0, 7, 0]), { labels: [6, 2] })
    expect([...outputs.mask.mask.data]).toEqual([0, 0, 0])
    expect(findings.map(f => [f.code, f.numbers?.label])).toEqual([
      ['label-absent', 6],
      ['label-absent', 2],
    ])
  })

  it('leaves each label in one piece, by a flood fill', async () => {
    const shape: Shape = [14, 11, 9]
    const values = Array.from({ length: 14 * 11 * 9 }, (_, n) => (Math.imul(n + 1, 2654435761) >>> 29) % 5)
    for (const connectivity of ['6', '18', '26'] as const) {
      const { outputs } = await stepRun(keepLargestComponents, maskOf(values, shape), {
        labels: [1, 2, 3, 4],
        connectivity,
      })
      const pieces = [1, 2, 3, 4].map(
        label => floodComponents(outputs.mask.mask.data, shape, label, Number(connectivity) as 6).length,
      )
      expect(pieces).toEqual([1, 1, 1, 1])
    }
  })

  it('refuses a mask that is no label map', async () => {
    const { mask } = maskOf([1, 1])
    await expect(
      stepRun(keepLargestComponents, { mask: { ...mask, notWhole: 3, firstBad: { index: 4, value: 0.5 } } }),
    ).rejects.toMatchObject({ code: 'mask-not-whole', message: expect.stringContaining('0.5 at voxel 4') })
  })

  it('refuses a label that is named twice', () => {
    expect(keepLargestComponents.params(z).safeParse({ labels: [1, 1] }).success).toBe(false)
  })
})
