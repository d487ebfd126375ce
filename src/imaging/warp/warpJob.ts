import { type Affine, compose, invert, rasToLps } from '../../core/affine.ts'
import { Fault } from '../../core/fault.ts'
import type { Grid, Shape } from '../../core/volume.ts'
import { planChain, type Reach, reachThrough, type Stage } from './chainPlan.ts'
import type { FieldRequest, WarpImage, WarpRequest } from './warpRequest.ts'

/** Types of voxels that results have. */
export type OutputType = 'int16' | 'uint8' | 'float32'

export const OUTPUT_BYTES: Readonly<Record<OutputType, number>> = { int16: 2, uint8: 1, float32: 4 }

/** An image in the memory of a job: float32 with `BORDER` more voxels on every side. Addresses and steps in bytes. */
export interface JobImage {
  readonly shape: Shape
  /** Of voxel (0, 0, 0). */
  readonly address: number
  readonly rowBytes: number
  readonly planeBytes: number
  readonly order: 3 | 1 | 0
  readonly defaultValue: number
}

/** Images that are sampled together: of one grid and one order. */
export interface JobGroup {
  readonly images: readonly number[]
  readonly order: 3 | 1 | 0
  /** Address of the map from the last frame to indices of this grid; 0 where the last frame is just that. */
  readonly map: number
  /** From voxels of the fixed grid to indices of this one, displacements left out; and how far those reach. */
  readonly straight: Affine
  readonly reach: Reach
}

/** Where one thread keeps what it works on. */
export interface SeatPlaces {
  readonly positions: number
  readonly carried: number
  readonly rows: number
  readonly determinants: number
  readonly scratch: number
  readonly blocks: number
  /** Of the planes of each output. */
  readonly outputs: readonly number[]
}

/** All that a thread must know to take part in a job, as plain data. */
export interface WarpJob {
  readonly shape: Shape
  readonly toLps: Affine
  readonly line: Affine
  /** Addresses of the stages. */
  readonly stages: readonly number[]
  readonly images: readonly JobImage[]
  readonly groups: readonly JobGroup[]
  readonly outputs: readonly OutputType[]
  /** Set where the job asks what the chain does to space: how many of the outputs are which. */
  readonly fields: { readonly jacobian: boolean; readonly displacement: boolean } | undefined
  readonly slabPlanes: number
  readonly seats: readonly SeatPlaces[]
  readonly bytes: number
}

/** A job with what has to be put into its memory. */
export interface LaidOutJob {
  readonly job: WarpJob
  readonly stages: readonly Stage[]
  readonly maps: readonly { readonly address: number; readonly map: Affine }[]
}

/** Mirrored voxels on every side of an image: a cubic B-spline at −0.5 reaches back to −2. */
export const BORDER = 2
/** Bytes of a stage: its matrix, the size of its grid, the address of its coefficients. */
export const STAGE_BYTES = 112
export const STAGE_SIZE = 96
export const MATRIX_BYTES = 96
/** Bytes of a group for the kernel: see kernel/sample.ts. */
export const BLOCK_BYTES = 64
/** Images of one grid that the kernel samples at once. */
const GROUP_IMAGES = 3
const SLAB_BYTES = 8e6
/** Bytes of scratch for each value of the longest line that is filtered: 64 columns of f64. */
const FILTER_BYTES = 64 * 8
/** What one memory of WebAssembly can be, less what the seats need. */
const MOST_BYTES = 2 ** 32 - 65536

/** An image is too large for what a WebAssembly module can address. */
export class ImageTooLargeError extends Fault {}

class Arena {
  bytes = 1024

  take(bytes: number): number {
    const at = this.bytes
    this.bytes = Math.ceil((at + bytes) / 64) * 64
    return at
  }
}

export const outputTypeOf = ({ volume: { data } }: WarpImage): OutputType =>
  data instanceof Int16Array ? 'int16' : data instanceof Uint8Array ? 'uint8' : 'float32'

const paddedVoxels = (shape: Shape): number => shape.reduce((product, n) => product * (n + 2 * BORDER), 1)

/** Bytes that an image takes in the memory of a job. */
export const imageBytes = (image: WarpImage): number => 4 * paddedVoxels(image.volume.grid.shape)

function takeImage(arena: Arena, { volume, order, defaultValue }: WarpImage): JobImage {
  const { shape } = volume.grid
  const rowBytes = 4 * (shape[0] + 2 * BORDER)
  const planeBytes = rowBytes * (shape[1] + 2 * BORDER)
  const start = arena.take(4 * paddedVoxels(shape))
  const address = start + BORDER * (planeBytes + rowBytes + 4)
  return { shape, address, rowBytes, planeBytes, order, defaultValue }
}

const isSameGrid = (a: Grid, b: Grid): boolean =>
  a.shape.every((n, axis) => n === b.shape[axis]) && a.affine.every((v, i) => v === b.affine[i])

const toIndices = (grid: Grid): Affine => invert(rasToLps(grid.affine))

