/** Byte positions of the header fields that are read or written, counted from the start of the header. */
export interface HeaderLayout {
  readonly version: 1 | 2
  /** Value of sizeof_hdr, and bytes of the header without the four extension bytes. */
  readonly headerBytes: number
  /** Least vox_offset of a single file: header and extension bytes. */
  readonly dataStart: number
  readonly magic: number
  readonly intentCode: number
  readonly datatype: number
  readonly bitpix: number
  readonly dim: number
  readonly pixdim: number
  readonly voxOffset: number
  readonly slope: number
  readonly intercept: number
  readonly xyztUnits: number
  readonly descrip: number
  readonly qformCode: number
  readonly sformCode: number
  readonly quaternion: number
  readonly qoffset: number
  readonly srow: number
}

/** nifti1.h, struct nifti_1_header: dim int16, reals float32, codes int16, xyzt_units a byte. */
export const NIFTI1: HeaderLayout = {
  version: 1,
  headerBytes: 348,
  dataStart: 352,
  dim: 40,
  intentCode: 68,
  datatype: 70,
  bitpix: 72,
  pixdim: 76,
  voxOffset: 108,
  slope: 112,
  intercept: 116,
  xyztUnits: 123,
  descrip: 148,
  qformCode: 252,
  sformCode: 254,
  quaternion: 256,
  qoffset: 268,
  srow: 280,
  magic: 344,
}

/** nifti2.h, struct nifti_2_header: dim and vox_offset int64, reals float64, codes and xyzt_units int32. */
export const NIFTI2: HeaderLayout = {
  version: 2,
  headerBytes: 540,
  dataStart: 544,
  magic: 4,
  datatype: 12,
  bitpix: 14,
  dim: 16,
  pixdim: 104,
  voxOffset: 168,
  slope: 176,
  intercept: 184,
  descrip: 240,
  qformCode: 344,
  sformCode: 348,
  quaternion: 352,
  qoffset: 376,
  srow: 400,
  xyztUnits: 500,
  intentCode: 504,
}

/** NIfTI-2 eol_check (bytes 8 to 11): shows a copy that changed line ends. */
export const EOL_CHECK = [0x0d, 0x0a, 0x1a, 0x0a] as const

/** NIFTI_INTENT_VECTOR of nifti1.h: dim[5] values a voxel, on the fifth axis. */
export const VECTOR_INTENT = 1007

export const DESCRIP_BYTES = 80

/** Codes of xyzt_units, low three bits (nifti1.h NIFTI_UNITS_*): length. */
export const UNIT_CODES = { m: 1, mm: 2, um: 3 } as const
/** NIFTI_UNITS_SEC, in bits 3 to 5 of xyzt_units. */
export const SECONDS = 8
