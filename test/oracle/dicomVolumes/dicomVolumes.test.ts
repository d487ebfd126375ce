import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { assembleVolume } from '../../../src/imaging/dicom/assembleVolume.ts'
import { planVolumes } from '../../../src/imaging/dicom/planVolumes.ts'
import type { PlanOptions } from '../../../src/imaging/dicom/volumePlan.ts'
import { disagreement, readReference, readSeries } from './realSeries.ts'

const DATA = new URL('../../../../shared/data/real/', import.meta.url)
const reason = existsSync(DATA) ? '' : ' (left out: ../shared/data/real is not here)'
const at = (file: string) => fileURLToPath(new URL(file, DATA))

const IBSI = 'theibsi+data_sets/ibsi_validation/'
const DICOM2NIFTI = 'icometrix+dicom2nifti/tests/data/'
/** Positions of the references are float32, which holds a decimetre to some 1e-5 mm. */
const POSITION_MM = 1e-4
const FLOAT32 = 2e-6

async function compare(folder: string, reference: string, options: Partial<PlanOptions> = {}) {
  const { slices, nameOf, pixels } = await readSeries(at(folder))
  const plan = planVolumes(slices, { ...options, nameOf })
  const expected = readReference(at(reference))
  expect(plan.leftOut).toEqual([])
  expect(plan.volumes).toHaveLength(expected.frames.length)
  return plan.volumes.map((volume, n) => {
    const { grid, data, voxelType } = assembleVolume(volume, pixels)
    return { voxelType, ...disagreement({ ...grid, data }, expected, expected.frames[n]!) }
  })
}

describe.skipIf(reason !== '')(`public series equal their NIfTI in the world${reason}`, () => {
  test.each([
    ['STS_008/CT', 'int16'],
    ['STS_008/MR_T1', 'int16'],
    ['STS_008/PET', 'float32'],
    ['STS_002/MR_T1', 'int16'],
    ['STS_002/PET', 'float32'],
  ])('%s of the IBSI', async (series, voxelType) => {
    const volumes = await compare(`${IBSI}dicom/${series}/image`, `${IBSI}nifti/${series}_image.nii.gz`)
    for (const found of volumes) {
      expect(found.voxelType).toBe(voxelType)
      expect(found.unmatched).toBe(0)
      expect(found.positionMm).toBeLessThan(POSITION_MM)
      expect(found.largestRelative).toBeLessThanOrEqual(voxelType === 'int16' ? 0 : FLOAT32)
      if (voxelType === 'int16') expect(found.largest).toBe(0)
    }
  })

  // generic/anatomical/001_implicit has no reference of its own: its pixels are other noise than those of 001.
  test.each([
    ['generic/anatomical/001', 'generic/anatomical/001_ground_truth.nii.gz', 'int16'],
    [
      'generic/anatomical/002_non_isotropic',
      'generic/anatomical/002_non_isotropic_ground_truth.nii.gz',
      'float32',
    ],
    ['generic/compressed_rle/001', 'generic/compressed_rle/001_ground_truth.nii.gz', 'int16'],
    ['generic/compressed_jpeg/001', 'generic/compressed_jpeg/001_ground_truth.nii.gz', 'int16'],
    ['generic/compressed_jpegls/001', 'generic/compressed_jpegls/001_ground_truth.nii.gz', 'int16'],
    ['generic/compressed_j2k/001', 'generic/compressed_j2k/001_ground_truth.nii.gz', 'int16'],
    ['hitachi/anatomical/001', 'hitachi/anatomical/001_ground_truth.nii.gz', 'int16'],
    ['hyperfine/anatomical/001', 'hyperfine/anatomical/001_ground_truth.nii.gz', 'int16'],
    ['ge/fmri/001', 'ge/fmri/001_ground_truth.nii.gz', 'int16'],
    ['philips/fmri/001', 'philips/fmri/001_ground_truth.nii.gz', 'int16'],
    ['philips_enhanced/fmri/001', 'philips_enhanced/fmri/001_ground_truth.nii.gz', 'float32'],
  ])('%s of dicom2nifti', async (series, reference, voxelType) => {
    for (const found of await compare(DICOM2NIFTI + series, DICOM2NIFTI + reference)) {
      expect(found.voxelType).toBe(voxelType)
      expect(found.unmatched).toBe(0)
      expect(found.positionMm).toBeLessThan(POSITION_MM)
      expect(found.largestRelative).toBeLessThanOrEqual(voxelType === 'int16' ? 0 : FLOAT32)
      if (voxelType === 'int16') expect(found.largest).toBe(0)
    }
  })

  test('the two slices that dicom2nifti refuses by default, when two are enough', async () => {
    const folder = `${DICOM2NIFTI}failing/slicecount/`
    const [found] = await compare(`${folder}001`, `${folder}001_ground_truth.nii.gz`, { minSlices: 2 })
    expect(found).toMatchObject({ largest: 0, unmatched: 0 })
    expect(found!.positionMm).toBeLessThan(POSITION_MM)
  })

  test('the JPEG 2000 CT of TotalSegmentator lies on the grid of its segmentation', async () => {
    const folder = 'wasserth+TotalSegmentator/tests/reference_files/'
    const { slices } = await readSeries(at(`${folder}example_ct_dicom`))
    const { volumes, leftOut } = planVolumes(slices)
    expect(leftOut).toEqual([])
    const expected = readReference(at(`${folder}example_seg_dicom.nii.gz`))
    const labels = expected.frames[0]!
    // The labels stand in for voxels: only the grids are compared.
    const found = disagreement({ ...volumes[0]!.grid, data: labels }, expected, labels)
    expect(volumes).toHaveLength(1)
    expect(found.unmatched).toBe(0)
    expect(found.positionMm).toBeLessThan(POSITION_MM)
  })
})

describe.skipIf(reason !== '')(`public series that are no volume are refused by name${reason}`, () => {
  test.each([
    ['failing/gantrytilting', 'gantry-tilt', 'IM-0001-0001.dcm (at -122.193 mm)'],
    ['failing/sliceincrement', 'slice-gap-uneven', 'IM-0001-0010-0001.dcm (at 38.107 mm) lie 10 mm apart'],
    ['failing/sliceorientation', 'slice-orientation-mixed', 'IM-0001-0001-0001 2.dcm'],
    ['failing/slicecount', 'slice-count-low', 'IM-0001-0002-0001.dcm'],
    ['failing/notavolume', 'series-not-volume', '001.dcm, 002.dcm, 003.dcm, 004.dcm'],
    ['generic/rgb', 'image-colour', 'IM-0001-0004-0001.dcm'],
  ])('%s: %s', async (series, code, text) => {
    const folder = at(`${DICOM2NIFTI}${series}/001`)
    const { slices, nameOf } = await readSeries(folder)
    const { volumes, leftOut, findings } = planVolumes(slices, { nameOf })
    expect(volumes).toEqual([])
    expect(leftOut.map(left => left.code)).toEqual(readdirSync(folder).map(() => code))
    expect(findings.map(finding => finding.code)).toEqual([code])
    expect(findings[0]!.message).toContain(text)
  })
})