/** Indices of the images, those of one grid and order side by side, at most three. */
function grouped(images: readonly WarpImage[]): number[][] {
  const groups: number[][] = []
  images.forEach((image, n) => {
    const group = groups.find(
      members =>
        members.length < (image.order === 3 ? GROUP_IMAGES : 1) &&
        images[members[0]!]!.order === image.order &&
        isSameGrid(images[members[0]!]!.volume.grid, image.volume.grid),
    )
    if (group === undefined) groups.push([n])
    else group.push(n)
  })
  return groups
}

function takeSeat(
  arena: Arena,
  need: { row: number; slab: number; longest: number; groups: number },
  outputs: readonly OutputType[],
): SeatPlaces {
  const row = Math.ceil(need.row / 8) * 8
  return {
    positions: arena.take(24 * row),
    carried: arena.take(24 * row),
    rows: arena.take(4 * row * GROUP_IMAGES),
    determinants: arena.take(8 * row),
    scratch: arena.take(need.longest * FILTER_BYTES),
    blocks: arena.take(need.groups * BLOCK_BYTES),
    // The kernel converts eight voxels at a time, past the end of the last row.
    outputs: outputs.map(type => arena.take(OUTPUT_BYTES[type] * need.slab + 64)),
  }
}

function checkedBytes(bytes: number, images: readonly WarpImage[]): number {
  if (bytes <= MOST_BYTES) return bytes
  const shapes = images.map(image => image.volume.grid.shape.join(' × ')).join(', ')
  throw new ImageTooLargeError(
    `carrying over an image of ${shapes} voxels takes ${bytes} bytes in one piece; WebAssembly addresses ${MOST_BYTES}`,
    { remedy: 'Crop the moving image to the part that the fixed image shows, or resample it more coarsely.' },
  )
}

interface Wanted {
  readonly chain: WarpRequest['chain']
  readonly grid: Grid
  readonly images: readonly WarpImage[]
  readonly outputs: readonly OutputType[]
  readonly fields: WarpJob['fields']
  readonly slabPlanes: number | undefined
}

function layOut(wanted: Wanted, seats: number): LaidOutJob {
  const { grid, images, outputs, fields } = wanted
  const { shape } = grid
  const arena = new Arena()
  const first = images[0]?.volume.grid
  const toLast: Affine = first ? toIndices(first) : [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
  const plan = planChain(wanted.chain, grid, toLast)
  const stages = plan.stages.map(stage => arena.take(STAGE_BYTES + 4 * stage.coefficients.length))
  const jobImages = images.map(image => takeImage(arena, image))
  const maps: { address: number; map: Affine }[] = []
  const groups = grouped(images).map((members): JobGroup => {
    const { order, volume } = images[members[0]!]!
    const shared = { images: members, order }
    if (isSameGrid(volume.grid, first!))
      return { ...shared, map: 0, straight: plan.straight, reach: plan.reach }
    const map = compose(toIndices(volume.grid), invert(toLast))
    const address = arena.take(MATRIX_BYTES)
    maps.push({ address, map })
    return {
      ...shared,
      map: address,
      straight: compose(map, plan.straight),
      reach: reachThrough(map, plan.reach),
    }
  })
  const plane = shape[0] * shape[1]
  const voxelBytes = outputs.reduce((sum, type) => sum + OUTPUT_BYTES[type], 0)
  const slabPlanes =
    wanted.slabPlanes ??
    Math.min(shape[2], Math.max(1, Math.floor(SLAB_BYTES / Math.max(1, plane * voxelBytes))))
  const need = {
    row: shape[0],
    slab: plane * slabPlanes,
    longest: Math.max(...shape, ...images.flatMap(image => image.volume.grid.shape)),
    groups: groups.length,
  }
  const seatPlaces = Array.from({ length: seats }, () => takeSeat(arena, need, outputs))
  const job: WarpJob = {
    shape,
    toLps: rasToLps(grid.affine),
    line: plan.line,
    stages,
    images: jobImages,
    groups,
    outputs,
    fields,
    slabPlanes,
    seats: seatPlaces,
    bytes: checkedBytes(arena.bytes, images),
  }
  return { job, stages: plan.stages, maps }
}

/** @throws RangeError for a singular grid, ImageTooLargeError. */
export const layOutWarp = ({ chain, grid, images, slabPlanes }: WarpRequest, seats: number): LaidOutJob =>
  layOut({ chain, grid, images, outputs: images.map(outputTypeOf), fields: undefined, slabPlanes }, seats)

/** @throws RangeError for a singular grid. */
export function layOutFields(request: FieldRequest, seats: number): LaidOutJob {
  const { chain, grid, slabPlanes } = request
  const fields = { jacobian: request.jacobian ?? false, displacement: request.displacement ?? false }
  const count = (fields.jacobian ? 1 : 0) + (fields.displacement ? 3 : 0)
  const outputs = Array.from({ length: count }, () => 'float32' as const)
  return layOut({ chain, grid, images: [], outputs, fields, slabPlanes }, seats)
}
