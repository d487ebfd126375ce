import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { DicomFile } from '../../../../src/formats/dicom/dataset.ts'
import { TAGS } from '../../../../src/formats/dicom/dictionary.ts'
import { DicomError } from '../../../../src/formats/dicom/fault.ts'
import { isDicom, parseDicom } from '../../../../src/formats/dicom/parse.ts'
import {
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  TRANSFER_SYNTAXES,
} from '../../../../src/formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, writeDicom, writeElements } from '../../../../src/formats/dicom/write.ts'

const { ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian } = TRANSFER_SYNTAXES
const { DeflatedExplicitVRLittleEndian, JPEGLSLossless } = TRANSFER_SYNTAXES
const NATIVE = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]

const pixels = Uint16Array.from({ length: 64 }, (_, i) => i * 1000)
const header: ElementToWrite[] = [
  { tag: TAGS.SOPClassUID, value: '1.2.840.10008.5.1.4.1.1.2' },
  { tag: TAGS.SOPInstanceUID, value: '2.25.1' },
  { tag: TAGS.Modality, value: 'CT' },
  { tag: TAGS.PatientName, value: 'Doe^Jane' },
  { tag: TAGS.ImagePositionPatient, value: [-10.5, 0, 3] },
  { tag: TAGS.Rows, value: 8 },
]
const image: ElementToWrite[] = [...header, { tag: TAGS.PixelData, vr: 'OW', value: pixels }]

const concatenated = (...parts: (Uint8Array | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap(part => [...part]))
const ascii = (text: string) => [...text].map(c => c.charCodeAt(0))

function expectImage(file: DicomFile): void {
  expect(file.dataset.text(TAGS.PatientName)).toBe('Doe^Jane')
  expect(file.dataset.numbers(TAGS.ImagePositionPatient)).toEqual([-10.5, 0, 3])
  expect(file.dataset.number(TAGS.Rows)).toBe(8)
  const { offset, length } = file.pixelData!
  const view = new DataView(file.bytes.buffer, file.bytes.byteOffset + offset, length)
  expect(Array.from(pixels, (_, i) => view.getUint16(2 * i, file.littleEndian))).toEqual([...pixels])
}

describe('where a file begins', () => {
  it.each(NATIVE)('is behind a preamble (%s)', transferSyntax => {
    const file = parseDicom(writeDicom({ transferSyntax, elements: image }))
    expectImage(file)
    expect(file.transferSyntax).toBe(transferSyntax)
    expect(file.littleEndian).toBe(transferSyntax !== ExplicitVRBigEndian)
    expect(file.meta!.text(TAGS.TransferSyntaxUID)).toBe(transferSyntax)
    expect(file.meta!.number(TAGS.FileMetaInformationGroupLength)).toBeGreaterThan(100)
  })

  it.each(NATIVE)('is the first byte of a bare data set (%s)', transferSyntax => {
    const bytes = writeDicom({ transferSyntax, elements: image, bare: true })
    expect(isDicom(bytes.subarray(0, 64))).toBe(true)
    const file = parseDicom(bytes)
    expectImage(file)
    expect(file.meta).toBeUndefined()
    expect(file.transferSyntax).toBe(transferSyntax)
  })

  it.each([0, 4, 64, 100, 512])('is behind a preamble of %i bytes', size => {
    const regular = writeDicom({ transferSyntax: ExplicitVRLittleEndian, elements: image })
    const bytes = concatenated(new Uint8Array(size), regular.subarray(128))
    expect(isDicom(bytes.subarray(0, 1024))).toBe(true)
    expectImage(parseDicom(bytes))
  })

  it.each(NATIVE)('may have DICM and no meta information (%s)', transferSyntax => {
    const bare = writeDicom({ transferSyntax, elements: image, bare: true })
    const file = parseDicom(concatenated(new Uint8Array(128), ascii('DICM'), bare))
    expectImage(file)
    expect(file.meta).toBeUndefined()
    expect(file.transferSyntax).toBe(transferSyntax)
  })

  it('may be meta information without preamble', () => {
    const regular = writeDicom({ transferSyntax: ExplicitVRLittleEndian, elements: image })
    expectImage(parseDicom(regular.subarray(132)))
  })

  it.each([
    [ImplicitVRLittleEndian, ExplicitVRLittleEndian],
    [ExplicitVRLittleEndian, ImplicitVRLittleEndian],
    [ExplicitVRBigEndian, ExplicitVRLittleEndian],
    [ExplicitVRLittleEndian, ExplicitVRBigEndian],
  ])('is read as it is when %s is declared for %s', (declared, actual) => {
    const regular = writeDicom({ transferSyntax: declared, elements: image })
    const declaredSize = writeDicom({ transferSyntax: declared, elements: image, bare: true }).length
    const meta = regular.subarray(0, regular.length - declaredSize)
    const file = parseDicom(
      concatenated(meta, writeDicom({ transferSyntax: actual, elements: image, bare: true })),
    )
    expectImage(file)
    expect(file.transferSyntax).toBe(actual)
  })

  it.each([
    [
      'text',
      ascii(
        'Patient name: Doe^Jane, a report of more than a hundred and forty bytes, as it is written '.repeat(
          3,
        ),
      ),
    ],
    ['zeros', new Array(512).fill(0)],
    ['a gzip stream', [0x1f, 0x8b, 8, 0, ...new Array(200).fill(7)]],
    ['small integers', Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? (i >> 2) + 8 : 0))],
    ['a NIfTI header', [0x5c, 1, 0, 0, ...new Array(400).fill(0)]],
    ['a TIFF header', [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, ...new Array(400).fill(1)]],
  ])('is not in %s', (_name, bytes) => {
    const data = Uint8Array.from(bytes)
    expect(isDicom(data)).toBe(false)
    expect(() => parseDicom(data)).toThrow(DicomError)
  })

  it('is not in an empty file', () => {
    expect(isDicom(new Uint8Array(0))).toBe(false)
    expect(() => parseDicom(new Uint8Array(0))).toThrow(
      'there is neither DICM nor a data element where a file begins, at byte 0',
    )
  })
})

