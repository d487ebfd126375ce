import { type Shape, type VoxelType, voxelCount } from '../../core/volume.ts'
import { type Datatype, datatypeOfCode } from './datatypes.ts'
import { NiftiError } from './fault.ts'
import { DESCRIP_BYTES, EOL_CHECK, type HeaderLayout, NIFTI1, NIFTI2 } from './layout.ts'

/** A NIfTI header, checked: every number that placing and decoding voxels rests on is in range. */
export interface NiftiHeader {
  readonly version: 1 | 2
  readonly littleEndian: boolean
  /** n+1 / n+2: header and voxels in one file; false for the .hdr of a pair (ni1 / ni2). */
  readonly singleFile: boolean
  /** dim[0..7] as stored; entries after dim[dim[0]] mean nothing. */
  readonly dim: readonly number[]
  readonly shape: Shape
  /** Product of dim[4] and above: 1 for a volume. */
  readonly frames: number
  /** NumPy's name of the type on disk. */
  readonly datatype: string
  readonly voxelType: VoxelType
  readonly bitpix: number
  /** pixdim[0..7] as stored; `niftiSpacing` reads the voxel sizes from it. */
  readonly pixdim: readonly number[]
  /** pixdim[0]: −1 or 1; any other stored value counts as 1. */
  readonly qfac: 1 | -1
  /** Bytes before the first voxel in the file that holds the voxels. */
  readonly voxOffset: number
  /** Value = slope · stored + intercept; 1 and 0 when scl_slope says that nothing is scaled. */
  readonly slope: number
  readonly intercept: number
  readonly qformCode: number
  readonly sformCode: number
  /** quatern_b, quatern_c, quatern_d. */
  readonly quaternion: readonly [number, number, number]
  readonly qoffset: readonly [number, number, number]
  /** srow_x, srow_y, srow_z: 12 numbers by rows, in the units of xyzt_units. */
  readonly srow: readonly number[]
  readonly xyztUnits: number
  readonly descrip: string
  /** The extension flag after the header is set; false when the bytes given end before it. */
  readonly hasExtensions: boolean
}

const MOST_VOXELS = 2 ** 40
const MOST_OFFSET = 2 ** 40

const invalid = (reason: string): NiftiError => new NiftiError('nifti-invalid', reason)

interface Found {
  readonly layout: HeaderLayout
  readonly littleEndian: boolean
}

/** The version and byte order are told by sizeof_hdr alone (nifti1.h: 348, nifti2.h: 540). */
function findLayout(view: DataView): Found {
  if (view.byteLength < NIFTI1.headerBytes)
    throw invalid(`the file has ${view.byteLength} bytes; a NIfTI header has at least 348`)
  for (const littleEndian of [true, false])
    for (const layout of [NIFTI1, NIFTI2])
      if (view.getInt32(0, littleEndian) === layout.headerBytes) {
        if (view.byteLength < layout.headerBytes)
          throw invalid(`the NIfTI-2 header is cut off: ${view.byteLength} bytes of ${layout.headerBytes}`)
        return { layout, littleEndian }
      }
  throw invalid(`the first four bytes are ${view.getInt32(0, true)}, not the header size 348 or 540`)
}

function isSingleFile(view: DataView, layout: HeaderLayout): boolean {
  const magic = String.fromCharCode(
    ...new Uint8Array(view.buffer, view.byteOffset + layout.magic, 4).map(b => (b < 128 ? b : 63)),
  )
  if (magic === `n+${layout.version}\0`) return true
  if (magic === `ni${layout.version}\0`) return false
  if (layout.version === 1 && magic === '\0\0\0\0')
    throw invalid('the header is ANALYZE 7.5, without the NIfTI magic: it does not say which side is left')
  throw invalid(`the magic is ${JSON.stringify(magic)}, not n+${layout.version} or ni${layout.version}`)
}

function checkLineEnds(view: DataView): void {
  const bytes = [0, 1, 2, 3].map(i => view.getUint8(8 + i))
  if (bytes.every((b, i) => b === EOL_CHECK[i]) || bytes.every(b => b === 0)) return
  throw new NiftiError(
    'nifti-invalid',
    'eol_check of the NIfTI-2 header is not 0D 0A 1A 0A: a transfer in text mode changed the bytes',
    'Copy the file again from its source, in binary mode.',
  )
}

function readInt64(view: DataView, at: number, littleEndian: boolean, field: string): number {
  const value = view.getBigInt64(at, littleEndian)
  if (!Number.isSafeInteger(Number(value))) throw invalid(`${field} is ${value}, beyond any file`)
  return Number(value)
}

const readDim = (view: DataView, { layout, littleEndian }: Found): number[] =>
  Array.from({ length: 8 }, (_, i) =>
    layout.version === 1
      ? view.getInt16(layout.dim + 2 * i, littleEndian)
      : readInt64(view, layout.dim + 8 * i, littleEndian, `dim[${i}]`),
  )

