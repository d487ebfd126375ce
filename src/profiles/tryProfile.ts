import { ArchiveMatcher, type MatchedFile, maskNames } from './match.ts'
import type { Profile } from './schema.ts'
import type { Table } from './tableJoin.ts'
import { expandTemplate, parseTemplate, placeholderNames } from './template.ts'

const MOST_EXAMPLES = 3
/** Distinct values that are counted one by one; an attribute with more of them is an identifier. */
const MOST_VALUES = 1000

/** Some paths of a kind, and how many there are. */
export interface Examples {
  count: number
  readonly examples: string[]
}

/** What a profile makes of a list of paths. */
export interface TryReport {
  readonly profile: string
  readonly files: number
  /** One for each entry of `files`, in order. */
  readonly patterns: readonly (Examples & {
    readonly role: 'volume' | 'mask'
    readonly name: string | undefined
    readonly path: string
  })[]
  /** How often each attribute has each value, the most frequent first; `values` is empty beyond a thousand. */
  readonly attributes: readonly {
    readonly name: string
    readonly distinct: number | 'many'
    readonly values: readonly (readonly [value: string, count: number])[]
  }[]
  readonly leftOut: readonly (Examples & { readonly reason: string })[]
  readonly unmatched: readonly (Examples & {
    readonly rule: string
    readonly nearest: string
    /** The reason of the first example in full. */
    readonly message: string
    readonly remedy: string
  })[]
  /** Samples by what they have; `some masks` lack at least one of several masks. */
  readonly samples: {
    readonly complete: Examples
    readonly someMasks: Examples
    readonly volumeOnly: Examples
    readonly maskOnly: Examples
  }
  /** Files that claim the same role of one sample, or one id for several samples. */
  readonly repeats: readonly { readonly sampleId: string; readonly paths: readonly string[] }[]
  /** Attributes that name the folder of a sample and differ between its files. */
  readonly conflicts: readonly {
    readonly sampleId: string
    readonly attribute: string
    readonly values: readonly string[]
    readonly paths: readonly string[]
  }[]
}

interface Sample {
  readonly key: string
  readonly id: string
  readonly files: { readonly path: string; readonly match: MatchedFile }[]
}

/**
 * Matches paths without opening a file.
 *
 * @param paths relative to the root of the archive, with `/`
 * @throws ProfileTableError when a table of the profile is missing or lacks a column
 */
export function tryProfile(
  profile: Profile,
  paths: Iterable<string>,
  tables: readonly Table[] = [],
): TryReport {
  const matcher = new ArchiveMatcher(profile, tables)
  const patterns = profile.files.map(({ role, name, path }) => ({ role, name, path, ...noExamples() }))
  const values = new Map<string, Map<string, number>>()
  const leftOut = new Map<string, TryReport['leftOut'][number]>()
  const unmatched = new Map<string, TryReport['unmatched'][number]>()
  const samples = new Map<string, Sample>()
  let files = 0
  for (const path of paths) {
    files++
    const match = matcher.match(path)
    if (match.status === 'matched') {
      note(patterns[match.entry]!, path)
      countValues(values, match.attributes)
      const key = match.sampleKey
      const sample = samples.get(key) ?? { key, id: match.sampleId, files: [] }
      sample.files.push({ path, match })
      samples.set(key, sample)
    } else if (match.status === 'left-out') {
      const { reason } = match
      note(existing(leftOut, reason, { reason, ...noExamples() }), path)
    } else {
      const { rule, nearest, message, remedy } = match
      note(existing(unmatched, rule, { rule, nearest, message, remedy, ...noExamples() }), path)
    }
  }
  const found = [...samples.values()]
  return {
    profile: profile.profile,
    files,
    patterns,
    attributes: [...values].map(([name, counts]) => ({
      name,
      distinct: counts.size > MOST_VALUES ? 'many' : counts.size,
      values: counts.size > MOST_VALUES ? [] : [...counts].sort((a, b) => b[1] - a[1]),
    })),
    leftOut: byCount(leftOut),
    unmatched: byCount(unmatched),
    samples: countSamples(found, maskNames(profile)),
    repeats: findRepeats(found),
    conflicts: findConflicts(profile, found),
  }
}

const noExamples = (): Examples => ({ count: 0, examples: [] })

function note(kind: Examples, example: string): void {
  kind.count++
  if (kind.examples.length < MOST_EXAMPLES) kind.examples.push(example)
}

function existing<T>(groups: Map<string, T>, key: string, fresh: T): T {
  const group = groups.get(key) ?? fresh
  groups.set(key, group)
  return group
}

const byCount = <T extends Examples>(groups: ReadonlyMap<string, T>): T[] =>
  [...groups.values()].sort((a, b) => b.count - a.count)

function countValues(
  values: Map<string, Map<string, number>>,
  attributes: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    const counts = existing(values, name, new Map<string, number>())
    if (counts.size <= MOST_VALUES) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
}

function countSamples(samples: readonly Sample[], masks: readonly string[]): TryReport['samples'] {
  const counts = {
    complete: noExamples(),
    someMasks: noExamples(),
    volumeOnly: noExamples(),
    maskOnly: noExamples(),
  }
  for (const { id, files } of samples) {
    const hasVolume = files.some(({ match }) => match.role === 'volume')
    const present = new Set(
      files.flatMap(({ match }) => (match.role === 'mask' ? [match.maskName ?? ''] : [])),
    )
    if (!hasVolume) note(counts.maskOnly, id)
    else if (present.size === masks.length) note(counts.complete, id)
    else note(present.size === 0 ? counts.volumeOnly : counts.someMasks, id)
  }
  return counts
}

function findRepeats(samples: readonly Sample[]): TryReport['repeats'] {
  const repeats: { sampleId: string; paths: string[] }[] = []
  for (const { id, files } of samples) {
    for (const same of groupBy(files, ({ match }) => `${match.role} ${match.maskName ?? ''}`).values())
      if (same.length > 1) repeats.push({ sampleId: id, paths: same.map(({ path }) => path) })
  }
  for (const [id, same] of groupBy(samples, sample => sample.id))
    if (same.length > 1)
      repeats.push({ sampleId: id, paths: same.flatMap(({ files }) => files.map(({ path }) => path)) })
  return repeats
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) existing(groups, keyOf(item), [] as T[]).push(item)
  return groups
}

function findConflicts(profile: Profile, samples: readonly Sample[]): TryReport['conflicts'] {
  const id = parseTemplate(profile.sample.id)
  const names = placeholderNames(expandTemplate(parseTemplate(profile.layout.folder), { id }))
  const shown = [...new Set([...names, ...profile.info.map(({ from }) => from)])]
  return samples.flatMap(({ id: sampleId, files }) =>
    shown.flatMap(attribute => {
      const values = [...new Set(files.map(({ match }) => match.attributes[attribute]!))]
      const paths = files.map(({ path }) => path)
      return values.length > 1 ? [{ sampleId, attribute, values, paths }] : []
    }),
  )
}