describe('the deflated syntax', () => {
  const deflate = (bytes: Uint8Array) => new Uint8Array(deflateRawSync(bytes))
  const inflate = (bytes: Uint8Array) => new Uint8Array(inflateRawSync(bytes))
  const written = writeDicom({ transferSyntax: DeflatedExplicitVRLittleEndian, elements: image, deflate })

  it('has its offsets in what was inflated', () => {
    const file = parseDicom(written, { inflate })
    expectImage(file)
    expect(file.bytes).toEqual(writeElements(image, EXPLICIT_LITTLE))
    expect(file.transferSyntax).toBe(DeflatedExplicitVRLittleEndian)
  })

  it('needs the whole file', () => {
    const answer = parseDicom(written.subarray(0, written.length - 10), {
      totalBytes: written.length,
      inflate,
    })
    expect(answer).toEqual({ needBytes: written.length })
  })

  it('is refused without an inflater, and where it is damaged', () => {
    expect(() => parseDicom(written)).toThrow('there is no inflater')
    const damaged = written.map((byte, i) => (i > 350 ? byte ^ 0x5a : byte))
    expect(() => parseDicom(damaged, { inflate })).toThrow(DicomError)
  })
})

describe('a beginning of a file', () => {
  const written = writeDicom({ transferSyntax: ExplicitVRLittleEndian, elements: image })
  const headerBytes = written.length - pixels.byteLength

  it('is enough when it holds the header of the pixel data', () => {
    const file = parseDicom(written.subarray(0, headerBytes), { totalBytes: written.length }) as DicomFile
    expect(file.dataset.text(TAGS.PatientName)).toBe('Doe^Jane')
    expect(file.dataset.has(TAGS.PixelData)).toBe(true)
    expect(file.pixelData).toMatchObject({ offset: headerBytes, length: pixels.byteLength })
  })

  it('is not enough anywhere before, and asks for at most the file', () => {
    for (let size = 0; size < headerBytes; size++) {
      const answer = parseDicom(written.subarray(0, size), { totalBytes: written.length })
      expect(answer, `${size} bytes`).toHaveProperty('needBytes')
      const { needBytes } = answer as { needBytes: number }
      expect(needBytes).toBeGreaterThan(size)
      expect(needBytes).toBeLessThanOrEqual(written.length)
    }
  })

  it('asks for the end of a long element at once', () => {
    const long: ElementToWrite = { tag: '00091001', vr: 'OB', value: new Uint8Array(100_000) }
    const bytes = writeDicom({ transferSyntax: ExplicitVRLittleEndian, elements: [...image, long] })
    const answer = parseDicom(bytes.subarray(0, 1000), { totalBytes: bytes.length })
    expect((answer as { needBytes: number }).needBytes).toBeGreaterThan(100_000)
  })

  it('is the truncated file where there is no more of it', () => {
    const cut = written.subarray(0, headerBytes - 15)
    expect(() => parseDicom(cut)).toThrow(DicomError)
    expect(() => parseDicom(cut, { totalBytes: cut.length })).toThrow(/there are only \d+ bytes/)
  })

  it('stops at the pixels of a whole file when asked to', () => {
    const trailing: ElementToWrite = { tag: 'FFFCFFFC', vr: 'OB', value: Uint8Array.of(0, 0) }
    const bytes = writeDicom({ transferSyntax: ExplicitVRLittleEndian, elements: [...image, trailing] })
    expect(parseDicom(bytes).dataset.has('FFFCFFFC')).toBe(true)
    const untilPixels = parseDicom(bytes, { untilPixels: true })
    expect(untilPixels.dataset.has('FFFCFFFC')).toBe(false)
    expectImage(untilPixels)
  })
})

