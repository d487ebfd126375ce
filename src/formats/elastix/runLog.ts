/** One stage of a registration as the log of elastix tells of it. */
export interface StageMetric {
  /** Index of the parameter map. */
  readonly stage: number
  readonly metric: number
}

/** Lines of elastix's log that tell of time, machine and folders; all else is the same in each run. */
const OF_THIS_RUN = [
  /^elastix is (started|finished) at /,
  /^which elastix:/,
  /^elastix runs at:/,
  /^\s+\w.* \(x\d+\), /,
  /^\s+with \d+ MB memory, and /,
  /^Current time:/,
  /^Time used for running elastix/,
  /^\s+(\d+[dhm])*\d+(\.\d+)?s\.$/,
  /^Total time elapsed:/,
  /^Time spent /,
  /\btook:? [\d.]+ ?(ms|s)\b/,
  /^-(f|m|p|out|threads|fMask|mMask|t0)\s/,
  /^\(InitialTransformParametersFileName /,
]

/** Iteration tables end in columns of milliseconds: one, or one a metric. */
const TABLE_HEAD = /^1:ItNr\t.*?((?:\tTime\d*\[ms\])+)\s*$/
const TABLE_ROW = /^\d+\t/

/**
 * The optimiser's log without what differs from run to run: times, the machine, folders, and the copies of the
 * parameter and transform files, which lie beside it.
 */
export function steadyLog(log: string): string {
  const out: string[] = []
  let copied = false
  /** Columns of milliseconds of the table that a line belongs to. */
  let times = 0
  for (const line of log.split(/\r?\n/)) {
    if (/^=+ start of /.test(line)) copied = true
    const end = /^=+ end of /.test(line)
    if (end) copied = false
    if (copied || end || OF_THIS_RUN.some(p => p.test(line))) continue
    const head = TABLE_HEAD.exec(line)
    if (head !== null) times = head[1]!.split('\t').length - 1
    else if (!TABLE_ROW.test(line)) times = 0
    const cells = line.trimEnd().split('\t')
    const kept = cells.slice(0, cells.length - times).join('\t')
    const named = kept.replace(/"[^"]*[\\/]([^"\\/]+)"/g, '"$1"')
    if (named !== '' || out.at(-1) !== '') out.push(named)
  }
  return `${out.join('\n').trim()}\n`
}

/** `Final metric value` of each stage, in order; elastix minimises, so that lower is better. */
export function finalMetrics(log: string): StageMetric[] {
  return [...log.matchAll(/^Final metric value\s*=\s*(\S+)/gm)].map((m, stage) => ({
    stage,
    metric: Number(m[1]),
  }))
}
