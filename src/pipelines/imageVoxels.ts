import { scanHeader } from '../artifacts/niftiFile.ts'
import { voxelCount } from '../core/volume.ts'

/** Voxels of a NIfTI image by its header, which memory is predicted from; 0 where the job that reads it will tell what is wrong. */
export function imageVoxels(file: string): number {
  try {
    return voxelCount(scanHeader(file).header.shape)
  } catch {
    return 0
  }
}
