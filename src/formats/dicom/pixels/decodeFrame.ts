import type { VoxelArray } from '../../../core/volume.ts'
import type { DicomFile, PixelData } from '../dataset.ts'
import { isNative, TRANSFER_SYNTAXES } from '../transferSyntaxes.ts'
import { type Codec, codecValues } from './codec.ts'
import { describePixels, type PixelDescription } from './description.ts'
import { CodecFailure } from './emscripten.ts'
import { corrupt, DicomPixelError, unsupported } from './fault.ts'
import { encodedFrame } from './frameFragments.ts'
import { nativeCells } from './nativeFrame.ts'
import { decodeRunLength } from './runLength.ts'
import { storedValues } from './storedValues.ts'

/** One frame as stored values: what the file has before rescaling, padding or look-up tables. */
export interface DecodedFrame {
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: number
  /**
   * rows x columns x samples, interleaved, in integers of the size of BitsAllocated or in floats. May be a view of the
   * file's bytes: do not write to it.
   */
  readonly data: VoxelArray
  /** PhotometricInterpretation of `data`: of colours, what the decoding made of them. */
  readonly photometric: string
}

/**
 * Decodes the frame of that number, from 0.
 *
 * @throws DicomPixelError
 */
export type FrameDecoder = (file: DicomFile, frame: number) => DecodedFrame

const jpeg = async (): Promise<Codec> => (await import('./jpeg/decodeJpeg.ts')).decodeJpeg
const jpegLs = async (): Promise<Codec> => (await import('./jpegLs/decodeJpegLs.ts')).decodeJpegLs
const jpeg2000 = async (): Promise<Codec> => (await import('./jpeg2000.ts')).loadJpeg2000()

const CODECS: Readonly<Record<string, () => Promise<Codec>>> = {
  [TRANSFER_SYNTAXES.JPEGBaseline8Bit]: jpeg,
  [TRANSFER_SYNTAXES.JPEGExtended12Bit]: jpeg,
  [TRANSFER_SYNTAXES.JPEGLossless]: jpeg,
  [TRANSFER_SYNTAXES.JPEGLosslessSV1]: jpeg,
  [TRANSFER_SYNTAXES.JPEGLSLossless]: jpegLs,
  [TRANSFER_SYNTAXES.JPEGLSNearLossless]: jpegLs,
  [TRANSFER_SYNTAXES.JPEG2000Lossless]: jpeg2000,
  [TRANSFER_SYNTAXES.JPEG2000]: jpeg2000,
}

const prepared = new Map<string, Promise<FrameDecoder>>()

/**
 * Loads what a transfer syntax needs; further calls give the same decoder.
 *
 * @throws DicomPixelError if voxmill does not decode the syntax
 */
export function prepareDecoder(transferSyntax: string): Promise<FrameDecoder> {
  let decoder = prepared.get(transferSyntax)
  if (decoder === undefined) {
    decoder = loadDecoder(transferSyntax)
    prepared.set(transferSyntax, decoder)
  }
  return decoder
}

/** Decodes a frame, loading the codec first where that was not done. For many frames, prepare the decoder once. */
export async function decodeFrame(file: DicomFile, frame: number): Promise<DecodedFrame> {
  return (await prepareDecoder(file.transferSyntax))(file, frame)
}

async function loadDecoder(transferSyntax: string): Promise<FrameDecoder> {
  if (isNative(transferSyntax)) return frameDecoder(decodeNative)
  if (transferSyntax === TRANSFER_SYNTAXES.RLELossless)
    return frameDecoder((file, pixelData, d, frame) => {
      checkSize(d)
      return storedValues(decodeRunLength(encodedFrame(file, pixelData, d.frames, frame), d), d, false)
    })
  const load = CODECS[transferSyntax]
  if (load === undefined)
    throw unsupported(
      `The transfer syntax is ${transferSyntax}; voxmill decodes uncompressed pixels, RLE, JPEG, JPEG-LS and JPEG 2000.`,
    )
  const codec = await load()
  return frameDecoder((file, pixelData, d, frame) => {
    checkSize(d)
    return codecValues(codec(encodedFrame(file, pixelData, d.frames, frame), d), d)
  })
}

type PixelReader = (file: DicomFile, pixelData: PixelData, d: PixelDescription, frame: number) => VoxelArray

const decodeNative: PixelReader = (file, pixelData, d, frame) =>
  storedValues(nativeCells(file, pixelData, d, frame), d, pixelData.tag !== '7FE00010')

/** Compressed frames may claim any size; nothing beyond this is allocated for them. */
const LARGEST_FRAME_BYTES = 2 ** 30

function checkSize(d: PixelDescription): void {
  const bytes = (d.rows * d.columns * d.samplesPerPixel * d.bitsAllocated) / 8
  if (bytes > LARGEST_FRAME_BYTES)
    throw unsupported(`A compressed frame is of ${bytes} bytes; up to ${LARGEST_FRAME_BYTES} are decoded.`)
}

// The samples of these are changed by decoding: chroma is brought to full size, component transformations are undone.
const PHOTOMETRIC_DECODED: Readonly<Record<string, string>> = {
  YBR_FULL_422: 'YBR_FULL',
  YBR_PARTIAL_420: 'YBR_FULL',
  YBR_RCT: 'RGB',
  YBR_ICT: 'RGB',
}

function frameDecoder(read: PixelReader): FrameDecoder {
  return (file, frame) => {
    const { pixelData, dataset } = file
    if (pixelData === undefined)
      throw new DicomPixelError('dicom-pixels-missing', 'The data set has no pixels.')
    const d = describePixels(dataset, pixelData.tag)
    if (!Number.isInteger(frame) || frame < 0 || frame >= d.frames)
      throw corrupt(`Frame ${frame + 1} was asked for, where the data set has ${d.frames}.`)
    if ((pixelData.fragments === undefined) !== isNative(file.transferSyntax))
      throw corrupt(
        `The pixels are ${pixelData.fragments ? 'compressed' : 'uncompressed'}, where the transfer syntax ${file.transferSyntax} says otherwise.`,
      )
    const { rows, columns, samplesPerPixel } = d
    return {
      rows,
      columns,
      samplesPerPixel,
      data: decoded(read, file, pixelData, d, frame),
      photometric: PHOTOMETRIC_DECODED[d.photometric] ?? d.photometric,
    }
  }
}

function decoded(
  read: PixelReader,
  file: DicomFile,
  pixelData: PixelData,
  d: PixelDescription,
  frame: number,
): VoxelArray {
  try {
    return read(file, pixelData, d, frame)
  } catch (error) {
    if (error instanceof CodecFailure)
      throw corrupt(`The compressed pixels cannot be decoded: ${error.message}.`, error)
    throw error
  }
}
