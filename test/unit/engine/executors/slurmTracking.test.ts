import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SlurmCase } from '../../../../src/engine/executors/slurmCases.ts'
import { endingOf, TrackedTask } from '../../../../src/engine/executors/slurmTracking.ts'
import { givenUp, isTriedAgain, type TaskEnd } from '../../../../src/engine/executors/slurmVerdict.ts'
import type { Job, JobOutcome } from '../../../../src/engine/job.ts'
import { receiptPath } from '../../../../src/engine/receipt.ts'
import { type Workspace, workspaceAt } from '../../../../src/engine/workspace.ts'

let folder: string
let workspace: Workspace
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-slurm-'))
  workspace = workspaceAt(folder)
})
afterEach(() => rmSync(folder, { recursive: true }))

const job = (id: string, step: string): Job => ({
  ...{ step, case: id, fields: {}, params: {}, memory: 3e9, weight: 5 },
  inputs: { in: `${id}/${step}.in` },
  outputs: { out: `${id}/${step}.out` },
})
const caseOf = (id: string): SlurmCase =>
  new SlurmCase(
    { plan: { case: id, jobs: [job(id, 'first'), job(id, 'second')] }, known: [] },
    workspace,
    0,
    0,
  )

const outcomeOf = (j: Job, status: JobOutcome['status'] = 'done'): JobOutcome => ({
  ...{ step: j.step, case: j.case, status, findings: [], seconds: 1, weight: j.weight },
  ...{ bytesWritten: 7, inflated: [], digests: [] },
})

function leaveReceipt(j: Job, finished: string, status: 'done' | 'failed' = 'done'): void {
  const file = receiptPath(workspace, j)
  mkdirSync(path.dirname(file), { recursive: true })
  const fault = status === 'failed' ? { fault: { name: 'DataError', message: 'no', remedy: 'Look.' } } : {}
  writeFileSync(
    file,
    JSON.stringify({
      fingerprint: 'f',
      outputs: [],
      status,
      findings: [{ code: 'x' }],
      seconds: 2,
      finished,
      ...fault,
    }),
  )
}

/** A task of some cases, what it told, and a way to write into its journal. */
function taskOf(...cases: SlurmCase[]) {
  const told: string[] = []
  const task = new TrackedTask(folder, 0, cases, o =>
    told.push(`${o.case} ${o.step} ${o.status} ${o.findings.length}`),
  )
  const write = (line: unknown) => appendFileSync(path.join(folder, '0.jsonl'), `${JSON.stringify(line)}\n`)
  return { task, told, write }
}

const T1 = '2026-01-01T00:00:00.000Z'
const T2 = '2026-01-01T00:00:01.000Z'
const RUNNING = { state: 'RUNNING', reason: '' }
const FAILED = { state: 'FAILED', reason: '' }

describe('how a task ended', () => {
  it('is memory where Slurm says so, in its state or in the log of the step', () => {
    expect(endingOf('OUT_OF_MEMORY', '')).toBe('memory')
    const sampled =
      'slurmstepd-vox1: error: StepId=1.batch exceeded memory limit (776278016 > 314572800), being killed'
    expect(endingOf('FAILED', sampled)).toBe('memory')
    expect(endingOf('CANCELLED', sampled)).toBe('memory')
    expect(endingOf('FAILED', 'slurmstepd: error: Detected 1 oom-kill event(s) in StepId=4.batch')).toBe(
      'memory',
    )
    expect(endingOf(undefined, 'slurmstepd: error: Detected 1 oom_kill event in StepId=4.batch')).toBe(
      'memory',
    )
  })

  it('is a crash where nothing speaks for memory', () => {
    expect(endingOf('FAILED', 'Segmentation fault')).toBe('crash')
    expect(endingOf('NODE_FAIL', '')).toBe('crash')
    expect(endingOf(undefined, '')).toBe('crash')
  })

  it('is time or cancellation as Slurm has it', () => {
    expect(endingOf('TIMEOUT', '')).toBe('time')
    expect(endingOf('CANCELLED', '*** JOB 3 ON vox1 CANCELLED AT 2026-11-25T13:00:44 ***')).toBe('cancelled')
  })
})

