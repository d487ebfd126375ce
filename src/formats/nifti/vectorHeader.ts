import { NIFTI1, NIFTI2 } from './layout.ts'

/** nifti1.h: at each voxel a vector, along dim[5]. */
const NIFTI_INTENT_VECTOR = 1007
/** Where intent_code lies: int16 in NIfTI-1, int32 in NIfTI-2. */
const INTENT_CODE = { 1: 68, 2: 504 } as const

/** The header of a single image as that of an image of so many components a voxel, of which all of one follow all of another. */
export function asVectorHeader(header: Uint8Array, components: number): Uint8Array {
  const out = header.slice()
  const view = new DataView(out.buffer)
  if (view.getInt32(0, true) === NIFTI1.headerBytes) {
    view.setInt16(NIFTI1.dim, 5, true)
    view.setInt16(NIFTI1.dim + 10, components, true)
    view.setInt16(INTENT_CODE[1], NIFTI_INTENT_VECTOR, true)
  } else {
    view.setBigInt64(NIFTI2.dim, 5n, true)
    view.setBigInt64(NIFTI2.dim + 40, BigInt(components), true)
    view.setInt32(INTENT_CODE[2], NIFTI_INTENT_VECTOR, true)
  }
  return out
}
