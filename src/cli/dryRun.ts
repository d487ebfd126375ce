import type { Staleness } from '../engine/freshness.ts'
import type { CasePlan, Job, NamedJob } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { Receipts } from '../engine/receipt.ts'
import { checkJob, openDigests } from '../engine/run.ts'
import { isFolderThere, slotFiles } from '../engine/slotFiles.ts'
import type { AnyStep, LoadedSteps, Slot, StepRegistry } from '../engine/step.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { Stages } from '../pipelines/stages.ts'
import type { Console } from './console.ts'

/** Writing each line by itself would take longer than the plan. */
const LINES_AT_ONCE = 256

const hasFolders = (step: AnyStep): boolean =>
  [...Object.values(step.inputs), ...Object.values(step.outputs)].some(
    slot => (slot as Slot<unknown>).kind.folder === true,
  )

const namedJobs = (plan: CasePlan): readonly NamedJob[] =>
  plan.named?.() ??
  plan.jobs.map(job => {
    const { step, part } = job
    return part === undefined ? { step, make: () => job } : { step, part, make: () => job }
  })

function toldReason(stale: Staleness | undefined): string {
  if (stale === undefined) return 'fresh'
  return stale.reason === 'unknown'
    ? `the content decides: ${stale.detail}`
    : `${stale.reason}: ${stale.detail}`
}

/** Prints the plan in place of carrying it out: each job, and why it would be done or why not. */
export function dryRun(console: Console, workspace: Workspace, registry: StepRegistry): Stages {
  const digests = openDigests(workspace)
  const receipts = new Receipts(workspace)
  /** The first stage that has something to do; what gathers from it follows. */
  let earlier: string | undefined
  const taken = new Map<string, string>()
  /** A folder has no stamp of its own, so its listing is looked at now. */
  const digestTrees = async (job: Job, step: AnyStep) => {
    for (const f of [...slotFiles(step.inputs, job.inputs), ...slotFiles(step.outputs, job.outputs)])
      if (isFolderThere(f, workspace.absolute(f.path)))
        taken.set(`${f.kind.name}\0${f.path}`, await f.kind.digest(workspace.absolute(f.path)))
  }
  return {
    stopped: false,
    dry: true,
    unweighed: !console.json,
    async stage(title, cases) {
      let steps: LoadedSteps = new Map()
      const withTrees = new Map<string, boolean>()
      let todo = 0
      let jobs = 0
      let lines: string[] = []
      const sayAll = () => {
        if (lines.length > 0) console.say(lines.join('\n'))
        lines = []
      }
      const load = async (step: string) => {
        if (withTrees.has(step)) return
        steps = await registry.load([...withTrees.keys(), step])
        withTrees.set(
          step,
          [...steps.values()].some(s => s.name === step && hasFolders(s)),
        )
      }
      const check = async (job: Job): Promise<Staleness | undefined> => {
        await load(job.step)
        if (withTrees.get(job.step)) await digestTrees(job, steps.get(job.step)!)
        return checkJob(job, receipts, steps, digests, taken).stale
      }
      for (const plan of cases) {
        let after = plan.case === DATASET ? earlier : undefined
        for (const { step, part, make } of namedJobs(plan)) {
          jobs++
          // What comes after a job that is to be done is done too, whatever there is of it now.
          const stale = after === undefined ? await check(make()) : undefined
          const why = after === undefined ? toldReason(stale) : `after ${after}`
          const todoNow = after !== undefined || stale !== undefined
          if (todoNow) todo++
          if (stale !== undefined) after = step
          const name = `${step}${part === undefined ? '' : ` ${part}`}`
          lines.push(`${(todoNow ? 'do' : 'keep').padEnd(5)} ${name.padEnd(30)} ${plan.case}  (${why})`)
          if (console.json) console.emit({ event: 'plan', todo: todoNow, why, ...make() })
          if (lines.length >= LINES_AT_ONCE) {
            sayAll()
            await console.heard()
          }
        }
      }
      sayAll()
      if (todo > 0) earlier ??= title
      console.say(`${title}: ${todo} of ${jobs} jobs to do; nothing was written`)
      return []
    },
  }
}
