import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import type { Grid } from '../core/volume.ts'
import { asVectorHeader } from '../formats/nifti/vectorHeader.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { gzipParts } from '../storage/gzip.ts'
import { digestNifti } from './niftiFile.ts'
import { bytesOf, encodedHeader } from './niftiVolume.ts'

/** A displacement for each voxel of a grid. */
export interface DisplacementField {
  readonly grid: Grid
  /** mm, LPS: x of all voxels, then y, then z. */
  readonly displacement: Float32Array
}

/** A NIfTI image of vectors, as ITK writes displacement fields: LPS mm, intent NIFTI_INTENT_VECTOR; only written. */
export const niftiField: ArtifactKind<DisplacementField> = {
  name: 'nifti-field',
  async read(file) {
    throw new DataError('file-unreadable', `${file}: displacement fields are written, not read`, {
      where: file,
    })
  },
  digest: digestNifti,
  write(file, { grid, displacement }) {
    const header = asVectorHeader(encodedHeader(grid, 'float32', { qform: 1, sform: 1 }), 3)
    const parts = [header, bytesOf(displacement)]
    return writeAtomic(file, file.endsWith('.gz') ? gzipParts(parts, 4) : parts)
  },
}
