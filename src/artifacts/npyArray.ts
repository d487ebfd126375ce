import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import type { VoxelArray } from '../core/volume.ts'
import { encodeNpy } from '../formats/npy/encodeNpy.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { digestFile } from '../storage/readFile.ts'

/** Voxels without geometry. */
export interface NpyArray {
  readonly data: VoxelArray
  /** Slowest axis first. */
  readonly shape: readonly number[]
}

/** A NumPy .npy file; only written. */
export const npyArray: ArtifactKind<NpyArray> = {
  name: 'npy-array',
  async read(file) {
    throw new DataError('file-unreadable', `${file}: NumPy arrays are written for others, not read`, {
      where: file,
    })
  },
  digest: digestFile,
  write: (file, { data, shape }) => writeAtomic(file, encodeNpy(data, shape)),
}
