import { describe, expect, test } from 'vitest'
import { decodeFrame, prepareDecoder } from '../../../../../src/formats/dicom/pixels/decodeFrame.ts'
import { encodedFrame } from '../../../../../src/formats/dicom/pixels/frameFragments.ts'
import { TRANSFER_SYNTAXES } from '../../../../../src/formats/dicom/transferSyntaxes.ts'
import { pixelFile } from './pixelFile.ts'

const none = new Uint8Array(0)
const transferSyntax = TRANSFER_SYNTAXES.RLELossless

describe('fragments are dealt out to frames', () => {
  const end = [0xff, 0xd9]
  const framesOf = (fragments: number[][], frames: number, frameOffsets: number[] = []) => {
    const file = pixelFile(none, { fragments: fragments.map(f => Uint8Array.from(f)), frameOffsets })
    return Array.from({ length: frames }, (_, f) => [...encodedFrame(file, file.pixelData!, frames, f)])
  }

  test('all to the only frame', () => {
    expect(framesOf([[1, 2], [3], [4, 5]], 1)).toEqual([[1, 2, 3, 4, 5]])
  })
  test('one to each', () => {
    expect(framesOf([[1, 2], [3], [4, 5]], 3, [0, 99, 7])).toEqual([[1, 2], [3], [4, 5]])
  })
  test('by the offsets of their item tags', () => {
    // Items are 8 bytes longer than their values.
    expect(
      framesOf(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        2,
        [0, 20],
      ),
    ).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ])
  })
  test('by end markers where the offsets are wrong', () => {
    const fragments = [[1, ...end], [2], [3, ...end, 0]]
    const expected = [
      [1, ...end],
      [2, 3, ...end, 0],
    ]
    expect(framesOf(fragments, 2)).toEqual(expected)
    expect(framesOf(fragments, 2, [0, 5])).toEqual(expected)
    expect(framesOf(fragments, 2, [20, 0])).toEqual(expected)
  })
  test('refused where nothing agrees', () => {
    expect(() => framesOf([[1], [2], [3]], 2)).toThrow('3 fragments cannot be dealt out to 2 frames')
    expect(() => framesOf([[1], [2]], 3)).toThrow('3 frames, but only 2 fragments')
  })
  test('refused where a fragment reaches past the end of the file', () => {
    const file = pixelFile(none, { fragments: [Uint8Array.of(1, 2)] })
    const cut = { ...file, bytes: file.bytes.subarray(0, file.bytes.length - 1) }
    expect(() => encodedFrame(cut, cut.pixelData!, 1, 0)).toThrow('past the end of the file')
  })
})

describe('RLE', () => {
  const rle = (...segments: number[][]) => {
    const header = new Uint32Array(16)
    header[0] = segments.length
    let at = 64
    segments.forEach((segment, i) => {
      header[i + 1] = at
      at += segment.length
    })
    return Uint8Array.from([...new Uint8Array(header.buffer), ...segments.flat()])
  }
  const bytes = { '00280100': 8, '00280101': 8, '00280102': 7, '00280010': 4, '00280011': 6 }
  const decode = (frame: Uint8Array, elements = {}) =>
    decodeFrame(pixelFile(none, { fragments: [frame], transferSyntax, elements }), 0)

  test('literal and repeated bytes, and the control byte that does nothing', async () => {
    const packed = [0xfe, 0xaa, 0x02, 0x80, 0, 0x2a, 0x80, 0xfd, 0xaa, 0x03, 0x80, 0, 0x2a, 0x22, 0xf7, 0xaa]
    expect((await decode(rle(packed), bytes)).data).toEqual(
      Uint8Array.from([
        ...[0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0x22],
        ...Array(10).fill(0xaa),
      ]),
    )
  })

  test('the first segment has the most significant bytes', async () => {
    const { data } = await decode(rle([5, 1, 2, 3, 4, 5, 6], [0xfb, 9]))
    expect(data).toEqual(Uint16Array.of(0x109, 0x209, 0x309, 0x409, 0x509, 0x609))
  })

  test('padding behind the last byte is passed over', async () => {
    expect((await decode(rle([0xfb, 1, 0, 0], [0xfa, 9, 0, 0]))).data).toEqual(new Uint16Array(6).fill(0x109))
  })

  test.each([
    ['shorter than its header', new Uint8Array(63), 'shorter than its header of 64'],
    ['too few segments', rle([0xfb, 1]), '1 segments, where a pixel has 2 bytes'],
    ['a literal cut off', rle([5, 1, 2, 3], [0xfb, 9]), 'segment 1 of 2 ends 3 bytes before the frame'],
    ['a run cut off', rle([0xfb, 1], [0xfb]), 'segment 2 of 2 ends 6 bytes before the frame'],
    ['segments out of order', rle([0xfb, 1], [0xfb, 9]).fill(0xff, 8, 12), 'goes from byte'],
  ])('refused: %s', async (_name, frame, words) => {
    await expect(decode(frame)).rejects.toThrow(words)
  })
})

