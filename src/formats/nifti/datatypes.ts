import type { VoxelType } from '../../core/volume.ts'

/** One row of the NIfTI datatype table (nifti1.h, NIFTI_TYPE_*; DT_BINARY from ANALYZE 7.5). */
export interface Datatype {
  readonly code: number
  /** NumPy's name; for the types that NumPy lacks, the name that nifti1.h gives. */
  readonly name: string
  /** Bytes of one voxel on disk; 0.125 for bit-packed. */
  readonly bytes: number
  /** Absent for types that have no single real intensity or no exact reading in doubles. */
  readonly voxelType: VoxelType | undefined
}

const real = (code: number, voxelType: VoxelType, bytes: number): Datatype => ({
  code,
  name: voxelType,
  bytes,
  voxelType,
})
const refused = (code: number, name: string, bytes: number): Datatype => ({
  code,
  name,
  bytes,
  voxelType: undefined,
})

const TABLE: readonly Datatype[] = [
  refused(1, 'binary', 0.125),
  real(2, 'uint8', 1),
  real(4, 'int16', 2),
  real(8, 'int32', 4),
  real(16, 'float32', 4),
  refused(32, 'complex64', 8),
  real(64, 'float64', 8),
  refused(128, 'rgb24', 3),
  real(256, 'int8', 1),
  real(512, 'uint16', 2),
  real(768, 'uint32', 4),
  real(1024, 'int64', 8),
  real(1280, 'uint64', 8),
  refused(1536, 'float128', 16),
  refused(1792, 'complex128', 16),
  refused(2048, 'complex256', 32),
  refused(2304, 'rgba32', 4),
]

const BY_CODE: ReadonlyMap<number, Datatype> = new Map(TABLE.map(row => [row.code, row]))
const BY_VOXEL_TYPE: ReadonlyMap<string, Datatype> = new Map(
  TABLE.filter(row => row.voxelType !== undefined).map(row => [row.name, row]),
)

/** The row of a NIfTI datatype code, or undefined when the standard has none. */
export const datatypeOfCode = (code: number): Datatype | undefined => BY_CODE.get(code)

export const datatypeOf = (voxelType: VoxelType): Datatype => BY_VOXEL_TYPE.get(voxelType)!
