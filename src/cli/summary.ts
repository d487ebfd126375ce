import { EXIT, type ExitCode } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { formatBytes } from '../core/formatBytes.ts'
import type { JobOutcome } from '../engine/job.ts'
import { DATASET } from '../engine/provenance.ts'
import { type Console, SEVERITY_STYLE } from './console.ts'
import { formatDuration } from './progress.ts'
import { wrapText } from './wrapText.ts'

const MOST_FAILURES = 10
const RANK = { error: 0, high: 1, warning: 2, info: 3 } as const

export interface RunReport {
  readonly outcomes: readonly JobOutcome[]
  /** Findings that no job has: of planning, for instance. */
  readonly findings: readonly Finding[]
  /** Refused cases that a command would accept. */
  readonly accept: readonly { readonly cases: readonly string[]; readonly command: string }[]
  readonly seconds: number
  /** Where to look now: what it is, and its path. */
  readonly results: readonly { readonly what: string; readonly path: string }[]
  readonly stopped: boolean
}

/** The closing lines of a command: what was done, what was found, where to look. */
export function printSummary(console: Console, report: RunReport): void {
  const { outcomes } = report
  for (const [step, list] of grouped(outcomes)) {
    const count = (status: JobOutcome['status']) => list.filter(o => o.status === status).length
    const parts = [`${count('done')} done`, `${count('fresh')} fresh`]
    if (count('failed') > 0) parts.push(console.paint('red', `${count('failed')} failed`))
    if (count('skipped') > 0) parts.push(`${count('skipped')} not tried`)
    console.say(`${step.padEnd(30)} ${parts.join(', ')}`)
  }
  const failures = outcomes.filter(o => o.status === 'failed')
  for (const f of failures.slice(0, MOST_FAILURES)) {
    console.say(
      `${console.paint('red', 'failed')} ${f.case} (${f.step}): ${f.fault?.message ?? 'for an unknown reason'}`,
    )
    if (f.fault) console.say(wrapText(f.fault.remedy, '       ', console.width))
  }
  if (failures.length > MOST_FAILURES)
    console.say(`       … and ${failures.length - MOST_FAILURES} more: voxmill status names them all`)
  printFindings(console, [...report.findings, ...outcomes.flatMap(o => o.findings)])
  for (const { cases, command } of report.accept) {
    console.say(`to accept ${cases.length === 1 ? cases[0] : `${cases.length} of them`}:`)
    // In one piece, to be copied.
    console.say(`  ${command}`)
  }
  for (const { what, path } of report.results) console.say(`${what.padEnd(30)} ${path}`)
  const written = outcomes.reduce((sum, o) => sum + o.bytesWritten, 0)
  console.say(
    `${report.stopped ? 'stopped after' : 'took'} ${report.seconds < 60 ? `${report.seconds.toFixed(1)} s` : formatDuration(report.seconds)}, ${formatBytes(written)} written`,
  )
}

function grouped(outcomes: readonly JobOutcome[]): Map<string, JobOutcome[]> {
  const groups = new Map<string, JobOutcome[]>()
  for (const o of outcomes) {
    const group = groups.get(o.step)
    if (group) group.push(o)
    else groups.set(o.step, [o])
  }
  return groups
}

function printFindings(console: Console, findings: readonly Finding[]): void {
  const counts = new Map<string, { finding: Finding; count: number }>()
  for (const f of findings) {
    const key = `${f.code} ${f.severity}`
    const entry = counts.get(key)
    if (entry) entry.count++
    else counts.set(key, { finding: f, count: 1 })
  }
  const rows = [...counts.values()].sort(
    (a, b) => RANK[a.finding.severity] - RANK[b.finding.severity] || b.count - a.count,
  )
  for (const { finding: f, count } of rows) {
    const severity = console.paint(SEVERITY_STYLE[f.severity], f.severity.padEnd(8))
    console.say(`${severity} ${String(count).padStart(5)} × ${f.code}`)
    // Many messages name their file themselves.
    const told = f.message.includes(f.where) ? f.message : `${f.where}: ${f.message}`
    console.say(wrapText(`${count > 1 ? 'e.g. ' : ''}${told}`, ' '.repeat(11), console.width))
  }
  if (rows.length > 0)
    console.say(console.paint('dim', 'voxmill explain CODE tells why a finding matters and what to do'))
}

/** The exit code of a run. What fails for the data set as a whole gives its own code, one of several cases 8. */
export function exitCodeOf(report: RunReport): ExitCode {
  const whole = report.outcomes.find(o => o.status === 'failed' && o.case === DATASET)
  if (whole !== undefined) return whole.fault?.exitCode ?? EXIT.internal
  if (report.outcomes.some(o => o.status === 'failed' || o.status === 'skipped') || report.stopped)
    return EXIT.someFailed
  const errors = [...report.findings, ...report.outcomes.flatMap(o => o.findings)].some(
    f => f.severity === 'error',
  )
  return errors ? EXIT.validation : EXIT.ok
}