describe('elements', () => {
  const dataset = (...parts: (Uint8Array | number[])[]) =>
    parseDicom(concatenated(writeElements(header, EXPLICIT_LITTLE), ...parts)).dataset

  it('of a representation made up later have a long length', () => {
    const later = [0x30, 0, 0, 0x10, ...ascii('ZZ'), 0, 0, 2, 0, 0, 0, 1, 2]
    const next = writeElements([{ tag: '00311001', vr: 'US', value: 7 }], EXPLICIT_LITTLE)
    const read = dataset(later, next)
    expect(read.bytes('00301000')).toEqual(Uint8Array.of(1, 2))
    expect(read.number('00311001')).toBe(7)
  })

  it('without letters for a representation have a short length', () => {
    const odd = [0x28, 0, 0x11, 0, 0x20, 0x20, 2, 0, 9, 0]
    const read = dataset(odd)
    expect(read.vr(TAGS.Columns)).toBe('US')
    expect(read.number(TAGS.Columns)).toBe(9)
  })

  it('come in any order, the last one counting of two', () => {
    const again = writeElements([{ tag: TAGS.Modality, value: 'MR' }], EXPLICIT_LITTLE)
    const read = dataset(again)
    expect(read.text(TAGS.Modality)).toBe('MR')
    expect(read.text(TAGS.PatientName)).toBe('Doe^Jane')
    expect(read.has(TAGS.StudyDate)).toBe(false)
  })

  it('are groups with a length, and zeros behind the last', () => {
    const group = writeElements([{ tag: '00300000', vr: 'UL', value: 1234 }], EXPLICIT_LITTLE)
    const read = dataset(group, new Uint8Array(30))
    expect(read.number('00300000')).toBe(1234)
    expect([...read.tags].at(-1)).toBe('00300000')
  })

  it('of private blocks have their creator, and their value as bytes', () => {
    const block: ElementToWrite[] = [
      { tag: '00290010', vr: 'LO', value: 'MAKER' },
      { tag: '00291001', vr: 'UN', value: Uint8Array.of(1, 2, 3, 4) },
    ]
    const bytes = writeDicom({ transferSyntax: ImplicitVRLittleEndian, elements: [...header, ...block] })
    const read = parseDicom(bytes).dataset
    expect([read.vr('00290010'), read.text('00290010')]).toEqual(['LO', 'MAKER'])
    expect([read.vr('00291001'), read.texts('00291001')]).toEqual(['UN', []])
    expect(read.bytes('00291001')).toEqual(Uint8Array.of(1, 2, 3, 4))
  })

  it('that are US or SS go by PixelRepresentation, also that of the data set around', () => {
    const padding: ElementToWrite = { tag: TAGS.PixelPaddingValue, vr: 'SS', value: -2000 }
    const representation: ElementToWrite = { tag: TAGS.PixelRepresentation, value: 1 }
    const sequence: ElementToWrite = { tag: TAGS.ModalityLUTSequence, value: { items: [[padding]] } }
    const write = (elements: ElementToWrite[]) =>
      parseDicom(writeDicom({ transferSyntax: ImplicitVRLittleEndian, elements })).dataset
    const signed = write([...header, padding, representation, sequence])
    expect(signed.number(TAGS.PixelPaddingValue)).toBe(-2000)
    expect(signed.items(TAGS.ModalityLUTSequence)[0]!.number(TAGS.PixelPaddingValue)).toBe(-2000)
    expect(write([...header, padding]).number(TAGS.PixelPaddingValue)).toBe(63536)
  })

  it('that are absent or empty have no values', () => {
    const read = dataset(writeElements([{ tag: TAGS.PatientComments, value: '' }], EXPLICIT_LITTLE))
    for (const tag of [TAGS.PatientComments, TAGS.StudyDate]) {
      expect(read.text(tag)).toBeUndefined()
      expect(read.number(tag)).toBeUndefined()
      expect([read.texts(tag), read.numbers(tag), read.items(tag)]).toEqual([[], [], []])
    }
    expect(read.bytes(TAGS.PatientComments)).toEqual(new Uint8Array(0))
    expect(read.bytes(TAGS.StudyDate)).toBeUndefined()
    expect(read.vr(TAGS.StudyDate)).toBeUndefined()
  })

  it('that should be numbers and are not give NaN', () => {
    const odd: ElementToWrite[] = [{ tag: TAGS.WindowCenter, value: ['40', '1,5', '0x10', '', ' 1e2 '] }]
    expect(dataset(writeElements(odd, EXPLICIT_LITTLE)).numbers(TAGS.WindowCenter)).toEqual([
      40,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      100,
    ])
  })

  it('come from UN by the dictionary, little-endian also in a big-endian file', () => {
    const unknown: ElementToWrite = { tag: TAGS.Columns, vr: 'UN', value: Uint8Array.of(2, 1) }
    const bytes = writeDicom({ transferSyntax: ExplicitVRBigEndian, elements: [...header, unknown] })
    const read = parseDicom(bytes).dataset
    expect([read.vr(TAGS.Columns), read.number(TAGS.Columns)]).toEqual(['US', 0x102])
  })
})

