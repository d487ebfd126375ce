import path from 'node:path'
import { EXIT, UsageError } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { nearestWord } from '../core/nearestWord.ts'
import type { JobOutcome } from '../engine/job.ts'
import type { LoadedSteps } from '../engine/step.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { PatientBalance } from '../steps/ingest/sortRecord.ts'
import type { LostCase } from '../steps/lostCases.ts'
import { existsSync } from '../storage/exists.ts'
import { listFolder } from '../storage/listFolder.ts'
import type { Shard } from '../storage/runLock.ts'
import { readAnnotation } from './annotationTable.ts'
import { type ConvertOptions, convertDicomJob, seriesFolders } from './convertDicomJobs.ts'
import { isDescribing } from './describeJobs.ts'
import { patientFolders } from './extractJobs.ts'
import { extractStages } from './extractStages.ts'
import { annotationLayout, type PipelineFile } from './pipelineFile.ts'
import {
  type FolderStep,
  filledParams,
  isFolderStep,
  isSlotStep,
  type PipelineStep,
  unitOf,
} from './pipelineSteps.ts'
import { datasetPlan, datasetUses, type Recipe, recipeCases, recipePlan } from './recipe.ts'
import { isInShard, shardStages } from './shardStages.ts'
import type { SortOptions } from './sortJobs.ts'
import { sortStages } from './sortStages.ts'
import { namePattern } from './stageFolders.ts'
import type { Stages, StagesResult } from './stages.ts'

export interface PipelineRun {
  readonly workspace: Workspace
  readonly pipeline: PipelineFile
  readonly steps: LoadedSteps
  /** The uses of steps to carry out, as `chosenSteps` gives them. */
  readonly chosen: readonly PipelineStep[]
  /** Patients to restrict it to; all if not given. */
  readonly only?: readonly string[] | undefined
  /** Only the patients of this part; what is gathered of all is left to a whole run. */
  readonly shard?: Shard | undefined
  /** Raw folders, absolute; those that fit the pattern of the pipeline file if not given. */
  readonly raw?: readonly string[] | undefined
  /** Table of series, absolute; the one that fits the pattern of the pipeline file if not given. */
  readonly annotation?: string | undefined
  /** Choose series by the rules of the pipeline file, whatever table there is. */
  readonly byRules?: boolean
  readonly remake?: boolean
  /** The command that would accept a refused patient, with these values of --series. */
  accept(series: readonly string[]): string
  tellBalance?(balance: PatientBalance): void
}

/** Uses of steps from one to another, both included. @throws UsageError for a name that is none of theirs */
export function chosenSteps(
  { steps, pipeline }: PipelineFile,
  range: { readonly from?: string | undefined; readonly until?: string | undefined },
): PipelineStep[] {
  const units = steps.map(unitOf)
  const indexOf = (name: string, last: boolean): number => {
    const at = last ? units.lastIndexOf(name) : units.indexOf(name)
    if (at >= 0) return at
    const known = [...new Set(units)]
    const near = nearestWord(name, known)
    throw new UsageError(`the pipeline ${pipeline} has no step '${name}'`, {
      remedy: `${near ? `Did you mean '${near}'? ` : ''}Its steps are ${known.join(', ')}.`,
    })
  }
  const first = range.from === undefined ? 0 : indexOf(range.from, false)
  const last = range.until === undefined ? steps.length - 1 : indexOf(range.until, true)
  if (first > last)
    throw new UsageError(`'${range.from}' comes after '${range.until}'`, {
      remedy: 'Give --from a step that is not later than that of --until.',
    })
  return steps.slice(first, last + 1)
}

/** Those of them that a run of the whole pipeline carries out without being asked for each. */
export const runSteps = (...args: Parameters<typeof chosenSteps>): PipelineStep[] =>
  chosenSteps(...args).filter(s => isFolderStep(s) || !s.on_request)

/** The steps of a pipeline that go by the files of each patient, and of the data set, as a recipe. */
export const recipeOf = (run: Pick<PipelineRun, 'workspace' | 'steps' | 'pipeline' | 'chosen'>): Recipe => ({
  workspace: run.workspace,
  steps: run.steps,
  variables: run.pipeline.variables,
  uses: run.chosen.filter(isSlotStep),
})

