import { type Affine, affine } from '../../core/affine.ts'
import { NiftiError } from './fault.ts'
import type { NiftiHeader } from './header.ts'
import { UNIT_CODES } from './layout.ts'
import { rotationNear, rotationOf } from './quaternion.ts'

export interface NiftiGeometry {
  /** Finite; mm, RAS+, of voxel centres. */
  readonly affine: Affine<'voxel', 'ras'>
  readonly source: 'sform' | 'qform' | 'pixdim'
  /**
   * How far the farthest corner voxel moves, in mm, when the qform is used in place of the sform; 0 unless
   * both codes are set, Infinity when the qform has no meaning.
   */
  readonly formsDifferMm: number
}

const invalid = (reason: string): NiftiError => new NiftiError('nifti-invalid', reason)

/** Carries a length from the units of xyzt_units to mm; unknown units count as mm. */
function toMillimetres(v: number, xyztUnits: number): number {
  const unit = xyztUnits & 7
  if (unit === UNIT_CODES.m) return v * 1000
  // Division rounds once where a factor of 0.001 would round twice.
  return unit === UNIT_CODES.um ? v / 1000 : v
}

/** pixdim[1..3] with nibabel's repairs: 0 counts as 1 and a sign is dropped. */
function storedSizes(header: NiftiHeader): [number, number, number] {
  const size = (axis: number): number => {
    const v = header.pixdim[axis]!
    if (!Number.isFinite(v)) throw invalid(`pixdim[${axis}] is ${v}; a voxel size is a finite number`)
    return v === 0 ? 1 : Math.abs(v)
  }
  return [size(1), size(2), size(3)]
}

/**
 * Voxel sizes along i, j, k as the header states them: pixdim[1..3] in mm, float32 values of NIfTI-1 widened.
 * @throws NiftiError nifti-invalid when one is not finite.
 */
export function niftiSpacing(header: NiftiHeader): [number, number, number] {
  return storedSizes(header).map(v => toMillimetres(v, header.xyztUnits)) as [number, number, number]
}

const inMillimetres = (rows: readonly number[], header: NiftiHeader): Affine<'voxel', 'ras'> => {
  const bad = rows.findIndex(v => !Number.isFinite(v))
  if (bad >= 0) throw invalid(`the affine holds ${rows[bad]} in row ${Math.floor(bad / 4) + 1}`)
  return affine(rows.map(v => toMillimetres(v, header.xyztUnits)))
}

/** nifti1.h, "METHOD 2": rotation of the quaternion, times voxel sizes, qfac on the third column. */
function qform(header: NiftiHeader): Affine<'voxel', 'ras'> {
  const sizes = storedSizes(header)
  sizes[2] *= header.qfac
  const rotation = rotationOf(header.quaternion, sizes, header.version === 1 ? 2 ** -23 : 2 ** -52)
  if (!rotation)
    throw invalid(`quatern_b, c, d are ${header.quaternion.join(', ')}: longer than 1, so no rotation`)
  const { qoffset } = header
  return inMillimetres(
    [0, 1, 2].flatMap(r => [...rotation.slice(3 * r, 3 * r + 3), qoffset[r]!]),
    header,
  )
}

/**
 * Neither form is set: voxel sizes alone, the centre of the image at the origin, and x to the left, as nibabel
 * does (its `default_x_flip`).
 */
function centred(header: NiftiHeader): Affine<'voxel', 'ras'> {
  const axes = header.dim[0]!
  const sizes = storedSizes(header).map((v, i) => (i < axes ? v : 1))
  sizes[0]! *= -1
  const origin = sizes.map((size, i) => (-(header.shape[i]! - 1) / 2) * size + 0)
  const [x, y, z] = sizes as [number, number, number]
  return inMillimetres([x, 0, 0, origin[0]!, 0, y, 0, origin[1]!, 0, 0, z, origin[2]!], header)
}

/** The farthest corner's way from sform to qform, in doubles and without arrays: it is asked of every header. */
function formsDifference(sform: Affine<'voxel', 'ras'>, header: NiftiHeader): number {
  if (header.qformCode <= 0) return 0
  const sizes = storedSizes(header)
  sizes[2] *= header.qfac
  const rotation = rotationNear(header.quaternion, sizes, header.version === 1 ? 2 ** -23 : 2 ** -52)
  if (!rotation) return Number.POSITIVE_INFINITY
  const unit = toMillimetres(1, header.xyztUnits)
  const { shape, qoffset } = header
  let farthest = 0
  for (let corner = 0; corner < 8; corner++) {
    const i = corner & 1 ? shape[0] - 1 : 0
    const j = corner & 2 ? shape[1] - 1 : 0
    const k = corner & 4 ? shape[2] - 1 : 0
    let square = 0
    for (let r = 0; r < 3; r++) {
      const q = rotation[3 * r]! * i + rotation[3 * r + 1]! * j + rotation[3 * r + 2]! * k + qoffset[r]!
      const s = sform[4 * r]! * i + sform[4 * r + 1]! * j + sform[4 * r + 2]! * k + sform[4 * r + 3]!
      square += (q * unit - s) ** 2
    }
    farthest = Math.max(farthest, square)
  }
  return Number.isFinite(farthest) ? Math.sqrt(farthest) : Number.POSITIVE_INFINITY
}

/**
 * Where the voxels lie: sform if sform_code > 0, else qform if qform_code > 0, else pixdim alone. The numbers
 * are nibabel's (x86-64) to the last bit, except that µm and m are converted.
 * @throws NiftiError nifti-invalid when the chosen form is not finite or not a rotation.
 */
export function niftiAffine(header: NiftiHeader): NiftiGeometry {
  if (header.sformCode > 0) {
    const sform = inMillimetres(header.srow, header)
    return { affine: sform, source: 'sform', formsDifferMm: formsDifference(sform, header) }
  }
  if (header.qformCode > 0) return { affine: qform(header), source: 'qform', formsDifferMm: 0 }
  return { affine: centred(header), source: 'pixdim', formsDifferMm: 0 }
}
