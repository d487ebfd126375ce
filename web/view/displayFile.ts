import type { Affine } from '../../src/core/affine.ts'
import { type VoxelType, voxelCount } from '../../src/core/volume.ts'
import { encodeNiftiHeader } from '../../src/formats/nifti/encode.ts'
import { niftiAffine } from '../../src/formats/nifti/geometry.ts'
import { type NiftiHeader, parseNiftiHeader } from '../../src/formats/nifti/header.ts'
import { NIFTI1 } from '../../src/formats/nifti/layout.ts'
import { float32Decoder, maskDecoder } from '../../src/formats/nifti/voxels.ts'

/** A NIfTI-1 file of a kind that the viewer's library shows as this program reads it. */
export interface DisplayFile {
  readonly bytes: ArrayBuffer
  readonly header: NiftiHeader
  readonly affine: Affine<'voxel', 'ras'>
}

/** Voxel types that the library keeps as they are. */
const SHOWN: ReadonlySet<VoxelType> = new Set(['uint8', 'int16', 'uint16', 'float32', 'float64'])

const parse = (file: ArrayBuffer): { header: NiftiHeader; affine: Affine<'voxel', 'ras'> } => {
  const header = parseNiftiHeader(new Uint8Array(file, 0, Math.min(file.byteLength, 544)), {
    allowFrames: true,
  })
  return { header, affine: niftiAffine(header).affine }
}

function joined(header: Uint8Array, voxels: Uint8Array): ArrayBuffer {
  const bytes = new Uint8Array(header.length + voxels.length)
  bytes.set(header)
  bytes.set(voxels, header.length)
  return bytes.buffer
}

/**
 * Makes an image ready to be shown: its header is written anew, so that there is one way to read where it lies (the
 * sform), and values of types that the library lacks become float32.
 *
 * @param file a NIfTI-1 file, uncompressed; its bytes are used and changed
 * @throws NiftiError when it cannot be read
 */
export function imageForDisplay(file: ArrayBuffer): DisplayFile {
  const { header, affine } = parse(file)
  const { shape, frames, slope, intercept, littleEndian, voxOffset } = header
  const spec = { shape, affine, frames, qformCode: 0, version: 1 as const }
  if (header.version === 1 && SHOWN.has(header.voxelType)) {
    const written = encodeNiftiHeader({
      ...spec,
      voxelType: header.voxelType,
      slope,
      intercept,
      littleEndian,
    })
    new DataView(written.buffer).setFloat32(NIFTI1.voxOffset, voxOffset, littleEndian)
    new Uint8Array(file).set(written)
    return { bytes: file, header, affine }
  }
  const decoder = float32Decoder(header)
  decoder.push(new Uint8Array(file))
  const { data } = decoder.finish()
  const written = encodeNiftiHeader({ ...spec, voxelType: 'float32' })
  const plain = { ...header, slope: 1, intercept: 0, voxelType: 'float32' as const }
  return { bytes: joined(written, new Uint8Array(data.buffer)), header: plain, affine }
}

export interface DisplayLabels extends DisplayFile {
  /** One label a voxel, i fastest. */
  readonly data: Uint8Array
  /** Voxels whose value is no label of 0 to 255; they are shown as background. */
  readonly notLabels: number
}

/** The same for labels, which become bytes. */
export function labelsForDisplay(file: ArrayBuffer): DisplayLabels {
  const { header, affine } = parse(file)
  const decoder = maskDecoder(header)
  decoder.push(new Uint8Array(file))
  const { data, notFinite, notWhole, outOfRange } = decoder.finish()
  const voxels = data.subarray(0, voxelCount(header.shape))
  const written = encodeNiftiHeader({
    shape: header.shape,
    affine,
    voxelType: 'uint8',
    qformCode: 0,
    version: 1,
  })
  return {
    bytes: joined(written, voxels),
    header,
    affine,
    data: voxels,
    notLabels: notFinite + notWhole + outOfRange,
  }
}