describe('sequences', () => {
  const item: ElementToWrite[] = [{ tag: TAGS.CodeValue, value: 'A1' }]

  it.each(NATIVE)('nest, with and without lengths (%s)', transferSyntax => {
    const inner = (undefinedLength: boolean): ElementToWrite => ({
      tag: TAGS.ConceptCodeSequence,
      value: { items: [item, [], item], undefinedLength },
    })
    const outer: ElementToWrite[] = [true, false].map((undefinedLength, i) => ({
      tag: [TAGS.ContentSequence, TAGS.ReferencedSeriesSequence][i]!,
      value: { items: [[inner(true)], [inner(false)]], undefinedLength },
    }))
    const { dataset } = parseDicom(writeDicom({ transferSyntax, elements: [...image, ...outer] }))
    for (const { tag } of outer) {
      const codes = dataset
        .items(tag)
        .map(i => i.items(TAGS.ConceptCodeSequence).map(c => c.text(TAGS.CodeValue)))
      expect(codes).toEqual([
        ['A1', undefined, 'A1'],
        ['A1', undefined, 'A1'],
      ])
      expect(dataset.items(tag)).toBe(dataset.items(tag))
    }
    expect(dataset.items(TAGS.PatientName)).toEqual([])
  })

  it.each([true, false])('that came as UN are implicit (undefined length: %s)', isUndefined => {
    const inside = writeElements(
      [{ tag: TAGS.ContentSequence, value: { items: [item], undefinedLength: true } }],
      IMPLICIT_LITTLE,
    ).subarray(8)
    const content = isUndefined ? inside : inside.subarray(0, inside.length - 8)
    const length = isUndefined ? [255, 255, 255, 255] : [content.length, 0, 0, 0]
    const unknown = concatenated([0x40, 0, 0x30, 0xa7, ...ascii('UN'), 0, 0, ...length], content)
    const { dataset } = parseDicom(concatenated(writeElements(header, EXPLICIT_LITTLE), unknown))
    expect(dataset.vr('0040A730')).toBe('SQ')
    expect(dataset.items('0040A730')[0]!.text(TAGS.CodeValue)).toBe('A1')
  })

  it('may have implicit items in an explicit file', () => {
    const content = writeElements(item, IMPLICIT_LITTLE)
    const sequence = concatenated(
      [0x40, 0, 0x30, 0xa7, ...ascii('SQ'), 0, 0, 8 + content.length, 0, 0, 0],
      [0xfe, 0xff, 0, 0xe0, content.length, 0, 0, 0],
      content,
    )
    const { dataset } = parseDicom(concatenated(writeElements(header, EXPLICIT_LITTLE), sequence))
    expect(dataset.items('0040A730')[0]!.text(TAGS.CodeValue)).toBe('A1')
  })
})

