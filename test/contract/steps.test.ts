import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inlineExecutor } from '../../src/engine/executors/inline.ts'
import { type CasePlan, type Job, type JobOutcome, slotPathList } from '../../src/engine/job.ts'
import { DATASET } from '../../src/engine/provenance.ts'
import { Run } from '../../src/engine/run.ts'
import { workspaceAt } from '../../src/engine/workspace.ts'
import { NME_FOLDERS, runNme } from '../../src/pipelines/nme.ts'
import { type NmePlace, splitColumns } from '../../src/pipelines/nmeJobs.ts'
import { readLabels } from '../../src/pipelines/nmeLabels.ts'
import { phantomArchive } from '../../src/pipelines/nmePhantom.ts'
import { openProfile } from '../../src/pipelines/openProfile.ts'
import { writePhantom } from '../../src/pipelines/writePhantom.ts'
import { ArchiveMatcher } from '../../src/profiles/match.ts'
import { STEPS } from '../../src/steps/registry.ts'

/** What is known of one job after it was carried out alone. */
interface Observed {
  readonly job: Job
  readonly outcome: JobOutcome
  /** Files that are new or have other bytes than before, without receipts and caches. */
  readonly written: readonly string[]
  readonly digests: Readonly<Record<string, string>>
  /** What became of it when it was asked for a second time, and which files had other bytes then. */
  readonly again: { readonly status: JobOutcome['status']; readonly changed: readonly string[] }
}

const roots: string[] = []
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

const OWN = /^\.voxmill[\\/](receipts|digests\.jsonl|run\.lock)/

function digestsBelow(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(e => e.isFile())
  return Object.fromEntries(
    files
      .map(e => path.join(e.parentPath, e.name))
      .map(f => [path.relative(root, f).split(path.sep).join('/'), f] as const)
      .filter(([name]) => !OWN.test(name))
      .map(([name, f]) => [name, createHash('sha256').update(readFileSync(f)).digest('hex')]),
  )
}

const changes = (before: Record<string, string>, after: Record<string, string>): string[] =>
  Object.keys(after).filter(f => after[f] !== before[f])

/** The pipeline and the commands beside it on a new root, one job at a time. */
async function observeAll(): Promise<Observed[]> {
  const root = mkdtempSync(path.join(tmpdir(), 'voxmill-contract-'))
  roots.push(root)
  await writePhantom(root, phantomArchive({ seed: 11, samples: 6, shape: [16, 16, 8] }))
  const workspace = workspaceAt(root)
  const { profile } = openProfile()
  const matcher = new ArchiveMatcher(profile)
  const place: NmePlace = {
    workspace,
    archive: path.join(root, NME_FOLDERS.archive),
    grouped: path.join(root, NME_FOLDERS.grouped),
    profile,
    layout: matcher.layout,
  }
  const run = new Run({
    workspace,
    steps: STEPS,
    executor: () => inlineExecutor(workspace, STEPS),
    listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
    signal: new AbortController().signal,
    command: 'contract',
    writes: [NME_FOLDERS.grouped],
  })
  const observed: Observed[] = []
  const oneByOne = async (title: string, cases: readonly CasePlan[]): Promise<JobOutcome[]> => {
    const outcomes: JobOutcome[] = []
    for (const plan of cases)
      for (const job of plan.jobs) {
        const attempt = async () => (await run.stage(title, [{ case: plan.case, jobs: [job] }]))[0]!
        const before = digestsBelow(root)
        const outcome = await attempt()
        const after = digestsBelow(root)
        const written = changes(before, after)
        const { status } = await attempt()
        const again = { status, changed: changes(after, digestsBelow(root)) }
        const digests = Object.fromEntries(written.map(f => [f, after[f]!]))
        observed.push({ job, outcome, written, digests, again })
        outcomes.push(outcome)
      }
    return outcomes
  }
  const options = { labels: readLabels(undefined, profile), onGeometryMismatch: 'copy' } as const
  await runNme({ stopped: false, dry: false, stage: oneByOne }, place, matcher, [], options)
  for (const job of furtherJobs(profile)) await oneByOne(job.step, [{ case: DATASET, jobs: [job] }])
  run.close()
  return observed
}

/** Jobs of the steps that the pipeline does as part of another one. */
function furtherJobs(profile: NmePlace['profile']): Job[] {
  const manifest = NME_FOLDERS.datasetManifest
  const common = { case: DATASET, fields: {}, memory: 1, weight: 0, inputs: { manifest } }
  const columns = splitColumns(profile)
  const across = {
    method: 'across-sites',
    name: 'mixed',
    keepSites: ['Tongji'],
    testRatio: 0.3,
    valRatio: 0.2,
  }
  return [
    {
      ...{ ...common, step: 'make-split-predefined', part: 'mine', outputs: { manifest } },
      params: { rule: { method: 'predefined', name: 'mine' }, columns, sheet: 'Manifest' },
    },
    {
      ...{ ...common, step: 'make-split-across-sites', part: 'mixed', outputs: { manifest } },
      params: { rule: { ...across, seed: 0 }, columns, sheet: 'Manifest' },
    },
    {
      ...{ ...common, step: 'extract-split-index-manifest', part: 'mine' },
      outputs: { indexes: { 'mine_test.xlsx': 'grouped/splits/mine/mine_test.xlsx' } },
      params: { split: 'mine', subsets: [['test']] },
    },
  ]
}

let first: Observed[]
let second: Observed[]
beforeAll(async () => {
  first = await observeAll()
  second = await observeAll()
})

const nameOf = ({ job }: Observed) => `${job.step} ${job.case} ${job.part ?? ''}`

it('the contract is put to every step', () => {
  expect([...new Set(first.map(o => o.job.step))].sort()).toEqual([...STEPS.keys()].sort())
})

describe.each([...STEPS.keys()])('%s', step => {
  const own = (all: readonly Observed[]) => all.filter(o => o.job.step === step)

  it('writes exactly its outputs', () => {
    for (const o of own(first)) {
      expect(o.outcome.status, `${nameOf(o)}: ${o.outcome.fault?.message}`).toBe('done')
      const declared = Object.values(o.job.outputs).flatMap(slotPathList).sort()
      // Of several outputs under one slot a step may leave some out; nothing else may be missing or more.
      const optional = Object.values(o.job.outputs).some(paths => typeof paths === 'object')
      if (optional) expect(declared).toEqual(expect.arrayContaining([...o.written]))
      else expect([...o.written].sort(), nameOf(o)).toEqual(declared)
      expect(o.written.length).toBeGreaterThan(0)
    }
  })

  it('gives the same bytes on another root', () => {
    expect(own(second).map(o => [nameOf(o), o.digests])).toEqual(own(first).map(o => [nameOf(o), o.digests]))
  })

  it('is fresh the second time, and writes nothing', () => {
    for (const { job, again } of own(first)) {
      expect(again.changed, job.case).toEqual([])
      // A split changes the very workbook that it reads: it is done again, to the same bytes.
      const amends = job.outputs.manifest !== undefined && job.outputs.manifest === job.inputs.manifest
      expect(again.status, job.case).toBe(amends ? 'done' : 'fresh')
    }
  })

  it('has a name, a version and a summary', () => {
    const { name, version, summary } = STEPS.get(step)!
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/)
    expect(version).toBeGreaterThanOrEqual(1)
    expect(summary).toMatch(/^[A-Z].*\.$/)
  })
})
