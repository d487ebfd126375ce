import type { Severity } from '../../core/finding.ts'
import { type Html, html } from '../../formats/html/html.ts'

/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'high', 'warning', 'info']

/** What the word means, said of one finding and of several. */
export const SEVERITY_MEANING: Readonly<Record<Severity, readonly [one: string, several: string]>> = {
  error: ['stopped a case or file', 'stopped a case or file'],
  high: ['needs a decision', 'need a decision'],
  warning: ['wants a look', 'want a look'],
  info: ['is worth knowing', 'are worth knowing'],
}

export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity)

/** Told by its word and shape, not by colour alone. */
export const severityBadge = (severity: Severity): Html =>
  html`<span class="badge ${severity}">${severity}</span>`
