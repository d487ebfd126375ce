import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Admission } from '../../../src/engine/admission.ts'
import { poolExecutor } from '../../../src/engine/executors/pool.ts'
import { Experience } from '../../../src/engine/experience.ts'
import type { Job, JobOutcome } from '../../../src/engine/job.ts'

/**
 * A worker that does as the case is called: `eats-N` fills N MB and is killed, as by a system that has run out of memory;
 * `hangs` never ends; any other waits a moment. It notes when it begins and ends.
 */
const WORKER = `
import { appendFileSync } from 'node:fs'
const note = (what, name) => appendFileSync(process.argv[2] + '/notes', what + ' ' + name + ' ' + process.pid + '\\n')
process.on('disconnect', () => process.exit(0))
process.on('message', ({ plan }) => {
  note('begin', plan.case)
  const eats = /^eats-(\\d+)/.exec(plan.case)
  if (eats) {
    globalThis.held = Buffer.alloc(Number(eats[1]) * 1e6, 1)
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 800)
    return
  }
  if (plan.case === 'hangs') return
  setTimeout(() => {
    note('end', plan.case)
    for (const job of plan.jobs)
      process.send({ type: 'outcome', outcome: { step: job.step, case: job.case, status: job.tooLarge ? 'failed' : 'done', findings: [], seconds: 0, weight: 0, bytesWritten: 0, inflated: [], digests: [] } })
    process.send({ type: 'case-done' })
  }, 300)
})
`
let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-pool-'))
  writeFileSync(path.join(folder, 'worker.mjs'), WORKER)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const caseOf = (name: string, memory: number) => {
  const job: Job = {
    ...{ step: 'warp', case: name, fields: {}, params: {}, inputs: {}, outputs: {}, weight: 1 },
    memory,
  }
  return { plan: { case: name, jobs: [job] }, known: [] }
}

async function carryOut(
  cases: readonly ReturnType<typeof caseOf>[],
  together: number,
  atHand = together,
  { workers = 4, stopAfter = Number.POSITIVE_INFINITY } = {},
) {
  const notes = path.join(folder, 'notes')
  writeFileSync(notes, '')
  const outcomes: JobOutcome[] = []
  const pool = poolExecutor({
    workerFile: path.join(folder, 'worker.mjs'),
    root: folder,
    workers,
    admission: new Admission({ together, atHand }, new Experience()),
  })
  const stop = new AbortController()
  const take = (outcome: JobOutcome) => {
    outcomes.push(outcome)
    if (outcomes.length === stopAfter) stop.abort()
  }
  const leftOff = await pool.run(cases, take, stop.signal)
  const lines = readFileSync(notes, 'utf8')
    .split('\n')
    .filter(l => l !== '')
    .map(l => l.split(' ') as [what: string, name: string, pid: string])
  return { outcomes, leftOff, lines }
}

describe('the pool', () => {
  it('begins nothing that does not fit beside what runs', async () => {
    const cases = [5, 4, 4, 3, 2].map((n, i) => caseOf(`c${i}`, n * 1e8))
    const memory = new Map(cases.map(c => [c.plan.case, c.plan.jobs[0]!.memory]))
    const { outcomes, lines } = await carryOut(cases, 8e8)
    expect(outcomes.map(o => o.status)).toEqual(Array(5).fill('done'))
    let [inUse, most, beside] = [0, 0, 0]
    const running = new Set<string>()
    for (const [what, name] of lines) {
      inUse += (what === 'begin' ? 1 : -1) * memory.get(name)!
      if (what === 'begin') running.add(name)
      else running.delete(name)
      most = Math.max(most, inUse)
      beside = Math.max(beside, running.size)
    }
    expect(most).toBeLessThanOrEqual(8e8)
    expect(beside).toBeGreaterThan(1)
  })

  it('has a case alone that needs the share that is kept free, and refuses what needs more than there is', async () => {
    const { outcomes, lines } = await carryOut(
      [caseOf('large', 9e8), caseOf('small', 1e8), caseOf('huge', 11e8)],
      8e8,
      10e8,
    )
    const status = new Map(outcomes.map(o => [o.case, o.status]))
    expect(status).toEqual(
      new Map([
        ['large', 'done'],
        ['small', 'done'],
        ['huge', 'failed'],
      ]),
    )
    // Nothing is set aside for a job that is not begun.
    const [first, second] = [
      lines.findIndex(l => l[1] === 'large'),
      lines.findLastIndex(l => l[1] === 'large'),
    ]
    expect(lines.slice(first + 1, second).filter(l => l[1] === 'small')).toEqual([])
  })

  it('begins with the largest case, and of equal ones with the first', async () => {
    const cases = [caseOf('a', 1e8), caseOf('b', 3e8), caseOf('c', 1e8), caseOf('d', 2e8), caseOf('e', 1e8)]
    const { lines } = await carryOut(cases, 8e8, 8e8, { workers: 1 })
    expect(lines.filter(l => l[0] === 'begin').map(l => l[1])).toEqual(['b', 'd', 'a', 'c', 'e'])
  })

  it('tells which cases it was stopped in, and no others', async () => {
    const cases = [caseOf('hangs', 2e8), ...['a', 'b', 'c', 'd'].map(name => caseOf(name, 1e8))]
    const { leftOff } = await carryOut(cases, 8e8, 8e8, { workers: 2, stopAfter: 2 })
    const names = leftOff.map(plan => plan.case)
    expect(names).toContain('hangs')
    // Of the other process it depends on the moment whether it has told that it is done with its second case.
    expect(names.filter(name => name !== 'hangs' && name !== 'b')).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')(
    'names the case of a killed worker and the bytes it had, after a second try alone (Linux only)',
    async () => {
      const { outcomes, leftOff, lines } = await carryOut(
        [caseOf('eats-300', 2e8), caseOf('a', 1e8), caseOf('b', 1e8)],
        8e8,
      )
      expect(new Set(outcomes.filter(o => o.status === 'done').map(o => o.case))).toEqual(new Set(['a', 'b']))
      const [failed] = outcomes.filter(o => o.status === 'failed')
      expect(failed).toMatchObject({ case: 'eats-300', step: 'warp', fault: { name: 'WorkerDiedError' } })
      const [, had] = /it had (\d+) MB in memory when it was last seen/.exec(failed!.fault!.message)!
      expect(Number(had)).toBeGreaterThan(300)
      expect(failed!.fault!.message).toMatch(/200 MB were expected to be enough/)
      expect(failed!.unrecorded?.case).toBe('eats-300')
      expect(leftOff).toHaveLength(2)
      // The second time it began when the others had ended, in a process of its own.
      const again = lines.findLastIndex(l => l[1] === 'eats-300')
      expect(again).toBe(lines.length - 1)
      expect(lines.slice(0, again).map(l => l[2])).not.toContain(lines[again]![2])
    },
  )
})
