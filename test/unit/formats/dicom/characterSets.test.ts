import { describe, expect, it } from 'vitest'
import { textDecoding } from '../../../../src/formats/dicom/characterSets.ts'
import { TAGS } from '../../../../src/formats/dicom/dictionary.ts'
import { parseDicom } from '../../../../src/formats/dicom/parse.ts'
import { TRANSFER_SYNTAXES } from '../../../../src/formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, writeDicom } from '../../../../src/formats/dicom/write.ts'

/** Bytes of a string with \x escapes, as the annexes of PS3.5 print them. */
const bytesOf = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))
const decoded = (terms: string, text: string, isName = true) =>
  textDecoding(terms.split('\\'))(bytesOf(text), isName)

describe('the examples of PS3.5', () => {
  it.each([
    [
      'H.3.1: Japanese with code extension',
      '\\ISO 2022 IR 87',
      'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B',
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'H.3.2: with half-width katakana',
      'ISO 2022 IR 13\\ISO 2022 IR 87',
      '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J',
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
    ],
    [
      'I.2: Korean',
      '\\ISO 2022 IR 149',
      'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf',
      'Hong^Gildong=洪^吉洞=홍^길동',
    ],
    [
      'J.1: Chinese in UTF-8',
      'ISO_IR 192',
      'Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1=',
      'Wang^XiaoDong=王^小東=',
    ],
    [
      'J.3: Chinese in GB18030',
      'GB18030',
      'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=',
      'Wang^XiaoDong=王^小东=',
    ],
    [
      'K.2: Chinese with code extension',
      '\\ISO 2022 IR 58',
      'Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=',
      'Zhang^XiaoDong=张^小东=',
    ],
  ])('%s', (_name, terms, text, expected) => {
    expect(decoded(terms, text)).toBe(expected)
  })
})

