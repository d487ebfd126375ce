import { type Mask, type Shape, type Volume, voxelCount } from '../core/volume.ts'
import { argMax, restoreLogits, restoreNearest } from '../imaging/argMax.ts'
import { restoresLogits, type SegmentationCard } from './cardSchema.ts'
import { inputImage, planInput } from './inputImage.ts'
import { type ModelFile, type NetworkOptions, openNetwork } from './network.ts'
import { networkBytes } from './networkMemory.ts'
import { labelsOverImage, planRun, type RunMode, runFootprint, runOverImage } from './runOverImage.ts'

export interface SegmentationOptions extends NetworkOptions {
  readonly mode: RunMode
  /** The image and the card as the user knows them, for messages. */
  readonly where: string
  readonly cardWhere: string
}

/**
 * Predicted peak in bytes of segmenting an image of this grid.
 *
 * @throws ModelCardError when the card has no window and one is asked for
 */
export function segmentationBytes(
  grid: Volume['grid'],
  card: SegmentationCard,
  modelBytes: number,
  mode: RunMode,
  cardWhere: string,
): number {
  const { size } = planInput(grid, card)
  const { voxels, bytes } = runFootprint(planRun(size, card, mode, cardWhere), card.output.classes)
  // The image as float32 at most, its labels, and one more copy of them while they are written.
  return networkBytes(card, modelBytes, voxels, bytes + 6 * voxelCount(grid.shape))
}

/**
 * Labels of an image by a network, on exactly the grid of the image.
 *
 * @throws ModelAlteredError, NetworkMemoryError, NetworkError, ModelCardError, and DataError for an image that cannot
 * be given to a network
 */
export async function segmentImage(
  volume: Volume<Int16Array | Float32Array>,
  model: ModelFile,
  card: SegmentationCard,
  options: SegmentationOptions,
): Promise<Mask> {
  const plan = planInput(volume.grid, card)
  const run = planRun(plan.size, card, options.mode, options.cardWhere)
  const { classes } = card.output
  const needed = segmentationBytes(volume.grid, card, model.bytes.length, options.mode, options.cardWhere)
  const { view, size, alignment } = plan
  // Where labels are chosen on the network's own grid, they alone leave the runtime: an eighth of a copy, or less.
  const answer = run.sliding || restoresLogits(card) ? 'values' : 'labels'
  const network = await openNetwork(model, card, needed, options, answer)
  try {
    const image = inputImage(volume, plan, card, options.where)
    if (answer === 'labels') {
      const labels = await labelsOverImage(network, image, size, run, classes)
      return { grid: volume.grid, data: restoreNearest(labels, size, view, alignment) }
    }
    const logits = await runOverImage(network, image, size, run, classes)
    const data = restoresLogits(card)
      ? restoreLogits(logits, classes, size, view, alignment)
      : restoreNearest(argMax(logits, classes, voxelCount(size as Shape)), size, view, alignment)
    return { grid: volume.grid, data }
  } finally {
    await network.close()
  }
}
