import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DiskNeed, DiskShortError } from '../../../src/engine/diskNeed.ts'
import { Experience } from '../../../src/engine/experience.ts'
import type { Job } from '../../../src/engine/job.ts'
import { type AnyStep, defineStep } from '../../../src/engine/step.ts'
import { type Workspace, workspaceAt } from '../../../src/engine/workspace.ts'

let workspace: Workspace
let free: number
beforeAll(() => {
  workspace = workspaceAt(mkdtempSync(path.join(tmpdir(), 'voxmill-space-')))
  const { bavail, bsize } = statfsSync(workspace.root)
  free = bavail * bsize
})
afterAll(() => rmSync(workspace.root, { recursive: true, force: true }))

const copy = defineStep({
  name: 'copy',
  version: 1,
  summary: 'Copies.',
  per: 'case',
  params: z => z.object({ link: z.boolean() }),
  inputs: {},
  outputs: {},
  memory: () => 1,
  writes: ({ link }) => (link ? 0 : 0.5),
  run: () => ({}),
})
const steps = new Map<string, AnyStep>([['copy', copy]])
const job = (weight: number, link = false): Job => ({
  ...{ step: 'copy', case: 'a', fields: {}, params: { link }, inputs: {}, memory: 1, weight },
  outputs: { record: '.voxmill/a.json', file: 'out/a/b.nii.gz' },
})
const ask =
  (jobs: readonly Job[], experience = new Experience()) =>
  () => {
    const need = new DiskNeed(workspace, steps, experience)
    for (const one of jobs) need.add(one)
    need.require('copies')
  }

describe('the space that a stage needs', () => {
  it('is what its jobs write by the declaration of their step, together', () => {
    expect(ask([job(free), job(free / 2)])).not.toThrow()
    expect(ask([job(free), job(1.5 * free)])).toThrow(DiskShortError)
    expect(ask([job(9 * free, true)])).not.toThrow()
  })

  it('is told with what there is and what to do', () => {
    expect(ask([job(8e18)])).toThrow(
      /copies is expected to write 4\.?0*e?\+?\d* ?\S* TB, and the disk of \S+ has [\d.]+ GB left/,
    )
  })

  it('is what receipts have measured, where there are some', () => {
    const experience = new Experience()
    for (let i = 0; i < 3; i++) experience.add('copy', { seconds: 1, weight: 100, written: 10 })
    expect(ask([job(5 * free)], experience)).not.toThrow()
    expect(ask([job(20 * free)], experience)).toThrow(DiskShortError)
  })

  it('is not asked for where nothing tells of it', () => {
    expect(ask([{ ...job(9 * free), step: 'unknown' }])).not.toThrow()
  })
})