function checkedShape(dim: readonly number[]): { shape: Shape; frames: number } {
  const axes = dim[0]!
  if (axes < 1 || axes > 7) throw invalid(`dim[0] is ${axes}; the number of dimensions is 1 to 7`)
  const lengths = dim.slice(1, axes + 1)
  let voxels = 1
  lengths.forEach((length, i) => {
    if (length < 1) throw invalid(`dim[${i + 1}] is ${length}; every dimension has at least one voxel`)
    voxels *= length
    if (voxels > MOST_VOXELS)
      throw invalid(`the dimensions ${lengths.join(' × ')} make more than 2^40 voxels`)
  })
  const shape: Shape = [lengths[0]!, lengths[1] ?? 1, lengths[2] ?? 1]
  return { shape, frames: voxels / voxelCount(shape) }
}

function checkedDatatype(code: number, bitpix: number): Datatype & { voxelType: VoxelType } {
  const datatype = datatypeOfCode(code)
  if (!datatype) throw invalid(`datatype ${code} is not in the NIfTI standard`)
  const { name, bytes, voxelType } = datatype
  if (!voxelType)
    throw new NiftiError(
      'nifti-type-unsupported',
      `the voxels are ${name} (datatype ${code}), not one number`,
    )
  if (bitpix !== bytes * 8)
    throw invalid(`bitpix is ${bitpix}, but datatype ${code} (${name}) has ${bytes * 8} bits`)
  return { ...datatype, voxelType }
}

function checkedOffset(offset: number, singleFile: boolean, { dataStart }: HeaderLayout): number {
  const least = singleFile ? dataStart : 0
  if (!Number.isInteger(offset) || offset < least || offset > MOST_OFFSET)
    throw invalid(
      `vox_offset is ${offset}; ${singleFile ? `in a single file it is a whole number from ${least} up` : 'it must be a whole number from 0 up'}`,
    )
  return offset
}

/** nifti1.h, scl_slope: 0 means unscaled; a slope that is not finite is taken so too, as nibabel does. */
function scaling(slope: number, intercept: number): { slope: number; intercept: number } {
  if (slope === 0 || !Number.isFinite(slope)) return { slope: 1, intercept: 0 }
  if (!Number.isFinite(intercept)) throw invalid(`scl_slope is ${slope}, but scl_inter is ${intercept}`)
  return { slope, intercept }
}

function readText(view: DataView, at: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) {
    const byte = view.getUint8(at + i)
    if (byte === 0) break
    text += String.fromCharCode(byte)
  }
  return text
}

/**
 * Reads a NIfTI-1 or NIfTI-2 header of either byte order.
 *
 * @param bytes Prefix of the inflated file: at least 540 bytes if the file is that long, else all of it.
 * @param options `allowFrames` returns a series of several frames too, where it is refused otherwise.
 * @throws NiftiError nifti-invalid, nifti-type-unsupported or volume-not-3d.
 */
export function parseNiftiHeader(bytes: Uint8Array, options: { allowFrames?: boolean } = {}): NiftiHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = findLayout(view)
  const { layout, littleEndian } = found
  const wide = layout.version === 2
  const singleFile = isSingleFile(view, layout)
  if (wide) checkLineEnds(view)

  const code = (at: number) => (wide ? view.getInt32(at, littleEndian) : view.getInt16(at, littleEndian))
  const real = (at: number) => (wide ? view.getFloat64(at, littleEndian) : view.getFloat32(at, littleEndian))
  const reals = (at: number, count: number) =>
    Array.from({ length: count }, (_, i) => real(at + i * (wide ? 8 : 4)))
  const three = (at: number) => reals(at, 3) as unknown as readonly [number, number, number]

  const dim = readDim(view, found)
  const { shape, frames } = checkedShape(dim)
  const bitpix = view.getInt16(layout.bitpix, littleEndian)
  const { name, voxelType } = checkedDatatype(view.getInt16(layout.datatype, littleEndian), bitpix)
  const offset = wide ? readInt64(view, layout.voxOffset, littleEndian, 'vox_offset') : real(layout.voxOffset)
  const pixdim = reals(layout.pixdim, 8)
  const header: NiftiHeader = {
    version: layout.version,
    littleEndian,
    singleFile,
    dim,
    shape,
    frames,
    datatype: name,
    voxelType,
    bitpix,
    pixdim,
    qfac: pixdim[0] === -1 ? -1 : 1,
    voxOffset: checkedOffset(offset, singleFile, layout),
    ...scaling(real(layout.slope), real(layout.intercept)),
    qformCode: code(layout.qformCode),
    sformCode: code(layout.sformCode),
    quaternion: three(layout.quaternion),
    qoffset: three(layout.qoffset),
    srow: reals(layout.srow, 12),
    xyztUnits: wide ? view.getInt32(layout.xyztUnits, littleEndian) : view.getUint8(layout.xyztUnits),
    descrip: readText(view, layout.descrip, DESCRIP_BYTES),
    hasExtensions: bytes.byteLength > layout.headerBytes && bytes[layout.headerBytes] !== 0,
  }
  if (frames > 1 && !options.allowFrames)
    throw new NiftiError(
      'volume-not-3d',
      `the image has ${frames} frames (${dim.slice(1, dim[0]! + 1).join(' × ')})`,
    )
  return header
}

/** True when stored numbers are not the values: the scaled values are float64. */
export const isScaled = (header: Pick<NiftiHeader, 'slope' | 'intercept'>): boolean =>
  header.slope !== 1 || header.intercept !== 0

/** NumPy's name of the type that the values have: the one on disk, or float64 where a scaling applies. */
export const dtypeText = (header: NiftiHeader): string => (isScaled(header) ? 'float64' : header.datatype)
