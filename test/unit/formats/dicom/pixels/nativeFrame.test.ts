import { describe, expect, test } from 'vitest'
import { decodeFrame } from '../../../../../src/formats/dicom/pixels/decodeFrame.ts'
import { numberOfFrames } from '../../../../../src/formats/dicom/pixels/description.ts'
import { DicomPixelError } from '../../../../../src/formats/dicom/pixels/fault.ts'
import { TRANSFER_SYNTAXES } from '../../../../../src/formats/dicom/transferSyntaxes.ts'
import { pixelFile } from './pixelFile.ts'

const BIG = { transferSyntax: TRANSFER_SYNTAXES.ExplicitVRBigEndian }
const bits = (allocated: number, stored = allocated, high = stored - 1, signed = 0) => ({
  '00280100': allocated,
  '00280101': stored,
  '00280102': high,
  '00280103': signed,
})
const colour = (photometric: string, planar = 0) => ({
  ...bits(8),
  '00280002': 3,
  '00280004': photometric,
  '00280006': planar,
})

describe('stored values', () => {
  test('16 bits of 16 are a view of the file', async () => {
    const file = pixelFile(Uint16Array.of(0, 1, 2, 32768, 65534, 65535))
    const { data, ...rest } = await decodeFrame(file, 0)
    expect(data).toEqual(Uint16Array.of(0, 1, 2, 32768, 65534, 65535))
    expect(data.buffer).toBe(file.bytes.buffer)
    expect(rest).toEqual({ rows: 2, columns: 3, samplesPerPixel: 1, photometric: 'MONOCHROME2' })
  })

  test('pixels at an odd address are the same', async () => {
    const file = pixelFile(Int16Array.of(-1, 2, -3, 4, -5, 6), {
      before: 7,
      elements: bits(16, 16, 15, 1),
    })
    expect((await decodeFrame(file, 0)).data).toEqual(Int16Array.of(-1, 2, -3, 4, -5, 6))
  })

  test('bits above BitsStored are cleared, whatever they are', async () => {
    const file = pixelFile(Uint16Array.of(0xf001, 0x0fff, 0x1000, 0xffff, 0, 5), { elements: bits(16, 12) })
    const { data } = await decodeFrame(file, 0)
    expect(data).toEqual(Uint16Array.of(1, 0xfff, 0, 0xfff, 0, 5))
    expect(data.buffer, 'the file is left alone').not.toBe(file.bytes.buffer)
  })

  test('unsigned and signed values that are clean already stay a view', async () => {
    const unsigned = pixelFile(Uint16Array.of(1, 2, 3, 4, 5, 4095), { elements: bits(16, 12) })
    expect((await decodeFrame(unsigned, 0)).data.buffer).toBe(unsigned.bytes.buffer)
    const signed = pixelFile(Int16Array.of(-2048, 2, -3, 4, 5, 2047), { elements: bits(16, 12, 11, 1) })
    expect((await decodeFrame(signed, 0)).data.buffer).toBe(signed.bytes.buffer)
  })

  test('signed values take their sign from the top of BitsStored', async () => {
    const file = pixelFile(Uint16Array.of(0x0fff, 0x0800, 0xf7ff, 1, 0xffff, 0x7000), {
      elements: bits(16, 12, 11, 1),
    })
    expect((await decodeFrame(file, 0)).data).toEqual(Int16Array.of(-1, -2048, 2047, 1, -1, 0))
  })

  test('samples at the top of their cells come down', async () => {
    const words = Uint16Array.of(0xfff5, 0x800a, 0x0010, 0x7ff0, 0, 0x000f)
    const unsigned = await decodeFrame(pixelFile(words, { elements: bits(16, 12, 15) }), 0)
    expect(unsigned.data).toEqual(Uint16Array.of(0xfff, 0x800, 1, 0x7ff, 0, 0))
    const signed = await decodeFrame(pixelFile(words, { elements: bits(16, 12, 15, 1) }), 0)
    expect(signed.data).toEqual(Int16Array.of(-1, -2048, 1, 2047, 0, 0))
  })

  test.each([
    ['unsigned', 0, [0, 5, 4095], [4096, 0x8000]],
    ['signed', 1, [0, 2047, -2048 & 0xffff], [2048, 0x8000, 0x0fff]],
  ])('one %s value with bits above is found at every place', async (_name, sign, clean, dirty) => {
    for (const before of [8, 10])
      for (let place = 0; place < 6; place++)
        for (const value of [...clean, ...dirty]) {
          const words = Uint16Array.of(1, 2, 3, 4, 5, 6)
          words[place] = value
          const file = pixelFile(words, { before, elements: bits(16, 12, 11, sign) })
          const { data } = await decodeFrame(file, 0)
          expect(data.buffer === file.bytes.buffer).toBe(clean.includes(value))
          expect(data[place]).toBe(sign === 0 ? value & 0xfff : (value << 20) >> 20)
        }
  })

  test('8 and 32 bits', async () => {
    const bytes = await decodeFrame(
      pixelFile(Uint8Array.of(0xff, 0x80, 0x7f, 0, 1, 0x41), { elements: bits(8, 7, 6, 1) }),
      0,
    )
    expect(bytes.data).toEqual(Int8Array.of(-1, 0, -1, 0, 1, -63))
    const words = Uint32Array.of(0xffffffff, 0x80000000, 1, 2, 0xff000003, 0)
    expect((await decodeFrame(pixelFile(words, { elements: bits(32) }), 0)).data).toEqual(words)
    const cleared = await decodeFrame(pixelFile(words, { elements: bits(32, 24) }), 0)
    expect(cleared.data).toEqual(Uint32Array.of(0xffffff, 0, 1, 2, 3, 0))
    const signed = await decodeFrame(pixelFile(words, { elements: bits(32, 32, 31, 1) }), 0)
    expect(signed.data).toEqual(Int32Array.of(-1, -(2 ** 31), 1, 2, 0xff000003 | 0, 0))
  })

  test('floats', async () => {
    const float = Float32Array.of(0.5, -1, Number.NaN, 3e38, 0, 7)
    const none = { '00280100': undefined, '00280101': undefined, '00280102': undefined }
    const single = pixelFile(float, { tag: '7FE00008', vr: 'OF', elements: none })
    expect((await decodeFrame(single, 0)).data).toEqual(float)
    const double = Float64Array.of(0.1, -1e300, 0, 1, 2, 3)
    const file = pixelFile(double, { tag: '7FE00009', vr: 'OD', elements: none })
    expect((await decodeFrame(file, 0)).data).toEqual(double)
  })
})

