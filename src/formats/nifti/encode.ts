import { type Affine, voxelSizes } from '../../core/affine.ts'
import type { Shape, VoxelType } from '../../core/volume.ts'
import { datatypeOf } from './datatypes.ts'
import {
  DESCRIP_BYTES,
  EOL_CHECK,
  type HeaderLayout,
  NIFTI1,
  NIFTI2,
  SECONDS,
  UNIT_CODES,
  VECTOR_INTENT,
} from './layout.ts'
import {
  determinant3,
  inSinglePrecision,
  nearestOrthogonal,
  type Quaternion,
  quaternionOf,
} from './quaternion.ts'

export interface NiftiHeaderSpec {
  readonly shape: Shape
  readonly voxelType: VoxelType
  /** mm, RAS+, whatever `units` says. */
  readonly affine: Affine<'voxel', 'ras'>
  /** Default 1 (scanner); 0 leaves the sform out. */
  readonly sformCode?: number
  /** Default 1 (scanner); 0 leaves the qform out, and so does a sheared affine. */
  readonly qformCode?: number
  readonly slope?: number
  readonly intercept?: number
  /** Cut to 79 bytes; what is not printable ASCII becomes `?`. */
  readonly description?: string
  readonly littleEndian?: boolean
  /** Default 1; NIfTI-2 is written anyway when a dimension exceeds 32767. */
  readonly version?: 1 | 2
  readonly frames?: number
  /** Numbers that each voxel is a vector of, on the fifth axis (intent NIFTI_INTENT_VECTOR); not set: one number. */
  readonly vector?: number
  /** The unit that lengths are written in; default mm. */
  readonly units?: keyof typeof UNIT_CODES
}

/** Largest cosine between two voxel axes that still counts as a right angle: 0.006°, 0.03 mm over 256 mm. */
const SQUARE_TOLERANCE = 1e-4

/** The 3×3 part with columns of length 1, by rows. */
function directions(a: Affine<'voxel', 'ras'>): number[] {
  const sizes = voxelSizes(a)
  return [0, 1, 2].flatMap(r => sizes.map((size, c) => a[4 * r + c]! / size))
}

/**
 * The voxel axes are not at right angles, so that no quaternion describes them; noise of a float32 sform or of
 * direction cosines with five decimals passes. An affine without an inverse counts as sheared.
 */
export function isSheared(a: Affine<'voxel', 'ras'>): boolean {
  const d = directions(a)
  return [
    [0, 1],
    [0, 2],
    [1, 2],
  ].some(([p, q]) => {
    const cosine = d[p!]! * d[q!]! + d[3 + p!]! * d[3 + q!]! + d[6 + p!]! * d[6 + q!]!
    return !(Math.abs(cosine) <= SQUARE_TOLERANCE)
  })
}

interface Qform {
  readonly qfac: 1 | -1
  readonly quaternion: Quaternion
}

function qformOf(a: Affine<'voxel', 'ras'>): Qform {
  const d = directions(a)
  const qfac = determinant3(d) < 0 ? -1 : 1
  return { qfac, quaternion: quaternionOf(nearestOrthogonal(d.map((v, i) => (i % 3 === 2 ? v * qfac : v)))) }
}

/** Writes the fields that differ in width between NIfTI-1 and NIfTI-2. */
class FieldWriter {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #wide: boolean
  readonly #littleEndian: boolean

  constructor(layout: HeaderLayout, littleEndian: boolean) {
    this.bytes = new Uint8Array(layout.dataStart)
    this.#view = new DataView(this.bytes.buffer)
    this.#wide = layout.version === 2
    this.#littleEndian = littleEndian
  }

  int16(at: number, value: number): void {
    this.#view.setInt16(at, value, this.#littleEndian)
  }

  int32(at: number, value: number): void {
    this.#view.setInt32(at, value, this.#littleEndian)
  }

