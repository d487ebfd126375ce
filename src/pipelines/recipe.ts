import path from 'node:path'
import { z } from 'zod'
import { scanHeader } from '../artifacts/niftiFile.ts'
import { UsageError } from '../core/fault.ts'
import { type Finding, finding } from '../core/finding.ts'
import { voxelCount } from '../core/volume.ts'
import { type CasePlan, type Job, type SlotPaths, slotPaths } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import type { AnyStep, LoadedSteps, Slot } from '../engine/step.ts'
import { STATE_FOLDER, type Workspace } from '../engine/workspace.ts'
import type { LostCase } from '../steps/lostCases.ts'
import { existsSync } from '../storage/exists.ts'
import { listFolder, sizeOf } from '../storage/listFolder.ts'
import { networkNeeds } from './networkNeeds.ts'
import { filledParams, filledPath, type SlotStep, type Variables } from './pipelineSteps.ts'

/** A pipeline on a data set: its uses of steps, and the values that its paths and parameters name. */
export interface Recipe {
  readonly workspace: Workspace
  readonly steps: LoadedSteps
  readonly variables: Variables
  /** In the order in which they are carried out. */
  readonly uses: readonly SlotStep[]
}

export interface RecipeOptions {
  readonly remake?: boolean
}

type Templates = SlotStep['inputs']

/** A recipe whose steps, slots, parameters and variables all are there. @throws UsageError naming what is not */
export function checkedRecipe(recipe: Recipe, source: string): Recipe {
  for (const use of recipe.uses) {
    const step = stepOf(recipe, use, source)
    for (const side of ['inputs', 'outputs'] as const)
      for (const slot of Object.keys(use[side]))
        if (!(slot in step[side]))
          throw new UsageError(`${source}: ${use.step} has no ${side.slice(0, -1)} '${slot}'`, {
            remedy: `Its ${side} are ${Object.keys(step[side]).join(', ')}.`,
          })
    for (const [slot, { many }] of Object.entries(step.inputs as Record<string, Slot<unknown>>))
      if (many === 'one' && use.inputs[slot] === undefined)
        throw new UsageError(`${source}: ${use.step} is not told where its input '${slot}' lies`, {
          remedy: `Add ${slot} to its inputs.`,
        })
    try {
      for (const template of [...slotPaths(use.inputs), ...slotPaths(use.outputs), use.part ?? ''])
        filledPath(template, recipe.variables)
      paramsOf(recipe, use, step)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new UsageError(`${source}: ${use.step}: ${message}`, {
        remedy: `voxmill ${use.step} --help lists the parameters; the variables are ${Object.keys(recipe.variables).join(', ')}.`,
        cause: error,
      })
    }
  }
  return recipe
}

function stepOf(recipe: Recipe, use: SlotStep, source = 'the pipeline file'): AnyStep {
  const step = recipe.steps.get(use.step)
  if (step === undefined)
    throw new UsageError(`${source}: there is no step '${use.step}'`, {
      remedy: 'Correct its name; docs/reference/steps.md lists the steps.',
    })
  return step
}

function paramsOf({ variables }: Recipe, use: SlotStep, step: AnyStep): unknown {
  const parsed = step.params(z).safeParse(filledParams(use.params, variables))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RangeError(`${issue!.path.join('.') || 'parameters'}: ${issue!.message}`)
}

/** Uses for single patients, and those for the whole data set that come after them. */
export const caseUses = (recipe: Recipe): SlotStep[] =>
  recipe.uses.filter(use => stepOf(recipe, use).per === 'case')
export const datasetUses = (recipe: Recipe): SlotStep[] =>
  recipe.uses.filter(use => stepOf(recipe, use).per === 'dataset')

const PID = '{pid}'

/** Every output path as far as it is the same for all patients. */
const outputTemplates = ({ uses, variables }: Recipe): string[] =>
  uses.flatMap(use => slotPaths(use.outputs)).flatMap(t => filledPath(t, variables) ?? [])

/** Folders below the root that a recipe writes in. */
export const recipeFolders = (recipe: Recipe): string[] => [
  ...new Set(
    outputTemplates(recipe)
      .map(t => path.posix.dirname(t.split(PID)[0]!.concat('x')))
      .filter(folder => !folder.startsWith(STATE_FOLDER)),
  ),
]

/** Workbooks that a recipe writes. */
export const recipeWorkbooks = (recipe: Recipe): string[] =>
  outputTemplates(recipe).filter(t => t.endsWith('.xlsx') && !t.includes(PID))

