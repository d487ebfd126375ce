import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DicomFile, PixelData } from '../../../src/formats/dicom/dataset.ts'
import {
  type DecodedFrame,
  type FrameDecoder,
  prepareDecoder,
} from '../../../src/formats/dicom/pixels/decodeFrame.ts'
import { DicomPixelError } from '../../../src/formats/dicom/pixels/fault.ts'
import { bytesOf, parsed, streamCases } from '../../oracle/dicomPixels/oracleCases.ts'

const cases = await Promise.all(
  streamCases().map(async ({ name, file, frames }) => {
    const whole = parsed(file)
    const { fragments } = whole.pixelData!
    return { name, whole, fragments: fragments!, frames, decode: await prepareDecoder(whole.transferSyntax) }
  }),
)

/** A file with other bytes or fragments. */
const altered = (
  file: DicomFile,
  bytes: Uint8Array,
  fragments: NonNullable<PixelData['fragments']>,
): DicomFile => ({
  dataset: file.dataset,
  meta: file.meta,
  transferSyntax: file.transferSyntax,
  littleEndian: file.littleEndian,
  bytes,
  pixelData: { ...file.pixelData!, fragments },
})

function outcome(decode: FrameDecoder, file: DicomFile, frame: number): DecodedFrame | Error {
  try {
    return decode(file, frame)
  } catch (error) {
    return error as Error
  }
}

/** The last frame as it was, decoded after a damaged one. */
function expectSound({ decode, whole, frames }: (typeof cases)[number]) {
  const { data } = decode(whole, frames.length - 1)
  expect(bytesOf(data)).toEqual(frames.at(-1))
}

describe('a damaged stream gives a whole frame or is refused, and does no harm to the next', () => {
  test('bytes changed at random', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.constantFrom(...cases), damage, (sample, changes) => {
        const { decode, whole, fragments, frames } = sample
        const bytes = whole.bytes.slice()
        const last = fragments.at(-1)!
        for (const [at, value] of changes) bytes[last.offset + (at % last.length)] = value
        const result = outcome(decode, altered(whole, bytes, [...fragments]), frames.length - 1)
        if (result instanceof Error) expect(result).toBeInstanceOf(DicomPixelError)
        else expect(result.data.byteLength).toBe(frames[0]!.length)
        expectSound(sample)
      }),
      { numRuns: 600, seed: 20250825 },
    )
  })

  test('headers changed at random', () => {
    const damage = fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.constantFrom(...cases), damage, (sample, changes) => {
        const { decode, whole, fragments, frames } = sample
        const bytes = whole.bytes.slice()
        for (const [at, value] of changes) bytes[fragments[0]!.offset + at] = value
        const result = outcome(decode, altered(whole, bytes, [...fragments]), 0)
        if (result instanceof Error) expect(result).toBeInstanceOf(DicomPixelError)
        else expect(result.data.byteLength).toBe(frames[0]!.length)
        expectSound(sample)
      }),
      { numRuns: 600, seed: 20250825 },
    )
  })
})

test('a stream that was cut off is refused, wherever it was', () => {
  // What may lie behind the last sample: an end marker of 2 bytes, padding, and bits that fill a byte.
  const spare = 6
  for (const { name, decode, whole, fragments, frames } of cases) {
    const last = fragments.at(-1)!
    for (let length = 0; length <= last.length - spare; length += 1 + Math.trunc(length / 8)) {
      const cut = altered(whole, whole.bytes, [...fragments.slice(0, -1), { offset: last.offset, length }])
      const result = outcome(decode, cut, frames.length - 1)
      expect(result, `${name} cut to ${length} of ${last.length} bytes`).toBeInstanceOf(DicomPixelError)
    }
  }
})
