import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inlineExecutor } from '../../src/engine/executors/inline.ts'
import type { CasePlan, Job, JobOutcome, SlotPaths } from '../../src/engine/job.ts'
import { Run } from '../../src/engine/run.ts'
import { type Workspace, workspaceAt } from '../../src/engine/workspace.ts'
import { STEPS } from '../../src/steps/registry.ts'

/** What is known of one job after it was carried out alone. */
export interface Observed {
  readonly job: Job
  readonly outcome: JobOutcome
  /** Files that are new or have other bytes than before, without receipts and caches. */
  readonly written: readonly string[]
  readonly digests: Readonly<Record<string, string>>
  /** What became of it when it was asked for a second time, and which files had other bytes then. */
  readonly again: { readonly status: JobOutcome['status']; readonly changed: readonly string[] }
}

/** Carries out a stage job by job. */
export type OneByOne = (title: string, cases: readonly CasePlan[]) => Promise<JobOutcome[]>

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

/** Carries out what `recipe` asks for on a new root, one job at a time, each twice. */
async function observe(
  make: (root: string) => Promise<void>,
  recipe: (workspace: Workspace, oneByOne: OneByOne) => Promise<void>,
): Promise<Observed[]> {
  const root = mkdtempSync(path.join(tmpdir(), 'voxmill-contract-'))
  roots.push(root)
  await make(root)
  const workspace = workspaceAt(root)
  const run = new Run({
    workspace,
    steps: STEPS,
    executor: () => inlineExecutor(workspace, STEPS),
    listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
    signal: new AbortController().signal,
    command: 'contract',
    writes: [],
  })
  const observed: Observed[] = []
  await recipe(workspace, async (title, cases) => {
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
  })
  run.close()
  return observed
}

const nameOf = ({ job }: Observed) => `${job.step} ${job.case} ${job.part ?? ''}`

/** Whether a file is one that the job's plan allows: named, in a folder that is named, or of a pattern. */
function isDeclared(file: string, paths: SlotPaths): boolean {
  if (paths === null) return false
  return (typeof paths === 'string' ? [paths] : Object.values(paths)).some(p => {
    const [before, after] = p.split('{key}')
    if (after !== undefined) return file.startsWith(before!) && file.endsWith(after)
    return file === p || file.startsWith(`${p}/`)
  })
}

/** The contract of steps: each writes exactly its outputs, the same bytes on another root, and nothing the second time. */
export function holdToContract(
  steps: readonly string[],
  make: (root: string) => Promise<void>,
  recipe: (workspace: Workspace, oneByOne: OneByOne) => Promise<void>,
): void {
  let first: Observed[]
  let second: Observed[]
  beforeAll(async () => {
    first = await observe(make, recipe)
    second = await observe(make, recipe)
  })

  it('every step is carried out', () => {
    expect([...new Set(first.map(o => o.job.step))].sort()).toEqual([...steps].sort())
  })

  describe.each([...steps])('%s', step => {
    const own = (all: readonly Observed[]) => all.filter(o => o.job.step === step)

    it('writes exactly its outputs', () => {
      for (const o of own(first)) {
        expect(o.outcome.status, `${nameOf(o)}: ${o.outcome.fault?.message}`).toBe('done')
        const outputs = Object.values(o.job.outputs)
        expect(
          o.written.filter(f => !outputs.some(paths => isDeclared(f, paths))),
          nameOf(o),
        ).toEqual([])
        // Of several outputs under one slot a step may leave some out; a single one must be there.
        for (const p of outputs)
          if (typeof p === 'string')
            expect(
              o.written.some(f => isDeclared(f, p)),
              `${nameOf(o)} wrote ${p}`,
            ).toBe(true)
        expect(o.written.length).toBeGreaterThan(0)
      }
    })

    it('gives the same bytes on another root', () => {
      expect(own(second).map(o => [nameOf(o), o.digests])).toEqual(
        own(first).map(o => [nameOf(o), o.digests]),
      )
    })

    it('is fresh the second time, and writes nothing', () => {
      for (const { job, again } of own(first)) {
        expect(again.changed, job.case).toEqual([])
        // A split changes the very workbook that it reads: it is done again, to the same bytes.
        const amends = job.outputs.manifest !== undefined && job.outputs.manifest === job.inputs.manifest
        expect(again.status, job.case).toBe(amends ? 'done' : 'fresh')
      }
    })

    it('has a name, a version and a summary', async () => {
      const { name, version, summary } = (await STEPS.load([step])).get(step)!
      expect(name).toBe(step)
      // A verb and a noun; `register` and `pack` are understood alone.
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(version).toBeGreaterThanOrEqual(1)
      expect(summary).toMatch(/^[A-Z].*\.$/)
    })
  })
}

/** Steps by the phantom that they are held to their contract on. */
export const CONTRACTED = {
  nme: [
    'gen-archive-manifest',
    'confirm-pairs',
    'extract-binary-masks',
    'inspect-sample',
    'describe-sample',
    'gen-dataset-manifest',
    'make-split-predefined',
    'make-split-across-sites',
    'extract-split-index-manifest',
    'add-verdicts',
  ],
  dicom: [
    'sort-by-series-uid',
    'gen-sort-balance',
    'list-series',
    'propose-annotation',
    'extract-modalities',
    'gen-extract-report',
    'convert-dicom',
  ],
  heart: [
    'keep-largest-components',
    'extract-mbf-myocardium',
    'extract-pericardium-bbox',
    'describe-crop',
    'gen-crop-report',
    'collect-ssl',
    'pack',
  ],
  network: ['segment-chambers', 'infer-mbf'],
  measure: ['export-slicemap', 'measure-mae', 'calc-mae'],
  align: ['register', 'describe-registration', 'apply-transform', 'gen-registration-report'],
} as const
