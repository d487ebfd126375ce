import { type SharedMemory, sharedMemory } from '../../core/webAssembly.ts'
import type { Crew, TaskDone } from './crew.ts'
import type { Task } from './seat.ts'
import {
  type JobImage,
  type LaidOutJob,
  type OutputType,
  STAGE_BYTES,
  STAGE_SIZE,
  type WarpJob,
} from './warpJob.ts'
import type { WarpImage } from './warpRequest.ts'

/** Memory for a job, with its stages and maps in place. */
export function jobMemory({ job, stages, maps }: LaidOutJob): SharedMemory {
  const memory = sharedMemory(job.bytes)
  const doubles = new Float64Array(memory.buffer)
  const words = new Uint32Array(memory.buffer)
  const floats = new Float32Array(memory.buffer)
  stages.forEach((stage, s) => {
    const at = job.stages[s]!
    doubles.set(stage.matrix.slice(0, 12), at / 8)
    words.set([...stage.size, at + STAGE_BYTES], (at + STAGE_SIZE) / 4)
    floats.set(stage.coefficients, (at + STAGE_BYTES) / 4)
  })
  for (const { address, map } of maps) doubles.set(map.slice(0, 12), address / 8)
  return memory
}

/** Puts the voxels of an image into their place. */
export function loadImage(memory: SharedMemory, place: JobImage, { volume: { data } }: WarpImage): void {
  const floats = new Float32Array(memory.buffer)
  const [nx, ny, nz] = place.shape
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const from = (k * ny + j) * nx
      floats.set(
        data.subarray(from, from + nx),
        (place.address + k * place.planeBytes + j * place.rowBytes) / 4,
      )
    }
}

/** Tasks that an image is filtered by, along two axes and then along the third. */
const FILTER_TASKS = 16

function pieces(count: number, most: number): { first: number; end: number }[] {
  const each = Math.max(1, Math.ceil(count / most))
  return Array.from({ length: Math.ceil(count / each) }, (_, n) => ({
    first: n * each,
    end: Math.min(count, (n + 1) * each),
  }))
}

/** Makes the images in memory ready to be sampled: coefficients where a B-spline asks for them, and mirrored borders. */
export async function prepareImages(job: WarpJob, crew: Crew): Promise<void> {
  const splines = job.images.flatMap(({ order }, image) => (order === 3 ? [image] : []))
  const tasks = (kind: 'rows' | 'columns', axis: 1 | 2): Task[] =>
    splines.flatMap(image =>
      pieces(job.images[image]!.shape[axis], FILTER_TASKS).map(piece => ({ kind, image, ...piece })),
    )
  const nothing: TaskDone = () => {}
  await crew.perform(tasks('rows', 2), nothing)
  await crew.perform(tasks('columns', 1), nothing)
  await crew.perform(
    job.images.map((_, image) => ({ kind: 'borders', image })),
    nothing,
  )
}

export type OutputArray = Int16Array | Uint8Array | Float32Array

function viewOf(type: OutputType, buffer: ArrayBufferLike, at: number, length: number): OutputArray {
  if (type === 'int16') return new Int16Array(buffer, at, length)
  return type === 'uint8' ? new Uint8Array(buffer, at, length) : new Float32Array(buffer, at, length)
}

const ARRAYS = { int16: Int16Array, uint8: Uint8Array, float32: Float32Array } as const

/** Does all slabs of a job; `done` gets each with a view of the planes of every output. */
export function performSlabs(
  job: WarpJob,
  memory: SharedMemory,
  crew: Crew,
  done: (first: number, planes: readonly OutputArray[], figures: Parameters<TaskDone>[2]) => void,
): Promise<void> {
  const plane = job.shape[0] * job.shape[1]
  const count = Math.ceil(job.shape[2] / job.slabPlanes)
  const slabs = pieces(job.shape[2], count).map(piece => ({ kind: 'slab', ...piece }) as const)
  return crew.perform(slabs, (task, seat, figures) => {
    if (task.kind !== 'slab') return
    const voxels = (task.end - task.first) * plane
    const planes = job.outputs.map((type, n) => {
      const at = job.seats[seat]!.outputs[n]!
      return viewOf(type, memory.buffer, at, voxels)
    })
    done(task.first * plane, planes, figures)
  })
}

/** A new array for a whole output. */
export const outputArray = (job: WarpJob, n: number): OutputArray =>
  new ARRAYS[job.outputs[n]!](job.shape[0] * job.shape[1] * job.shape[2])
