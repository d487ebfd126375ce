import type { Dataset, PixelData, Tag } from '../dataset.ts'
import { corrupt, unsupported } from './fault.ts'

/** How the pixels of a data set are laid out: the Image Pixel module (PS3.3, section C.7.6.3), checked. */
export interface PixelDescription {
  readonly frames: number
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: number
  /** Size of a cell in bits, a multiple of 8. */
  readonly bitsAllocated: 8 | 16 | 32 | 64
  readonly bitsStored: number
  /** Place of the most significant bit of the sample within its cell. */
  readonly highBit: number
  readonly signed: boolean
  /** Native colour pixels come as one plane after another. */
  readonly planar: boolean
  readonly photometric: string
}

const TAG = {
  samplesPerPixel: '00280002',
  photometricInterpretation: '00280004',
  planarConfiguration: '00280006',
  numberOfFrames: '00280008',
  rows: '00280010',
  columns: '00280011',
  bitsAllocated: '00280100',
  bitsStored: '00280101',
  highBit: '00280102',
  pixelRepresentation: '00280103',
} as const

const FLOAT_BITS = { '7FE00008': 32, '7FE00009': 64 } as const

function whole(
  dataset: Dataset,
  name: string,
  tag: Tag,
  range: readonly [number, number],
  absent?: number,
): number {
  const value = dataset.number(tag) ?? absent
  const place = `${name} (${tag.slice(0, 4)},${tag.slice(4)})`
  if (value === undefined) throw corrupt(`The data set has pixels but no ${place}.`)
  if (!Number.isInteger(value) || value < range[0] || value > range[1])
    throw corrupt(
      `${place} is ${Number.isNaN(value) ? 'no number' : value}, where ${range[0]} to ${range[1]} is allowed.`,
    )
  return value
}

/** Number of frames: NumberOfFrames, or 1 where that is absent or 0. */
export function numberOfFrames(dataset: Dataset): number {
  return whole(dataset, 'NumberOfFrames', TAG.numberOfFrames, [0, 2 ** 31 - 1], 1) || 1
}

/**
 * Reads and checks the elements that describe the pixels.
 *
 * @throws DicomPixelError if an element is missing, out of its range or at odds with another, or the cells are of a
 *   size that voxmill does not decode
 */
export function describePixels(dataset: Dataset, tag: PixelData['tag']): PixelDescription {
  const read = (name: string, of: Tag, range: readonly [number, number], absent?: number) =>
    whole(dataset, name, of, range, absent)
  const rows = read('Rows', TAG.rows, [1, 65535])
  const columns = read('Columns', TAG.columns, [1, 65535])
  const samplesPerPixel = read('SamplesPerPixel', TAG.samplesPerPixel, [1, 4], 1)
  const photometric = dataset.text(TAG.photometricInterpretation) ?? 'MONOCHROME2'
  const planar = read('PlanarConfiguration', TAG.planarConfiguration, [0, 1], 0) === 1 && samplesPerPixel > 1
  const frames = numberOfFrames(dataset)
  const common = { frames, rows, columns, samplesPerPixel, photometric, planar }

  if (tag !== '7FE00010') {
    const bits = FLOAT_BITS[tag]
    return { ...common, bitsAllocated: bits, bitsStored: bits, highBit: bits - 1, signed: true }
  }
  const bitsAllocated = read('BitsAllocated', TAG.bitsAllocated, [1, 64])
  if (bitsAllocated === 1)
    throw unsupported('BitsAllocated is 1: these are bits, as in segmentations, and not an image.')
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32)
    throw unsupported(`BitsAllocated is ${bitsAllocated}; voxmill reads cells of 8, 16 and 32 bits.`)
  const bitsStored = read('BitsStored', TAG.bitsStored, [1, bitsAllocated], bitsAllocated)
  const highBit = read('HighBit', TAG.highBit, [bitsStored - 1, bitsAllocated - 1], bitsStored - 1)
  const signed = read('PixelRepresentation', TAG.pixelRepresentation, [0, 1], 0) === 1
  return { ...common, bitsAllocated, bitsStored, highBit, signed }
}
