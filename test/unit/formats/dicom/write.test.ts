import { describe, expect, it } from 'vitest'
import { TAGS } from '../../../../src/formats/dicom/dictionary.ts'
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  TRANSFER_SYNTAXES,
} from '../../../../src/formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, writeDicom, writeElements } from '../../../../src/formats/dicom/write.ts'

const hex = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ')
const ascii = (text: string) => [...text].map(c => c.charCodeAt(0))
const elements: ElementToWrite[] = [
  { tag: TAGS.Rows, value: 0x102 },
  { tag: TAGS.Modality, value: 'CT' },
  { tag: TAGS.PatientID, value: 'A' },
]

describe('elements lie as PS3.5 has them', () => {
  it.each([
    [
      'implicit',
      IMPLICIT_LITTLE,
      '08 00 60 00 02 00 00 00 43 54 10 00 20 00 02 00 00 00 41 20 28 00 10 00 02 00 00 00 02 01',
    ],
    [
      'explicit',
      EXPLICIT_LITTLE,
      '08 00 60 00 43 53 02 00 43 54 10 00 20 00 4c 4f 02 00 41 20 28 00 10 00 55 53 02 00 02 01',
    ],
    [
      'big-endian',
      EXPLICIT_BIG,
      '00 08 00 60 43 53 00 02 43 54 00 10 00 20 4c 4f 00 02 41 20 00 28 00 10 55 53 00 02 01 02',
    ],
  ])('%s, in the order of tags', (_name, encoding, expected) => {
    expect(hex(writeElements(elements, encoding))).toBe(expected)
  })

  it('sequences with lengths, and with delimiters', () => {
    const item: ElementToWrite[] = [{ tag: TAGS.Modality, value: 'CT' }]
    const write = (undefinedLength: boolean) =>
      hex(
        writeElements(
          [{ tag: TAGS.ContentSequence, value: { items: [item], undefinedLength } }],
          EXPLICIT_LITTLE,
        ),
      )
    const element = '08 00 60 00 43 53 02 00 43 54'
    expect(write(false)).toBe(`40 00 30 a7 53 51 00 00 12 00 00 00 fe ff 00 e0 0a 00 00 00 ${element}`)
    expect(write(true)).toBe(
      `40 00 30 a7 53 51 00 00 ff ff ff ff fe ff 00 e0 ff ff ff ff ${element} fe ff 0d e0 00 00 00 00 fe ff dd e0 00 00 00 00`,
    )
  })

  it('frames of fragments, with even lengths', () => {
    const frames = [[Uint8Array.of(1)], [Uint8Array.of(2, 3)]]
    expect(hex(writeElements([{ tag: TAGS.PixelData, value: { frames } }], EXPLICIT_LITTLE))).toBe(
      'e0 7f 10 00 4f 42 00 00 ff ff ff ff fe ff 00 e0 08 00 00 00 00 00 00 00 0a 00 00 00 ' +
        'fe ff 00 e0 02 00 00 00 01 00 fe ff 00 e0 02 00 00 00 02 03 fe ff dd e0 00 00 00 00',
    )
  })

  it('numbers and tags in the order of bytes, text with its padding', () => {
    const values: ElementToWrite[] = [
      { tag: TAGS.StudyInstanceUID, value: '1.2' },
      { tag: TAGS.FrameIncrementPointer, value: '00181063' },
      { tag: TAGS.PixelSpacing, value: [0.5, 1 / 3] },
      { tag: TAGS.PixelPaddingValue, value: -2 },
    ]
    expect(hex(writeElements(values, EXPLICIT_BIG))).toBe(
      [
        `00 20 00 0d 55 49 00 04 ${hex(Uint8Array.from(ascii('1.2\0')))}`,
        '00 28 00 09 41 54 00 04 00 18 10 63',
        `00 28 00 30 44 53 00 14 ${hex(Uint8Array.from(ascii('0.5\\0.33333333333333')))}`.replace(
          ' 00 14 ',
          ' 00 14 ',
        ),
        '00 28 01 20 53 53 00 02 ff fe',
      ].join(' '),
    )
  })
})

describe('a file', () => {
  const file = () => writeDicom({ transferSyntax: TRANSFER_SYNTAXES.ExplicitVRLittleEndian, elements })

  it('has a preamble, four letters and the length of its meta information', () => {
    const bytes = file()
    expect([...bytes.subarray(0, 128)]).toEqual(new Array(128).fill(0))
    expect(hex(bytes.subarray(128, 140))).toBe('44 49 43 4d 02 00 00 00 55 4c 04 00')
    const dataset = writeElements(elements, EXPLICIT_LITTLE)
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(140, true)
    expect(144 + length).toBe(bytes.length - dataset.length)
    expect(bytes.subarray(144 + length)).toEqual(dataset)
  })

  it('is the same each time', () => {
    expect(file()).toEqual(file())
  })
})

describe('what does not fit is refused', () => {
  it.each<[string, ElementToWrite]>([
    ['letters outside of the character set', { tag: TAGS.PatientName, value: '王' }],
    ['letters outside of the default repertoire', { tag: TAGS.Modality, value: 'é' }],
    ['a value too long for its length', { tag: TAGS.PatientID, value: 'A'.repeat(65537) }],
    ['text for a number', { tag: TAGS.Rows, value: 'many' }],
  ])('%s', (_name, element) => {
    expect(() => writeElements([element], EXPLICIT_LITTLE)).toThrow(RangeError)
  })

  it('the deflated syntax without a deflater', () => {
    const transferSyntax = TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian
    expect(() => writeDicom({ transferSyntax, elements })).toThrow('needs a deflate function')
  })
})
