import { dictionaryVr } from './dictionary.ts'
import { UNDEFINED_LENGTH } from './elementReader.ts'
import { type Encoding, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './transferSyntaxes.ts'
import { LONG_VR, SHORT_VR, UNKNOWN_VR, VR_FORMS, vrText } from './valueRepresentation.ts'

/** Length of the preamble before 'DICM' (PS3.10, section 7.1). */
const PREAMBLE = 128
/** How far a file is searched for a beginning when there is none where one belongs. */
const SEARCHED = 1024
/** A data set begins in the groups of meta information, file sets, identification or patient. */
const FIRST_TAG = 0x00020000
const LAST_FIRST_TAG = 0x0010ffff
/** Longest value taken for one of the first three of an implicit data set. */
const LONGEST_IDENTIFICATION = 1024

/** Where the first element of a file lies, and its encoding where that was told from the content. */
export interface Start {
  readonly at: number
  readonly encoding: Encoding | undefined
}

/**
 * Whether bytes from the start of a file are DICOM, by content alone: 'DICM' behind a preamble of 128 bytes or less
 * usual size, or the elements that a bare data set begins with. 1 KiB decides; 132 bytes do for regular files.
 */
export function isDicom(prefix: Uint8Array): boolean {
  return findStart(prefix, Number.POSITIVE_INFINITY) !== undefined
}

/**
 * Finds the first element; undefined when the bytes are not DICOM.
 * @param total length of the file, of which `bytes` may be the beginning
 */
export function findStart(bytes: Uint8Array, total: number): Start | undefined {
  if (isMagic(bytes, PREAMBLE)) return { at: PREAMBLE + 4, encoding: undefined }
  const bare = encodingByContent(bytes, 0, total)
  if (bare !== undefined) return { at: 0, encoding: bare }
  const searched = Math.min(SEARCHED, bytes.length - 8)
  for (let at = 0; at < searched; at++)
    if (isMagic(bytes, at) && encodingByContent(bytes, at + 4, total) !== undefined)
      return { at: at + 4, encoding: undefined }
  for (let at = 1; at < searched; at++) {
    if (bytes[at] !== 0x08 && bytes[at] !== 0x02) continue
    const encoding = encodingByContent(bytes, at, total)
    if (encoding?.explicit) return { at, encoding }
  }
  return undefined
}

/**
 * The encoding in which the bytes at `at` begin with data elements as a data set does: three, or as many as there are
 * bytes for, of the dictionary, rising, and not reaching past the end of the file. Undefined when there is none.
 */
export function encodingByContent(bytes: Uint8Array, at: number, total: number): Encoding | undefined {
  return [EXPLICIT_LITTLE, EXPLICIT_BIG, IMPLICIT_LITTLE].find(encoding =>
    beginsWithElements(bytes, at, total, encoding),
  )
}

function beginsWithElements(bytes: Uint8Array, start: number, total: number, encoding: Encoding): boolean {
  const { explicit, littleEndian } = encoding
  // Without letters of a value representation there is less to go by, so one element alone does not do.
  const fewest = explicit ? 1 : 2
  let last = FIRST_TAG - 1
  let at = start
  for (let count = 0; count < 3; count++) {
    if (at + 12 > bytes.length) return count >= fewest
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 12)
    const tag = view.getUint16(0, littleEndian) * 0x10000 + view.getUint16(2, littleEndian)
    if (tag <= last || (count === 0 && tag > LAST_FIRST_TAG)) return false
    last = tag
    const form = explicit ? VR_FORMS[view.getUint16(4, false)]! : SHORT_VR
    if (form === UNKNOWN_VR) return false
    const vr = dictionaryVr(tag)
    if (count === 0 && explicit && vr !== vrText(view.getUint16(4, false))) return false
    if (!explicit && vr === 'UN') return count >= fewest
    const length = explicit
      ? form === LONG_VR
        ? view.getUint32(8, littleEndian)
        : view.getUint16(6, littleEndian)
      : view.getUint32(4, true)
    if (length === UNDEFINED_LENGTH) return count >= fewest
    if (!explicit && length > LONGEST_IDENTIFICATION) return count >= fewest
    at += (form === LONG_VR ? 12 : 8) + length
    if (at > total) return count >= fewest
  }
  return true
}

function isMagic(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x44 && bytes[at + 1] === 0x49 && bytes[at + 2] === 0x43 && bytes[at + 3] === 0x4d
}
