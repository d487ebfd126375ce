import { jsonFile } from '../../artifacts/jsonFile.ts'
import { niftiImage } from '../../artifacts/niftiImage.ts'
import { labelMask, niftiMask } from '../../artifacts/niftiMask.ts'
import { type Point, voxelSizes } from '../../core/affine.ts'
import { DataError } from '../../core/dataError.ts'
import { finding } from '../../core/finding.ts'
import type { Grid, Shape } from '../../core/volume.ts'
import { defineStep, one, type StepContext, type Zod } from '../../engine/step.ts'
import { type Box, boundingBox, boxShape, cropBox, cropGrid, grownBox } from '../../imaging/cropBox.ts'
import { requireSameGrid } from '../sameGrid.ts'
import { requireLabels } from '../unsoundLabels.ts'
import { background } from './extractMbfMyocardium.ts'

const params = (z: Zod) =>
  z.object({
    marginMm: z.number().min(0).default(0).describe('How far the box reaches beyond the heart on each side.'),
    background: background(z),
  })

/** Where a crop lies in its image. */
export interface CropRecord {
  readonly pid: string
  /** Indices of the first and the last voxel of the image along i, j, k that are in the crop. */
  readonly box: Box
  /** Voxels of the crop, and of the whole image, along i, j, k. */
  readonly extentVoxels: Shape
  readonly imageVoxels: Shape
  /** Size of the crop from the outer face of its first voxel to that of its last. */
  readonly extentMm: Point
  readonly spacingMm: Point
  readonly marginMm: number
  /** Whether the margin would have reached out of the image and was cut there. */
  readonly marginClipped: boolean
  /** Voxels of the crop that have a blood flow. */
  readonly flowVoxels: number
}

export const extractPericardiumBbox = defineStep({
  name: 'extract-pericardium-bbox',
  version: 1,
  summary:
    'Crops CTA, blood flow and mask to the box of the heart; the crops stay in their place in the world.',
  per: 'case',
  params,
  inputs: {
    cta: one(niftiImage, 'mask.image'),
    mbf: one(niftiImage, 'myocardium.mbf'),
    mask: one(niftiMask, 'connected.mask'),
  },
  outputs: {
    cta: one(niftiImage, 'cropped.cta'),
    mbf: one(niftiImage, 'cropped.mbf'),
    mask: one(niftiMask, 'cropped.mask'),
    mbfMask: one(niftiMask, 'cropped.mbf-mask'),
    record: one(jsonFile<CropRecord>(), 'cropped.record'),
  },
  // Both images, one of them perhaps float32, the mask, and crops that may be as large.
  memory: ({ voxels }) => 14 * voxels + 64e6,
  run({ cta, mbf, mask }, p, context) {
    const { grid } = cta.volume
    const reference = { grid, source: context.source('cta') }
    const maskSource = context.source('mask')
    requireLabels(mask, maskSource)
    requireSameGrid(reference, { grid: mask.mask.grid, source: maskSource })
    requireSameGrid(reference, { grid: mbf.volume.grid, source: context.source('mbf') })
    const heart = boundingBox(mask.mask.data, grid.shape)
    if (heart === undefined)
      throw new DataError('heart-empty', `${maskSource} has no voxel above 0`, { where: maskSource })
    reportBorder(heart, grid.shape, context)
    const margin = marginVoxels(grid, p.marginMm)
    const box = grownBox(heart, margin, grid.shape)
    // All three take the grid of the CTA, from which the others may differ by rounding.
    const crop = <T extends Int16Array | Float32Array | Uint8Array>(data: T) =>
      cropBox<T>({ grid, data }, box)
    const croppedMbf = crop(mbf.volume.data)
    const flow = hasValue(croppedMbf.data, p.background)
    const mbfMask = labelMask({ grid: croppedMbf.grid, data: flow }, mask.codes)
    return {
      cta: { volume: crop(cta.volume.data) },
      mbf: { volume: croppedMbf },
      mask: labelMask(crop(mask.mask.data), mask.codes),
      mbfMask,
      record: {
        pid: context.case,
        box,
        ...extents(grid, box),
        marginMm: p.marginMm,
        marginClipped: [0, 1, 2].some(
          a => heart.min[a]! - margin[a]! < 0 || heart.max[a]! + margin[a]! >= grid.shape[a]!,
        ),
        flowVoxels: mbfMask.counts[1]!,
      },
    }
  },
})

/** As many whole voxels as reach the margin; 3 mm are ten voxels of 0.3 mm, whatever the last bit says. */
const marginVoxels = (grid: Grid, mm: number): Shape =>
  voxelSizes(grid.affine).map(size => Math.ceil(mm / size - 1e-6)) as unknown as Shape

function hasValue(data: Int16Array | Float32Array, background: number): Uint8Array {
  const out = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (value !== background && !Number.isNaN(value)) out[i] = 1
  }
  return out
}

function extents(grid: Grid, box: Box) {
  const extentVoxels = boxShape(box)
  const sizes = voxelSizes(cropGrid(grid, box).affine)
  const rounded = (mm: number) => Math.round(mm * 1e4) / 1e4
  return {
    extentVoxels,
    imageVoxels: grid.shape,
    extentMm: extentVoxels.map((n, a) => rounded(n * sizes[a]!)) as unknown as Point,
    spacingMm: sizes.map(rounded) as unknown as Point,
  }
}

function reportBorder({ min, max }: Box, shape: Shape, context: StepContext): void {
  const sides = ['i', 'j', 'k'].flatMap((axis, a) => [
    ...(min[a] === 0 ? [`first voxel along ${axis}`] : []),
    ...(max[a] === shape[a]! - 1 ? [`last voxel along ${axis}`] : []),
  ])
  if (sides.length === 0) return
  context.report(
    finding('heart-at-border', context.source('mask'), `the labels reach the ${sides.join(', the ')}`, {
      numbers: { sides: sides.length },
    }),
  )
}
