import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Grid } from '../../src/core/volume.ts'
import { type PhantomStudy, phantomStudy, RAW_FOLDER } from '../../src/pipelines/cta2mbfPhantom.ts'
import { encodeDicom } from '../../src/pipelines/ctPhantomObject.ts'
import { type SeriesRole, sliceElements } from '../../src/pipelines/ctPhantomSeries.ts'
import { type Ended, eventsOf, voxmill } from './cli.ts'
import { madeOnce } from './madeOnce.ts'
import { copyOf } from './phantomRoot.ts'

const SEED = 11
const SHAPE = [32, 32, 16] as const

/** The study that `cta2mbfRoot` writes. */
export const study: PhantomStudy = phantomStudy({ seed: SEED, patients: 3, shape: SHAPE })
export const pids: readonly string[] = study.patients.map(p => p.pid)

/** A new root with the raw files of the study, but for the empty ones, its phantom models, and a quick pipeline. */
export const cta2mbfRoot = async (): Promise<string> => copyOf(await madeOnce('cta2mbf', makeRaw))

async function makeRaw(root: string): Promise<void> {
  const made = await voxmill([
    ...['demo', 'cta2mbf', root, '--archive_only', '--samples', '3'],
    ...['--shape', SHAPE.join('x'), '--seed', String(SEED)],
  ])
  if (made.code !== 0) throw new Error(made.all)
  const raw = path.join(root, RAW_FOLDER)
  for (const pid of readdirSync(raw)) rmSync(path.join(raw, pid, 'empty'), { force: true })
  editPipeline(root, text => text.replace('iterations: 64', 'iterations: 12'))
}

interface FinishedStudy {
  readonly root: string
  /** What the run that did everything said. */
  readonly run: Ended
}

const FINISHED = 'cta2mbf-finished'

async function finishHere(): Promise<FinishedStudy> {
  const root = await cta2mbfRoot()
  const run = await runStudy(root)
  if (run.code !== 0) throw new Error(run.all)
  return { root, run }
}

function keep({ root, run }: FinishedStudy, folder: string): void {
  cpSync(root, path.join(folder, 'root'), { recursive: true, preserveTimestamps: true })
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(run))
}

/** A new root that is a copy of one on which `runStudy` has done everything. */
export async function finishedStudy(): Promise<FinishedStudy> {
  const folder = await madeOnce(FINISHED, async made => keep(await finishHere(), made))
  const run = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as Ended
  return { root: copyOf(path.join(folder, 'root')), run }
}

/** A new root on which `runStudy` has done everything in its place: the stamps of its files are known. */
export async function studyFinishedInPlace(): Promise<FinishedStudy> {
  let here: FinishedStudy | undefined
  // Where no other has been first, the copies of others are of this one.
  await madeOnce(FINISHED, async made => {
    here = await finishHere()
    keep(here, made)
  })
  return here ?? (await finishHere())
}

/** The same, but that a raw folder, whose path names a person, has an empty file, which the run tells of. */
export async function finishedStudyWithEmptyFile(): Promise<string> {
  const { root } = await finishedStudy()
  writeFileSync(path.join(root, RAW_FOLDER, pids[0]!, 'empty'), '')
  const run = await runStudy(root)
  if (![0, 4].includes(run.code!)) throw new Error(run.all)
  return root
}

export const pipelineOf = (root: string): string => path.join(root, 'demo.yaml')

export function editPipeline(root: string, change: (text: string) => string): void {
  const file = pipelineOf(root)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** `voxmill run cta2mbf` on a root, with JSON lines on standard output. */
export const runStudy = (root: string, ...more: string[]): Promise<Ended> =>
  voxmill(['run', 'cta2mbf', '--root', root, '--pipeline', pipelineOf(root), '--json', ...more])

/** How many jobs of a run ended in which way. */
export function tally(run: Ended): { done: number; fresh: number; failed: number } {
  const { done, fresh, failed } = eventsOf(run).find(e => e.event === 'end') as Record<string, number>
  return { done: done!, fresh: fresh!, failed: failed! }
}

/** Writes the raw files of one series anew, on another grid or with other voxels. @returns what undoes it */
export function rewriteSeries(
  root: string,
  pid: string,
  role: SeriesRole,
  change: {
    grid?: (grid: Grid) => Grid
    stored?: (stored: Int16Array | Uint16Array) => Int16Array | Uint16Array
  },
): () => void {
  const patient = study.patients.find(p => p.pid === pid)!
  const kept = new Map<string, Buffer>()
  for (const file of study.files) {
    const { truth } = file
    if (file.pid !== pid || truth?.series.role !== role) continue
    const { series } = truth
    const changed = {
      ...series,
      grid: change.grid?.(series.grid) ?? series.grid,
      stored: () => change.stored?.(series.stored()) ?? series.stored(),
    }
    const target = path.join(root, file.path)
    kept.set(target, readFileSync(target))
    const elements = sliceElements(changed, patient, { slice: truth.slice, instanceNumber: truth.slice + 1 })
    writeFileSync(target, encodeDicom(elements, series.transferSyntax))
  }
  if (kept.size === 0) throw new Error(`${pid} has no series ${role}`)
  return () => {
    for (const [file, bytes] of kept) writeFileSync(file, bytes)
  }
}
