import type { FindingKind } from '../src/core/finding.ts'
import { FINDING_CODES } from '../src/core/findingCodes.ts'

const SEVERITIES: Readonly<Record<FindingKind['severity'], string>> = {
  error: 'stopped the file or the case',
  high: 'needs a decision',
  warning: 'wants a look',
  info: 'is worth knowing',
}

/** The reference page of finding codes in Markdown: an overview, then each code with reason and remedy. */
export function findingReference(): string {
  const codes: (readonly [string, FindingKind])[] = Object.entries(FINDING_CODES)
  const severities = Object.entries(SEVERITIES)
  const lines = [
    '# Findings',
    '',
    '<!-- Made by scripts/generate-reference.mjs from src/core/findingCodes.ts; do not edit. -->',
    '',
    'A finding is a problem in the data. It has a code, a severity, the file or sample that it is about, a message with figures, and a remedy. `voxmill explain CODE` prints what stands here; [how to read findings](../how-to/read-findings.md) tells where they are listed.',
    '',
    'The severity is that of the code unless the case is graver or milder; the worksheet and the receipt tell which.',
    '',
    '| severity | meaning |',
    '|---|---|',
    ...severities.map(([severity, meaning]) => `| ${severity} | ${meaning} |`),
    '',
    '| code | severity | title |',
    '|---|---|---|',
    ...codes.map(([code, kind]) => `| [\`${code}\`](#${code}) | ${kind.severity} | ${kind.title} |`),
  ]
  for (const [code, kind] of codes)
    lines.push(
      ...['', `## ${code}`, '', `${kind.title}. Severity: ${kind.severity}.`],
      ...['', kind.explanation, '', `**What to do:** ${kind.remedy}`],
    )
  return `${lines.join('\n')}\n`
}