describe('a task that is followed', () => {
  it('is believed as far as receipts bear it out, and no farther', () => {
    const a = caseOf('a')
    const { task, told, write } = taskOf(a)
    write({ type: 'start', host: 'n', pid: 1 })
    write({ type: 'begin', at: 0 })
    write({ type: 'outcome', at: 0, outcome: outcomeOf(a.jobs[0]!) })
    write({ type: 'outcome', at: 0, outcome: outcomeOf(a.jobs[1]!) })
    write({ type: 'end' })
    task.follow()
    expect(told).toEqual([])
    leaveReceipt(a.jobs[0]!, T1)
    task.follow()
    expect(told).toEqual(['a first done 1'])
    expect(task.ended(RUNNING, 0)).toBeUndefined()
    leaveReceipt(a.jobs[1]!, T1)
    task.follow()
    expect(told).toEqual(['a first done 1', 'a second done 1'])
    expect(task.ended(RUNNING, 0)).toBe('done')
  })

  it('does not take the receipt of an earlier run for its own', () => {
    leaveReceipt(job('a', 'first'), T1)
    const a = caseOf('a')
    const { task, told, write } = taskOf(a)
    write({ type: 'begin', at: 0 })
    write({ type: 'outcome', at: 0, outcome: outcomeOf(a.jobs[0]!) })
    task.follow()
    expect(told).toEqual([])
    leaveReceipt(a.jobs[0]!, T2)
    task.follow()
    expect(told).toEqual(['a first done 1'])
  })

  it('that died without a word is known by its receipts; what it did not do is left, without blame for others', () => {
    const [a, b] = [caseOf('a'), caseOf('b')]
    const { task, told, write } = taskOf(a, b)
    write({ type: 'start', host: 'n', pid: 1 })
    write({ type: 'begin', at: 0 })
    leaveReceipt(a.jobs[0]!, T1)
    task.follow()
    expect(task.ended(FAILED, 10_000)).toBeUndefined()
    expect(task.ended(FAILED, 12_999)).toBeUndefined()
    expect(task.ended(FAILED, 13_000)).toBe('crash')
    expect(told).toEqual(['a first done 1'])
    expect(task.culprits).toEqual([a])
    const rest = a.rest()
    expect(rest.jobs.map(j => j.step)).toEqual(['second'])
    expect(b.rest().jobs).toHaveLength(2)
  })

  it('that failed a job before it died has its later jobs skipped, not tried again', () => {
    const a = caseOf('a')
    const { task, told, write } = taskOf(a)
    write({ type: 'begin', at: 0 })
    leaveReceipt(a.jobs[0]!, T1, 'failed')
    task.follow()
    task.ended(FAILED, 0)
    expect(task.ended(FAILED, 5_000)).toBe('done')
    expect(told).toEqual(['a first failed 1', 'a second skipped 0'])
  })

  it('that ended well is waited for a minute, for a disk that shows things late', () => {
    const { task } = taskOf(caseOf('a'))
    const COMPLETED = { state: 'COMPLETED', reason: '' }
    expect(task.ended(COMPLETED, 0)).toBeUndefined()
    expect(task.ended(COMPLETED, 59_000)).toBeUndefined()
    expect(task.ended(COMPLETED, 60_000)).toBe('crash')
  })

  it('that Slurm starts again goes through its cases again, and each job is told once', () => {
    const a = caseOf('a')
    const { task, told, write } = taskOf(a)
    leaveReceipt(a.jobs[0]!, T1)
    write({ type: 'start', host: 'n1', pid: 1 })
    write({ type: 'begin', at: 0 })
    write({ type: 'outcome', at: 0, outcome: outcomeOf(a.jobs[0]!, 'fresh') })
    task.follow()
    expect(task.ended({ state: 'PENDING', reason: 'BeginTime' }, 0)).toBeUndefined()
    leaveReceipt(a.jobs[1]!, T2)
    write({ type: 'start', host: 'n2', pid: 1 })
    write({ type: 'begin', at: 0 })
    write({ type: 'outcome', at: 0, outcome: outcomeOf(a.jobs[0]!, 'fresh') })
    write({ type: 'outcome', at: 0, outcome: outcomeOf(a.jobs[1]!) })
    write({ type: 'end' })
    task.follow()
    expect(told).toEqual(['a first fresh 1', 'a second done 1'])
    expect(task.restarted).toBe(true)
    expect(task.ended(undefined, 0)).toBe('done')
  })

  it('survives a torn line of its journal', () => {
    const a = caseOf('a')
    const { task, told, write } = taskOf(a)
    write({ type: 'begin', at: 0 })
    appendFileSync(path.join(folder, '0.jsonl'), '{"type":"outc')
    task.follow()
    appendFileSync(path.join(folder, '0.jsonl'), '\n')
    leaveReceipt(a.jobs[0]!, T1)
    write({ type: 'outcome', at: 0, outcome: outcomeOf(a.jobs[0]!) })
    task.follow()
    expect(told).toEqual(['a first done 1'])
  })
})

describe('what becomes of a case whose task ended', () => {
  const end = (ending: TaskEnd['ending'], bytes = 2 ** 31): TaskEnd => ({
    ...{ ending, bytes, job: '9_0', how: 'signal 11', log: '.voxmill/slurm/r/0.log' },
  })

  it('memory: one class higher, once; then it fails by name with what it had', () => {
    const a = caseOf('a')
    expect(isTriedAgain(a, end('memory'), 3)).toBe(true)
    expect(a.memoryClass).toBe(1)
    const again = a.rest()
    expect(isTriedAgain(again, end('memory', 2 ** 32), 3)).toBe(false)
    const [failed, skipped] = givenUp(again, end('memory', 2 ** 32))
    expect(failed?.fault?.message).toBe(
      'a (first) was killed for memory on the cluster (job 9_0): it had 2G, then 4G; 3.00 GB were predicted for its values',
    )
    expect([failed?.status, skipped?.status]).toEqual(['failed', 'skipped'])
  })

  it('memory in the highest class: it fails at once', () => {
    const a = caseOf('a')
    expect(isTriedAgain(a, end('memory'), 1)).toBe(false)
    expect(givenUp(a, end('memory'))[0]?.fault?.message).toMatch(/it had 2G, and no larger class is there/)
  })

  it('a crash: once again in the same class; then it fails by name', () => {
    const a = caseOf('a')
    expect(isTriedAgain(a, end('crash'), 3)).toBe(true)
    expect(a.memoryClass).toBe(0)
    expect(isTriedAgain(a.rest(), end('crash'), 3)).toBe(false)
    expect(givenUp(a, end('crash'))[0]?.fault?.message).toBe(
      'the task of a (first) ended early, twice (job 9_0, signal 11)',
    )
  })

  it('time: once more, of the next class; a cancellation: never', () => {
    const a = caseOf('a')
    expect(isTriedAgain(a, end('time'), 3)).toBe(true)
    expect(isTriedAgain(a, end('time'), 3)).toBe(false)
    expect(isTriedAgain(caseOf('b'), end('cancelled'), 3)).toBe(false)
  })
})
