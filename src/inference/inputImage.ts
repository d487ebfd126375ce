import { voxelSizes } from '../core/affine.ts'
import { DataError } from '../core/dataError.ts'
import { type Shape, type Volume, voxelCount } from '../core/volume.ts'
import { type AxisView, axisView, orderTowards } from '../imaging/axisView.ts'
import { clipValues, firstNonFinite, meanAndDeviation, scaleValues } from '../imaging/intensity.ts'
import { type Alignment, resizeLinear } from '../imaging/resizeLinear.ts'
import { alignmentOf, type IntensityRule, type ModelCard, orientationOfCard } from './cardSchema.ts'

/** An image as a network is to see it: how its axes are walked, and the size that it is resized to. */
export interface InputPlan {
  readonly view: AxisView
  /** Along width, height and depth. */
  readonly size: Shape
  readonly alignment: Alignment
}

export function planInput(grid: Volume['grid'], card: ModelCard): InputPlan {
  const order = orderTowards(grid, orientationOfCard(card))
  const view = axisView(grid, order)
  const { size, spacing } = card.input
  const alignment = alignmentOf(card)
  if (size !== undefined) return { view, size: [size[2], size[1], size[0]], alignment }
  if (spacing === undefined) return { view, size: view.shape, alignment }
  const own = voxelSizes(grid.affine)
  const resampled = order.map(({ axis }, n) =>
    Math.max(1, Math.round((view.shape[n]! * own[axis]) / spacing[2 - n]!)),
  )
  return { view, size: resampled as unknown as Shape, alignment }
}

/**
 * The image in the order and size of the network, its values as the card wants them.
 *
 * @throws DataError when a voxel is NaN or infinite, which would spread through the whole result
 */
export function inputImage(
  volume: Volume<Int16Array | Float32Array>,
  plan: InputPlan,
  card: ModelCard,
  where: string,
): Float32Array {
  requireFinite(volume, where)
  const image = resizeLinear(volume.data, plan.view, plan.size, plan.alignment)
  applyIntensity(image, card.input.intensity)
  return image
}

export function requireFinite(volume: Volume<Int16Array | Float32Array>, where: string): void {
  const bad = volume.data instanceof Float32Array ? firstNonFinite(volume.data) : -1
  if (bad >= 0)
    throw new DataError('volume-not-finite', `${where} holds NaN or infinity, first at voxel ${bad}`, {
      where,
    })
}

/** Clips and normalises in place. */
export function applyIntensity(image: Float32Array, rule: IntensityRule): void {
  if (typeof rule === 'string') return
  if (rule.clip) clipValues(image, ...rule.clip)
  const { mean, sd } = rule.of === 'image' ? meanAndDeviation(image) : rule
  // A constant image has no deviation; nnU-Net divides by a tiny number then, which leaves zeros.
  const divisor = Math.max(sd, 1e-8)
  if (mean !== 0 || divisor !== 1) scaleValues(image, 1 / divisor, -mean / divisor)
}

/** The box of an image with zeros round it: before it half of what is added, rounded down. */
export function padded(image: Float32Array, shape: Shape, to: Shape): { data: Float32Array; before: Shape } {
  const before = shape.map((n, axis) => Math.floor((to[axis]! - n) / 2)) as unknown as Shape
  if (shape.every((n, axis) => n === to[axis])) return { data: image, before }
  const data = new Float32Array(voxelCount(to))
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++) {
      const from = (k * shape[1] + j) * shape[0]
      const at = ((k + before[2]) * to[1] + j + before[1]) * to[0] + before[0]
      data.set(image.subarray(from, from + shape[0]), at)
    }
  return { data, before }
}