describe('codec streams', () => {
  const decode = (syntax: string, ...bytes: number[]) =>
    decodeFrame(pixelFile(none, { fragments: [Uint8Array.from(bytes)], transferSyntax: syntax }), 0)
  const { JPEGBaseline8Bit, JPEGLossless, JPEGLSLossless, JPEG2000 } = TRANSFER_SYNTAXES
  const soi = [0xff, 0xd8]
  const frameHeader = (marker: number, rows: number) => [
    ...[0xff, marker, 0, 11, 8, 0, rows, 0, 3],
    ...[1, 1, 0x11, 0],
  ]
  const siz = (size: number, ...rest: number[]) => [
    ...[0xff, 0x4f, 0xff, 0x51, 0, 41, ...rest],
    ...[0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 1, size, 1, 1],
  ]
  test.each([
    ['not JPEG', JPEGBaseline8Bit, [1, 2, 3], 'does not begin with FF D8'],
    ['JPEG of no frame', JPEGLossless, [...soi, 0xff, 0xd9], 'no frame header'],
    ['JPEG of another size', JPEGLossless, [...soi, ...frameHeader(0xc3, 4)], 'has 4 rows, 3 columns'],
    [
      'JPEG without a scan',
      JPEGLossless,
      [...soi, ...frameHeader(0xc3, 2)],
      'data for 0 of its 1 components',
    ],
    [
      'JPEG of two frames',
      JPEGLossless,
      [...soi, ...frameHeader(0xc3, 2), ...frameHeader(0xc3, 2)],
      'two frame',
    ],
    ['a segment cut off', JPEGBaseline8Bit, [...soi, 0xff, 0xdb, 0, 67, 0], 'goes from byte 2 to 71 of 7'],
    ['not JPEG-LS', JPEGLSLossless, [1, 2, 3], 'does not begin with FF D8'],
    ['JPEG in place of JPEG-LS', JPEGLSLossless, [...soi, ...frameHeader(0xc3, 2)], 'no frame header'],
    ['JPEG-LS of another size', JPEGLSLossless, [...soi, ...frameHeader(0xf7, 9)], 'has 9 rows'],
    ['not JPEG 2000', JPEG2000, [1, 2, 3, 4, 5, 6, 7, 8, 9], 'does not begin with FF 4F FF 51'],
    ['a header of JPEG 2000 cut off', JPEG2000, [0xff, 0x4f, 0xff, 0x51, 0, 41], 'is cut off'],
    ['nothing behind the header', JPEG2000, siz(7, 0, 0), 'The compressed pixels cannot be decoded'],
  ])('refused as damaged: %s', async (_name, syntax, bytes, words) => {
    await expect(decode(syntax, ...bytes)).rejects.toMatchObject({
      code: 'dicom-pixels-corrupt',
      message: expect.stringContaining(words),
    })
  })

  test.each([
    ['progressive JPEG', JPEGBaseline8Bit, [...soi, ...frameHeader(0xc2, 2)], 'is progressive'],
    ['arithmetic JPEG', JPEGBaseline8Bit, [...soi, ...frameHeader(0xc9, 2)], 'is arithmetic-coded'],
    ['rows given later', JPEGBaseline8Bit, [...soi, ...frameHeader(0xc0, 0)], 'DNL'],
    ['JPEG-LS by tables', JPEGLSLossless, [...soi, 0xff, 0xf8, 0, 3, 2], 'mapping tables'],
    ['restarts in JPEG-LS', JPEGLSLossless, [...soi, 0xff, 0xdd, 0, 4, 0, 9], 'restart markers'],
    ['JPEG 2000 of 20 bits', JPEG2000, siz(19, 0, 0), 'samples of 20 bits'],
    ['High-Throughput JPEG 2000', JPEG2000, siz(15, 0x40, 0), 'High-Throughput'],
  ])('refused as unsupported: %s', async (_name, syntax, bytes, words) => {
    await expect(decode(syntax, ...bytes)).rejects.toMatchObject({
      code: 'dicom-pixels-unsupported',
      message: expect.stringContaining(words),
    })
  })

  test('a frame of 8 GB is refused before anything is allocated', async () => {
    const elements = { '00280010': 65535, '00280011': 65535 }
    const file = pixelFile(none, {
      fragments: [Uint8Array.of(...soi)],
      transferSyntax: JPEGLossless,
      elements,
    })
    await expect(decodeFrame(file, 0)).rejects.toThrow('A compressed frame is of 8589672450 bytes')
  })

  test('a decoder is loaded once', async () => {
    expect(await prepareDecoder(JPEG2000)).toBe(await prepareDecoder(JPEG2000))
  })
})
