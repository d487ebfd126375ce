import { FIGURES, type FigureKey } from '../../src/core/caseDescription.ts'
import type { Severity } from '../../src/core/finding.ts'
import type { CaseReply, CaseRow } from '../../src/server/api.ts'
import { shortCase } from './caseList.ts'
import { element } from './element.ts'
import { server } from './serverClient.ts'

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 })

/** A figure as people read it, with its unit. */
export const figureText = (key: FigureKey, value: number): string =>
  [number.format(value), FIGURES[key].unit].filter(Boolean).join(' ')

function facts(title: string, pairs: readonly (readonly [string, string])[]): HTMLElement[] {
  if (pairs.length === 0) return []
  const terms = pairs.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)])
  return [element('h3', {}, title), element('dl', {}, ...terms)]
}

/** From grave to mild: what a verdict may hang on comes first. */
const GRAVITY: readonly Severity[] = ['error', 'high', 'warning', 'info']

function findings({ findings: found, failures }: CaseReply): HTMLElement[] {
  const made = [
    ...failures.map(({ step, message, remedy }) => problem('error', `${step} failed`, message, remedy)),
    ...found
      .toSorted((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity))
      .map(({ severity, code, message, remedy }) => problem(severity, code, message, remedy)),
  ]
  if (made.length === 0) return [element('p', { class: 'none' }, 'No findings.')]
  return [element('ul', { class: 'findings' }, ...made)]
}

const problem = (severity: string, code: string, message: string, remedy: string): HTMLElement =>
  element(
    'li',
    {},
    element(
      'p',
      {},
      element('span', { class: `severity ${severity}` }, severity),
      ' ',
      element('code', {}, code),
    ),
    element('p', {}, message),
    element('p', { class: 'remedy' }, remedy),
  )

function pictures(reply: CaseReply): HTMLElement[] {
  if (reply.pictures.length === 0) return []
  const images = reply.pictures.map(({ id, alt, width, height }) =>
    element('img', { src: server.pictureAddress(id), alt, width, height, loading: 'lazy' }),
  )
  return [element('h3', {}, 'Pictures'), element('div', { class: 'pictures' }, ...images)]
}

function labels(reply: CaseReply): (readonly [string, string])[] {
  return reply.labels
    .filter(label => label.index !== 0)
    .map(label => [
      label.name,
      `${number.format(label.volumeMl)} mL, ${label.voxels.toLocaleString('en')} voxels`,
    ])
}

/** Shows what is known of a case, findings first: they are what a verdict rests on. */
export function showCaseFacts(box: HTMLElement, reply: CaseReply, row: CaseRow): void {
  const attributes = Object.entries(reply.attributes).filter(([, value]) => value !== '')
  const figures = Object.entries(row.figures) as [FigureKey, number][]
  box.replaceChildren(
    element('h2', { title: reply.case }, shortCase(reply.case)),
    ...(reply.case === shortCase(reply.case) ? [] : [element('p', { class: 'path' }, reply.case)]),
    element('h3', {}, 'Findings'),
    ...findings(reply),
    ...facts('Belongs to', [
      ...attributes,
      ...Object.entries(row.subsets).map(([s, v]) => [`Split ${s}`, v] as const),
    ]),
    ...facts('Labels', labels(reply)),
    ...facts(
      'Figures',
      figures.map(([key, value]) => [FIGURES[key].title, figureText(key, value)]),
    ),
    ...facts('Texts', Object.entries(reply.texts)),
    ...pictures(reply),
  )
  box.scrollTop = 0
  // So that the keyboard can scroll it.
  box.tabIndex = 0
}
