/**
 * Code extension as DICOM uses it (PS3.5, section 6.1.2.5 and annexes H to K; ISO/IEC 2022): two sets are active at a
 * time, G0 for bytes below 80 and G1 for those above, and escape sequences put others in their place.
 */

/** Decodes bytes of one set, all below 80 for a G0 set, all from 80 on for a G1 set. */
export type SetDecoder = (bytes: Uint8Array) => string

/** The G1 set that a value starts with, and the one for bytes above 80 where nothing designates any. G0 is ASCII. */
export interface HighSets {
  readonly initial: SetDecoder | undefined
  readonly otherwise: SetDecoder
}

export const ESCAPE = 0x1b
const REPLACEMENT = '\uFFFD'

/** Each byte is the character of its number: ASCII, and ISO 8859-1 with its C1 controls. */
export const latin1: SetDecoder = bytes => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 4096) as unknown as number[])
  return text
}

/** A visible mark for each byte that no set explains. */
export const unexplained: SetDecoder = bytes => REPLACEMENT.repeat(bytes.length)

const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

/** Text of a whole value in one of the encodings of the WHATWG Encoding Standard. */
export function decodeAs(label: string, bytes: Uint8Array): string {
  let decoder = decoders.get(label)
  if (decoder === undefined) {
    decoder = new TextDecoder(label, { ignoreBOM: true })
    decoders.set(label, decoder)
  }
  return decoder.decode(bytes)
}

export const single =
  (label: string): SetDecoder =>
  bytes =>
    decodeAs(label, bytes)

/** JIS X 0201: half-width katakana are A1 to DF; Shift_JIS, which some write in its place, has them there too. */
export const katakana: SetDecoder = bytes => decodeAs('shift_jis', bytes)

/** Sets of 94×94 characters with bytes below 80 lie in the EUC encodings with the high bits set. */
const raised =
  (label: string, lead: readonly number[]): SetDecoder =>
  bytes => {
    const out: number[] = []
    for (let i = 0; i < bytes.length; i++) {
      if (i % 2 === 0) out.push(...lead)
      out.push(bytes[i]! | 0x80)
    }
    return decodeAs(label, Uint8Array.from(out))
  }

export const jisX0208: SetDecoder = raised('euc-jp', [])
export const jisX0212: SetDecoder = raised('euc-jp', [0x8f])
export const ksX1001: SetDecoder = single('euc-kr')
export const gb2312: SetDecoder = single('gb18030')

interface Designation {
  readonly set: 'g0' | 'g1'
  readonly decoder: SetDecoder
  /** Two bytes a character, among which those of the delimiters may be. */
  readonly isDouble?: boolean
}

/** Escape sequences without ESC (PS3.3, tables C.12-3 and C.12-4). */
const DESIGNATIONS: Readonly<Record<string, Designation>> = {
  '(B': { set: 'g0', decoder: latin1 },
  '(J': { set: 'g0', decoder: latin1 },
  ')I': { set: 'g1', decoder: katakana },
  '-A': { set: 'g1', decoder: latin1 },
  '-B': { set: 'g1', decoder: single('iso-8859-2') },
  '-C': { set: 'g1', decoder: single('iso-8859-3') },
  '-D': { set: 'g1', decoder: single('iso-8859-4') },
  '-F': { set: 'g1', decoder: single('iso-8859-7') },
  '-G': { set: 'g1', decoder: single('iso-8859-6') },
  '-H': { set: 'g1', decoder: single('iso-8859-8') },
  '-L': { set: 'g1', decoder: single('iso-8859-5') },
  '-M': { set: 'g1', decoder: single('windows-1254') },
  '-T': { set: 'g1', decoder: single('windows-874') },
  '-b': { set: 'g1', decoder: single('iso-8859-15') },
  $B: { set: 'g0', decoder: jisX0208, isDouble: true },
  '$(D': { set: 'g0', decoder: jisX0212, isDouble: true },
  '$)A': { set: 'g1', decoder: gb2312, isDouble: true },
  '$)C': { set: 'g1', decoder: ksX1001, isDouble: true },
}

/** Bytes at which the sets of the start are active again: of all text, and of names besides. */
const TEXT_DELIMITERS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c])
const NAME_DELIMITERS: ReadonlySet<number> = new Set([...TEXT_DELIMITERS, 0x3d, 0x5e])

/**
 * Decodes a value that may have escape sequences. An unknown sequence becomes U+FFFD; a delimiter that does not come
 * back to a G1 set leaves the one before, as much software forgets to name it again.
 */
export function decodeIso2022(bytes: Uint8Array, high: HighSets, isName: boolean): string {
  const delimiters = isName ? NAME_DELIMITERS : TEXT_DELIMITERS
  let g0 = latin1
  let g1 = high.initial
  let isDouble = false
  let text = ''
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] === ESCAPE) {
      const sequence = escapeAt(bytes, at + 1)
      const designation = DESIGNATIONS[sequence]
      if (designation === undefined) text += REPLACEMENT
      else if (designation.set === 'g1') g1 = designation.decoder
      else {
        g0 = designation.decoder
        isDouble = designation.isDouble === true
      }
      at += 1 + sequence.length
      continue
    }
    const isHigh = bytes[at]! >= 0x80
    let end = at
    while (end < bytes.length && bytes[end] !== ESCAPE && bytes[end]! >= 0x80 === isHigh) {
      end++
      if (!isHigh && !isDouble && delimiters.has(bytes[end - 1]!)) {
        g0 = latin1
        g1 = high.initial ?? g1
      }
    }
    const run = bytes.subarray(at, end)
    text += isHigh ? (g1 ?? high.otherwise)(run) : g0(run)
    at = end
  }
  return text
}

/** An escape sequence: intermediate bytes 20 to 2F, then a final one; without its final byte where the value ends. */
function escapeAt(bytes: Uint8Array, start: number): string {
  let end = start
  while (end < bytes.length && bytes[end]! >= 0x20 && bytes[end]! <= 0x2f) end++
  return String.fromCharCode(...bytes.subarray(start, Math.min(end + 1, start + 4, bytes.length)))
}
