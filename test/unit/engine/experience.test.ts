import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Admission, memoryOf } from '../../../src/engine/admission.ts'
import { Experience, IDLE_BYTES } from '../../../src/engine/experience.ts'
import type { Job } from '../../../src/engine/job.ts'
import { workspaceAt } from '../../../src/engine/workspace.ts'

const GB = 1e9
const measured = (predicted: number, peak: number) => ({
  seconds: 1,
  weight: 1,
  memory: { predicted, before: IDLE_BYTES, peak },
})
/** An experience of jobs whose process peaked at the idle process and a factor of what was predicted. */
function grown(factors: readonly number[], predicted = GB): Experience {
  const experience = new Experience()
  for (const factor of factors) experience.add('warp', measured(predicted, IDLE_BYTES + factor * predicted))
  return experience
}

describe('bytes needed', () => {
  it('are those predicted while nothing is measured, but not less than an idle process has', () => {
    expect(new Experience().bytesNeeded('warp', GB)).toBe(GB)
    expect(new Experience().bytesNeeded('warp', 1e6)).toBe(IDLE_BYTES)
  })

  it('grow with the first measurement above them', () => {
    expect(grown([1.5]).bytesNeeded('warp', 2 * GB)).toBeCloseTo(IDLE_BYTES + 3 * GB, -3)
  })

  it('shrink only when enough large jobs were measured, and to no less than a half', () => {
    expect(grown([0.7]).bytesNeeded('warp', GB)).toBe(GB)
    expect(grown([0.7, 0.7, 0.7, 0.7, 0.7]).bytesNeeded('warp', GB)).toBeCloseTo(IDLE_BYTES + 0.7 * GB, -3)
    expect(grown(Array(9).fill(0.1)).bytesNeeded('warp', GB)).toBeCloseTo(IDLE_BYTES + 0.5 * GB, -3)
    // The first job of each process says nothing of those after it.
    const first = new Experience()
    for (let i = 0; i < 9; i++)
      first.add('warp', { seconds: 1, memory: { predicted: GB, before: 0.8 * IDLE_BYTES, peak: 0.4 * GB } })
    expect(first.bytesNeeded('warp', GB)).toBe(GB)
    // Jobs of a few voxels tell nothing of one of a thousand times as many.
    expect(grown(Array(9).fill(0.1), 1e6).bytesNeeded('warp', GB)).toBe(GB)
  })

  it('of small jobs hold the idle process too where it was measured beside what they need', () => {
    expect(grown(Array(9).fill(0.9), 150e6).bytesNeeded('warp', 150e6)).toBeCloseTo(IDLE_BYTES + 135e6, -3)
    expect(grown([0.2], 150e6).bytesNeeded('warp', 150e6)).toBe(150e6)
  })

  it('leave one job in twenty out, and go no further than fourfold', () => {
    expect(grown([...Array(19).fill(1.2), 3]).bytesNeeded('warp', GB)).toBeCloseTo(IDLE_BYTES + 1.2 * GB, -3)
    expect(grown([9]).bytesNeeded('warp', GB)).toBeCloseTo(IDLE_BYTES + 4 * GB, -3)
  })

  it('do not go by small jobs that came into a process which still held large ones', () => {
    const experience = grown(Array(8).fill(0.9))
    for (let i = 0; i < 40; i++) experience.add('warp', measured(50e6, GB))
    expect(experience.bytesNeeded('warp', GB)).toBeCloseTo(IDLE_BYTES + 0.9 * GB, -3)
  })

  it('are of each step by itself', () => {
    expect(grown([2]).bytesNeeded('other', GB)).toBe(GB)
  })
})

describe('receipts of earlier runs', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'voxmill-experience-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const leave = (name: string, more: object) => {
    const folder = path.join(root, '.voxmill/receipts/warp/site')
    mkdirSync(folder, { recursive: true })
    const receipt = { fingerprint: 'f', outputs: [], status: 'done', seconds: 2, ...more }
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(receipt))
  }

  it('tell what jobs took; those of older versions, failed and torn ones are left out', () => {
    leave('a', { weight: 10, written: 5, memory: { predicted: GB, before: 1e8, peak: 2.1 * GB } })
    leave('b', { weight: 30, written: 15 })
    leave('old', {})
    leave('failed', { status: 'failed', weight: 1000, written: 0 })
    writeFileSync(path.join(root, '.voxmill/receipts/warp/torn.json'), '{"fing')
    const experience = new Experience()
    experience.learn(workspaceAt(root), ['warp', 'absent'])
    const taken = experience.taken('warp')!
    expect([taken.jobs, taken.seconds, taken.weight, taken.written]).toEqual([2, 4, 40, 20])
    expect(experience.bytesNeeded('warp', GB)).toBeCloseTo(IDLE_BYTES + 2 * GB, -3)
    expect(experience.taken('absent')).toBeUndefined()
  })
})

describe('admission', () => {
  const job = (step: string, memory: number): Job => ({
    ...{ step, case: 'a', fields: {}, params: {}, inputs: {}, outputs: {}, weight: 1 },
    memory,
  })
  const dispatched = (...jobs: Job[]) => ({ plan: { case: 'a', jobs }, known: [] })
  const limits = { together: 0.8 * GB, atHand: GB }

  it('begins what is predicted to need the safety share too, but not what needs more than there is', () => {
    const admission = new Admission(limits, new Experience())
    const fits = dispatched(job('warp', 0.95 * GB))
    expect(admission.admitted(fits)).toBe(fits)
    const [first, second] = admission.admitted(dispatched(job('warp', 0.5 * GB), job('warp', 1.2 * GB))).plan
      .jobs
    expect(first!.tooLarge).toBeUndefined()
    expect(second!.tooLarge).toEqual({ needed: 1.2 * GB, atHand: GB })
  })

  it('counts the greatest job of a case that is begun, as corrected', () => {
    const admission = new Admission(limits, grown([1.5]))
    const jobs = dispatched(job('warp', 0.2 * GB), job('other', 0.25 * GB), job('warp', 5 * GB))
    expect(admission.need(memoryOf(admission.admitted(jobs).plan.jobs))).toBeCloseTo(
      IDLE_BYTES + 0.3 * GB,
      -3,
    )
  })
})
