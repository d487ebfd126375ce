import type { ArtifactKind } from '../core/artifact.ts'
import { VERSION } from '../core/version.ts'
import type { Volume } from '../core/volume.ts'
import { encodeNiftiHeader, isSheared } from '../formats/nifti/encode.ts'
import { niftiAffine } from '../formats/nifti/geometry.ts'
import { parseNiftiHeader } from '../formats/nifti/header.ts'
import { float32Decoder } from '../formats/nifti/voxels.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { gzipParts } from '../storage/gzip.ts'
import { decodeNifti, digestNifti } from './niftiFile.ts'

/** What the two forms of a NIfTI header claim about the space that they map to (qform_code, sform_code). */
export interface FormCodes {
  readonly qform: number
  readonly sform: number
}

/** An intensity volume: scaled voxels as float32 (slope and intercept applied in double precision, rounded once). */
export interface FloatVolume {
  readonly volume: Volume<Float32Array>
  readonly codes: FormCodes
  /** Voxels that are NaN or infinite. */
  readonly nonFinite: number
  /** Voxels whose value float32 cannot hold exactly. */
  readonly inexact: number
  readonly formsDifferMm: number
}

/** The codes to write: the source's own where they are set, else 1 (scanner); no qform for a sheared grid. */
export function writtenCodes(codes: FormCodes, affine: Volume['grid']['affine']): FormCodes {
  return {
    sform: codes.sform || codes.qform || 1,
    qform: isSheared(affine) ? 0 : codes.qform || codes.sform || 1,
  }
}

export const encodedHeader = (
  grid: Volume['grid'],
  voxelType: 'uint8' | 'int16' | 'float32',
  codes: FormCodes,
): Uint8Array => {
  const { sform, qform } = writtenCodes(codes, grid.affine)
  return encodeNiftiHeader({
    shape: grid.shape,
    voxelType,
    affine: grid.affine,
    sformCode: sform,
    qformCode: qform,
    description: `voxmill ${VERSION}`,
  })
}

/** The grid that a reader finds in a header: NIfTI-1 holds its affine as float32. */
export function gridAsWritten(bytes: Uint8Array): Volume['grid'] {
  const header = parseNiftiHeader(bytes)
  return { shape: header.shape, affine: niftiAffine(header).affine }
}

export const bytesOf = (data: Float32Array | Int16Array | Uint8Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** A .nii.gz (or any NIfTI on reading) of intensities; written as float32, little endian. */
export const niftiVolume: ArtifactKind<FloatVolume> = {
  name: 'nifti-volume',
  async read(file) {
    const { header, decoded, digest, inflatedBytes } = await decodeNifti(file, float32Decoder)
    const { affine, formsDifferMm } = niftiAffine(header)
    const value: FloatVolume = {
      volume: { grid: { shape: header.shape, affine }, data: decoded.data },
      codes: { qform: header.qformCode, sform: header.sformCode },
      nonFinite: decoded.nonFinite,
      inexact: decoded.inexact,
      formsDifferMm,
    }
    return { value, digest, inflatedBytes }
  },
  digest: digestNifti,
  isAtHand: () => true,
  async write(file, value) {
    const { volume, codes } = value
    const header = encodedHeader(volume.grid, 'float32', codes)
    const written = await writeAtomic(file, gzipParts([header, bytesOf(volume.data)], 4))
    const asRead: FloatVolume = {
      ...value,
      volume: { grid: gridAsWritten(header), data: volume.data },
      codes: writtenCodes(codes, volume.grid.affine),
    }
    return { ...written, asRead }
  },
}
