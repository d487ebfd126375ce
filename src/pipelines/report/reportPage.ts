import type { DatasetDescription } from '../../core/datasetDescription.ts'
import type { ReportData } from '../../core/reportData.ts'
import { type Html, html, inlineCode, scriptJson } from '../../formats/html/html.ts'
import { distributionsSection } from './distributions.ts'
import { counted, listed } from './figureText.ts'
import { findingsSection } from './findings.ts'
import { overviewSection, type ReportFacts, subtitleOf } from './overview.ts'
import { lastWork, provenanceSection, timeText } from './provenance.ts'
import { splitsSection } from './splits.ts'
import { errorSection, otherTables, registrationSection } from './tables.ts'
import { wallSection } from './wall.ts'

/** The script and the style of the page, as they are built. */
export interface PageCode {
  readonly script: Html
  readonly style: Html
  /** Base64 of the SHA-256 of the script, by which alone it may run. */
  readonly scriptDigest: string
}

export const pageCode = (script: string, style: string, digest: (text: string) => string): PageCode => {
  const inline = inlineCode(script)
  return { script: inline, style: inlineCode(style), scriptDigest: digest(inline.text) }
}

/** The page without its pictures, in two parts: what comes before the blocks of pictures, and what comes after. */
export function reportPage(
  description: DatasetDescription,
  data: ReportData,
  facts: ReportFacts,
  code: PageCode,
): { before: string; after: string } {
  const caseIndex = new Map(description.cases.map((c, at) => [c.case, at]))
  const sections: readonly (readonly [id: string, title: string, content: Html | undefined])[] = [
    ['overview', 'What it is', overviewSection(description, facts)],
    ['splits', 'Splits', splitsSection(description, caseIndex)],
    ['distributions', 'Distributions', distributionsSection(description)],
    ['findings', 'Findings', findingsSection(description, caseIndex)],
    ['registration', 'Registration', registrationSection(description, caseIndex)],
    ['error', 'Error', errorSection(description, caseIndex)],
    ['tables', 'Tables', otherTables(description, caseIndex)],
    ['samples', 'Samples', wallSection(description)],
    ['provenance', 'How it was made', provenanceSection(description)],
  ]
  const shown = sections.filter(([, , content]) => content !== undefined)
  const versions = [...new Set(description.provenance.flatMap(p => p.voxmill))].sort()
  const before = html`<!doctype html>
<html lang="en" class="no-script">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-${code.scriptDigest}'; style-src 'unsafe-inline'; img-src data: 'self' file:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="voxmill">
<title>${description.name} – data set report</title>
<style>${code.style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the contents</a>
<header class="masthead">
<p class="kind">Data set report</p>
<h1>${description.name}</h1>
<p class="subtitle">${subtitleOf(description)}. ${counted(description.cases.length, 'sample')}, last worked on ${timeText(lastWork(description))}.</p>
</header>
<nav class="sections" aria-label="Sections"><ul>${shown.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main">
${shown.map(([, , content]) => content!)}
</main>
<footer>Made by voxmill ${listed(versions)} from the files of the data set. The page loads nothing from anywhere.</footer>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${code.script}</script>
`
  return { before: before.text, after: '</body>\n</html>\n' }
}

/** A block of pictures: for each of its cases a list of data URLs. */
export const pictureBlock = (n: number, cases: readonly (readonly string[])[]): string =>
  `<script type="application/json" id="pictures-${n}">${scriptJson(cases).text}</script>\n`
