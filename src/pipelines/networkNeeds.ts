import { scanHeader } from '../artifacts/niftiFile.ts'
import { affine } from '../core/affine.ts'
import type { Shape } from '../core/volume.ts'
import type { Job } from '../engine/job.ts'
import { niftiAffine } from '../formats/nifti/geometry.ts'
import { generationBytes } from '../inference/generateImage.ts'
import { parseGeneratorCard, parseSegmentationCard } from '../inference/modelCard.ts'
import { segmentationBytes } from '../inference/segmentImage.ts'
import { sizeOf } from '../storage/listFolder.ts'
import { readTextIfThere } from '../storage/readFile.ts'

/**
 * Peak bytes of the network of a job as its model card lets predict them; undefined for a job without a network, or where
 * card or image cannot tell yet. What is wrong with them is told by the job itself.
 *
 * @param at where a path relative to the root lies on this machine
 */
export function networkNeeds(
  { step, inputs, params }: Pick<Job, 'step' | 'inputs' | 'params'>,
  at: (relative: string) => string,
): number | undefined {
  const [model, card] = [inputs.model, inputs.card]
  if (typeof model !== 'string' || typeof card !== 'string') return undefined
  const text = readTextIfThere(at(card))
  if (text === undefined) return undefined
  try {
    const modelBytes = sizeOf(at(model))
    if (step === 'infer-mbf') {
      const { cropSize } = params as { cropSize: Shape }
      const grid = { shape: cropSize, affine: affine<'voxel', 'ras'>([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]) }
      return generationBytes(grid, parseGeneratorCard(text, card), modelBytes, card)
    }
    if (typeof inputs.image !== 'string') return undefined
    const { header } = scanHeader(at(inputs.image))
    const grid = { shape: header.shape, affine: niftiAffine(header).affine }
    const { mode } = params as { mode: Parameters<typeof segmentationBytes>[3] }
    return segmentationBytes(grid, parseSegmentationCard(text, card), modelBytes, mode, card)
  } catch {
    return undefined
  }
}
