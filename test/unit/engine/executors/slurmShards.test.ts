import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlurmCase } from '../../../../src/engine/executors/slurmCases.ts'
import { planArrays } from '../../../../src/engine/executors/slurmPlan.ts'
import {
  classFor,
  evenShards,
  minutesFor,
  predictedBytes,
  predictedSeconds,
  type SlurmSizes,
  TIME_CLASSES,
  taskCount,
  USUAL_CLASSES,
} from '../../../../src/engine/executors/slurmShards.ts'
import { Experience } from '../../../../src/engine/experience.ts'
import type { DispatchedCase } from '../../../../src/engine/runCase.ts'
import { workspaceAt } from '../../../../src/engine/workspace.ts'

const GIB = 2 ** 30

const dispatched = (id: string, memory: number, weight: number): DispatchedCase => ({
  plan: {
    case: id,
    jobs: [{ step: 'x', case: id, fields: {}, params: {}, inputs: {}, outputs: {}, memory, weight }],
  },
  known: [],
})

const SIZES: SlurmSizes = { classes: [2 * GIB, 8 * GIB], memoryScale: 1, taskSeconds: 60, mostTasks: 10 }
const caseOf = (id: string, memory: number, weight: number): SlurmCase => {
  const one = dispatched(id, memory, weight)
  const bytes = predictedBytes(one, 1)
  return new SlurmCase(one, workspaceAt('/nowhere'), classFor(bytes, SIZES.classes), bytes)
}

describe('classes of memory', () => {
  it('hold the prediction and the program, or are the largest', () => {
    const at = (bytes: number) => USUAL_CLASSES[classFor(bytes, USUAL_CLASSES)]! / GIB
    expect(at(predictedBytes(dispatched('a', 0, 0), 1))).toBe(2)
    expect(at(predictedBytes(dispatched('a', 1.9 * GIB, 0), 1))).toBe(4)
    expect(at(predictedBytes(dispatched('a', 1.9 * GIB, 0), 3))).toBe(8)
    expect(at(16 * GIB)).toBe(16)
    expect(at(16 * GIB + 1)).toBe(32)
    expect(at(5000 * GIB)).toBe(256)
  })

  it('go by what jobs of the step were measured to need, where some were', () => {
    const one = dispatched('a', 4 * GIB, 0)
    const measured = (peak: number, jobs: number) => {
      const experience = new Experience()
      for (let i = 0; i < jobs; i++)
        experience.add('x', { seconds: 1, memory: { predicted: 4 * GIB, before: 2e8, peak } })
      return predictedBytes(one, 1, experience) / GIB
    }
    expect(predictedBytes(one, 1, new Experience())).toBe(predictedBytes(one, 1))
    expect(measured(11 * GIB, 1)).toBeGreaterThan(11)
    expect(measured(11 * GIB, 1)).toBeLessThan(12)
    // One job that needed little proves nothing yet.
    expect(measured(2.5 * GIB, 1)).toBeGreaterThan(4)
    expect(measured(2.5 * GIB, 5)).toBeLessThan(3)
  })
})

describe('classes of time', () => {
  it('have a margin, and rise once when time was up', () => {
    expect(minutesFor(60, 0)).toBe(60)
    expect(minutesFor(60, 1)).toBe(240)
    expect(minutesFor(20 * 60 + 1, 0)).toBe(240)
    expect(minutesFor(1e9, 0)).toBe(TIME_CLASSES.at(-1))
    expect(minutesFor(1e9, 1)).toBe(TIME_CLASSES.at(-1))
  })
})

describe('even shards', () => {
  it('deal every item once, leave no shard empty, and differ by one item at most in cost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 40 }),
        (costs, wanted) => {
          const count = Math.min(wanted, costs.length)
          const shards = evenShards(costs, count)
          expect(shards.flat().sort((a, b) => a - b)).toEqual(costs.map((_, i) => i))
          expect(shards.every(shard => shard.length > 0)).toBe(true)
          const sums = shards.map(shard => shard.reduce((sum, i) => sum + costs[i]!, 0))
          expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(Math.max(...costs))
        },
      ),
    )
  })

  it('keep one dear case from being dealt company', () => {
    expect(evenShards([1, 1, 10, 1, 1], 2)).toEqual([[0, 1, 3, 4], [2]])
  })

  it('are as many as the work is worth, within cases and the cluster', () => {
    expect(taskCount([30, 30, 30], SIZES)).toBe(2)
    expect(taskCount([1, 1], SIZES)).toBe(1)
    expect(taskCount([1000, 1000], SIZES)).toBe(2)
    expect(taskCount(Array(100).fill(60), SIZES)).toBe(10)
  })

  it('deal 100,000 cases over 1,000 tasks in no time', () => {
    const costs = Array.from({ length: 100_000 }, (_, i) => 1 + (i % 97))
    const began = performance.now()
    expect(evenShards(costs, 1000)).toHaveLength(1000)
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

describe('arrays', () => {
  it('are one a class of memory, and retries of suspects are tasks of their own', () => {
    const [small, other, large, suspect, late] = [
      caseOf('a', 1e8, 58e6),
      caseOf('b', 1e8, 58e6),
      caseOf('c', 4 * GIB, 1e6),
      caseOf('d', 1e8, 0),
      caseOf('e', 1e8, 0),
    ]
    suspect!.alone = true
    late!.overtime = 1
    const plans = planArrays([small!, large!, other!, suspect!, late!], SIZES)
    const told = plans.map(({ shards, bytes, minutes }) => [
      shards.map(shard => shard.map(one => one.dispatched.plan.case).join('+')).join(' '),
      bytes / GIB,
      minutes,
    ])
    expect(told).toEqual([
      ['a b', 2, 60],
      ['c', 8, 60],
      ['d', 2, 60],
      ['e', 2, 240],
    ])
    expect(predictedSeconds(small!.dispatched)).toBe(60)
  })

  it('never have more tasks than the cluster takes', () => {
    const suspects = Array.from({ length: 25 }, (_, i) => caseOf(String(i), 0, 0))
    for (const one of suspects) one.alone = true
    expect(planArrays(suspects, SIZES).map(plan => plan.shards.length)).toEqual([10, 10, 5])
  })
})
