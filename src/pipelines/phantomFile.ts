import { type Affine, affine } from '../core/affine.ts'
import { type Shape, type Volume, type VoxelType, voxelCount } from '../core/volume.ts'
import { encodeNiftiHeader } from '../formats/nifti/encode.ts'
import { type AxisOrder, permuteAxes } from '../imaging/permuteAxes.ts'
import type { BreastMri } from '../imaging/phantom/breastMri.ts'

/** Voxel types that the archive stores; `scaled` is int16 with a slope, which readers give as float64. */
export type VolumeStorage = 'int16' | 'uint16' | 'float32' | 'scaled'
export type MaskStorage = 'uint8' | 'int16' | 'float64'

/** Which of the two forms of a NIfTI header hold the affine. */
export type Forms = 'both' | 'sform' | 'qform'

type Stored = Uint8Array | Int16Array | Uint16Array | Float32Array | Float64Array

/** One file of an archive as data; `make` gives its bytes, header and voxels, before compression. */
export interface PhantomFile {
  /** POSIX, relative to the root of the archive, ending in .nii.gz. */
  readonly path: string
  readonly role: 'volume' | 'mask'
  readonly seq: string
  readonly pid: string
  /** Voxels along the axes as stored. */
  readonly shape: Shape
  /** 1, but for a volume that is broken by having more. */
  readonly frames: number
  readonly voxelType: VoxelType
  readonly slope: number
  readonly intercept: number
  /** RAS+ mm, before it is rounded to the float32 of the header. */
  readonly affine: Affine<'voxel', 'ras'>
  readonly forms: Forms
  make(): Uint8Array
}

/** How a file is written: what `PhantomFile` says, and where its voxels come from. */
export interface PhantomFileSpec extends Omit<PhantomFile, 'make' | 'voxelType' | 'slope' | 'intercept'> {
  readonly storage: VolumeStorage | MaskStorage
  readonly order: AxisOrder
  readonly image: () => BreastMri
  /** Put in place of the first voxel as stored: a value that does not belong there. */
  readonly firstVoxel?: number
}

/** scl_slope and scl_inter of `scaled`: the stored int16 stand for half the magnitudes. */
const SCALING = { slope: 0.5, intercept: 512 }

export function phantomFile({ storage, order, image, firstVoxel, ...file }: PhantomFileSpec): PhantomFile {
  const voxelType = storage === 'scaled' ? 'int16' : storage
  const { slope, intercept } = storage === 'scaled' ? SCALING : { slope: 1, intercept: 0 }
  const { path, role, seq, pid, shape, frames, affine, forms } = file
  return {
    ...{ path, role, seq, pid, shape, frames, voxelType, slope, intercept, affine, forms },
    make() {
      const { volume, mask } = image()
      const source: Volume<Uint8Array | Uint16Array> = role === 'volume' ? volume : mask
      const { data } = permuteAxes(source, order)
      const voxels = toStorage(data.subarray(0, voxelCount(shape)), storage)
      if (firstVoxel !== undefined) voxels[0] = firstVoxel
      const header = encodeNiftiHeader({
        ...{ shape, voxelType, affine, slope, intercept, frames },
        sformCode: forms === 'qform' ? 0 : 1,
        qformCode: forms === 'sform' ? 0 : 1,
        description: 'phantom',
      })
      return joined(header, voxels, frames)
    },
  }
}

/** Magnitudes or labels as numbers of the voxel type; a typed array of the same length. */
function toStorage(data: Uint8Array | Uint16Array, storage: VolumeStorage | MaskStorage): Stored {
  switch (storage) {
    case 'uint8':
      return Uint8Array.from(data)
    case 'uint16':
      return Uint16Array.from(data)
    case 'int16':
      return Int16Array.from(data)
    case 'float32':
      return Float32Array.from(data, v => v / 4)
    case 'float64':
      return Float64Array.from(data)
    case 'scaled':
      return Int16Array.from(data, v => v - SCALING.intercept / SCALING.slope)
  }
}

/** The header, then the voxels once for each frame. */
function joined(header: Uint8Array, voxels: Stored, frames: number): Uint8Array {
  const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength)
  const out = new Uint8Array(header.length + frames * bytes.length)
  out.set(header)
  for (let frame = 0; frame < frames; frame++) out.set(bytes, header.length + frame * bytes.length)
  return out
}

/** The affine with every number rounded to three decimals, as programs write that keep affines as text. */
export const roundedAffine = (a: Affine<'voxel', 'ras'>): Affine<'voxel', 'ras'> =>
  a.map(v => Math.round(v * 1000) / 1000)

/** The affine of an image that lies `voxels` further along its first axis. */
export const shiftedAffine = (a: Affine<'voxel', 'ras'>, voxels: number): Affine<'voxel', 'ras'> =>
  affine(a.map((v, n) => (n % 4 === 3 && n < 12 ? v + voxels * a[n - 3]! : v)))
