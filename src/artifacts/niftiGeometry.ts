import { createHash } from 'node:crypto'
import type { Affine, Point } from '../core/affine.ts'
import type { ArtifactKind } from '../core/artifact.ts'
import type { Shape } from '../core/volume.ts'
import { niftiAffine, niftiSpacing } from '../formats/nifti/geometry.ts'
import { dtypeText } from '../formats/nifti/header.ts'
import { scanHeader } from './niftiFile.ts'

/** What a NIfTI header says of size, place and type. */
export interface NiftiGeometryValue {
  readonly shape: Shape
  readonly affine: Affine<'voxel', 'ras'>
  /** pixdim[1..3] in mm. */
  readonly spacing: Point
  /** NumPy's name of the voxel type; float64 when slope or intercept apply. */
  readonly dtype: string
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The header of a NIfTI file alone: a few KB are inflated. Its digest is that of the header bytes. */
export const niftiGeometry: ArtifactKind<NiftiGeometryValue> = {
  name: 'nifti-geometry',
  async read(file) {
    const { header, bytes } = scanHeader(file)
    const { affine } = niftiAffine(header)
    return {
      value: { shape: header.shape, affine, spacing: niftiSpacing(header), dtype: dtypeText(header) },
      digest: digestOf(bytes),
    }
  },
  async digest(file) {
    return digestOf(scanHeader(file).bytes)
  },
}
