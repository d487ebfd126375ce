import { type Affine, determinant } from '../../core/affine.ts'
import type { SharedMemory } from '../../core/webAssembly.ts'
import { insideInterval } from './insideInterval.ts'
import { BLOCK_BYTES, BORDER, type JobGroup, type SeatPlaces, type WarpJob } from './warpJob.ts'
import { instantiateWarpKernel, type WarpKernel } from './warpKernel.ts'

/** A piece of a job that one thread does at a time. */
export type Task =
  | {
      readonly kind: 'rows' | 'columns'
      readonly image: number
      readonly first: number
      readonly end: number
    }
  | { readonly kind: 'borders'; readonly image: number }
  | { readonly kind: 'slab'; readonly first: number; readonly end: number }

/** What the chain does to the voxels of a slab. */
export interface FieldFigures {
  /** Voxels where the determinant of the spatial Jacobian is not above 0. */
  readonly folded: number
  readonly least: number
  readonly most: number
  /** Length of the longest displacement, mm. */
  readonly farthestMm: number
}

/** One thread's part in a job: does tasks on the job's memory, with places of its own for what it works on. */
export class Seat {
  readonly #job: WarpJob
  readonly #places: SeatPlaces
  readonly #kernel: WarpKernel
  readonly #words: Uint32Array
  readonly #floats: Float32Array
  readonly #doubles: Float64Array
  readonly #samplers: readonly WarpKernel['sampleLinear'][]
  /** What the determinants are multiplied with that is the same everywhere. */
  readonly #determinant: number