/** Ids for which at least one file or folder is there that the recipe reads and does not make itself. */
export function recipeCases(recipe: Recipe): string[] {
  const { uses } = recipe
  const made = new Set(uses.flatMap(use => slotPaths(use.outputs)))
  const read = new Set(
    uses
      .flatMap(use => slotPaths(use.inputs))
      // Records and receipts are of earlier runs.
      .filter(t => t.includes(PID) && !made.has(t) && !t.startsWith(`${STATE_FOLDER}/`)),
  )
  const ids = new Set<string>()
  for (const template of read) {
    const filled = filledPath(template, recipe.variables)
    if (filled !== null) for (const id of idsAt(recipe.workspace.root, filled)) ids.add(id)
  }
  return [...ids].sort()
}

/** What stands for `{pid}` among the names that fit the part of the path, below the root, that has it. */
export function idsAt(root: string, template: string): string[] {
  const parts = template.split('/')
  const at = parts.findIndex(part => part.includes(PID))
  const folder = path.resolve(root, parts.slice(0, at).join('/') || '.')
  if (!existsSync(folder)) return []
  const [before, after] = parts[at]!.split(PID) as [string, string]
  const { folders, files } = listFolder(folder)
  const names = at === parts.length - 1 ? files : folders
  return names
    .filter(n => !n.startsWith('.') && n.startsWith(before) && n.endsWith(after))
    .map(n => n.slice(before.length, n.length - after.length))
    .filter(id => id !== '')
}

/** The jobs of one patient, each refused that lacks an input which no job before it makes. */
export function recipePlan(recipe: Recipe, pid: string, options: RecipeOptions = {}): CasePlan {
  const sizes = new CaseSizes(recipe.workspace)
  const made = new Set<string>()
  const jobs = caseUses(recipe).map(use => {
    const job = caseJob(recipe, use, pid, made, sizes, options)
    for (const p of slotPaths(job.outputs)) made.add(p)
    return job
  })
  return { case: pid, jobs, independent: true }
}

function caseJob(
  recipe: Recipe,
  use: SlotStep,
  pid: string,
  made: ReadonlySet<string>,
  sizes: CaseSizes,
  options: RecipeOptions,
): Job {
  const step = stepOf(recipe, use)
  const { workspace } = recipe
  const isThere = (relative: string) => made.has(relative) || existsSync(workspace.absolute(relative))
  const inputs: Record<string, SlotPaths> = {}
  let refusal: Finding | undefined
  for (const [slot, { many }] of Object.entries(step.inputs as Record<string, Slot<unknown>>)) {
    const template = use.inputs[slot] ?? null
    const asked = located(recipe, template, pid)
    const missing = slotPaths({ slot: asked }).find(p => !isThere(p))
    // A file that is not of the patient, such as a model, was chosen by someone; its reader tells best what is missing.
    const isOfPatient = template !== null && slotPaths({ slot: template }).some(t => t.includes(PID))
    const isAbsent = missing !== undefined && isOfPatient
    inputs[slot] = many === 'optional' && isAbsent ? null : asked
    if (many === 'one' && asked === null) refusal ??= inputMissing(recipe, use, pid, slot)
    else if (many !== 'optional' && isAbsent) refusal ??= inputMissing(recipe, use, pid, missing)
  }
  const files = slotPaths(inputs)
  const size = sizes.of(files)
  const params = paramsOf(recipe, use, step)
  const networkBytes = networkNeeds({ step: use.step, inputs, params }, p => workspace.absolute(p))
  return {
    step: use.step,
    case: pid,
    ...partOf(recipe, use),
    fields: {},
    params,
    inputs,
    outputs: Object.fromEntries(
      Object.entries(use.outputs).map(([slot, template]) => [slot, located(recipe, template, pid)]),
    ),
    memory: step.memory(networkBytes === undefined ? size : { ...size, networkBytes }),
    weight: size.inputBytes,
    ...(refusal === undefined ? {} : { refusal }),
    ...(options.remake ? { remake: true } : {}),
  }
}

function partOf({ variables }: Recipe, { part }: SlotStep): { part?: string } {
  const filled = part === undefined ? null : filledPath(part, variables)
  return filled === null ? {} : { part: filled }
}

