import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labelMask } from '../../../../src/artifacts/niftiMask.ts'
import { affine } from '../../../../src/core/affine.ts'
import { extractMbfMyocardium } from '../../../../src/steps/prepare/extractMbfMyocardium.ts'
import { stepRun } from '../stepRun.ts'

const gridAt = (x: number, n: number) => ({
  shape: [n, 1, 1] as const,
  affine: affine<'voxel', 'ras'>([0.5, 0, 0, x, 0, 0.5, 0, 0, 0, 0, 0.5, 0]),
})

const valuesIn = (values: readonly number[], labels: readonly number[], shift = 0) => ({
  mbf: { volume: { grid: gridAt(0, values.length), data: Float32Array.from(values) } },
  mask: labelMask(
    { grid: gridAt(shift, labels.length), data: Uint8Array.from(labels) },
    { qform: 1, sform: 1 },
  ),
})

describe('extract-mbf-myocardium', () => {
  it('cuts values off towards zero where the label is, and writes background elsewhere', async () => {
    const values = [12.9, 12.9, 0.99, -0.99, -1, -7.5, 0, 32767.9, 80]
    const { outputs, findings } = await stepRun(
      extractMbfMyocardium,
      valuesIn(values, [6, 5, 6, 6, 6, 6, 6, 6, 0]),
    )
    const { data, grid } = outputs.mbf.volume
    expect(data).toBeInstanceOf(Int16Array)
    expect([...data]).toEqual([12, -1024, 0, 0, -1024, -1024, 0, 32767, -1024])
    expect(grid).toEqual(gridAt(0, 9))
    expect(findings.map(f => [f.code, f.numbers])).toEqual([['flow-negative', { voxels: 2, inside: 7 }]])
  })

  it('tells of values that int16 cannot hold', async () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 40000, 32768, 5]
    const { outputs, findings } = await stepRun(extractMbfMyocardium, valuesIn(values, [6, 6, 6, 6, 6, 6]))
    expect([...outputs.mbf.volume.data]).toEqual([-1024, -1024, -1024, 32767, 32767, 5])
    expect(findings.map(f => [f.code, f.numbers?.voxels])).toEqual([
      ['flow-not-finite', 3],
      ['flow-out-of-range', 2],
    ])
  })

  it('takes int16 as it is, and another label and background', async () => {
    const { mask } = valuesIn([1, 2, 3], [1, 6, 1])
    const mbf = { volume: { grid: gridAt(0, 3), data: Int16Array.of(7, 8, -9) } }
    const { outputs } = await stepRun(extractMbfMyocardium, { mbf, mask }, { label: 1, background: -1 })
    expect([...outputs.mbf.volume.data]).toEqual([7, -1, -1])
  })

  it('refuses a mask without the label, and a map without a value in it', async () => {
    await expect(stepRun(extractMbfMyocardium, valuesIn([1, 2], [5, 0]))).rejects.toMatchObject({
      code: 'myocardium-empty',
      message: 'no voxel of mask.nii.gz has label 6',
    })
    await expect(stepRun(extractMbfMyocardium, valuesIn([-3, Number.NaN], [6, 6]))).rejects.toMatchObject({
      code: 'myocardium-empty',
    })
  })

  it('refuses another grid and says by how much, but not a shift within half a voxel', async () => {
    await expect(stepRun(extractMbfMyocardium, valuesIn([1, 2], [6, 6], 0.3))).rejects.toMatchObject({
      code: 'grids-differ',
      message: 'mask.nii.gz lies up to 0.300 mm (0.600 voxels) beside mbf.nii.gz',
    })
    await expect(stepRun(extractMbfMyocardium, valuesIn([1, 2], [6, 6, 6]))).rejects.toMatchObject({
      code: 'grids-differ',
      message: 'mask.nii.gz has 3 × 1 × 1 voxels, mbf.nii.gz has 2 × 1 × 1',
    })
    const { outputs } = await stepRun(extractMbfMyocardium, valuesIn([1, 2], [6, 6], 0.2))
    expect([...outputs.mbf.volume.data]).toEqual([1, 2])
  })

  it('takes no background that could be a flow', () => {
    expect(extractMbfMyocardium.params(z).safeParse({ background: 0 }).success).toBe(false)
  })
})
