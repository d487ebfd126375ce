import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dataset } from '../../../src/formats/dicom/dataset.ts'
import { TAGS } from '../../../src/formats/dicom/dictionary.ts'
import { DicomError } from '../../../src/formats/dicom/fault.ts'
import { isDicom, parseDicom } from '../../../src/formats/dicom/parse.ts'
import { TRANSFER_SYNTAXES } from '../../../src/formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, writeDicom } from '../../../src/formats/dicom/write.ts'

const inflate = (bytes: Uint8Array) => new Uint8Array(inflateRawSync(bytes, { maxOutputLength: 1 << 20 }))

const codes = (undefinedLength: boolean): ElementToWrite => ({
  tag: undefinedLength ? TAGS.ContentSequence : TAGS.ConceptCodeSequence,
  value: {
    undefinedLength,
    items: [
      [
        { tag: TAGS.CodeValue, value: 'A1' },
        { tag: TAGS.ProcedureCodeSequence, value: { items: [[{ tag: TAGS.CodeMeaning, value: 'x' }]] } },
      ],
      [{ tag: TAGS.NumericValue, value: [1.5, 2] }],
    ],
  },
})

const elements: ElementToWrite[] = [
  { tag: TAGS.SpecificCharacterSet, value: ['', 'ISO 2022 IR 87', 'ISO 2022 IR 149'] },
  { tag: TAGS.SOPInstanceUID, value: '2.25.7' },
  {
    tag: TAGS.PatientName,
    value: Uint8Array.of(0x59, 0x3d, 0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42),
  },
  codes(false),
  codes(true),
  { tag: TAGS.PixelRepresentation, value: 1 },
  { tag: TAGS.PixelPaddingValue, value: -5 },
  { tag: '00290010', vr: 'LO', value: 'MAKER' },
  { tag: '00291001', vr: 'UN', value: Uint8Array.of(0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0) },
]
const files = Object.values(TRANSFER_SYNTAXES)
  .filter(syntax => syntax !== TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian)
  .slice(0, 5)
  .flatMap(transferSyntax => {
    const native = ['', '.1', '.2'].map(end => `1.2.840.10008.1.2${end}`).includes(transferSyntax)
    const pixels: ElementToWrite = native
      ? { tag: TAGS.PixelData, vr: 'OW', value: Uint16Array.of(1, 2, 3, 4) }
      : { tag: TAGS.PixelData, value: { frames: [[Uint8Array.of(1, 2)], [Uint8Array.of(3)]] } }
    return [false, true].map(bare => writeDicom({ transferSyntax, bare, elements: [...elements, pixels] }))
  })

function askEverything(dataset: Dataset): void {
  for (const tag of dataset.tags) {
    for (const question of [
      () => dataset.vr(tag),
      () => dataset.texts(tag),
      () => dataset.numbers(tag),
      () => dataset.bytes(tag),
      () => {
        for (const item of dataset.items(tag)) askEverything(item)
      },
    ])
      refusesAtMost(question)
  }
}

function refusesAtMost(question: () => unknown): void {
  try {
    question()
  } catch (error) {
    if (!(error instanceof DicomError)) throw error
    expect(error.message).toMatch(/at byte \d+|from byte \d+/)
  }
}

const damages = fc.array(
  fc.oneof(
    fc.record({ at: fc.nat(), value: fc.nat(255) }),
    fc.record({
      at: fc.nat(400),
      value: fc.constantFrom(0, 255, 0xfe, 0xe0, 0x0d, 0xdd, 0x53, 0x51, 0x55, 0x4e),
    }),
  ),
  { minLength: 1, maxLength: 6 },
)

test('a damaged file is read or refused, whatever is asked', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      damages,
      fc.option(fc.nat()),
      fc.boolean(),
      (file, flips, cut, isPrefix) => {
        const bytes = file.slice(0, cut === null ? file.length : cut % file.length)
        for (const { at, value } of flips) if (bytes.length > 0) bytes[at % bytes.length] = value
        isDicom(bytes)
        refusesAtMost(() => {
          const options = isPrefix ? { totalBytes: file.length, inflate } : { inflate }
          const answer = parseDicom(bytes, options)
          if ('needBytes' in answer) {
            expect(answer.needBytes).toBeGreaterThan(bytes.length)
            expect(answer.needBytes).toBeLessThanOrEqual(file.length)
            return
          }
          refusesAtMost(() => answer.pixelData)
          if (answer.meta !== undefined) askEverything(answer.meta)
          askEverything(answer.dataset)
        })
      },
    ),
    { numRuns: 20_000, interruptAfterTimeLimit: 20_000 },
  )
})

test('random bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, hasMagic) => {
      const bytes = new Uint8Array(hasMagic ? 132 + noise.length : noise.length)
      if (hasMagic) bytes.set([0x44, 0x49, 0x43, 0x4d], 128)
      bytes.set(noise, hasMagic ? 132 : 0)
      refusesAtMost(() => askEverything(parseDicom(bytes, { inflate }).dataset))
    }),
    { numRuns: 5000, interruptAfterTimeLimit: 10_000 },
  )
})