  constructor(job: WarpJob, memory: SharedMemory, seat: number) {
    this.#job = job
    this.#places = job.seats[seat]!
    const kernel = instantiateWarpKernel(memory)
    this.#kernel = kernel
    this.#words = new Uint32Array(memory.buffer)
    this.#floats = new Float32Array(memory.buffer)
    this.#doubles = new Float64Array(memory.buffer)
    this.#determinant = determinant(job.line) / determinant(job.toLps)
    const cubic = [kernel.sampleCubic1, kernel.sampleCubic2, kernel.sampleCubic3]
    this.#samplers = job.groups.map(group =>
      group.order === 3
        ? cubic[group.images.length - 1]!
        : group.order === 1
          ? kernel.sampleLinear
          : kernel.sampleNearest,
    )
    job.groups.forEach((group, g) => {
      this.#writeBlock(group, g)
    })
  }

  perform(task: Task): FieldFigures | undefined {
    if (task.kind === 'slab')
      return this.#job.fields
        ? this.#fieldSlab(task.first, task.end)
        : void this.#imageSlab(task.first, task.end)
    if (task.kind === 'borders') this.#mirrorBorders(task.image)
    else if (task.kind === 'rows') this.#filterPlanes(task.image, task.first, task.end)
    else this.#filterColumns(task.image, task.first, task.end)
    return undefined
  }

  #writeBlock({ images }: JobGroup, g: number): void {
    const at = (this.#places.blocks + g * BLOCK_BYTES) / 4
    const { shape, rowBytes, planeBytes } = this.#job.images[images[0]!]!
    this.#words.set([...shape, rowBytes, planeBytes], at)
    images.forEach((index, n) => {
      const image = this.#job.images[index]!
      this.#words[at + 5 + 3 * n] = image.address
      this.#floats[at + 7 + 3 * n] = image.defaultValue
      if (this.#job.outputs[index] !== 'float32') this.#words[at + 14]! |= 1 << n
    })
  }

  /** First and second axis of the planes first to end. */
  #filterPlanes(index: number, first: number, end: number): void {
    const { address, shape, rowBytes, planeBytes } = this.#job.images[index]!
    for (let k = first; k < end; k++) {
      const plane = address + k * planeBytes
      this.#kernel.filterRows(plane, shape[0], shape[1], rowBytes, this.#places.scratch)
      this.#kernel.filterColumns(plane, shape[1], shape[0], rowBytes, this.#places.scratch)
    }
  }

  /** Third axis, for the rows first to end of all planes. */
  #filterColumns(index: number, first: number, end: number): void {
    const { address, shape, rowBytes, planeBytes } = this.#job.images[index]!
    for (let j = first; j < end; j++)
      this.#kernel.filterColumns(address + j * rowBytes, shape[2], shape[0], planeBytes, this.#places.scratch)
  }

  #mirrorBorders(index: number): void {
    const { address, shape, rowBytes, planeBytes } = this.#job.images[index]!
    const [nx, ny, nz] = shape
    const floats = this.#floats
    const [row, plane] = [rowBytes / 4, planeBytes / 4]
    const start = address / 4
    for (let k = 0; k < nz; k++) {
      for (let j = 0; j < ny; j++) {
        const at = start + k * plane + j * row
        for (let i = 1; i <= BORDER; i++) {
          floats[at - i] = floats[at + mirrored(-i, nx)]!
          floats[at + nx - 1 + i] = floats[at + mirrored(nx - 1 + i, nx)]!
        }
      }
      const copyRow = (to: number) => {
        const from = start + k * plane + mirrored(to, ny) * row - BORDER
        floats.copyWithin(start + k * plane + to * row - BORDER, from, from + row)
      }
      for (let j = 1; j <= BORDER; j++) {
        copyRow(-j)
        copyRow(ny - 1 + j)
      }
    }
    const copyPlane = (to: number) => {
      const from = start + mirrored(to, nz) * plane - BORDER * (row + 1)
      floats.copyWithin(start + to * plane - BORDER * (row + 1), from, from + plane)
    }
    for (let k = 1; k <= BORDER; k++) {
      copyPlane(-k)
      copyPlane(nz - 1 + k)
    }
  }

  /** Positions of voxels first to end of a row in the last frame; determinants too where they are asked for. */
  #positions(j: number, k: number, first: number, end: number): void {
    const { line, stages, fields } = this.#job
    const { positions: x, determinants } = this.#places
    const [y, z] = [x + 8 * this.#job.shape[0], x + 16 * this.#job.shape[0]]
    const [startX, startY, startZ] = rowStart(line, j, k)
    this.#kernel.placeRow(x, y, z, first, end, startX, startY, startZ, line[0]!, line[4]!, line[8]!)
    if (fields) this.#doubles.fill(this.#determinant, determinants / 8, determinants / 8 + end - first)
    for (const stage of stages) {
      if (fields) this.#kernel.multiplyDeterminants(x, y, z, end - first, stage, determinants)
      this.#kernel.displaceRow(x, y, z, end - first, stage)
    }
  }

  #imageSlab(firstPlane: number, endPlane: number): void {
    const { shape, groups } = this.#job
    const [nx, ny] = shape
    const intervals = groups.map(() => [0, 0] as [number, number])
    for (let k = firstPlane; k < endPlane; k++)
      for (let j = 0; j < ny; j++) {
        let [first, end] = [nx, 0]
        groups.forEach((group, g) => {
          const interval = intervals[g]!
          insideInterval(group, this.#job.images[group.images[0]!]!.shape, j, k, nx, interval)
          if (interval[0] < interval[1]) {
            first = Math.min(first, interval[0])
            end = Math.max(end, interval[1])
          }
        })
        if (first < end) this.#positions(j, k, first, end)
        for (let g = 0; g < groups.length; g++)
          this.#sampleRow(g, ((k - firstPlane) * ny + j) * nx, first, intervals[g]!)
      }
  }

  /** Samples a row of a group between the ends of its interval; the rest has the default value. */
  #sampleRow(g: number, voxel: number, positionsFrom: number, [first, end]: [number, number]): void {
    const { shape, groups, images, outputs } = this.#job
    const places = this.#places
    const kernel = this.#kernel
    const nx = shape[0]
    const group = groups[g]!
    const block = places.blocks + g * BLOCK_BYTES
    const rowBytes = 4 * Math.ceil(nx / 8) * 8
    group.images.forEach((index, n) => {
      const row =
        outputs[index] === 'float32' ? places.outputs[index]! + 4 * voxel : places.rows + n * rowBytes
      const { defaultValue } = images[index]!
      if (first > 0) kernel.fillFloat32(row, defaultValue, Math.min(first, nx))
      if (end < nx) kernel.fillFloat32(row + 4 * end, defaultValue, nx - end)
      this.#words[block / 4 + 6 + 3 * n] = row + 4 * first
    })
    if (first < end) {
      const skipped = 8 * (first - positionsFrom)
      let x = places.positions + skipped
      if (group.map !== 0) {
        const to = places.carried + skipped
        kernel.carryRow(x, x + 8 * nx, x + 16 * nx, to, to + 8 * nx, to + 16 * nx, end - first, group.map)
        x = to
      }
      this.#samplers[g]!(x, x + 8 * nx, x + 16 * nx, end - first, block)
    }
    group.images.forEach((index, n) => {
      const row = places.rows + n * rowBytes
      if (outputs[index] === 'int16') kernel.toInt16(row, places.outputs[index]! + 2 * voxel, nx)
      else if (outputs[index] === 'uint8') kernel.toUint8(row, places.outputs[index]! + voxel, nx)
    })
  }

  #fieldSlab(firstPlane: number, endPlane: number): FieldFigures {
    const { shape, toLps, fields } = this.#job
    const { outputs, positions, determinants } = this.#places
    const [nx, ny] = shape
    const [floats, doubles] = [this.#floats, this.#doubles]
    const jacobianAt = fields!.jacobian ? outputs[0]! / 4 : -1
    const vectorsAt = fields!.displacement ? outputs.slice(-3).map(at => at / 4) : []
    const [x, d] = [positions / 8, determinants / 8]
    let [folded, least, most, farthest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
    for (let k = firstPlane; k < endPlane; k++)
      for (let j = 0; j < ny; j++) {
        this.#positions(j, k, 0, nx)
        const [startX, startY, startZ] = rowStart(toLps, j, k)
        const row = ((k - firstPlane) * ny + j) * nx
        for (let i = 0; i < nx; i++) {
          const value = doubles[d + i]!
          if (!(value > 0)) folded++
          if (value < least) least = value
          if (value > most) most = value
          if (jacobianAt >= 0) floats[jacobianAt + row + i] = value
          const dx = doubles[x + i]! - (startX + i * toLps[0]!)
          const dy = doubles[x + nx + i]! - (startY + i * toLps[4]!)
          const dz = doubles[x + 2 * nx + i]! - (startZ + i * toLps[8]!)
          const square = dx * dx + dy * dy + dz * dz
          if (square > farthest) farthest = square
          if (vectorsAt.length > 0) {
            floats[vectorsAt[0]! + row + i] = dx
            floats[vectorsAt[1]! + row + i] = dy
            floats[vectorsAt[2]! + row + i] = dz
          }
        }
      }
    return { folded, least, most, farthestMm: Math.sqrt(farthest) }
  }
}

/** Where voxel (0, j, k) goes. */
const rowStart = (a: Affine, j: number, k: number): [number, number, number] => [
  a[1]! * j + a[2]! * k + a[3]!,
  a[5]! * j + a[6]! * k + a[7]!,
  a[9]! * j + a[10]! * k + a[11]!,
]

/** The index that stands for one beyond the ends of n voxels, mirrored at the centres of the outermost. */
function mirrored(i: number, n: number): number {
  if (n === 1) return 0
  const period = 2 * (n - 1)
  const within = ((i % period) + period) % period
  return within < n ? within : period - within
}
