import { UsageError } from './fault.ts'
import { type Finding, finding } from './finding.ts'
import { NumpyRandom } from './numpyRandom.ts'

/** One sample of a data set as its worksheet tells it; every value is text. */
export interface SplitRow {
  readonly id: string
  readonly site: string
  readonly collection: string
  /** The subset that the archive puts it in: train, val or test. */
  readonly subset: string
  /** All columns of its worksheet by name, for grouping and stratifying. */
  readonly values: Readonly<Record<string, string>>
}

/** A row and the subset that a split puts it in. */
export interface Assignment<Row extends SplitRow = SplitRow> {
  readonly row: Row
  readonly subset: string
}

export interface PredefinedSplitOptions {
  readonly sites: readonly string[]
  readonly collections: readonly string[]
}

export interface AcrossSitesSplitOptions {
  /** Rows of these sites keep their subset. */
  readonly keepSites: readonly string[]
  /** Part of the other rows that becomes test, 0 to 1. */
  readonly testRatio: number
  /** Part of what test leaves that becomes val, 0 to 1. */
  readonly valRatio: number
  /** Whole number, 0 to 2^32 − 1. */
  readonly seed: number
  /** Column whose equal values must not be divided, most often the patient. */
  readonly groupBy?: string
  /** Columns within whose combined values the ratios hold. */
  readonly stratifyBy?: readonly string[]
}

/** Rows that go to one subset together; alone in its group when nothing is grouped. */
type Group<Row> = Row[]

/**
 * Rows of the given sites and collections, in the order given, each in the subset of its archive.
 *
 * @throws UsageError when a site or collection is in no row, or no row has both.
 */
export function predefinedSplit<Row extends SplitRow>(
  rows: readonly Row[],
  { sites, collections }: PredefinedSplitOptions,
): Assignment<Row>[] {
  requireKnown(
    'site',
    sites,
    rows.map(row => row.site),
  )
  requireKnown(
    'collection',
    collections,
    rows.map(row => row.collection),
  )
  const matching = rows.filter(row => sites.includes(row.site) && collections.includes(row.collection))
  if (matching.length === 0) {
    const pairs = new Set(rows.map(row => `${row.site} / ${row.collection}`))
    throw new UsageError(
      `no sample is of site ${sites.join(', ')} and collection ${collections.join(', ')}`,
      {
        remedy: `Name a site together with its own collection; there are: ${[...pairs].join('; ')}.`,
      },
    )
  }
  return matching.map(row => ({ row, subset: row.subset }))
}

/**
 * All rows, in the order given: those of `keepSites` in the subset of their archive, the others shuffled as
 * one list by NumPy's legacy generator and cut: the first ⌊n · testRatio⌋ are test, of the m that remain the
 * first ⌊m · valRatio⌋ val, the rest train. The products are those of doubles, as Python's
 * `int(n * ratio)`.
 *
 * With `groupBy`, whole groups are shuffled instead, in the order in which they first appear, and each cut
 * lies between two groups: where the number of rows before it is nearest to the number asked for, the fewer
 * rows on a tie. It thus misses that number by at most half the rows of one group, and by none when each
 * group is one row.
 *
 * With `stratifyBy`, the same is done within each stratum (rows with equal values in these columns), in the
 * order in which the strata first appear, one generator going on through all. A group whose rows lie in
 * several strata goes with its first row.
 *
 * @throws UsageError when there is no row, a kept site or a column is unknown, a row has no value to group
 *   by, or a ratio or the seed is out of range.
 */
export function acrossSitesSplit<Row extends SplitRow>(
  rows: readonly Row[],
  options: AcrossSitesSplitOptions,
): Assignment<Row>[] {
  if (rows.length === 0)
    throw new UsageError('there is no sample to split', {
      remedy: 'Check that the worksheet has rows below its header.',
    })
  requireRatio('test ratio', options.testRatio)
  requireRatio('val ratio', options.valRatio)
  requireKnown(
    'site',
    options.keepSites,
    rows.map(row => row.site),
  )
  const random = new NumpyRandom(options.seed)
  const shuffled = rows.filter(row => !options.keepSites.includes(row.site))
  const subsets = new Map<Row, string>()
  for (const stratum of strataOf(groupsOf(shuffled, options.groupBy), options.stratifyBy ?? [])) {
    random.shuffle(stratum)
    const [test, rest] = cutNearest(stratum, options.testRatio)
    const [val, train] = cutNearest(rest, options.valRatio)
    for (const row of test.flat()) subsets.set(row, 'test')
    for (const row of val.flat()) subsets.set(row, 'val')
    for (const row of train.flat()) subsets.set(row, 'train')
  }
  return rows.map(row => ({ row, subset: subsets.get(row) ?? row.subset }))
}

