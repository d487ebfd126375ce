import { type Codec, checkShape, type SampleWords } from './codec.ts'
import type { PixelDescription } from './description.ts'
import { EmscriptenCodec, type ImageDecoder } from './emscripten.ts'
import { corrupt, unsupported } from './fault.ts'

interface J2KDecoder extends ImageDecoder {
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number }
}

/** Loads OpenJPEG. */
export async function loadJpeg2000(): Promise<Codec> {
  const [factory, code] = await Promise.all([
    import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    import('@cornerstonejs/codec-openjpeg/decodewasm'),
  ])
  const codec = new EmscriptenCodec<J2KDecoder>(factory.default, code.default, 'J2KDecoder')
  return (encoded, d) => decodeJpeg2000(codec, encoded, d)
}

/**
 * Decodes a JPEG 2000 code-stream (ITU-T T.800), bare or in a JP2 file. The component transformation is undone, so
 * that YBR_RCT and YBR_ICT come out as RGB.
 *
 * @throws DicomPixelError if the stream is damaged or not of the described size, or of a kind that the package decodes
 *   wrongly: several samples of more than 8 bits, components of different sizes, an image beside the origin of its grid
 */
function decodeJpeg2000(
  codec: EmscriptenCodec<J2KDecoder>,
  encoded: Uint8Array,
  d: PixelDescription,
): SampleWords {
  const stream = codeStream(encoded)
  const { precision, signed } = checkHeader(stream, d)
  const decoded = codec.decode(stream, clearSigns, decoder => decoder.getDecodedBuffer())
  const wordBytes = precision > 8 ? 2 : 1
  if (decoded.length !== d.rows * d.columns * d.samplesPerPixel * wordBytes)
    throw corrupt('The JPEG 2000 stream decodes to another number of samples than its header says.')
  const words =
    wordBytes === 2
      ? new Uint16Array(decoded.buffer, decoded.byteOffset, decoded.length / 2)
      : new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.length)
  // Signed samples were decoded with the offset of unsigned ones; taking it off again turns their highest bit over.
  if (signed) for (let i = 0; i < words.length; i++) words[i] = words[i]! ^ (1 << (precision - 1))
  return { words, precision }
}

const BOX_JP2C = 0x6a703263
const MARKERS_SOC_SIZ = 0xff4fff51

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** The code-stream of a JP2 file (T.800, annex I.5.4); DICOM has no place for the file around it, yet it occurs. */
function codeStream(encoded: Uint8Array): Uint8Array {
  const view = viewOf(encoded)
  let at = 0
  while (at + 8 <= encoded.length && view.getUint32(at) !== MARKERS_SOC_SIZ) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) === BOX_JP2C) {
      // Length 1 says that 8 bytes of length follow.
      at += length === 1 ? 16 : 8
      break
    }
    if (length < 8) break
    at += length
  }
  const stream = encoded.subarray(at)
  if (stream.length < 4 || viewOf(stream).getUint32(0) !== MARKERS_SOC_SIZ)
    throw corrupt('A JPEG 2000 stream does not begin with FF 4F FF 51.')
  return stream
}

// Places in the code-stream of the SIZ segment's fields (T.800, A.5.1).
const SIZ = { capabilities: 6, width: 8, height: 12, left: 16, top: 20, count: 40, components: 42 } as const
const HIGH_THROUGHPUT = 0x4000

function checkHeader(stream: Uint8Array, d: PixelDescription): { precision: number; signed: boolean } {
  const view = viewOf(stream)
  const count = stream.length < SIZ.components ? 0 : view.getUint16(SIZ.count)
  if (count === 0 || stream.length < SIZ.components + 3 * count)
    throw corrupt('The header of a JPEG 2000 stream is cut off.')
  const left = view.getUint32(SIZ.left)
  const top = view.getUint32(SIZ.top)
  checkShape('JPEG 2000', view.getUint32(SIZ.height) - top, view.getUint32(SIZ.width) - left, count, d)
  if ((view.getUint16(SIZ.capabilities) & HIGH_THROUGHPUT) !== 0)
    throw unsupported('The stream is High-Throughput JPEG 2000.')
  if (left !== 0 || top !== 0)
    throw unsupported('The JPEG 2000 image does not begin at the origin of its grid.')
  const size = stream[SIZ.components]!
  for (let c = 0; c < count; c++) {
    const at = SIZ.components + 3 * c
    if (stream[at] !== size || stream[at + 1] !== 1 || stream[at + 2] !== 1)
      throw unsupported('The JPEG 2000 stream has components of different depth or size.')
  }
  const precision = (size & 0x7f) + 1
  if (precision > 16)
    throw unsupported(`The JPEG 2000 stream has samples of ${precision} bits; up to 16 are decoded.`)
  if (count !== 1 && (count !== 3 || precision > 8))
    throw unsupported(
      `The JPEG 2000 stream has ${count} samples a pixel of ${precision} bits; 1 of up to 16 or 3 of up to 8 bits are decoded.`,
    )
  return { precision, signed: size > 0x7f }
}

// The package cuts negative samples of 8 bits off. The signs of components have no bearing on the decoding but for the
// offset that is added to unsigned samples in the end (T.800, G.1.2), so that all are decoded as unsigned.
function clearSigns(stream: Uint8Array): void {
  const count = viewOf(stream).getUint16(SIZ.count)
  for (let c = 0; c < count; c++) stream[SIZ.components + 3 * c]! &= 0x7f
}
