import type { Examples, TryReport } from './tryProfile.ts'

const MOST_VALUES_SHOWN = 10
const MOST_REPEATS_SHOWN = 10

/** The report as plain text for the console: what fits, what does not and why, and the samples that come of it. */
export function formatTryReport(report: TryReport): string {
  const matched = report.patterns.reduce((sum, { count }) => sum + count, 0)
  const sections = [
    [
      `Profile ${report.profile}: ${matched} of ${count(report.files, 'file')} fit`,
      ...table(
        report.patterns.map(pattern => [
          `  ${pattern.role}${pattern.name === undefined ? '' : ` ${pattern.name}`}`,
          String(pattern.count),
          pattern.path,
        ]),
      ).flatMap((line, number) => [line, ...examples(report.patterns[number]!)]),
    ],
    section('Attributes', [
      ...table(
        report.attributes.map(({ name, distinct, values }) => [
          `  ${name}`,
          distinct === 'many' ? 'more than 1000 values' : count(distinct, 'value'),
          shownValues(values),
        ]),
      ),
    ]),
    section(
      'Left out by the profile',
      report.leftOut.flatMap(group => [`  ${group.count}  ${group.reason}`, ...examples(group)]),
    ),
    section(
      'Not fitting the profile',
      report.unmatched.flatMap(group => [
        `  ${group.count}  ${group.rule}`,
        `       nearest pattern: ${group.nearest}`,
        `       first file: ${group.message}`,
        `       remedy: ${group.remedy}`,
        ...examples(group),
      ]),
    ),
    section('Samples', sampleLines(report)),
    section(
      'Claimed more than once',
      listed(report.repeats, ({ sampleId, paths }) => [
        `  ${sampleId}`,
        ...paths.map(path => `       ${path}`),
      ]),
    ),
    section(
      'Files of one sample that disagree',
      listed(report.conflicts, ({ sampleId, attribute, values, paths }) => [
        `  ${sampleId}: ${attribute} is ${values.map(value => `'${value}'`).join(' and ')}`,
        ...paths.map(path => `       ${path}`),
      ]),
    ),
  ]
  return `${sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines]

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

const examples = (group: Examples): string[] => group.examples.map(path => `       ${path}`)

function shownValues(values: readonly (readonly [string, number])[]): string {
  const shown = values
    .slice(0, MOST_VALUES_SHOWN)
    .map(([value, times]) => `${value === '' ? '(empty)' : value} ×${times}`)
  return [
    ...shown,
    ...(values.length > shown.length ? [`and ${values.length - shown.length} more`] : []),
  ].join(', ')
}

function sampleLines({ samples, patterns }: TryReport): string[] {
  const kinds: [string, Examples][] = [
    ['complete', samples.complete],
    ['some masks missing', samples.someMasks],
    ['volume without mask', samples.volumeOnly],
    ['mask without volume', samples.maskOnly],
  ]
  const severalMasks = new Set(patterns.flatMap(({ role, name }) => (role === 'mask' ? [name] : []))).size > 1
  const shown = kinds.filter(([kind]) => severalMasks || kind !== 'some masks missing')
  return table(
    shown.map(([kind, { count: n, examples: ids }]) => [
      `  ${kind}`,
      String(n),
      `${ids.join(', ')}${n > ids.length ? ', …' : ''}`,
    ]),
  )
}

function listed<T>(items: readonly T[], linesOf: (item: T) => string[]): string[] {
  const more = items.length - MOST_REPEATS_SHOWN
  return [...items.slice(0, MOST_REPEATS_SHOWN).flatMap(linesOf), ...(more > 0 ? [`  and ${more} more`] : [])]
}

/** Columns aligned by the widest cell; counts, in the second column, to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => [...row[column]!].length)))
  return rows.map(row =>
    row
      .map((cell, column) => {
        const blank = ' '.repeat(widths[column]! - [...cell].length)
        return column === 1 && /^\d+$/.test(cell) ? blank + cell : cell + blank
      })
      .join('  ')
      .trimEnd(),
  )
}