/** Paths of a slot for a patient, relative to the root. */
function located({ workspace, variables }: Recipe, template: Templates[string], pid: string): SlotPaths {
  const one = (t: string): string | null => {
    const filled = filledPath(t, variables)
    if (filled === null) return null
    const p = filled.replaceAll(PID, pid)
    return path.isAbsolute(p) ? workspace.relative(p) : p
  }
  if (template === null) return null
  if (typeof template === 'string') return one(template)
  return Object.fromEntries(
    Object.entries(template).flatMap(([key, t]) => {
      const p = one(t)
      return p === null ? [] : [[key, p] as const]
    }),
  )
}

function inputMissing(recipe: Recipe, use: SlotStep, pid: string, file: string): Finding {
  const maker = recipe.uses.find(u => slotPaths(outputsOf(recipe, u, pid)).includes(file))
  const message = `${use.step} of ${pid} needs ${file}, which is not there`
  return finding('input-missing', file, message, {
    ...(maker === undefined ? {} : { remedy: `voxmill ${maker.of ?? maker.step} makes it.` }),
  })
}

const outputsOf = (recipe: Recipe, use: SlotStep, pid: string): Record<string, SlotPaths> =>
  Object.fromEntries(
    Object.entries(use.outputs).map(([slot, template]) => [slot, located(recipe, template, pid)]),
  )

/** Voxels and bytes of the files of one patient; of those that are yet to be made, what the largest known one has. */
class CaseSizes {
  readonly #voxels = new Map<string, number>()
  #largest = 0

  constructor(readonly workspace: Workspace) {}

  of(files: readonly string[]): { voxels: number; inputBytes: number } {
    const known = files.filter(f => existsSync(this.workspace.absolute(f)))
    const counts = known.map(f => this.#count(f))
    this.#largest = Math.max(this.#largest, ...counts)
    const unknown = files.length - known.length
    const bytes = known.reduce((sum, f) => sum + sizeOf(this.workspace.absolute(f)), 0)
    return {
      voxels: counts.reduce((a, b) => a + b, 0) + unknown * this.#largest,
      inputBytes: bytes + 2 * unknown * this.#largest,
    }
  }

  #count(file: string): number {
    if (!/\.nii(\.gz)?$/.test(file)) return 0
    let count = this.#voxels.get(file)
    if (count === undefined) {
      try {
        count = voxelCount(scanHeader(this.workspace.absolute(file)).header.shape)
      } catch {
        // The job that reads the file tells what is wrong with it.
        count = 0
      }
      this.#voxels.set(file, count)
    }
    return count
  }
}

/**
 * The job of a step of the whole data set. Where a path has `{pid}`, it stands for the file of every patient that has
 * one and was not lost. A step with a parameter `failed` is told of those that were.
 */
export function datasetPlan(
  recipe: Recipe,
  use: SlotStep,
  pids: readonly string[],
  lost: readonly LostCase[],
  options: RecipeOptions = {},
): CasePlan {
  const step = stepOf(recipe, use)
  const gone = new Set(lost.map(l => l.case))
  const gathered = (template: Templates[string]): SlotPaths => {
    if (typeof template !== 'string' || !template.includes(PID)) return located(recipe, template, '')
    // A receipt tells of a failure too.
    const wanted = template.startsWith(`${STATE_FOLDER}/receipts/`)
      ? pids
      : pids.filter(pid => !gone.has(pid))
    return Object.fromEntries(
      wanted.flatMap(pid => {
        const p = located(recipe, template, pid)
        return typeof p === 'string' && existsSync(recipe.workspace.absolute(p)) ? [[pid, p] as const] : []
      }),
    )
  }
  const inputs = Object.fromEntries(
    Object.entries(use.inputs).map(([slot, template]) => [slot, gathered(template)]),
  )
  const failed = [...lost].sort((a, b) => (a.case < b.case ? -1 : 1))
  const params = paramsOf(recipe, use, step) as Record<string, unknown>
  const job: Job = {
    step: use.step,
    case: DATASET,
    ...partOf(recipe, use),
    fields: {},
    params: hasParameter(step, 'failed') ? { ...params, failed } : params,
    inputs,
    outputs: Object.fromEntries(
      Object.entries(use.outputs).map(([slot, template]) => [slot, located(recipe, template, '')]),
    ),
    memory: step.memory({ voxels: 0, inputBytes: 0 }),
    weight: 0,
    ...(options.remake ? { remake: true } : {}),
  }
  return { case: DATASET, jobs: [job] }
}

function hasParameter(step: AnyStep, name: string): boolean {
  const params = step.params(z)
  return params instanceof z.ZodObject && name in params.shape
}