describe('every defined term', () => {
  it.each([
    ['ISO_IR 100', 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
    ['ISO_IR 101', 'Wa\xb3\xeasa', 'Wałęsa'],
    ['ISO_IR 109', '\xc6u\xfdde', 'Ĉuŭde'],
    ['ISO_IR 110', '\xd1\xe0a', 'Ņāa'],
    ['ISO_IR 126', '\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2', 'Διονυσιος'],
    ['ISO_IR 127', '\xe2\xc8\xc7\xe6\xea', 'قباني'],
    ['ISO_IR 138', '\xf9\xf8\xe5\xef', 'שרון'],
    ['ISO_IR 144', '\xbb\xee\xda', 'Люк'],
    ['ISO_IR 148', '\xd0\xdd\xde\xf0\xfd\xfe', 'ĞİŞğış'],
    ['ISO_IR 166', '\xc1\xe1', 'มแ'],
    ['ISO_IR 203', '\xa4', '€'],
    ['ISO_IR 13', '\xd4\xcf\xc0\xde', 'ﾔﾏﾀﾞ'],
    ['GBK', '\xcd\xf5', '王'],
  ])('%s', (term, text, expected) => {
    expect(decoded(term, text)).toBe(expected)
    const extended = term.replace('ISO_IR', 'ISO 2022 IR')
    expect(decoded(extended, text)).toBe(expected)
  })

  it.each([
    ['A', '\xe9', 'é'],
    ['B', '\xb3', 'ł'],
    ['C', '\xfd', 'ŭ'],
    ['D', '\xe0', 'ā'],
    ['F', '\xc4', 'Δ'],
    ['G', '\xe2', 'ق'],
    ['H', '\xf9', 'ש'],
    ['L', '\xbb', 'Л'],
    ['M', '\xd0', 'Ğ'],
    ['T', '\xc1', 'ม'],
    ['b', '\xa4', '€'],
  ])('and the escape sequence ESC - %s', (final, text, expected) => {
    expect(decoded('\\ISO 2022 IR 100', `a\x1b-${final}${text}b`)).toBe(`a${expected}b`)
  })

  it('the supplementary kanji by ESC $ ( D', () => {
    expect(decoded('\\ISO 2022 IR 159', '\x1b$(D0!\x1b(B.')).toBe('丂.')
  })

  it.each(['ISO-IR 192', 'ISO_IR_192', 'iso ir 192', 'UTF-8', 'ISO 2022 IR 192'])('spelt as %s', term => {
    expect(decoded(term, '\xe7\x8e\x8b')).toBe('王')
  })

  it.each(['GB2312', 'ISO 2022 GBK', 'ISO 2022 GB18030'])('or as %s', term => {
    expect(decoded(term, '\xcd\xf5')).toBe('王')
  })
})

describe('code extension', () => {
  it('ends at delimiters, of names only at ^ and =', () => {
    const text = '\x1b-F\xc4^\xc4'
    expect(decoded('ISO 2022 IR 100\\ISO 2022 IR 126', text)).toBe('Δ^Ä')
    expect(decoded('ISO 2022 IR 100\\ISO 2022 IR 126', text, false)).toBe('Δ^Δ')
    expect(decoded('ISO 2022 IR 100\\ISO 2022 IR 126', '\x1b-F\xc4\\\xc4', false)).toBe('Δ\\Ä')
  })

  it('goes on where nothing says which set comes back', () => {
    expect(decoded('\\ISO 2022 IR 149', '\x1b$)C\xc8\xab^\xb1\xe6\xb5\xbf')).toBe('홍^길동')
    expect(decoded('\\ISO 2022 IR 149', '\xc8\xab')).toBe('홍')
  })

  it('takes the bytes of delimiters for halves of characters in two-byte sets', () => {
    expect(decoded('\\ISO 2022 IR 87', '\x1b$B!\\F^\x1b(B')).toBe('＋曇')
  })
})

describe('what no set explains is marked', () => {
  it.each([
    ['', '\xe9t\xe9', '\uFFFDt\uFFFD'],
    ['ISO_IR 6', '\xe9', '\uFFFD'],
    ['ISO_IR 999', 'M\xfcller', 'M\uFFFDller'],
    ['ISO_IR 192', 'M\xfcller', 'M\uFFFDller'],
    ['\\ISO 2022 IR 87', 'a\x1b%Gb', 'a\uFFFDb'],
    ['\\ISO 2022 IR 87', 'a\x1b', 'a\uFFFD'],
    ['ISO_IR 126', '\xff', '\uFFFD'],
  ])('of %j: %j', (terms, text, expected) => {
    expect(decoded(terms, text)).toBe(expected)
  })
})

describe('a data set', () => {
  const read = (elements: ElementToWrite[]) =>
    parseDicom(
      writeDicom({
        transferSyntax: TRANSFER_SYNTAXES.ExplicitVRLittleEndian,
        elements: [{ tag: TAGS.SOPInstanceUID, value: '2.25.1' }, ...elements],
      }),
    ).dataset
  const charset = (value: string | string[]): ElementToWrite => ({ tag: TAGS.SpecificCharacterSet, value })
  const name: ElementToWrite = { tag: TAGS.PatientName, value: bytesOf('\xe9') }

  it('hands its character set down to items that have none', () => {
    const items = [[name], [charset('ISO_IR 144'), name], [charset(''), name]]
    const inner: ElementToWrite = { tag: TAGS.ContentSequence, value: { items } }
    const outer: ElementToWrite = { tag: TAGS.ContentSequence, value: { items: [[inner]] } }
    const [item] = read([charset('ISO_IR 126'), name, outer]).items(TAGS.ContentSequence)
    const texts = item!.items(TAGS.ContentSequence).map(i => i.text(TAGS.PatientName))
    expect(texts).toEqual(['ι', 'щ', '\uFFFD'])
  })

  it('splits values after decoding, since halves of characters look like backslashes', () => {
    const values = bytesOf('\x95\x5c\\\x95\x5cB ')
    const dataset = read([charset('GB18030'), { tag: TAGS.OtherPatientNames, vr: 'PN', value: values }])
    expect(dataset.texts(TAGS.OtherPatientNames)).toEqual(['昞', '昞B'])
  })

  it('takes off padding: at both ends, of free text behind', () => {
    const dataset = read([
      { tag: TAGS.PatientID, value: '  A 1\\ B ' },
      { tag: TAGS.PatientComments, value: '  two\\lines  ' },
      { tag: TAGS.StudyInstanceUID, value: bytesOf('1.2.3\0') },
    ])
    expect(dataset.texts(TAGS.PatientID)).toEqual(['A 1', 'B'])
    expect(dataset.texts(TAGS.PatientComments)).toEqual(['  two\\lines'])
    expect(dataset.text(TAGS.StudyInstanceUID)).toBe('1.2.3')
  })

  it('leaves the bytes to those who know better', () => {
    const dataset = read([name])
    expect(dataset.text(TAGS.PatientName)).toBe('\uFFFD')
    expect(dataset.bytes(TAGS.PatientName)).toEqual(bytesOf('\xe9 '))
  })
})