/**
 * One finding `patient-in-several-subsets` for each patient, by the named column, whose samples a split puts
 * in more than one subset; patients in order of first appearance. Rows without a patient are passed over.
 *
 * @throws UsageError when a row lacks the column.
 */
export function patientsInSeveralSubsets(
  assignments: readonly Assignment[],
  patientColumn: string,
): Finding[] {
  const byPatient = new Map<string, Map<string, string[]>>()
  for (const { row, subset } of assignments) {
    const patient = cell(row, patientColumn)
    if (patient === '') continue
    const bySubset = listedUnder(byPatient, patient, () => new Map<string, string[]>())
    listedUnder(bySubset, subset, () => []).push(row.id)
  }
  const findings: Finding[] = []
  for (const [patient, bySubset] of byPatient) {
    if (bySubset.size < 2) continue
    const places = [...bySubset].map(([subset, ids]) => `${subset} (${ids.join(', ')})`)
    const samples = [...bySubset.values()].flat().length
    findings.push(
      finding(
        'patient-in-several-subsets',
        patient,
        `${patientColumn} ${patient} has ${samples} samples in ${bySubset.size} subsets: ${places.join('; ')}`,
        { numbers: { samples, subsets: bySubset.size } },
      ),
    )
  }
  return findings
}

/** Rows with equal values in `column`, in order of first appearance; each row alone without a column. */
function groupsOf<Row extends SplitRow>(rows: readonly Row[], column: string | undefined): Group<Row>[] {
  if (column === undefined) return rows.map(row => [row])
  const groups = new Map<string, Group<Row>>()
  for (const row of rows) {
    const value = cell(row, column)
    if (value === '')
      throw new UsageError(`sample ${row.id} has no value in column ${column}, by which to group`, {
        remedy: `Fill in ${column} of every sample of the sites that are split, or group by another column.`,
        where: row.id,
      })
    listedUnder(groups, value, () => []).push(row)
  }
  return [...groups.values()]
}

/** Groups whose first rows have equal values in all `columns`, in order of first appearance. */
function strataOf<Row extends SplitRow>(groups: Group<Row>[], columns: readonly string[]): Group<Row>[][] {
  const strata = new Map<string, Group<Row>[]>()
  for (const group of groups) {
    const key = JSON.stringify(columns.map(column => cell(group[0]!, column)))
    listedUnder(strata, key, () => []).push(group)
  }
  return [...strata.values()]
}

/** Cuts the list between two groups, where the rows before the cut are nearest to ⌊rows · ratio⌋. */
function cutNearest<Row>(groups: Group<Row>[], ratio: number): [Group<Row>[], Group<Row>[]] {
  const rows = groups.reduce((sum, group) => sum + group.length, 0)
  const wanted = Math.floor(rows * ratio)
  let before = 0
  let at = 0
  while (at < groups.length) {
    const next = before + groups[at]!.length
    if (Math.abs(next - wanted) >= Math.abs(before - wanted)) break
    before = next
    at++
  }
  return [groups.slice(0, at), groups.slice(at)]
}

function listedUnder<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

function cell(row: SplitRow, column: string): string {
  const value = Object.hasOwn(row.values, column) ? row.values[column] : undefined
  if (value === undefined)
    throw new UsageError(`there is no column ${column}`, {
      remedy: `Name one of the columns of the worksheet: ${Object.keys(row.values).join(', ')}.`,
    })
  return value
}

function requireRatio(name: string, ratio: number): void {
  if (!(ratio >= 0 && ratio <= 1))
    throw new UsageError(`the ${name} ${ratio} is not between 0 and 1`, {
      remedy: 'Give a part of the whole, for example 0.3 for three in ten.',
    })
}

function requireKnown(kind: string, asked: readonly string[], present: readonly string[]): void {
  const known = new Set(present)
  const unknown = asked.filter(name => !known.has(name))
  if (unknown.length > 0)
    throw new UsageError(`no sample is of ${kind} ${unknown.join(', ')}`, {
      remedy: `Name a ${kind} of the worksheet; there is: ${[...known].join(', ') || 'none'}.`,
    })
}
