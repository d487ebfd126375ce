import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../../../src/formats/dicom/dataset.ts'
import { TAGS } from '../../../../src/formats/dicom/dictionary.ts'
import { DicomError } from '../../../../src/formats/dicom/fault.ts'
import { parseDicom } from '../../../../src/formats/dicom/parse.ts'
import { EXPLICIT_LITTLE } from '../../../../src/formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, writeElements } from '../../../../src/formats/dicom/write.ts'

const start = writeElements(
  [
    { tag: TAGS.SOPClassUID, value: '1.2.840.10008.5.1.4.1.1.2' },
    { tag: TAGS.SOPInstanceUID, value: '2.25.1' },
  ],
  EXPLICIT_LITTLE,
)

function joined(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const UNDEFINED = [255, 255, 255, 255]
const SEQUENCE = [0x40, 0, 0x30, 0xa7, 0x53, 0x51, 0, 0]
const ITEM = [0xfe, 0xff, 0, 0xe0]
const ITEM_END = [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]
const SEQUENCE_END = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]
const uint32 = (n: number) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24]

function caught(action: () => unknown): DicomError {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(DicomError)
    return error as DicomError
  }
  throw new Error('nothing was refused')
}

const nestedUndefined = (depth: number): Uint8Array =>
  joined(
    ...Array.from({ length: depth }, () => [...SEQUENCE, ...UNDEFINED, ...ITEM, ...UNDEFINED]),
    ...Array.from({ length: depth }, () => [...ITEM_END, ...SEQUENCE_END]),
  )

function nestedDefined(depth: number): Uint8Array {
  let elements: ElementToWrite[] = []
  for (let i = 0; i < depth; i++) elements = [{ tag: TAGS.ContentSequence, value: { items: [elements] } }]
  return writeElements(elements, EXPLICIT_LITTLE)
}

function deepest(dataset: Dataset): number {
  const [item] = dataset.items(TAGS.ContentSequence)
  return item === undefined ? 0 : 1 + deepest(item)
}

describe('a file that cannot be right is refused with its byte offset and tag', () => {
  it('for a length past the end', () => {
    const long = joined(start, [0x28, 0, 0x10, 0, 0x4f, 0x42, 0, 0, ...uint32(0xfffffff0)])
    const error = caught(() => parseDicom(long))
    expect(error.code).toBe('dicom-truncated')
    expect(error.message).toBe(
      `(0028,0010) Rows at byte ${start.length} reaches to byte ${start.length + 12 + 0xfffffff0}, but there are only ${long.length} bytes`,
    )
    expect(error.offset).toBe(start.length)
    expect(error.remedy).toMatch(/Copy the file again/)
  })

  it('for an element that leaves its item', () => {
    const element = [0x08, 0, 0, 1, 0x53, 0x48, 200, 0, 0x41, 0x31]
    const sequence = [...SEQUENCE, ...uint32(18), ...ITEM, ...uint32(10), ...element]
    const { dataset } = parseDicom(joined(start, sequence, new Uint8Array(400)))
    const [item] = dataset.items('0040A730')
    const error = caught(() => item!.text(TAGS.CodeValue))
    expect(error.code).toBe('dicom-invalid')
    expect(error.message).toMatch(
      /^\(0008,0100\) CodeValue reaches past the end of its sequence item at byte \d+, at byte/,
    )
  })

  it.each([
    [
      'an item outside of a sequence',
      [...ITEM, ...uint32(0)],
      /a sequence item stands outside of a sequence/,
    ],
    ['zeros between elements', [...new Array(8).fill(0), 1], /zeros stand where an element should/],
    [
      'an element in place of an item',
      [...SEQUENCE, ...UNDEFINED, ...SEQUENCE, ...UNDEFINED],
      /ContentSequence stands where an item/,
    ],
    [
      'an item within an item',
      [...SEQUENCE, ...UNDEFINED, ...ITEM, ...UNDEFINED, ...ITEM, ...UNDEFINED],
      /stands within an item that has not ended/,
    ],
  ])('for %s', (_name, bytes, reason) => {
    const error = caught(() => parseDicom(joined(start, bytes)))
    expect(error.message).toMatch(reason)
    expect(error.message).toContain(`at byte ${error.offset}`)
    expect(error.code).toBe('dicom-invalid')
  })

  it('for pixel data that call themselves a sequence and do not end', () => {
    const pixels = [0xe0, 0x7f, 0x10, 0, 0x53, 0x51, 0, 0, ...UNDEFINED, ...ITEM, ...UNDEFINED]
    const { dataset } = parseDicom(joined(start, pixels))
    const error = caught(() => dataset.items(TAGS.PixelData))
    expect(error.message).toMatch(/PixelData at byte \d+ reaches to byte \d+, but there are only/)
  })

  it('for a sequence without its end', () => {
    const error = caught(() => parseDicom(joined(start, SEQUENCE, UNDEFINED, ITEM, uint32(0))))
    expect(error.code).toBe('dicom-truncated')
  })
})

