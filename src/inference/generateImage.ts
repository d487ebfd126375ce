import { type Volume, voxelCount } from '../core/volume.ts'
import { clipValues, scaleValues } from '../imaging/intensity.ts'
import type { GeneratorCard } from './cardSchema.ts'
import { inputImage, planInput } from './inputImage.ts'
import { ModelCardError } from './modelCard.ts'
import { type ModelFile, type NetworkOptions, openNetwork } from './network.ts'
import { networkBytes } from './networkMemory.ts'
import { planRun, runFootprint, runOverImage } from './runOverImage.ts'

export interface GenerationOptions extends NetworkOptions {
  /** The image and the card as the user knows them, for messages. */
  readonly where: string
  readonly cardWhere: string
}

/** Predicted peak in bytes of generating an image on this grid. */
export function generationBytes(
  grid: Volume['grid'],
  card: GeneratorCard,
  modelBytes: number,
  cardWhere: string,
): number {
  const plan = planRun(planInput(grid, card).size, card, 'card', cardWhere)
  const { voxels, bytes } = runFootprint(plan, 1)
  return networkBytes(card, modelBytes, voxels, bytes + 8 * voxelCount(grid.shape))
}

/**
 * An image made of another by a network, voxel for voxel on the same grid, in the units of the card. Nothing is resized:
 * a card of a fixed size or spacing must agree with the grid.
 *
 * @throws ModelCardError when it does not; ModelAlteredError, NetworkMemoryError, NetworkError; DataError for an image
 * that cannot be given to a network
 */
export async function generateImage(
  volume: Volume<Int16Array | Float32Array>,
  model: ModelFile,
  card: GeneratorCard,
  options: GenerationOptions,
): Promise<Volume<Float32Array>> {
  const plan = planInput(volume.grid, card)
  const { view, size } = plan
  if (size.some((n, axis) => n !== view.shape[axis]))
    throw new ModelCardError(options.cardWhere, [
      `its input has ${[...size].reverse().join('×')} voxels (D×H×W), the image ${[...view.shape].reverse().join('×')}, and a generator's images are not resized (choose --crop_size so)`,
    ])
  const run = planRun(size, card, 'card', options.cardWhere)
  const needed = generationBytes(volume.grid, card, model.bytes.length, options.cardWhere)
  const network = await openNetwork(model, card, needed, options)
  let values: Float32Array
  try {
    values = await runOverImage(network, inputImage(volume, plan, card, options.where), size, run, 1)
  } finally {
    await network.close()
  }
  const { scale, offset, clip } = card.output
  const [nx, ny, nz] = view.shape
  const [si, sj, sk] = view.strides
  const data = new Float32Array(values.length)
  let from = 0
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      let at = view.first + k * sk + j * sj
      for (let i = 0; i < nx; i++, at += si) data[at] = values[from++]!
    }
  if (scale !== 1 || offset !== 0) scaleValues(data, scale, offset)
  if (clip) clipValues(data, ...clip)
  return { grid: volume.grid, data }
}
