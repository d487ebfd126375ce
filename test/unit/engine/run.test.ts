import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { textFile } from '../../../src/artifacts/textFile.ts'
import { DataError } from '../../../src/core/dataError.ts'
import { finding } from '../../../src/core/finding.ts'
import type { Executor } from '../../../src/engine/executors/executor.ts'
import { inlineExecutor } from '../../../src/engine/executors/inline.ts'
import type { CasePlan, Job, JobOutcome } from '../../../src/engine/job.ts'
import { Run } from '../../../src/engine/run.ts'
import { runCase } from '../../../src/engine/runCase.ts'
import { defineStep, each, editable, one, StepRegistry } from '../../../src/engine/step.ts'
import { type Workspace, workspaceAt } from '../../../src/engine/workspace.ts'
import { RootBusyError } from '../../../src/storage/runLock.ts'

let root: string
let workspace: Workspace
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-run-'))
  workspace = workspaceAt(root)
  mkdirSync(path.join(root, 'in'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

let reads: string[] = []
const countedText: typeof textFile = {
  ...textFile,
  read(file) {
    reads.push(path.basename(file))
    return textFile.read(file)
  },
}

const shout = defineStep({
  name: 'shout',
  version: 1,
  summary: 'Writes a text in capitals.',
  per: 'case',
  params: z => z.object({ mark: z.string() }),
  inputs: { text: one(countedText, 'in') },
  outputs: { loud: one(countedText, 'loud') },
  memory: () => 1,
  run({ text }, { mark }, context) {
    if (text.includes('broken'))
      throw new DataError('file-empty', 'this text is broken', { where: context.source('text') })
    if (text.includes('program'))
      throw new DataError('registration-failed', 'the program broke off', {
        where: context.source('text'),
        log: 'what it said\n',
      })
    if (text.includes('odd')) context.report(finding('mask-empty', context.case, 'an odd text'))
    return { loud: text.toUpperCase() + mark }
  },
})

const count = defineStep({
  name: 'count',
  version: 1,
  summary: 'Counts letters.',
  per: 'case',
  params: z => z.object({}),
  inputs: { loud: one(countedText, 'loud') },
  outputs: { counts: each(countedText, 'counts') },
  memory: () => 1,
  run: ({ loud }) => ({ counts: { all: String(loud.length), ...(loud.includes('X') ? { x: 'x' } : {}) } }),
})

const list = defineStep({
  name: 'list',
  version: 1,
  summary: 'Joins texts into one that people edit.',
  per: 'dataset',
  params: z => z.object({}),
  inputs: { texts: each(countedText, 'loud') },
  outputs: { list: editable(countedText, 'list') },
  memory: () => 1,
  run: ({ texts }) => ({ list: Object.values(texts).join('\n') }),
})

const steps = new StepRegistry({
  shout: async () => shout,
  count: async () => count,
  list: async () => list,
})
const base = { fields: {}, memory: 1, weight: 1 }

const plan = (id: string, mark = '!'): CasePlan => ({
  case: id,
  jobs: [
    {
      ...base,
      step: 'shout',
      case: id,
      params: { mark },
      inputs: { text: `in/${id}.txt` },
      outputs: { loud: `out/${id}.txt` },
    },
    {
      ...base,
      step: 'count',
      case: id,
      params: {},
      inputs: { loud: `out/${id}.txt` },
      outputs: { counts: { all: `out/${id}.all`, x: `out/${id}.x` } },
    },
  ],
})

const listJob = (ids: readonly string[]): Job => ({
  ...base,
  step: 'list',
  case: 'dataset',
  params: {},
  inputs: { texts: Object.fromEntries(ids.map(id => [id, `out/${id}.txt`])) },
  outputs: { list: 'list.txt' },
})

async function carryOut(cases: readonly CasePlan[]): Promise<string[]> {
  const seen: JobOutcome[] = []
  const run = new Run({
    workspace,
    steps,
    executor: () => inlineExecutor(workspace, steps),
    listener: { stageStarted() {}, jobEnded: o => seen.push(o), stageEnded() {} },
    signal: new AbortController().signal,
    command: 'test',
    writes: ['out'],
  })
  reads = []
  await run.stage('test', cases)
  run.close()
  return seen.map(o => `${o.step} ${o.case} ${o.status}`)
}

let puts = 0
/** Writes a file some minutes ago, each a second after the one before: what has just been changed is read once more. */
const put = (name: string, text: string) => {
  const file = path.join(root, name)
  writeFileSync(file, text)
  const time = Date.now() / 1000 - 600 + ++puts
  utimesSync(file, time, time)
}
const got = (name: string) => readFileSync(path.join(root, name), 'utf8')

describe('a run', () => {
  it('does each job once, hands values over in memory and is fresh the second time', async () => {
    put('in/a.txt', 'ax')
    expect(await carryOut([plan('a')])).toEqual(['shout a done', 'count a done'])
    expect(got('out/a.txt')).toBe('AX!')
    expect(got('out/a.all')).toBe('3')
    expect(reads).toEqual(['a.txt'])
    expect(await carryOut([plan('a')])).toEqual(['shout a fresh', 'count a fresh'])
    expect(reads).toEqual([])
    expect(existsSync(path.join(root, '.voxmill/run.lock'))).toBe(false)
  })

  it('stays fresh when a file is touched but not changed', async () => {
    put('in/a.txt', 'ax')
    await carryOut([plan('a')])
    utimesSync(path.join(root, 'in/a.txt'), 1, 1)
    utimesSync(path.join(root, 'out/a.all'), 1, 1)
    expect(await carryOut([plan('a')])).toEqual(['shout a fresh', 'count a fresh'])
  })

  it('reads what was changed just before it once more, as it may be changed again at the same time', async () => {
    const file = path.join(root, 'in/a.txt')
    const time = Date.now()
    const putAt = (text: string) => {
      writeFileSync(file, text)
      utimesSync(file, time / 1000, time / 1000)
    }
    // The clock stands still: both have one size, time and inode.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(time + 5)
    try {
      putAt('a')
      await carryOut([plan('a')])
      putAt('b')
      expect(await carryOut([plan('a')])).toEqual(['shout a done', 'count a done'])
      expect(got('out/a.txt')).toBe('B!')
    } finally {
      clock.mockRestore()
    }
  })

  it('does again what a changed parameter, input or output asks for, and nothing else', async () => {
    put('in/a.txt', 'ax')
    put('in/b.txt', 'b')
    const both = () => carryOut([plan('a'), plan('b')])
    await both()
    expect(await carryOut([plan('a', '?')])).toEqual(['shout a done', 'count a done'])
    await carryOut([plan('a')])
    put('in/b.txt', 'bb')
    expect(await both()).toEqual(['shout a fresh', 'count a fresh', 'shout b done', 'count b done'])
    rmSync(path.join(root, 'out/a.all'))
    expect(await both()).toEqual(['shout a fresh', 'shout b fresh', 'count b fresh', 'count a done'])
    put('out/a.txt', 'rotten')
    expect(await both()).toEqual(['shout b fresh', 'count b fresh', 'shout a done', 'count a fresh'])
    expect(got('out/a.txt')).toBe('AX!')
  })

  it('lets one case fail alone, skips what follows from it, and tries it again', async () => {
    put('in/a.txt', 'broken')
    put('in/b.txt', 'b')
    const outcomes = await carryOut([plan('a'), plan('b')])
    expect(outcomes).toEqual(['shout a failed', 'count a skipped', 'shout b done', 'count b done'])
    expect(existsSync(path.join(root, 'out/a.txt'))).toBe(false)
    put('in/a.txt', 'mended')
    expect(await carryOut([plan('a'), plan('b')])).toEqual([
      'shout b fresh',
      'count b fresh',
      'shout a done',
      'count a done',
    ])
  })

  it('keeps what a failed program said, and names the file in fault and finding', async () => {
    put('in/a.txt', 'program')
    await carryOut([plan('a')])
    expect(got('.voxmill/logs/shout/a.log')).toBe('what it said\n')
    const receipt = JSON.parse(got('.voxmill/receipts/shout/a.json'))
    const message = 'the program broke off; its log is .voxmill/logs/shout/a.log'
    expect(receipt).toMatchObject({
      fault: { message },
      findings: [{ code: 'registration-failed', message }],
    })
  })

  it('keeps findings in receipts, so that a fresh job still tells them', async () => {
    put('in/a.txt', 'odd')
    await carryOut([plan('a')])
    const run = new Run({
      workspace,
      steps,
      executor: () => inlineExecutor(workspace, steps),
      listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
      signal: new AbortController().signal,
      command: 'test',
      writes: [],
    })
    const outcomes = await run.stage('again', [plan('a')])
    run.close()
    expect(outcomes[0]!.status).toBe('fresh')
    expect(outcomes[0]!.findings.map(f => f.code)).toEqual(['mask-empty'])
  })

  it('removes its own files of an earlier name, but not what was changed since', async () => {
    put('in/a.txt', 'a')
    await carryOut([plan('a')])
    const renamed = plan('a')
    const moved = { ...renamed, jobs: [{ ...renamed.jobs[0]!, outputs: { loud: 'out/new.txt' } }] }
    await carryOut([moved])
    expect(readdirSync(path.join(root, 'out')).sort()).toEqual(['a.all', 'new.txt'])
    put('out/new.txt', 'mine now')
    await carryOut([{ ...renamed, jobs: [renamed.jobs[0]!] }])
    expect(got('out/new.txt')).toBe('mine now')
  })

  it('leaves the files of another data set alone, whose case had the same name', async () => {
    put('in/a.txt', 'a')
    await carryOut([plan('a')])
    const there = { ...plan('a').jobs[0]!, outputs: { loud: 'elsewhere/a.txt' } }
    await carryOut([{ case: 'a', jobs: [there] }])
    expect(got('out/a.txt')).toBe('A!')
    expect(got('elsewhere/a.txt')).toBe('A!')
  })

  it('keeps what a person has edited: fresh while inputs stay, copied before it is made anew', async () => {
    put('in/a.txt', 'a')
    const all = async () => {
      await carryOut([plan('a')])
      return carryOut([{ case: 'dataset', jobs: [listJob(['a'])] }])
    }
    await all()
    put('list.txt', 'edited by hand')
    expect((await all()).at(-1)).toBe('list dataset fresh')
    expect(got('list.txt')).toBe('edited by hand')
    put('in/a.txt', 'b')
    await all()
    expect(got('list.txt')).toBe('B!')
    expect(got('list.kept-1.txt')).toBe('edited by hand')
    put('in/a.txt', 'c')
    await all()
    expect(existsSync(path.join(root, 'list.kept-2.txt'))).toBe(false)
  })

  it('is refused while another holds the root, and takes over from one that was killed', async () => {
    put('in/a.txt', 'a')
    const options = {
      workspace,
      steps,
      executor: () => inlineExecutor(workspace, steps),
      listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
      signal: new AbortController().signal,
      command: 'voxmill first',
      writes: ['out'],
    }
    const first = new Run(options)
    expect(() => new Run(options)).toThrow(RootBusyError)
    expect(() => new Run(options)).toThrow(/voxmill first/)
    first.close()
    mkdirSync(path.join(root, 'out'), { recursive: true })
    put('out/.x.txt.1-1.voxmill-tmp', 'half')
    put(
      '.voxmill/run.lock',
      JSON.stringify({
        pid: 2 ** 22 + 1,
        host: (await import('node:os')).hostname(),
        started: '',
        command: 'dead',
        writes: ['out'],
      }),
    )
    const second = new Run(options)
    expect(second.swept).toBe(1)
    expect(readdirSync(path.join(root, 'out'))).toEqual([])
    second.close()
  })

  it('survives a torn digest cache and a torn receipt', async () => {
    put('in/a.txt', 'a')
    await carryOut([plan('a')])
    const cache = path.join(root, '.voxmill/digests.jsonl')
    writeFileSync(cache, readFileSync(cache, 'utf8').slice(0, -20))
    expect(await carryOut([plan('a')])).toEqual(['shout a fresh', 'count a fresh'])
    const receipt = path.join(root, '.voxmill/receipts/shout/a.json')
    writeFileSync(receipt, readFileSync(receipt, 'utf8').slice(0, 50))
    expect(await carryOut([plan('a')])).toEqual(['shout a done', 'count a fresh'])
  })

  it('waits for outputs of other processes that a shared disk shows late, and names those that stay away', async () => {
    put('in/a.txt', 'a')
    mkdirSync(path.join(root, 'out'))
    /** Says that a job is done before the file of it can be seen. */
    const late = (afterMs: number): Executor => ({
      async run(cases, onOutcome) {
        for (const { plan: p } of cases) {
          const [job] = p.jobs
          setTimeout(() => put('out/a.txt', 'A!'), afterMs)
          onOutcome({
            ...{ step: job!.step, case: job!.case, status: 'done', findings: [], seconds: 0, weight: 1 },
            ...{ bytesWritten: 2, inflated: [], digests: [['out/a.txt', 'text', '2:1:1', 'd']] },
          })
        }
        return []
      },
    })
    const runOf = (executor: Executor, appearingMs: number) =>
      new Run({
        ...{ workspace, steps, command: 'test', writes: [], appearingMs },
        executor: () => executor,
        listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
        signal: new AbortController().signal,
      })
    const only = { ...plan('a'), jobs: [plan('a').jobs[0]!] }
    const patient = runOf(late(300), 5000)
    await patient.stage('late', [only])
    expect(got('out/a.txt')).toBe('A!')
    patient.close()
    rmSync(path.join(root, 'out/a.txt'))
    const hasty = runOf(late(2000), 100)
    await expect(hasty.stage('never', [only])).rejects.toThrow(
      /out\/a\.txt was written by another process, but cannot be seen/,
    )
    hasty.close()
  })

  it('waits for an input that another process has written in this run', async () => {
    mkdirSync(path.join(root, 'out'), { recursive: true })
    const [, job] = plan('a').jobs
    const outcomes: JobOutcome[] = []
    setTimeout(() => put('out/a.txt', 'AX!'), 200)
    await runCase(
      { plan: { case: 'a', jobs: [job!] }, known: [], awaited: ['out/a.txt'] },
      ...([workspace, steps, (o: JobOutcome) => outcomes.push(o)] as const),
    )
    expect(outcomes.map(o => o.status)).toEqual(['done'])
    expect(got('out/a.all')).toBe('3')
  })

  it('is valid after the root was moved', async () => {
    put('in/a.txt', 'a')
    await carryOut([plan('a')])
    const elsewhere = `${root}-moved`
    const { cpSync } = await import('node:fs')
    cpSync(root, elsewhere, { recursive: true })
    workspace = workspaceAt(elsewhere)
    expect(await carryOut([plan('a')])).toEqual(['shout a fresh', 'count a fresh'])
    rmSync(elsewhere, { recursive: true })
  })
})
