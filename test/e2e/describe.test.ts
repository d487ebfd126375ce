import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CaseDescription, FIGURES } from '../../src/core/caseDescription.ts'
import { inlineExecutor } from '../../src/engine/executors/inline.ts'
import { Run } from '../../src/engine/run.ts'
import { workspaceAt } from '../../src/engine/workspace.ts'
import { descriptionPath } from '../../src/pipelines/describeJobs.ts'
import { describePlans } from '../../src/pipelines/describePlans.ts'
import { STEPS } from '../../src/steps/registry.ts'
import { type Ended, eventsOf, voxmill } from './cli.ts'
import { copyOf, digestsBelow, filesBelow, phantomRoot } from './phantomRoot.ts'

const SAMPLES = 4
let finished: string
let first: Ended
beforeAll(async () => {
  finished = await phantomRoot(SAMPLES)
  first = await run(finished)
  expect(first.code, first.all).toBe(0)
})

const run = (root: string, ...more: string[]) =>
  voxmill(['run', 'nme', '-r', root, '-j', '1', '--json', ...more])

const jobsOf = (ended: Ended) => eventsOf(ended).filter(e => e.event === 'job')
const casesOf = (ended: Ended) =>
  jobsOf(ended).flatMap(e => (e.step === 'confirm-pairs' ? [String(e.case)] : []))

const descriptionOf = (root: string, name: string): CaseDescription =>
  JSON.parse(readFileSync(path.join(root, descriptionPath('describe-sample', name)), 'utf8'))

/** Pictures and records of descriptions, as bytes. */
const described = (root: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(digestsBelow(path.join(root, '.voxmill'))).filter(([f]) =>
      /^(pictures|records\/describe-sample)\//.test(f),
    ),
  )

/** Carries out what `report` and `view` do before they open. */
async function describeAll(root: string) {
  const workspace = workspaceAt(root)
  const plans = await describePlans(workspace)
  const engine = new Run({
    workspace,
    steps: STEPS,
    executor: () => inlineExecutor(workspace, STEPS),
    listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
    signal: new AbortController().signal,
    command: 'test',
    writes: [],
  })
  try {
    return await engine.stage('describe', plans)
  } finally {
    engine.close()
  }
}

