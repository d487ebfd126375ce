import type { ArtifactKind } from '../core/artifact.ts'
import type { Mask } from '../core/volume.ts'
import { niftiAffine } from '../formats/nifti/geometry.ts'
import { maskDecoder } from '../formats/nifti/voxels.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { gzipParts } from '../storage/gzip.ts'
import { decodeNifti, digestNifti } from './niftiFile.ts'
import { bytesOf, encodedHeader, type FormCodes, gridAsWritten, writtenCodes } from './niftiVolume.ts'

/** A label map, and how far the file was from being one. */
export interface LabelMask {
  readonly mask: Mask
  readonly codes: FormCodes
  /** Voxels by label; `counts[0]` is background. */
  readonly counts: Uint32Array
  /** Voxels within 0.001 of a whole number that were rounded. */
  readonly rounded: number
  readonly notWhole: number
  readonly outOfRange: number
  readonly notFinite: number
  /** The first voxel that is no label: its index, i fastest, and its value. */
  readonly firstBad?: { readonly index: number; readonly value: number } | undefined
}

/** A sound label map with its voxels counted. */
export function labelMask(
  mask: Mask,
  codes: FormCodes,
  counts: Uint32Array = labelCounts(mask.data),
): LabelMask {
  return { mask, codes, counts, rounded: 0, notWhole: 0, outOfRange: 0, notFinite: 0 }
}

export function labelCounts(data: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256)
  for (let i = 0; i < data.length; i++) counts[data[i]!]!++
  return counts
}

/** A NIfTI label map of any numeric type on reading; written as uint8 .nii.gz. */
export const niftiMask: ArtifactKind<LabelMask> = {
  name: 'nifti-mask',
  async read(file) {
    const { header, decoded, digest, inflatedBytes } = await decodeNifti(file, maskDecoder)
    const { data, ...figures } = decoded
    const value: LabelMask = {
      mask: { grid: { shape: header.shape, affine: niftiAffine(header).affine }, data },
      codes: { qform: header.qformCode, sform: header.sformCode },
      ...figures,
    }
    return { value, digest, inflatedBytes }
  },
  digest: digestNifti,
  isAtHand: () => true,
  async write(file, value) {
    const { mask, codes } = value
    const header = encodedHeader(mask.grid, 'uint8', codes)
    const written = await writeAtomic(file, gzipParts([header, bytesOf(mask.data)], 1))
    const asRead: LabelMask = {
      ...value,
      mask: { grid: gridAsWritten(header), data: mask.data },
      codes: writtenCodes(codes, mask.grid.affine),
    }
    return { ...written, asRead }
  },
}
