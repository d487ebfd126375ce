/** A value representation as a number: its two ASCII letters, the first one high; 0 where none is encoded. */
export type VrCode = number

export const vrCode = (vr: string): VrCode => (vr.charCodeAt(0) << 8) | vr.charCodeAt(1)
export const vrText = (code: VrCode): string => String.fromCharCode(code >> 8, code & 0xff)

const SHORT = ['AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FD', 'FL', 'IS', 'LO', 'LT', 'PN', 'SH', 'SL', 'SS']
  .concat(['ST', 'TM', 'UI', 'UL', 'US'])
  .map(vrCode)
const LONG = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'].map(vrCode)

export const UNKNOWN_VR = 0
/** Explicit headers with a length of 16 bits (PS3.5, table 7.1-2). */
export const SHORT_VR = 1
/** Explicit headers with two reserved bytes and a length of 32 bits (PS3.5, table 7.1-1). */
export const LONG_VR = 2

/** By VrCode: which form of explicit header it has. */
export const VR_FORMS = new Uint8Array(0x10000)
for (const code of SHORT) VR_FORMS[code] = SHORT_VR
for (const code of LONG) VR_FORMS[code] = LONG_VR

export const VR_UN = vrCode('UN')
export const VR_SQ = vrCode('SQ')

/** Bytes of the words that a binary representation is made of, each in the order of bytes of the file. */
export const WORD_BYTES: Readonly<Record<string, number>> = {
  AT: 2,
  US: 2,
  SS: 2,
  OW: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  OL: 4,
  OF: 4,
  FD: 8,
  UV: 8,
  SV: 8,
  OD: 8,
  OV: 8,
}

/** Text of one value, in which a backslash is no delimiter. */
export const SINGLE_TEXT: ReadonlySet<string> = new Set(['LT', 'ST', 'UT', 'UR'])
/** Text whose characters are those of SpecificCharacterSet (PS3.5, section 6.1.2.2). */
export const CHARACTER_SET_TEXT: ReadonlySet<string> = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'])
/** Text in the default repertoire only. */
export const PLAIN_TEXT: ReadonlySet<string> = new Set([
  'AE',
  'AS',
  'CS',
  'DA',
  'DS',
  'DT',
  'IS',
  'TM',
  'UI',
  'UR',
])
/** Text whose leading spaces are part of the value. */
export const INDENTED_TEXT: ReadonlySet<string> = new Set(['LT', 'ST', 'UT', 'UC', 'UR'])
