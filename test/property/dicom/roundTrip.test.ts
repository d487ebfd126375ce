import { deflateRawSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dataset, DicomFile } from '../../../src/formats/dicom/dataset.ts'
import { TAGS } from '../../../src/formats/dicom/dictionary.ts'
import { parseDicom } from '../../../src/formats/dicom/parse.ts'
import { isNative, TRANSFER_SYNTAXES } from '../../../src/formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, type SequenceToWrite, writeDicom } from '../../../src/formats/dicom/write.ts'

const deflate = (bytes: Uint8Array) => new Uint8Array(deflateRawSync(bytes))
const inflate = (bytes: Uint8Array) => new Uint8Array(inflateRawSync(bytes))

const words = fc.array(fc.stringMatching(/^[A-Za-z0-9^王東ΔÄ]([A-Za-z0-9^王東ΔÄ ]{0,8}[A-Za-z0-9王])?$/), {
  minLength: 1,
  maxLength: 3,
})
const integers = (min: number, max: number) =>
  fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 4 })
const float = fc.double({ noNaN: true, noDefaultInfinity: true })

/** Elements by kind: a tag of that representation, and values that it can have. */
const plainElement: fc.Arbitrary<ElementToWrite> = fc.oneof(
  fc.record({ tag: fc.constantFrom(TAGS.PatientName, TAGS.PatientID, TAGS.StudyDescription), value: words }),
  fc.record({ tag: fc.constant(TAGS.PatientComments), value: fc.stringMatching(/^ ?[A-Za-z\\Ä王]{1,40}$/) }),
  fc.record({ tag: fc.constant(TAGS.InstanceNumber), value: integers(-(2 ** 31), 2 ** 31 - 1) }),
  fc.record({ tag: fc.constant(TAGS.Rows), value: integers(0, 65535) }),
  fc.record({ tag: fc.constant(TAGS.TagAngleSecondAxis), value: integers(-32768, 32767) }),
  fc.record({ tag: fc.constant(TAGS.RationalNumeratorValue), value: integers(-(2 ** 31), 2 ** 31 - 1) }),
  fc.record({ tag: fc.constant(TAGS.SimpleFrameList), value: integers(0, 2 ** 32 - 1) }),
  fc.record({
    tag: fc.constant(TAGS.DiffusionBValue),
    value: fc.array(float, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    tag: fc.constant(TAGS.RedPaletteColorLookupTableData),
    value: fc.uint8Array({ maxLength: 9 }),
  }),
)

const uniqueByTag = (element: fc.Arbitrary<ElementToWrite>) =>
  fc.uniqueArray(element, { maxLength: 6, selector: e => e.tag })

const { elements: nestedElements } = fc.letrec<{ elements: ElementToWrite[]; sequence: ElementToWrite }>(
  tie => ({
    elements: uniqueByTag(fc.oneof({ maxDepth: 3 }, plainElement, tie('sequence'))),
    sequence: fc.record({
      tag: fc.constantFrom(TAGS.ContentSequence, TAGS.PerFrameFunctionalGroupsSequence),
      value: fc.record({ items: fc.array(tie('elements'), { maxLength: 3 }), undefinedLength: fc.boolean() }),
    }),
  }),
)

function expectElements(dataset: Dataset, elements: readonly ElementToWrite[]): void {
  const tags = elements.map(e => e.tag)
  expect([...dataset.tags].filter(tag => !RESERVED.includes(tag))).toEqual(tags.sort())
  for (const { tag, value } of elements) {
    if (value instanceof Uint8Array) {
      const even = new Uint8Array(value.length + (value.length % 2))
      even.set(value)
      expect(dataset.bytes(tag)).toEqual(even)
    } else if (typeof value === 'object' && 'items' in value) {
      const { items } = value as SequenceToWrite
      expect(dataset.items(tag).length).toBe(items.length)
      items.forEach((item, i) => {
        expectElements(dataset.items(tag)[i]!, item)
      })
    } else {
      const values = [value].flat()
      if (typeof values[0] === 'number') expect(dataset.numbers(tag)).toEqual(values)
      else expect(dataset.texts(tag)).toEqual(values)
    }
  }
}

const RESERVED = [TAGS.SpecificCharacterSet, TAGS.SOPInstanceUID, TAGS.PixelData]

test('every element that is written comes back, in all transfer syntaxes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(TRANSFER_SYNTAXES)),
      fc.boolean(),
      nestedElements,
      fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 3 }), {
        minLength: 1,
        maxLength: 4,
      }),
      (transferSyntax, bare, elements, frames) => {
        const native = isNative(transferSyntax)
        const samples = Uint16Array.from(
          frames.flat(2).flatMap(fragment => [...fragment]),
          byte => byte * 257,
        )
        const object = {
          transferSyntax,
          bare: bare && native && transferSyntax !== TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian,
          elements: [
            { tag: TAGS.SpecificCharacterSet, value: 'ISO_IR 192' },
            { tag: TAGS.SOPInstanceUID, value: '2.25.7' },
            ...elements,
            { tag: TAGS.PixelData, ...(native ? { vr: 'OW', value: samples } : { value: { frames } }) },
          ],
          deflate,
        }
        const written = writeDicom(object)
        const file = parseDicom(written, { inflate })
        expect(file.transferSyntax).toBe(transferSyntax)
        expectElements(file.dataset, elements)
        expectPixels(file, samples, frames)
        expect(writeDicom(object)).toEqual(written)
      },
    ),
    { numRuns: 600 },
  )
})

function expectPixels(
  file: DicomFile,
  samples: Uint16Array,
  frames: readonly (readonly Uint8Array[])[],
): void {
  const { offset, length, fragments, frameOffsets } = file.pixelData!
  if (fragments === undefined) {
    const view = new DataView(file.bytes.buffer, file.bytes.byteOffset + offset, length)
    const read = Array.from(samples, (_, i) => view.getUint16(2 * i, file.littleEndian))
    expect(read).toEqual([...samples])
    return
  }
  expect(fragments.map(f => [...file.bytes.subarray(f.offset, f.offset + f.length)])).toEqual(
    frames.flat().map(fragment => (fragment.length % 2 === 0 ? [...fragment] : [...fragment, 0])),
  )
  // An offset counts from the item tag of the first fragment, eight bytes before its value.
  let first = 0
  frames.forEach((frame, i) => {
    expect(frameOffsets[i]).toBe(fragments[first]!.offset - fragments[0]!.offset)
    first += frame.length
  })
}

test('a bare implicit data set may have a long sequence as its third element', () => {
  const item = [{ tag: TAGS.PatientName, value: 'A'.repeat(60) }]
  const elements = [
    { tag: '0040A730', value: { items: Array.from({ length: 80 }, () => item), undefinedLength: false } },
  ]
  const file = parseDicom(
    writeDicom({
      transferSyntax: TRANSFER_SYNTAXES.ImplicitVRLittleEndian,
      bare: true,
      elements: [
        { tag: TAGS.SpecificCharacterSet, value: 'ISO_IR 192' },
        { tag: TAGS.SOPInstanceUID, value: '2.25.7' },
        ...elements,
      ],
    }),
    {},
  )
  expect(file.dataset.items('0040A730').length).toBe(80)
})
