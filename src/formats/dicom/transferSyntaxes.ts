/** How the elements of a data set are laid out. */
export interface Encoding {
  /** Every element names its value representation. */
  readonly explicit: boolean
  readonly littleEndian: boolean
}

export const IMPLICIT_LITTLE: Encoding = { explicit: false, littleEndian: true }
export const EXPLICIT_LITTLE: Encoding = { explicit: true, littleEndian: true }
export const EXPLICIT_BIG: Encoding = { explicit: true, littleEndian: false }

/** UIDs of the transfer syntaxes that name themselves in this code (PS3.6, table A-1). */
export const TRANSFER_SYNTAXES = {
  ImplicitVRLittleEndian: '1.2.840.10008.1.2',
  ExplicitVRLittleEndian: '1.2.840.10008.1.2.1',
  DeflatedExplicitVRLittleEndian: '1.2.840.10008.1.2.1.99',
  ExplicitVRBigEndian: '1.2.840.10008.1.2.2',
  EncapsulatedUncompressedExplicitVRLittleEndian: '1.2.840.10008.1.2.1.98',
  JPEGBaseline8Bit: '1.2.840.10008.1.2.4.50',
  JPEGExtended12Bit: '1.2.840.10008.1.2.4.51',
  JPEGLossless: '1.2.840.10008.1.2.4.57',
  JPEGLosslessSV1: '1.2.840.10008.1.2.4.70',
  JPEGLSLossless: '1.2.840.10008.1.2.4.80',
  JPEGLSNearLossless: '1.2.840.10008.1.2.4.81',
  JPEG2000Lossless: '1.2.840.10008.1.2.4.90',
  JPEG2000: '1.2.840.10008.1.2.4.91',
  RLELossless: '1.2.840.10008.1.2.5',
} as const

const NATIVE: ReadonlyMap<string, Encoding> = new Map([
  [TRANSFER_SYNTAXES.ImplicitVRLittleEndian, IMPLICIT_LITTLE],
  [TRANSFER_SYNTAXES.ExplicitVRLittleEndian, EXPLICIT_LITTLE],
  [TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian, EXPLICIT_LITTLE],
  [TRANSFER_SYNTAXES.ExplicitVRBigEndian, EXPLICIT_BIG],
])

/** Encoding of a syntax; encapsulated ones, and those not known, are Explicit VR Little Endian (PS3.5, A.4). */
export const encodingOf = (transferSyntax: string): Encoding => NATIVE.get(transferSyntax) ?? EXPLICIT_LITTLE

/** Pixels lie as they are, not as compressed fragments. */
export const isNative = (transferSyntax: string): boolean => NATIVE.has(transferSyntax)

/** The native syntax of an encoding. */
export function syntaxOf({ explicit, littleEndian }: Encoding): string {
  if (!explicit) return TRANSFER_SYNTAXES.ImplicitVRLittleEndian
  return littleEndian ? TRANSFER_SYNTAXES.ExplicitVRLittleEndian : TRANSFER_SYNTAXES.ExplicitVRBigEndian
}
