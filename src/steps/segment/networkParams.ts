import type { CaseSize, Zod } from '../../engine/step.ts'

/** Parameters of every step that runs a network. */
export const networkParams = (z: Zod) => ({
  device: z
    .enum(['auto', 'cpu', 'cuda'])
    .default('auto')
    .describe('Where the network runs; `auto`: on CUDA where its provider loads, else on the CPU.'),
  threads: z
    .int()
    .min(0)
    .default(0)
    .describe('Threads of one operation on the CPU; 0: as many as there are cores.'),
})

/** A network over 256³ voxels at once, as chamber-unet3d is used; what is assumed where the plan knows no better. */
const ASSUMED_NETWORK_BYTES = 3.9e9

/** The image, its decoded copy and the result, beside what the plan says of the network. */
export const predictedMemory = ({ voxels, networkBytes = ASSUMED_NETWORK_BYTES }: CaseSize): number =>
  networkBytes + 12 * voxels
