import {
  decodeAs,
  decodeIso2022,
  ESCAPE,
  gb2312,
  type HighSets,
  katakana,
  ksX1001,
  latin1,
  type SetDecoder,
  single,
  unexplained,
} from './iso2022.ts'

/** How the text of a data set is decoded. Bytes that it does not explain become U+FFFD; nothing is thrown. */
export type TextDecoding = (bytes: Uint8Array, isName: boolean) => string

/** Single-byte sets of ISO_IR and ISO 2022 terms: what lies above 80 (PS3.3, tables C.12-2 and C.12-3). */
const HIGH_SETS: Readonly<Record<string, SetDecoder | undefined>> = {
  6: undefined,
  13: katakana,
  58: gb2312,
  87: undefined,
  100: latin1,
  101: single('iso-8859-2'),
  109: single('iso-8859-3'),
  110: single('iso-8859-4'),
  126: single('iso-8859-7'),
  127: single('iso-8859-6'),
  138: single('iso-8859-8'),
  144: single('iso-8859-5'),
  148: single('windows-1254'),
  149: ksX1001,
  159: undefined,
  166: single('windows-874'),
  203: single('iso-8859-15'),
}

/** Terms whose encoding covers the whole value and takes no code extension (PS3.3, table C.12-5), and lookalikes. */
const WHOLE_VALUE: Readonly<Record<string, string>> = {
  192: 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
  GB2312: 'gb18030',
  UTF8: 'utf-8',
}

/** The default repertoire: ASCII (PS3.5, section 6.1.2.1). */
export const decodeDefault: TextDecoding = iso2022({ initial: undefined, otherwise: unexplained })

const known = new Map<string, TextDecoding>()

/**
 * The decoding that values of SpecificCharacterSet (0008,0005) ask for (PS3.3, C.12.1.1.2). Terms are taken with
 * spaces, hyphens or underscores; one that is not known counts as the default repertoire.
 */
export function textDecoding(terms: readonly string[]): TextDecoding {
  const key = terms.join('\\')
  let decoding = known.get(key)
  if (decoding === undefined) {
    decoding = decodingOf(terms.map(termName))
    if (known.size < 256) known.set(key, decoding)
  }
  return decoding
}

/** 'ISO_IR 100', 'ISO 2022 IR 100' and the like give '100'; other terms come without their punctuation. */
function termName(term: string): string {
  const plain = term.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  return /^ISO(?:2022)?IR(\d+)$/.exec(plain)?.[1] ?? plain.replace(/^ISO2022(?=GB)/, '')
}

function decodingOf(names: readonly string[]): TextDecoding {
  const whole = names.find(name => name in WHOLE_VALUE)
  if (whole !== undefined) return bytes => wholeValue(WHOLE_VALUE[whole]!, bytes)
  // Alone and without code extension, this term is what many take Shift_JIS for.
  if (names.length === 1 && names[0] === '13') return bytes => wholeValue('shift_jis', bytes)
  const sets = names.map(name => HIGH_SETS[name])
  const otherwise = sets.find(set => set !== undefined)
  if (otherwise === undefined) return decodeDefault
  return iso2022({ initial: sets[0], otherwise })
}

function wholeValue(label: string, bytes: Uint8Array): string {
  return isAscii(bytes) ? latin1(bytes) : decodeAs(label, bytes)
}

function iso2022(high: HighSets): TextDecoding {
  return (bytes, isName) => (isAscii(bytes) ? latin1(bytes) : decodeIso2022(bytes, high, isName))
}

/** Nothing above 80 and no escape sequence: the same in every character set. */
function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! >= 0x80 || bytes[at] === ESCAPE) return false
  return true
}
