import { formatBytes } from '../core/formatBytes.ts'
import type { RunListener } from '../engine/run.ts'
import { TimeLeft } from '../engine/timeLeft.ts'
import type { Console } from './console.ts'

const REDRAW_MS = 100
const QUIET_MS = 60_000
const QUIET_SHARE = 0.05
const QUIET_LEAST_MS = 2_000

export const formatDuration = (seconds: number): string => {
  const s = Math.max(0, Math.round(seconds))
  const [h, m] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`
}

/**
 * Tells how far a stage is: on a terminal one line that is redrawn, elsewhere a line a minute or every 5 %. What was
 * finished before does not count for the rate.
 *
 * @param workers processes that work beside each other
 */
export function progressListener(
  console: Console,
  workers: number,
  now: () => number = () => performance.now(),
): RunListener {
  let title = ''
  let timeLeft = new TimeLeft([], workers)
  let [started, last, lastShare] = [0, 0, 0]
  let [jobs, jobsDone, weight, done, fresh, failed] = [0, 0, 0, 0, 0, 0]
  const line = () => {
    const seconds = (now() - started) / 1000
    const worked = done - fresh
    const share = weight === 0 ? 1 : done / weight
    const rate = seconds > 0 ? worked / seconds : 0
    const parts = [
      `${title}  ${jobsDone}/${jobs}`,
      `${formatBytes(done)} of ${formatBytes(weight)}`,
      `${Math.floor(share * 100)} %`,
    ]
    if (worked > 0) parts.push(`${formatBytes(rate)}/s`)
    const left = jobsDone < jobs ? timeLeft.seconds(seconds) : undefined
    if (left !== undefined) parts.push(`${formatDuration(left)} left`)
    if (failed > 0) parts.push(`${failed} failed`)
    return parts.join('  ')
  }
  const secondsLeft = (elapsed: number) => {
    const left = timeLeft.seconds(elapsed)
    return left === undefined ? {} : { secondsLeft: Math.round(10 * left) / 10 }
  }
  return {
    stageStarted(stage) {
      title = stage.title
      started = last = now()
      ;[jobs, weight] = [stage.jobs, stage.weight]
      jobsDone = done = fresh = failed = lastShare = 0
      timeLeft = new TimeLeft(stage.work, Math.max(1, Math.min(workers, stage.cases)))
      const { work: _, ...told } = stage
      console.emit({ event: 'stage', ...told, ...secondsLeft(0) })
    },
    jobEnded(outcome) {
      jobsDone++
      done += outcome.weight
      if (outcome.status === 'fresh') fresh += outcome.weight
      if (outcome.status === 'failed') failed++
      timeLeft.ended(outcome)
      const t = now()
      const { digests, unrecorded, ...told } = outcome
      console.emit({ event: 'job', ...told, ...secondsLeft((t - started) / 1000) })
      const share = weight === 0 ? 1 : done / weight
      if (console.live) {
        if (t - last < REDRAW_MS) return
        console.redraw(line())
      } else {
        const due = t - last >= QUIET_MS || (share - lastShare >= QUIET_SHARE && t - last >= QUIET_LEAST_MS)
        if (!due || console.json) return
        console.note(line())
      }
      last = t
      lastShare = share
    },
    stageEnded() {
      console.redraw('')
    },
  }
}
