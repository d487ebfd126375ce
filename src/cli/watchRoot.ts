import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, isQueued } from '../engine/executors/slurmCommands.ts'
import { arraysOf, type FoundArray } from '../engine/executors/slurmFolder.ts'
import { openArrays } from '../engine/executors/slurmPickUp.ts'
import { JournalTally } from '../engine/executors/slurmTally.ts'
import { receiptsOf } from '../engine/receipt.ts'
import type { Workspace } from '../engine/workspace.ts'
import { rootHolder } from '../storage/runLock.ts'
import type { Console } from './console.ts'
import { formatDuration } from './progress.ts'

const SOONEST_MS = 1_000
const LATEST_MS = 30_000
/** Looking takes time of the disk, so it is looked so much more rarely. */
const REST_FACTOR = 10

/** Follows what is under way on a root, here or on a cluster, until nothing is. */
export async function watchRoot(console: Console, workspace: Workspace, signal: AbortSignal): Promise<void> {
  const tally = new JournalTally()
  let last = ''
  while (!signal.aborted) {
    const began = performance.now()
    const text = await lookAt(console, workspace, tally)
    if (text === undefined) break
    if (console.live) console.redraw(text)
    else if (text !== last) console.say(text)
    last = text
    const took = performance.now() - began
    const pause = Math.min(LATEST_MS, Math.max(SOONEST_MS, REST_FACTOR * took))
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
  console.redraw('')
}

/** @returns undefined when nothing is under way */
async function lookAt(
  console: Console,
  workspace: Workspace,
  tally: JournalTally,
): Promise<string | undefined> {
  const open = await openArrays(workspace).catch(() => undefined)
  const holder = rootHolder(workspace.state('run.lock'))
  if (holder === undefined && (open === undefined || open.length === 0)) return undefined
  const stage = latestStage(arraysOf(workspace))
  if (stage.length === 0) return localText(console, workspace, holder?.started ?? '')
  const counts = tally.of(stage)
  const states = (open ?? []).flatMap(array => array.states)
  const queued = states.filter(isQueued).length
  const running = states.filter(isAlive).length - queued
  const since = Math.min(...stage.map(({ record }) => Date.parse(record.submitted)))
  const rate = counts.weightDone / (Date.now() - since)
  console.emit({ event: 'watch', ...counts, running, queued })
  const parts = [
    `${stage[0]!.record.step}: ${counts.done} of ${counts.jobs} jobs done`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    open === undefined ? 'Slurm does not answer here' : `tasks: ${running} running, ${queued} queued`,
    ...(rate > 0 && counts.weightDone < counts.weight
      ? [`${formatDuration((counts.weight - counts.weightDone) / rate / 1000)} left`]
      : []),
  ]
  return parts.join(', ')
}

/** The arrays of the newest stage of the newest run. */
function latestStage(arrays: readonly FoundArray[]): FoundArray[] {
  const run = arrays
    .map(array => array.run)
    .sort()
    .at(-1)
  const own = arrays.filter(array => array.run === run)
  const newest = Math.max(...own.map(({ record }) => record.stage))
  return own.filter(({ record }) => record.stage === newest)
}

function localText(console: Console, workspace: Workspace, since: string): string {
  let [done, failed] = [0, 0]
  for (const receipt of receiptsOf(workspace)) {
    if (receipt.finished < since) continue
    if (receipt.status === 'done') done++
    else failed++
  }
  console.emit({ event: 'watch', done, failed })
  return `${done} jobs done${failed > 0 ? `, ${failed} failed` : ''} since ${since}`
}
