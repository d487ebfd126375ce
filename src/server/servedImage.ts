import { setImmediate } from 'node:timers/promises'
import { scanHeader } from '../artifacts/niftiFile.ts'
import { niftiImage } from '../artifacts/niftiImage.ts'
import { niftiMask } from '../artifacts/niftiMask.ts'
import { bytesOf, encodedHeader } from '../artifacts/niftiVolume.ts'
import { transformPoint } from '../core/affine.ts'
import { type Grid, type Shape, voxelCount } from '../core/volume.ts'
import { niftiAffine, niftiSpacing } from '../formats/nifti/geometry.ts'
import { dtypeText } from '../formats/nifti/header.ts'
import { fitsInt16 } from '../formats/nifti/voxels.ts'
import { blockGrid, blockMeans, blockMiddles } from '../imaging/blockGrid.ts'

/**
 * Most voxels of an image that a page loads whole: 512 × 512 × 256. As int16 it is 128 MiB, as float32 256 MiB, which
 * browsers hold in one buffer, copy, and give to the graphics card.
 */
export const PREVIEW_VOXELS = 2 ** 26
/** The longest side of a three-dimensional texture that WebGL 2 devices commonly have. */
export const LONGEST_SIDE = 2048

export type ServedVoxels = Uint8Array | Int16Array | Float32Array
type Role = 'image' | 'label'

/** An image as a page gets it: a NIfTI-1 header and, when they are asked for, the voxels. */
export interface ServedImage {
  readonly grid: Grid
  /** mm, as the header of the file says. */
  readonly spacing: readonly number[]
  /** NumPy's name of the type in the file; what is served is uint8, int16 or float32. */
  readonly dtype: string
  readonly head: Uint8Array
  /** Bytes of the file that is served. */
  readonly bytes: number
  readonly large: boolean
}

const BYTES = { uint8: 1, int16: 2, float32: 4 } as const
/** Both forms are written and say scanner-based coordinates; a page needs to know where voxels lie, no more. */
const CODES = { qform: 1, sform: 1 } as const

/**
 * What a file will be served as, from its header alone. Labels become uint8, whole numbers that fit int16, all else
 * float32.
 *
 * @throws DataError naming the file
 */
export function servedImage(file: string, role: Role): ServedImage {
  const { header } = scanHeader(file)
  const grid = { shape: header.shape, affine: niftiAffine(header).affine }
  const type = role === 'label' ? 'uint8' : fitsInt16(header) ? 'int16' : 'float32'
  const head = encodedHeader(grid, type, CODES)
  const voxels = voxelCount(grid.shape)
  return {
    grid,
    spacing: niftiSpacing(header),
    dtype: dtypeText(header),
    head,
    bytes: head.length + voxels * BYTES[type],
    large: voxels > PREVIEW_VOXELS || grid.shape.some(n => n > LONGEST_SIDE),
  }
}

/** The voxels of a file in the type that `servedImage` says. @throws DataError naming the file */
export async function servedVoxels(file: string, role: Role): Promise<ServedVoxels> {
  if (role === 'label') return (await niftiMask.read(file)).value.mask.data
  return (await niftiImage.read(file)).value.volume.data
}

const typeOf = (data: ServedVoxels) =>
  data instanceof Uint8Array ? 'uint8' : data instanceof Int16Array ? 'int16' : 'float32'

const fileOf = (grid: Grid, data: ServedVoxels): readonly Uint8Array[] => [
  encodedHeader(grid, typeOf(data), CODES),
  bytesOf(data),
]

/**
 * The image in blocks, so that it has at most PREVIEW_VOXELS and no side above LONGEST_SIDE: means of intensities, the
 * middle ones of labels. Other requests are answered between slices.
 *
 * @returns the parts of a NIfTI-1 file
 */
export async function previewOf(grid: Grid, data: ServedVoxels): Promise<readonly Uint8Array[]> {
  const blocks = blockGrid(grid, PREVIEW_VOXELS, LONGEST_SIDE)
  const { shape } = blocks.grid
  const area = shape[0] * shape[1]
  const make = data.constructor as new (length: number) => ServedVoxels
  const out = new make(area * shape[2])
  for (let k = 0; k < shape[2]; k++) {
    const slice = out.subarray(k * area, (k + 1) * area)
    if (data instanceof Uint8Array) blockMiddles(data, grid.shape, blocks, k, slice as Uint8Array)
    else if (data instanceof Int16Array) blockMeans(data, grid.shape, blocks, k, slice as Int16Array)
    else blockMeans(data, grid.shape, blocks, k, slice as Float32Array)
    await setImmediate()
  }
  return fileOf(blocks.grid, out)
}

/**
 * One slice across a voxel axis. Its first two axes are the image's other two in their order, its third is the axis
 * that it lies across, so that its affine puts it where it lies in the image.
 *
 * @returns the parts of a NIfTI-1 file
 */
export function sliceOf(grid: Grid, data: ServedVoxels, axis: 0 | 1 | 2, n: number): readonly Uint8Array[] {
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]]
  const [u, v] = ([0, 1, 2] as const).filter(a => a !== axis) as [0 | 1 | 2, 0 | 1 | 2]
  const [width, height] = [grid.shape[u], grid.shape[v]]
  const make = data.constructor as new (length: number) => ServedVoxels
  const out = new make(width * height)
  for (let y = 0, at = 0; y < height; y++) {
    let from = n * strides[axis]! + y * strides[v]!
    for (let x = 0; x < width; x++, at++, from += strides[u]!) out[at] = data[from]!
  }
  const first = [0, 1, 2].map(a => (a === axis ? n : 0)) as unknown as Shape
  const origin = transformPoint(grid.affine, first)
  const affine = [0, 1, 2].flatMap(row => [...[u, v, axis].map(a => grid.affine[4 * row + a]!), origin[row]!])
  return fileOf({ shape: [width, height, 1], affine: [...affine, 0, 0, 0, 1] }, out)
}