describe('run nme', () => {
  it('describes each sample with figures and three small pictures', () => {
    const cases = casesOf(first)
    expect(cases).toHaveLength(SAMPLES)
    for (const name of cases) {
      const { case: told, figures, labels, pictures, texts } = descriptionOf(finished, name)
      expect(told).toBe(name)
      for (const [key, value] of Object.entries(figures)) {
        expect(FIGURES).toHaveProperty(key)
        expect(value, key).toBeTypeOf('number')
      }
      // Phantoms are stored in one or another order of the axes.
      expect([figures.sizeX, figures.sizeY, figures.sizeZ].sort()).toEqual([16, 16, 8])
      expect(texts.orientation).toMatch(/^[RLAPSI]{3}$/)
      expect(texts.dtype).toBe('float32')
      expect(labels.map(l => [l.index, l.shortForm, l.color])).toEqual([[1, 'NME', '#ff0000']])
      expect(pictures.map(p => p.key)).toEqual(['axial', 'coronal', 'sagittal'])
      const bytes = pictures.map(p => readFileSync(path.join(finished, p.path)))
      for (const [n, picture] of bytes.entries()) {
        expect(picture.subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8))
        expect(Math.max(pictures[n]!.width, pictures[n]!.height)).toBeLessThanOrEqual(160)
      }
      expect(bytes.reduce((sum, b) => sum + b.length, 0)).toBeLessThan(20_000)
    }
  })

  it('inflates no file twice, and none to describe it', () => {
    const inflated = jobsOf(first).flatMap(e => e.inflated as string[])
    expect(new Set(inflated).size).toBe(inflated.length)
    expect(inflated.every(f => f.startsWith('archive/'))).toBe(true)
    const describing = jobsOf(first).filter(e => e.step === 'describe-sample')
    expect(describing.map(e => [e.status, e.inflated])).toEqual(casesOf(first).map(() => ['done', []]))
  })

  it('gives the same bytes on two workers, and from the files alone', async () => {
    const root = copyOf(finished)
    rmSync(path.join(root, '.voxmill'), { recursive: true })
    const again = await voxmill(['run', 'nme', '-r', root, '-j', '2', '--json'])
    expect(again.code, again.all).toBe(0)
    expect(described(root)).toEqual(described(finished))
    for (const folder of ['pictures', 'records/describe-sample', 'receipts/describe-sample'])
      rmSync(path.join(root, '.voxmill', folder), { recursive: true })
    const outcomes = await describeAll(root)
    expect(outcomes.map(o => o.status)).toEqual(casesOf(first).map(() => 'done'))
    expect(described(root)).toEqual(described(finished))
  })

  it('shows labels in the colour of the label map, and draws anew when that changes', async () => {
    const root = copyOf(finished)
    const map = path.join(root, 'descriptor/label_map.yaml')
    writeFileSync(map, `${readFileSync(map, 'utf8')}color_map: {1: '#00cc44'}\n`)
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(0)
    const done = jobsOf(ended).filter(e => e.status === 'done')
    expect(new Set(done.map(e => e.step))).toEqual(new Set(['describe-sample']))
    for (const name of casesOf(first)) expect(descriptionOf(root, name).labels[0]!.color).toBe('#00cc44')
    // What the run has described is fresh for the report.
    expect((await describeAll(root)).map(o => o.status)).toEqual(casesOf(first).map(() => 'fresh'))
  })

  it('does not describe a sample that was refused, nor one that single commands have made', async () => {
    const root = copyOf(finished)
    rmSync(path.join(root, '.voxmill'), { recursive: true })
    rmSync(path.join(root, 'grouped'), { recursive: true })
    const mask = filesBelow(path.join(root, 'archive')).find(f => f.includes('labels'))!
    writeFileSync(path.join(root, 'archive', mask), 'no image')
    const ended = await run(root)
    expect(ended.code, ended.all).not.toBe(0)
    expect(filesBelow(path.join(root, '.voxmill/records/describe-sample'))).toHaveLength(SAMPLES - 1)
    expect(new Set(filesBelow(path.join(root, '.voxmill/pictures')).map(f => path.dirname(f))).size).toBe(
      SAMPLES - 1,
    )
    const until = copyOf(finished)
    rmSync(path.join(until, '.voxmill'), { recursive: true })
    expect((await run(until, '--until', 'extract-binary-masks')).code).toBe(0)
    expect(filesBelow(path.join(until, '.voxmill/pictures'))).toEqual([])
    expect((await describeAll(until)).map(o => o.status)).toEqual(casesOf(first).map(() => 'done'))
  })

  it('keeps all else of a sample whose description fails, and names it', async () => {
    const root = copyOf(finished)
    rmSync(path.join(root, '.voxmill'), { recursive: true })
    rmSync(path.join(root, 'grouped'), { recursive: true })
    const [name] = casesOf(first)
    // A file in the place of the folder of its pictures.
    const place = path.join(root, '.voxmill/pictures', name!)
    mkdirSync(path.dirname(place), { recursive: true })
    writeFileSync(place, '')
    const ended = await run(root)
    expect(ended.code, ended.all).toBe(8)
    const failed = jobsOf(ended).filter(e => e.status === 'failed')
    expect(failed.map(e => [e.step, e.case])).toEqual([['describe-sample', name]])
    const grouped = (r: string) => digestsBelow(path.join(r, 'grouped'))
    expect(grouped(root)).toEqual(grouped(finished))
    rmSync(place)
    expect((await run(root)).code).toBe(0)
    expect(described(root)).toEqual(described(finished))
  })
})

describe('describePlans', () => {
  it('plans what run has described as it was: fresh, without a look into any image', async () => {
    const root = copyOf(finished)
    expect((await run(root)).code).toBe(0)
    const outcomes = await describeAll(root)
    expect(outcomes.map(o => [o.step, o.status, o.inflated])).toEqual(
      casesOf(first).map(() => ['describe-sample', 'fresh', []]),
    )
  })

  it('leaves out samples whose files are gone', async () => {
    const root = copyOf(finished)
    const [name] = casesOf(first).sort()
    rmSync(path.join(root, 'grouped', name!), { recursive: true })
    expect((await describePlans(workspaceAt(root))).map(p => p.case)).toEqual(casesOf(first).sort().slice(1))
  })

  it('of a folder without receipts is empty', async () => {
    expect(await describePlans(workspaceAt(path.join(finished, 'archive')))).toEqual([])
  })
})