export interface PipelineResult extends StagesResult {
  /** What became of each series that was to be converted. */
  readonly converted: readonly JobOutcome[]
}

/** Carries out the steps of a pipeline on a data set, patients beside each other. */
export async function runPipeline(stages: Stages, run: PipelineRun): Promise<PipelineResult> {
  return new PipelineStages(shardStages(stages, run.shard), run).carryOut()
}

class PipelineStages {
  readonly #findings: Finding[] = []
  readonly #results: { what: string; path: string }[] = []
  readonly #lost = new Map<string, string>()
  #converted: readonly JobOutcome[] = []

  constructor(
    readonly stages: Stages,
    readonly run: PipelineRun,
  ) {}

  async carryOut(): Promise<PipelineResult> {
    for (const step of this.run.chosen) {
      if (this.stages.stopped) break
      if (isFolderStep(step)) await this.#folderStep(step)
    }
    if (!this.stages.stopped) await this.#recipe(recipeOf(this.run))
    // What stages find among all patients is told by the run that has them all.
    const findings = this.run.shard === undefined ? this.#findings : []
    return { findings, results: this.#results, converted: this.#converted }
  }

  /** Counts what did not work; the patient is the first level of a case's name. */
  #take(outcomes: readonly JobOutcome[]): void {
    for (const o of outcomes) {
      if ((o.status !== 'failed' && o.status !== 'skipped') || isDescribing(o.step)) continue
      const pid = o.case.split('/')[0]!
      if (!this.#lost.has(pid)) this.#lost.set(pid, `${o.step}: ${o.fault?.message ?? 'not tried'}`)
    }
  }

  #isAsked = (pid: string): boolean =>
    (this.run.only === undefined || this.run.only.includes(pid)) && isInShard(this.run.shard, pid)

  async #folderStep(step: FolderStep): Promise<void> {
    const params = filledParams(step.params, this.run.pipeline.variables)
    if (step.step === 'sort-by-series-uid') await this.#sort(step, params)
    else if (step.step === 'extract-modalities') await this.#extract(step, params)
    else await this.#convert(step, params)
  }