  code(at: number, value: number): void {
    if (this.#wide) this.int32(at, value)
    else this.int16(at, value)
  }

  dims(at: number, values: readonly number[]): void {
    values.forEach((value, i) => {
      if (this.#wide) this.#view.setBigInt64(at + 8 * i, BigInt(value), this.#littleEndian)
      else this.int16(at + 2 * i, value)
    })
  }

  reals(at: number, values: readonly number[]): void {
    values.forEach((value, i) => {
      if (this.#wide) this.#view.setFloat64(at + 8 * i, value, this.#littleEndian)
      else this.#view.setFloat32(at + 4 * i, value, this.#littleEndian)
    })
  }

  text(at: number, text: string, most: number): void {
    for (let i = 0; i < Math.min(text.length, most); i++) {
      const code = text.charCodeAt(i)
      this.bytes[at + i] = code >= 32 && code < 127 ? code : 63
    }
  }
}

/**
 * The header of a single NIfTI file, up to its first voxel: 352 bytes, or 544 for NIfTI-2; the same bytes for
 * the same spec. pixdim are the column norms of the affine, time is in seconds.
 * @throws RangeError when a dimension is not a whole number from 1, or a number is not finite as written.
 */
export function encodeNiftiHeader(spec: NiftiHeaderSpec): Uint8Array {
  const { shape, affine, frames = 1, vector, units = 'mm' } = spec
  const axes = vector !== undefined ? 5 : frames > 1 ? 4 : 3
  const dims = [axes, ...shape, frames, vector ?? 1, 1, 1]
  if (dims.some(n => !Number.isSafeInteger(n) || n < 1))
    throw new RangeError(`no NIfTI header has the dimensions ${dims.slice(1).join(' × ')}`)
  const layout = spec.version === 2 || dims.some(n => n > 0x7fff) ? NIFTI2 : NIFTI1
  const stored = (v: number): number => {
    const written = layout === NIFTI1 ? Math.fround(v) : v
    if (!Number.isFinite(written)) throw new RangeError(`${v} cannot be written in a NIfTI header`)
    return written
  }
  const length = (mm: number): number => stored(units === 'mm' ? mm : units === 'um' ? mm * 1000 : mm / 1000)
  const { bytes: voxelBytes, code } = datatypeOf(spec.voxelType)
  const sformCode = spec.sformCode ?? 1
  const qformCode = isSheared(affine) ? 0 : (spec.qformCode ?? 1)

  const out = new FieldWriter(layout, spec.littleEndian ?? true)
  out.int32(0, layout.headerBytes)
  out.text(layout.magic, `n+${layout.version}`, 3)
  if (layout === NIFTI2) out.bytes.set(EOL_CHECK, 8)
  out.dims(layout.dim, dims)
  if (vector !== undefined) out.code(layout.intentCode, VECTOR_INTENT)
  out.int16(layout.datatype, code)
  out.int16(layout.bitpix, voxelBytes * 8)
  out.reals(layout.pixdim, [1, ...voxelSizes(affine).map(length), 1, 1, 1, 1])
  if (layout === NIFTI2) out.dims(layout.voxOffset, [layout.dataStart])
  else out.reals(layout.voxOffset, [layout.dataStart])
  out.reals(layout.slope, [stored(spec.slope ?? 1)])
  out.reals(layout.intercept, [stored(spec.intercept ?? 0)])
  const unitCode = UNIT_CODES[units] | SECONDS
  if (layout === NIFTI2) out.int32(layout.xyztUnits, unitCode)
  else out.bytes[layout.xyztUnits] = unitCode
  out.text(layout.descrip, spec.description ?? '', DESCRIP_BYTES - 1)
  const translation = [affine[3]!, affine[7]!, affine[11]!].map(length)
  if (qformCode !== 0) {
    const { qfac, quaternion } = qformOf(affine)
    out.code(layout.qformCode, qformCode)
    out.reals(layout.pixdim, [qfac])
    out.reals(layout.quaternion, layout === NIFTI1 ? inSinglePrecision(quaternion) : quaternion.slice(1))
    out.reals(layout.qoffset, translation)
  }
  if (sformCode !== 0) {
    out.code(layout.sformCode, sformCode)
    out.reals(layout.srow, affine.slice(0, 12).map(length))
  }
  return out.bytes
}
