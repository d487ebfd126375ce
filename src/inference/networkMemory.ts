import { Fault } from '../core/fault.ts'
import { formatBytes } from '../core/formatBytes.ts'
import type { ModelCard } from './cardSchema.ts'

/** Peak bytes a voxel of a 3D U-Net of 6 base filters and 8 classes, measured at 192³ and 256³ (docs/decisions/0007). */
const BYTES_PER_VOXEL = 240

/** The process with ONNX Runtime in it, before a model is loaded. */
const BASE_BYTES = 150e6

/** A WebAssembly heap ends here. */
export const WEB_HEAP_BYTES = 2 ** 32

/** The machine, or the limit set for the process, has less memory than a network needs. */
export class NetworkMemoryError extends Fault {
  constructor(model: string, needed: number, available: number, web: boolean) {
    super(
      `${model} needs about ${formatBytes(needed)} of memory, and ${formatBytes(Math.max(0, available))} can be had`,
      {
        remedy: web
          ? 'Install onnxruntime-node, whose memory does not end at 4 GiB, or use a model that slides a smaller window.'
          : 'Run fewer jobs at once, raise the memory limit, use a larger machine, or a model that slides a smaller window; a model card can say what its model really needs (memory.bytesPerVoxel).',
        where: model,
      },
    )
  }
}

/**
 * Predicted peak in bytes of a process that runs a network.
 *
 * @param voxels that the network is given at once
 * @param beside bytes of images and results that are held meanwhile
 */
export function networkBytes(card: ModelCard, modelBytes: number, voxels: number, beside = 0): number {
  const { bytesPerVoxel, bytes } = card.memory ?? { bytesPerVoxel: BYTES_PER_VOXEL, bytes: 0 }
  return Math.ceil(BASE_BYTES + 3 * modelBytes + bytes + bytesPerVoxel * voxels + beside)
}
