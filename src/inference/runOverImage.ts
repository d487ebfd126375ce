import { type Shape, voxelCount } from '../core/volume.ts'
import { addWindow, axisWindows, copyWindow } from '../imaging/slidingWindow.ts'
import type { ModelCard } from './cardSchema.ts'
import { padded } from './inputImage.ts'
import { ModelCardError } from './modelCard.ts'
import type { Network } from './network.ts'

/** `card` takes the window of the card where it has one, else the whole image at once. */
export type RunMode = 'card' | 'whole' | 'sliding'

/** What a network is given at once and in all; sizes along width, height and depth. */
export interface RunPlan {
  readonly window: Shape
  readonly overlap: number
  /** The image with what is padded round it. */
  readonly padded: Shape
  readonly sliding: boolean
}

/** @throws ModelCardError when a window is asked for that the card lacks */
export function planRun(size: Shape, card: ModelCard, mode: RunMode, where: string): RunPlan {
  const { patch, multiple, size: fixed } = card.input
  if (mode === 'sliding' && patch === undefined)
    throw new ModelCardError(where, ['input.patch is missing, and --mode sliding needs it'])
  if (patch !== undefined && mode !== 'whole') {
    const window: Shape = [patch.size[2], patch.size[1], patch.size[0]]
    const box = size.map((n, axis) => Math.max(n, window[axis]!)) as unknown as Shape
    return { window, overlap: patch.overlap, padded: box, sliding: true }
  }
  const box = fixed ? size : (size.map(n => Math.ceil(n / multiple) * multiple) as unknown as Shape)
  return { window: box, overlap: 0, padded: box, sliding: false }
}

/** Voxels that the network is given at once, and bytes of what is held beside it. */
export function runFootprint(plan: RunPlan, channels: number): { voxels: number; bytes: number } {
  const box = voxelCount(plan.padded)
  // The image, padded; where windows slide, also the sums of all channels.
  return { voxels: voxelCount(plan.window), bytes: 4 * box * (2 + (plan.sliding ? channels : 0)) }
}

/**
 * Runs a network over an image, at once or window by window, blended by Gaussian weights.
 *
 * @param image W fastest
 * @param size along width, height and depth
 * @returns values of all channels, each `size` voxels, W fastest
 */
export async function runOverImage(
  network: Network,
  image: Float32Array,
  size: Shape,
  plan: RunPlan,
  channels: number,
): Promise<Float32Array> {
  const { data, before } = padded(image, size, plan.padded)
  const values = plan.sliding
    ? await slide(network, data, plan, channels)
    : await network.run(data, dimsOf(plan.padded), channels)
  if (plan.padded.every((n, axis) => n === size[axis])) return values
  const out = new Float32Array(channels * voxelCount(size))
  for (let c = 0; c < channels; c++) {
    const channel = values.subarray(c * voxelCount(plan.padded), (c + 1) * voxelCount(plan.padded))
    copyWindow(channel, plan.padded, before, size, out.subarray(c * voxelCount(size)))
  }
  return out
}

/**
 * Labels of an image by a network that was opened for them, the whole image at once.
 *
 * @param image W fastest
 * @param size along width, height and depth
 * @param plan one that does not slide: windows are blended before a label is chosen
 * @returns `size` labels, W fastest
 */
export async function labelsOverImage(
  network: Network,
  image: Float32Array,
  size: Shape,
  plan: RunPlan,
  channels: number,
): Promise<Uint8Array> {
  const { data, before } = padded(image, size, plan.padded)
  const labels = await network.labels(data, dimsOf(plan.padded), channels)
  if (plan.padded.every((n, axis) => n === size[axis])) return labels
  const out = new Uint8Array(voxelCount(size))
  copyWindow(labels, plan.padded, before, size, out)
  return out
}

const dimsOf = ([w, h, d]: Shape): [number, number, number] => [d, h, w]

async function slide(
  network: Network,
  image: Float32Array,
  { window, overlap, padded: shape }: RunPlan,
  channels: number,
): Promise<Float32Array> {
  const [x, y, z] = shape.map((n, axis) => axisWindows(n, window[axis]!, overlap))
  const sums = new Float32Array(channels * voxelCount(shape))
  const patch = new Float32Array(voxelCount(window))
  for (const [c, k] of z!.starts.entries())
    for (const [b, j] of y!.starts.entries())
      for (const [a, i] of x!.starts.entries()) {
        copyWindow(image, shape, [i, j, k], window, patch)
        const values = await network.run(patch, dimsOf(window), channels)
        addWindow(values, window, [x!.weights[a]!, y!.weights[b]!, z!.weights[c]!], [i, j, k], sums, shape)
      }
  return sums
}
