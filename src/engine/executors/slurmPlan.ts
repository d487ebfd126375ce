import type { SlurmCase } from './slurmCases.ts'
import { evenShards, minutesFor, predictedSeconds, type SlurmSizes, taskCount } from './slurmShards.ts'

/** One array that is to be submitted: the cases of each of its tasks, and what a task asks for. */
export interface ArrayPlan {
  readonly shards: readonly (readonly SlurmCase[])[]
  /** Bytes of memory of a task. */
  readonly bytes: number
  readonly minutes: number
}

/** Spreads cases over arrays, one for each class of memory and time, and within an array evenly over its tasks. */
export function planArrays(cases: readonly SlurmCase[], sizes: SlurmSizes): ArrayPlan[] {
  const groups = new Map<string, SlurmCase[]>()
  for (const one of cases) {
    const key = `${one.memoryClass} ${one.overtime} ${one.alone}`
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return [...groups.values()].flatMap(group => {
    const [{ memoryClass, overtime, alone }] = group as [SlurmCase]
    const parts = alone ? chunks(group, sizes.mostTasks) : [group]
    return parts.map(part => {
      const costs = part.map(one => predictedSeconds(one.dispatched))
      const shards = evenShards(costs, alone ? part.length : taskCount(costs, sizes))
      const longest = Math.max(...shards.map(shard => shard.reduce((sum, i) => sum + costs[i]!, 0)))
      return {
        shards: shards.map(shard => shard.map(i => part[i]!)),
        bytes: sizes.classes[memoryClass]!,
        minutes: minutesFor(longest, overtime),
      }
    })
  })
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
