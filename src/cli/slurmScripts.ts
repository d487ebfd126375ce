import type { SlurmRun } from '../engine/executors/slurm.ts'
import { planArrays } from '../engine/executors/slurmPlan.ts'
import { Experience } from '../engine/experience.ts'
import { wholePlan } from '../engine/job.ts'
import { Receipts } from '../engine/receipt.ts'
import { checkJob, openDigests } from '../engine/run.ts'
import type { StepRegistry } from '../engine/step.ts'
import type { Stages } from '../pipelines/stages.ts'
import type { Console } from './console.ts'

/** Prints the scripts that a run would submit for what can be planned now; writes and submits nothing. */
export function printScripts(console: Console, slurm: SlurmRun, registry: StepRegistry): Stages {
  const { workspace } = slurm
  const digests = openDigests(workspace)
  const receipts = new Receipts(workspace)
  const experience = new Experience()
  let count = 0
  let earlier: string | undefined
  return {
    stopped: false,
    dry: true,
    async stage(title, plans) {
      const cases = [...plans]
      const steps = await registry.load(cases.flatMap(({ jobs }) => jobs.map(job => job.step)))
      experience.learn(workspace, steps.keys())
      const stale = cases.flatMap(plan => {
        const { jobs } = plan
        const first = jobs.findIndex(job => checkJob(job, receipts, steps, digests).stale !== undefined)
        if (first < 0) return []
        return [slurm.caseOf({ plan: wholePlan(plan, jobs.slice(first)), known: [] }, experience)]
      })
      if (stale.length === 0) {
        console.say(`# ${title}: nothing to do`)
        return []
      }
      const stage = ++count
      const after = earlier === undefined ? '' : `, after ${earlier}, whose results may change it`
      for (const [n, plan] of planArrays(stale, slurm.settings).entries()) {
        const step = plan.shards[0]?.[0]?.jobs[0]?.step ?? 'job'
        const { name, folder } = slurm.arrayAt(stage, step, n + 1)
        const script = slurm.scriptOf(plan, name, folder)
        const largest = Math.max(...plan.shards.map(shard => shard.length))
        console.say(`# ${title}: ${plan.shards.length} tasks of at most ${largest} cases${after}`)
        console.say(script)
        console.emit({ event: 'script', stage: title, tasks: plan.shards.length, bytes: plan.bytes, script })
      }
      earlier ??= title
      return []
    },
  }
}
