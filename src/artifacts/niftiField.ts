import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { VERSION } from '../core/version.ts'
import type { Grid } from '../core/volume.ts'
import { encodeNiftiHeader } from '../formats/nifti/encode.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { gzipParts } from '../storage/gzip.ts'
import { digestNifti } from './niftiFile.ts'
import { bytesOf, writtenCodes } from './niftiVolume.ts'

/** A field of displacements on a grid. */
export interface DisplacementField {
  readonly grid: Grid
  /** LPS mm: x of all voxels, then y, then z. */
  readonly vectors: Float32Array
}

/**
 * A NIfTI image of vectors: float32, five dimensions, three components on the fifth, intent 1007 (NIFTI_INTENT_VECTOR).
 * The vectors are LPS mm although the affine is RAS, as ITK, transformix and ANTs write and read them under that intent:
 * the file can be given to antsApplyTransforms as it is. Only written.
 */
export const niftiField: ArtifactKind<DisplacementField> = {
  name: 'nifti-field',
  async read(file) {
    throw new DataError('file-unreadable', `${file}: displacement fields are written for others, not read`, {
      where: file,
    })
  },
  digest: digestNifti,
  write(file, { grid, vectors }) {
    const { sform, qform } = writtenCodes({ sform: 1, qform: 1 }, grid.affine)
    const header = encodeNiftiHeader({
      shape: grid.shape,
      vector: 3,
      voxelType: 'float32',
      affine: grid.affine,
      sformCode: sform,
      qformCode: qform,
      description: `voxmill ${VERSION}`,
    })
    const parts = [header, bytesOf(vectors)]
    return writeAtomic(file, file.endsWith('.gz') ? gzipParts(parts, 4) : parts)
  },
}