describe('encapsulated pixels', () => {
  const frames = [[Uint8Array.of(1, 2, 3)], [Uint8Array.of(4, 5), Uint8Array.of(6, 7, 8, 9)]]
  const encapsulated = (withoutOffsets: boolean, more: ElementToWrite[] = []) =>
    writeDicom({
      transferSyntax: JPEGLSLossless,
      elements: [...header, ...more, { tag: TAGS.PixelData, value: { frames, withoutOffsets } }],
    })
  const fragmentsOf = ({ bytes, pixelData }: DicomFile) =>
    pixelData!.fragments!.map(({ offset, length }) => [...bytes.subarray(offset, offset + length)])
  const expected = [
    [1, 2, 3, 0],
    [4, 5],
    [6, 7, 8, 9],
  ]

  it('are fragments, with the offsets of frames', () => {
    const file = parseDicom(encapsulated(false))
    expect(fragmentsOf(file)).toEqual(expected)
    expect(file.pixelData!.frameOffsets).toEqual([0, 12])
    expect(file.pixelData!.vr).toBe('OB')
    expect(file.dataset.bytes(TAGS.PixelData)!.length).toBe(file.pixelData!.length)
  })

  it('may have offsets in the extended table', () => {
    const table: ElementToWrite = { tag: TAGS.ExtendedOffsetTable, value: [0, 12] }
    const file = parseDicom(encapsulated(true, [table]))
    expect(file.pixelData!.frameOffsets).toEqual([0, 12])
    expect(parseDicom(encapsulated(true)).pixelData!.frameOffsets).toEqual([])
  })

  it('may lack the delimiter at the end of the file', () => {
    const whole = encapsulated(false)
    expect(fragmentsOf(parseDicom(whole.subarray(0, whole.length - 8)))).toEqual(expected)
  })

  it('that are cut off leave the header readable', () => {
    const whole = encapsulated(false)
    const file = parseDicom(whole.subarray(0, whole.length - 10))
    expect(file.dataset.number(TAGS.Rows)).toBe(8)
    expect(() => file.pixelData).toThrow(/a fragment of pixel data at byte \d+ reaches to byte \d+/)
  })

  it('in an icon do not end the header', () => {
    const icon: ElementToWrite = {
      tag: TAGS.IconImageSequence,
      value: { items: [[{ tag: TAGS.PixelData, value: { frames } }]], undefinedLength: true },
    }
    const file = parseDicom(encapsulated(false, [icon]), { untilPixels: true })
    expect(fragmentsOf(file)).toEqual(expected)
    expect(file.dataset.has(TAGS.IconImageSequence)).toBe(true)
  })
})