describe('byte order', () => {
  test('16, 32 and 64 bits of a big-endian file are swapped', async () => {
    const words = pixelFile(Uint8Array.of(0, 1, 0x12, 0x34, 0xff, 0xfe, 0, 0, 0, 0, 0, 9), BIG)
    expect((await decodeFrame(words, 0)).data).toEqual(Uint16Array.of(1, 0x1234, 0xfffe, 0, 0, 9))
    const one = { '00280010': 1, '00280011': 1 }
    const long = pixelFile(Uint8Array.of(1, 2, 3, 4), { ...BIG, elements: { ...bits(32), ...one } })
    expect((await decodeFrame(long, 0)).data).toEqual(Uint32Array.of(0x01020304))
    const double = pixelFile(Uint8Array.of(0x3f, 0xf0, 0, 0, 0, 0, 0, 0), {
      ...BIG,
      tag: '7FE00009',
      elements: one,
    })
    expect((await decodeFrame(double, 0)).data).toEqual(Float64Array.of(1))
  })

  test('8 bits in words of a big-endian file are swapped over the borders of frames, bytes are not', async () => {
    const elements = { ...bits(8), '00280008': 3, '00280010': 1, '00280011': 3 }
    // Samples 1 to 9 and padding, in big-endian words.
    const swapped = Uint8Array.of(2, 1, 4, 3, 6, 5, 8, 7, 0, 9)
    const words = pixelFile(swapped, { ...BIG, elements })
    const frames = await Promise.all([0, 1, 2].map(async f => (await decodeFrame(words, f)).data))
    expect(frames).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6), Uint8Array.of(7, 8, 9)])
    const bytes = pixelFile(swapped, { ...BIG, vr: 'OB', elements })
    expect((await decodeFrame(bytes, 1)).data).toEqual(Uint8Array.of(3, 6, 5))
  })
})