describe('nesting', () => {
  it('of 64 levels is read', () => {
    for (const nested of [nestedUndefined(64), nestedDefined(64)])
      expect(deepest(parseDicom(joined(start, nested)).dataset)).toBe(64)
  })

  it.each([65, 50_000])('of %i levels of undefined length is refused at once', depth => {
    const bytes = joined(start, nestedUndefined(depth))
    expect(caught(() => parseDicom(bytes)).message).toMatch(/nested deeper than 64 levels, at byte \d+/)
  })

  it.each([65, 500])('of %i levels with lengths is refused when one comes there', depth => {
    const { dataset } = parseDicom(joined(start, nestedDefined(depth)))
    expect(caught(() => deepest(dataset)).message).toMatch(/nested deeper than 64 levels/)
  })
})

describe('the work stays in proportion to the file', () => {
  const seconds = (action: () => unknown) => {
    const before = performance.now()
    action()
    return (performance.now() - before) / 1000
  }
  const emptyItems = (count: number) => {
    const items = new Uint8Array(8 * count)
    for (let i = 0; i < count; i++) items.set(ITEM, 8 * i)
    return items
  }

  it('for more items than can be: they are skipped, and refused when asked for', () => {
    const items = emptyItems(2_000_000)
    const bytes = joined(start, SEQUENCE, UNDEFINED, items, SEQUENCE_END)
    let error: DicomError | undefined
    expect(
      seconds(() => {
        const { dataset } = parseDicom(bytes)
        error = caught(() => dataset.items(TAGS.ContentSequence))
      }),
    ).toBeLessThan(5)
    expect(error!.message).toMatch(/a sequence has more than 1048576 items/)
  })

  it('for more elements than can be', () => {
    const elements = new Uint8Array(8 * 1_100_000)
    for (let i = 0; i < elements.length; i += 8) elements.set([0x10, 0, 0x20, 0, 0x4c, 0x4f], i)
    let error: DicomError | undefined
    expect(seconds(() => (error = caught(() => parseDicom(joined(start, elements)))))).toBeLessThan(5)
    expect(error!.message).toMatch(/there are more than 1048576 elements/)
  })

  it('for wide content below 60 levels, whatever is asked', () => {
    const depth = 60
    const wide = joined(SEQUENCE, UNDEFINED, emptyItems(20_000), SEQUENCE_END)
    const open = Array.from({ length: depth }, () => [...SEQUENCE, ...UNDEFINED, ...ITEM, ...UNDEFINED])
    const close = Array.from({ length: depth }, () => [...ITEM_END, ...SEQUENCE_END])
    const bytes = joined(start, ...open, wide, ...close)
    expect(seconds(() => expect(deepest(parseDicom(bytes).dataset)).toBe(depth + 1))).toBeLessThan(5)
  })

  it('for a sequence that comes byte by byte', () => {
    const bytes = joined(start, SEQUENCE, UNDEFINED, emptyItems(100_000), SEQUENCE_END)
    let tries = 0
    for (let size = 200; ; tries++) {
      const answer = parseDicom(bytes.subarray(0, size), { totalBytes: bytes.length })
      if (!('needBytes' in answer)) break
      size = answer.needBytes
    }
    expect(tries).toBeLessThan(15)
  })

  it('for long text with an escape sequence at every other byte', () => {
    const text = new Uint8Array(400_000).map((_, i) => (i % 2 === 0 ? 0x1b : 0x24))
    const charset: ElementToWrite = { tag: TAGS.SpecificCharacterSet, value: ['', 'ISO 2022 IR 87'] }
    const comments: ElementToWrite = { tag: '00204001', vr: 'UT', value: text }
    const { dataset } = parseDicom(writeElements([charset, comments], EXPLICIT_LITTLE))
    expect(seconds(() => expect(dataset.text('00204001')).toContain('\uFFFD'))).toBeLessThan(5)
  })
})