  #counted: Stages['stage'] = async (title, cases) => {
    const outcomes = await this.stages.stage(title, cases)
    this.#take(outcomes)
    return outcomes
  }

  get #counting(): Stages {
    const { stages } = this
    return {
      get stopped() {
        return stages.stopped
      },
      dry: stages.dry,
      stage: this.#counted,
    }
  }

  async #sort(step: FolderStep, params: Record<string, unknown>): Promise<void> {
    const { workspace, remake = false } = this.run
    const roots = this.run.raw ?? foldersLike(workspace.root, step.from)
    const output = workspace.absolute(step.to)
    if (roots.length === 0) {
      if (existsSync(output)) return
      throw new UsageError(`${workspace.root} has no raw folder ${step.from}, and no ${step.to} either`, {
        remedy: 'Give the raw folders with --raw, or begin later with --from.',
      })
    }
    const { pidFrom = 'folder', link = 'none' } = params as Partial<SortOptions>
    if (this.run.shard !== undefined && pidFrom === 'PatientID') throw sortedTogether()
    const asked =
      this.run.only === undefined && this.run.shard === undefined ? {} : { isAsked: this.#isAsked }
    const sorted = await sortStages(
      this.#counting,
      { workspace, roots, output },
      { pidFrom, link, remake, ...asked },
    )
    if (sorted.balance !== undefined) this.run.tellBalance?.(sorted.balance)
    this.#results.push(...sorted.results)
  }

  async #extract(step: FolderStep, params: Record<string, unknown>): Promise<void> {
    const { workspace, pipeline, remake = false, accept } = this.run
    const sorted = workspace.absolute(step.from)
    if (!existsSync(sorted)) {
      if (this.stages.dry) return
      throw absentFolder(workspace, step)
    }
    const file = this.run.byRules ? undefined : (this.run.annotation ?? tableLike(workspace.root, step))
    const annotation = file === undefined ? undefined : await readAnnotation(file, annotationLayout(pipeline))
    const { link = 'none' } = params as { link?: 'none' | 'hard' | 'sym' }
    const extracted = await extractStages(this.#counting, {
      place: { workspace, sorted, output: workspace.absolute(step.to) },
      modalities: pipeline.modalities,
      patients: patientFolders(sorted).filter(this.#isAsked),
      annotation: annotation && {
        ...annotation,
        rows: annotation.rows.filter(row => this.#isAsked(row.pid)),
      },
      given: new Map(),
      link,
      remake,
      source: workspace.relative(sorted),
      accept,
    })
    this.#findings.push(...extracted.findings)
    this.#results.push(...extracted.results)
  }

  async #convert(step: FolderStep, params: Record<string, unknown>): Promise<void> {
    const { workspace, remake = false } = this.run
    const input = workspace.absolute(step.from)
    if (!existsSync(input)) {
      // All patients were refused, or nothing was carried out.
      if (this.stages.dry || this.#lost.size > 0) return
      throw absentFolder(workspace, step)
    }
    const options: ConvertOptions = {
      onTilt: 'reject',
      onUneven: 'reject',
      onMultiple: 'split',
      minSlices: 3,
      extension: '.nii.gz',
      ...(params as Partial<ConvertOptions>),
      remake,
    }
    const place = { workspace, input, output: workspace.absolute(step.to) }
    // The copies of a patient that is refused now are of an earlier run.
    const asked = seriesFolders(input).filter(s => {
      const pid = s.folder.split('/')[0]!
      return this.#isAsked(pid) && !this.#lost.has(pid)
    })
    this.#converted = await this.#counted(
      'convert-dicom',
      asked.map(s => convertDicomJob(place, s, options)),
    )
    this.#results.push({ what: 'images', path: place.output })
  }

  async #recipe(recipe: Recipe): Promise<void> {
    if (recipe.uses.length === 0) return
    const options = { remake: this.run.remake ?? false }
    const pids = recipeCases(recipe)
    if (pids.length + this.#lost.size === 0) return
    const asked = pids.filter(pid => this.#isAsked(pid) && !this.#lost.has(pid))
    await this.#counted(
      'patients',
      asked.map(pid => recipePlan(recipe, pid, options)),
    )
    for (const use of datasetUses(recipe)) {
      if (this.stages.stopped || this.run.shard !== undefined) return
      const lost: LostCase[] = [...this.#lost].map(([pid, reason]) => ({ case: pid, reason }))
      const plan = datasetPlan(recipe, use, pids, lost, options)
      const outcomes = await this.stages.stage(use.step, [plan])
      if (!outcomes.every(o => o.status === 'done' || o.status === 'fresh')) continue
      for (const file of Object.values(plan.jobs[0]!.outputs))
        if (typeof file === 'string')
          this.#results.push({ what: use.step, path: recipe.workspace.absolute(file) })
    }
  }
}

const foldersLike = (root: string, pattern: string): string[] =>
  listFolder(root)
    .folders.filter(name => namePattern(pattern).test(name))
    .map(name => path.join(root, name))

const TABLE = /\.(xlsx|csv)$/i

function tableLike(root: string, { table, step }: FolderStep): string | undefined {
  const remedy =
    'Give the table with --annotation, or choose by the rules of the pipeline file with --by rules; voxmill propose-annotation writes a table to correct.'
  if (table === undefined) return undefined
  const folder = path.join(root, path.posix.dirname(table))
  const fits = namePattern(path.posix.basename(table))
  const files = existsSync(folder)
    ? listFolder(folder).files.filter(n => fits.test(n) && TABLE.test(n) && !/^[.~]/.test(n))
    : []
  if (files.length === 1) return path.join(folder, files[0]!)
  throw new UsageError(
    files.length === 0
      ? `${step} finds no table of series at ${path.join(root, table)}`
      : `${step} finds ${files.length} tables of series in ${folder}: ${files.join(', ')}`,
    { remedy },
  )
}

const sortedTogether = (): UsageError =>
  new UsageError(
    'which files belong to a patient is known only when all are read, so shards cannot sort them',
    {
      remedy:
        'Run once with --until sort-by-series-uid and without --shard, then start the shards with --from extract-modalities.',
    },
  )

const absentFolder = (workspace: Workspace, { step, from }: FolderStep): UsageError =>
  new UsageError(`${workspace.absolute(from)}, which ${step} reads, is not there`, {
    remedy: 'Begin with the step that makes it, or correct the folder in the pipeline file.',
    exitCode: EXIT.usage,
  })