describe('frames and colours', () => {
  test('frames follow one another without padding', async () => {
    const file = pixelFile(Uint8Array.of(1, 2, 3, 4, 5, 6, 0), {
      before: 5,
      elements: { ...bits(8), '00280008': 2, '00280010': 1 },
    })
    expect(numberOfFrames(file.dataset)).toBe(2)
    expect((await decodeFrame(file, 0)).data).toEqual(Uint8Array.of(1, 2, 3))
    expect((await decodeFrame(file, 1)).data).toEqual(Uint8Array.of(4, 5, 6))
  })

  test.each([undefined, 0, 1])('NumberOfFrames %s is one frame', value => {
    expect(numberOfFrames(pixelFile(new Uint16Array(6), { elements: { '00280008': value } }).dataset)).toBe(1)
  })

  test('planes become pixels', async () => {
    const planes = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26)
    const pixels = Uint8Array.of(1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24, 5, 15, 25, 6, 16, 26)
    const byPlane = pixelFile(planes, { elements: colour('RGB', 1) })
    expect(await decodeFrame(byPlane, 0)).toMatchObject({ data: pixels, samplesPerPixel: 3 })
    const byPixel = pixelFile(pixels, { elements: colour('RGB') })
    expect((await decodeFrame(byPixel, 0)).data).toEqual(pixels)
  })

  test('planes of 16 bits become pixels', async () => {
    const elements = { ...colour('RGB', 1), ...bits(16), '00280010': 1, '00280011': 2 }
    const file = pixelFile(Uint16Array.of(0x101, 0x202, 0x303, 0x404, 0x505, 0x606), { elements })
    expect((await decodeFrame(file, 0)).data).toEqual(
      Uint16Array.of(0x101, 0x303, 0x505, 0x202, 0x404, 0x606),
    )
  })

  test('chroma samples of two pixels are given to both', async () => {
    const elements = { ...colour('YBR_FULL_422'), '00280010': 1, '00280011': 4 }
    const file = pixelFile(Uint8Array.of(1, 2, 50, 60, 3, 4, 70, 80), { elements })
    expect(await decodeFrame(file, 0)).toMatchObject({
      data: Uint8Array.of(1, 50, 60, 2, 50, 60, 3, 70, 80, 4, 70, 80),
      photometric: 'YBR_FULL',
    })
  })
})

describe('what cannot be decoded is refused with the reason', () => {
  const six = new Uint16Array(6)
  const refusal = async (file: Parameters<typeof decodeFrame>[0], frame = 0) => {
    const error = await decodeFrame(file, frame).catch(e => e)
    expect(error).toBeInstanceOf(DicomPixelError)
    return [error.code, error.message]
  }
  test.each([
    ['bits', bits(1), 'dicom-pixels-unsupported', 'BitsAllocated is 1: these are bits'],
    ['cells of 12 bits', bits(12), 'dicom-pixels-unsupported', 'BitsAllocated is 12'],
    ['no rows', { '00280010': undefined }, 'dicom-pixels-corrupt', 'no Rows (0028,0010)'],
    ['0 columns', { '00280011': 0 }, 'dicom-pixels-corrupt', 'Columns (0028,0011) is 0, where 1 to 65535'],
    ['BitsStored above BitsAllocated', bits(8, 12), 'dicom-pixels-corrupt', 'BitsStored (0028,0101) is 12'],
    ['HighBit below the sample', bits(16, 12, 7), 'dicom-pixels-corrupt', 'HighBit (0028,0102) is 7'],
    ['a third representation', bits(16, 16, 15, 2), 'dicom-pixels-corrupt', 'PixelRepresentation'],
    ['frames that are no number', { '00280008': Number.NaN }, 'dicom-pixels-corrupt', 'is no number'],
    [
      'too few bytes',
      { '00280010': 3 },
      'dicom-pixels-corrupt',
      'bytes 0 to 18 of the pixels, but there are only 12',
    ],
  ])('%s', async (_name, elements, code, words) => {
    const [found, message] = await refusal(pixelFile(six, { elements }))
    expect(found).toBe(code)
    expect(message).toContain(words)
  })

  test('a frame that is not there', async () => {
    expect(await refusal(pixelFile(six), 1)).toEqual([
      'dicom-pixels-corrupt',
      'Frame 2 was asked for, where the data set has 1.',
    ])
  })

  test('no pixels', async () => {
    const file = { ...pixelFile(six), pixelData: undefined }
    expect(await refusal(file)).toEqual(['dicom-pixels-missing', 'The data set has no pixels.'])
  })

  test('a big-endian word without its second half', async () => {
    const elements = { ...bits(8), '00280010': 1 }
    const [, message] = await refusal(pixelFile(Uint8Array.of(2, 1, 4), { ...BIG, elements }))
    expect(message).toContain('within a word of 16 bits')
  })

  test('a syntax without a decoder, by name', async () => {
    const [code, message] = await refusal(pixelFile(six, { transferSyntax: '1.2.840.10008.1.2.4.100' }))
    expect(code).toBe('dicom-pixels-unsupported')
    expect(message).toContain('1.2.840.10008.1.2.4.100')
  })

  test('fragments in an uncompressed file, and bare pixels in a compressed one', async () => {
    expect((await refusal(pixelFile(six, { fragments: [new Uint8Array(12)] })))[1]).toContain(
      'The pixels are compressed',
    )
    const transferSyntax = TRANSFER_SYNTAXES.RLELossless
    expect((await refusal(pixelFile(six, { transferSyntax })))[1]).toContain('The pixels are uncompressed')
  })
})
