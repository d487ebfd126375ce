import path from 'node:path'
import { DATASET, workspaceOf } from '../engine/provenance.ts'
import { type Receipt, receiptsOf } from '../engine/receipt.ts'
import type { Workspace } from '../engine/workspace.ts'
import { existsSync } from '../storage/exists.ts'
import { linkTarget } from '../storage/linkTarget.ts'
import { listFolder, realPath } from '../storage/listFolder.ts'
import { namesIn } from '../storage/packageFolder.ts'
import type { DatasetEntry } from './datasetsFile.ts'
import type { PipelineFile } from './pipelineFile.ts'
import { namePattern, type StageFolder, stageFolders } from './stageFolders.ts'

/** How far one stage of a data set is. */
export interface StageStatus {
  readonly folder: string
  readonly step: string
  readonly per: 'case' | 'dataset'
  /** Where the folder leads, if it is a link. */
  readonly leadsTo?: string
  readonly isThere: boolean
  /** Patients, or the data set itself. */
  readonly done: readonly string[]
  readonly failed: readonly { readonly case: string; readonly message: string }[]
  /** Neither done nor failed: with nothing, or with a part of what the stage makes. */
  readonly missing: readonly string[]
}

export interface DatasetStatus {
  readonly entry: DatasetEntry
  readonly isThere: boolean
  /** Patients that any stage has. */
  readonly patients: readonly string[]
  readonly stages: readonly StageStatus[]
}

/**
 * Counts how far a data set is, stage by stage. Where a step has left receipts, they say what is done and what failed,
 * and the folders whether it is still there; elsewhere a patient is done whose folder has all that the stage makes.
 */
export function datasetStatus(entry: DatasetEntry, pipeline: PipelineFile): DatasetStatus {
  if (!existsSync(entry.root)) return { entry, isThere: false, patients: [], stages: [] }
  const receipts = new ReceiptShelf(entry.root)
  const stages = stageFolders(pipeline, entry, listFolder(entry.root).folders).map(
    stage => new StageFiles(entry.root, stage, receipts),
  )
  const patients = [...new Set(stages.flatMap(s => [...s.patients, ...s.failedPatients]))].sort()
  return { entry, isThere: true, patients, stages: stages.map(s => s.status(patients)) }
}

/** The receipts that tell of a data set, each root read once. */
class ReceiptShelf {
  readonly #root: string
  readonly #known = new Map<string, { workspace: Workspace; receipts: readonly Receipt[] }>()

  constructor(root: string) {
    this.#root = realPath(root)
  }

  /** Receipts of a step on a stage folder, which may be a link into another data set. */
  of(step: string, folder: string): { workspace: Workspace; receipts: readonly Receipt[] } | undefined {
    const place = realPath(folder)
    const workspace = workspaceOf(place)
    if (workspace === undefined) return undefined
    let shelf = this.#known.get(workspace.root)
    if (shelf === undefined) {
      shelf = { workspace, receipts: [...receiptsOf(workspace)] }
      this.#known.set(workspace.root, shelf)
    }
    const isOwn = realPath(workspace.root) === this.#root
    const receipts = shelf.receipts.filter(
      r =>
        r.step === step &&
        (r.outputs.some(o => isBelow(workspace.absolute(o.path), place)) ||
          // A job that was refused has no files, and at most a field that tells its folder.
          (isOwn && r.status === 'failed' && isFor(r.fields.output, place, workspace))),
    )
    return { workspace, receipts }
  }
}

const isFor = (output: string | undefined, place: string, workspace: Workspace): boolean =>
  output === undefined || realPath(workspace.absolute(output)) === place

const isBelow = (file: string, folder: string): boolean => realPath(file).startsWith(folder + path.sep)

/** One stage of a data set on the disk. */
class StageFiles {
  readonly #place: string
  readonly #stage: StageFolder
  readonly #receipts: { workspace: Workspace; receipts: readonly Receipt[] } | undefined
  readonly patients: readonly string[]

  constructor(root: string, stage: StageFolder, receipts: ReceiptShelf) {
    this.#place = path.join(root, stage.folder)
    this.#stage = stage
    this.#receipts = receipts.of(stage.stage.step, this.#place)
    this.patients =
      stage.stage.per === 'case' && existsSync(this.#place)
        ? listFolder(this.#place).folders.filter(name => !name.startsWith('.'))
        : []
  }

  get failedPatients(): string[] {
    return this.#stage.stage.per === 'case' ? [...this.#failed().keys()] : []
  }

  status(patients: readonly string[]): StageStatus {
    const { stage, folder } = this.#stage
    const target = linkTarget(this.#place)
    const failed = this.#failed()
    const finished = this.#finished()
    const cases = stage.per === 'case' ? patients : [DATASET]
    const isDone = (name: string) =>
      !failed.has(name) && (finished === undefined || finished.has(name)) && this.#holdsAll(name)
    return {
      folder,
      step: stage.step,
      per: stage.per,
      ...(target === undefined ? {} : { leadsTo: target }),
      isThere: existsSync(this.#place),
      done: cases.filter(isDone),
      failed: cases.flatMap(name => (failed.has(name) ? [{ case: name, message: failed.get(name)! }] : [])),
      missing: cases.filter(name => !failed.has(name) && !isDone(name)),
    }
  }

  #failed(): Map<string, string> {
    const failed = new Map<string, string>()
    for (const { status, case: name, fault } of this.#receipts?.receipts ?? [])
      if (status === 'failed') failed.set(name.split('/')[0]!, fault?.message ?? '')
    return failed
  }

  /** Cases of receipts that say done, by the folders that they wrote; undefined when the step has left none. */
  #finished(): Set<string> | undefined {
    if (this.#receipts === undefined || this.#receipts.receipts.length === 0) return undefined
    const place = realPath(this.#place)
    const finished = new Set<string>()
    for (const { status, outputs } of this.#receipts.receipts) {
      if (status !== 'done') continue
      finished.add(DATASET)
      for (const { path: file } of outputs) {
        const absolute = realPath(this.#receipts.workspace.absolute(file))
        if (absolute.startsWith(place + path.sep))
          finished.add(path.relative(place, absolute).split(path.sep)[0]!)
      }
    }
    return finished
  }

  #holdsAll(name: string): boolean {
    const { per, holds } = this.#stage.stage
    const folder = per === 'case' ? path.join(this.#place, name) : this.#place
    return existsSync(folder) && holds.every(held => isHeld(folder, held))
  }
}

/** Whether a folder has a file or folder; only the last part of its path may be a pattern. */
function isHeld(folder: string, held: string): boolean {
  const place = path.join(folder, path.posix.dirname(held))
  const name = path.posix.basename(held)
  if (!name.includes('*')) return existsSync(path.join(place, name))
  return existsSync(place) && namesIn(place).some(n => namePattern(name).test(n))
}
