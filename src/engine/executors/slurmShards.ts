import { Experience } from '../experience.ts'
import type { DispatchedCase } from '../runCase.ts'

/** What a user says of the sizes of Slurm's tasks. */
export interface SlurmSizes {
  /** Bytes of memory that a task may ask for, rising. */
  readonly classes: readonly number[]
  /** By how much predictions of memory are multiplied. */
  readonly memoryScale: number
  /** Predicted seconds that a task should take at least, as far as there is so much to do. */
  readonly taskSeconds: number
  /** Tasks of one array at most. */
  readonly mostTasks: number
}

const GIB = 2 ** 30

/** What nodes of most clusters can give. */
export const USUAL_CLASSES: readonly number[] = [2, 4, 8, 16, 32, 64, 128, 256].map(n => n * GIB)

/** What the program itself takes, beside the values of a job: Node.js, its code, buffers of reading and writing. */
const PROGRAM_BYTES = 160 << 20

/**
 * Bytes that a case is predicted to need of its node at most, the program included; predictions of steps that were measured
 * are corrected by that.
 */
export const predictedBytes = (
  { plan }: DispatchedCase,
  scale: number,
  experience: Experience = new Experience(),
): number =>
  scale *
  (PROGRAM_BYTES +
    Math.max(0, ...plan.jobs.map(({ step, memory }) => experience.correctedMemory(step, memory) ?? memory)))

/** The first class that holds so many bytes; the last where none does, for a prediction may be too high. */
export function classFor(bytes: number, classes: readonly number[]): number {
  const at = classes.findIndex(size => size >= bytes)
  return at < 0 ? classes.length - 1 : at
}

const JOB_SECONDS = 2
const BYTES_A_SECOND = 1e6

/**
 * Seconds that a case may take: a figure for weighing cases against each other and for asking for time, on the long side.
 */
export const predictedSeconds = ({ plan }: DispatchedCase): number =>
  plan.jobs.reduce((sum, job) => sum + JOB_SECONDS + job.weight / BYTES_A_SECOND, 0)

/** Minutes that a task may ask for. */
export const TIME_CLASSES: readonly number[] = [60, 4 * 60, 12 * 60, 24 * 60, 48 * 60]
/** A node may be slower, or its disk busy. */
const TIME_MARGIN = 3

/** The class of minutes for so many predicted seconds, so many classes higher. */
export function minutesFor(seconds: number, raised: number): number {
  const at = TIME_CLASSES.findIndex(minutes => minutes * 60 >= TIME_MARGIN * seconds)
  const chosen = (at < 0 ? TIME_CLASSES.length : at) + raised
  return TIME_CLASSES[Math.min(chosen, TIME_CLASSES.length - 1)]!
}

/** How many tasks do so much work. */
export const taskCount = (costs: readonly number[], sizes: SlurmSizes): number =>
  Math.max(
    1,
    Math.min(
      costs.length,
      sizes.mostTasks,
      Math.ceil(costs.reduce((sum, cost) => sum + cost, 0) / sizes.taskSeconds),
    ),
  )

/**
 * Deals items into so many shards of about the same cost: the dearest first, each to the shard that has least.
 *
 * @returns indices of the items of each shard, rising, as the shards are; no shard is empty while there are as many items as shards
 */
export function evenShards(costs: readonly number[], count: number): number[][] {
  // A heap: each shard has no less than the one at half its place, so the first has least.
  const shards = Array.from({ length: count }, (): Load => ({ cost: 0, items: [] }))
  const order = costs.map((_, i) => i).sort((a, b) => costs[b]! - costs[a]! || a - b)
  for (const item of order) {
    const [least] = shards as [Load]
    least.cost += costs[item]!
    least.items.push(item)
    sinkFirst(shards)
  }
  return shards.map(({ items }) => items.sort((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!)
}

interface Load {
  cost: number
  readonly items: number[]
}

const isLess = (a: Load, b: Load): boolean =>
  a.cost < b.cost || (a.cost === b.cost && a.items.length < b.items.length)

function sinkFirst(heap: Load[]): void {
  const sinking = heap[0]!
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child + 1 < heap.length && isLess(heap[child + 1]!, heap[child]!)) child++
    if (child >= heap.length || !isLess(heap[child]!, sinking)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = sinking
}
