import { nearestWord } from '../core/nearestWord.ts'
import type { CheckList } from './checkList.ts'
import type { Column, ProfileDocument, SplitEntry } from './schema.ts'
import { sheetNameProblem } from './sheetName.ts'

const RANDOM_SUBSETS = ['train', 'val', 'test']

/** The values that an attribute can have, where the profile tells. */
type Values = (attribute: string) => readonly string[] | undefined

/** Checks `split` and `splits` against the columns of the dataset manifest. */
export function checkSplits(
  { split, splits }: Pick<ProfileDocument, 'split' | 'splits'>,
  columns: readonly Column[],
  possible: Values,
  list: CheckList,
): void {
  const titles = columns.map(({ name }) => name)
  const column = (at: readonly PropertyKey[], title: string, more: readonly string[] = []) => {
    const known = [...titles, ...more]
    if (known.includes(title)) return
    const near = nearestWord(title, known)
    list.add(
      at,
      `the dataset manifest has no column '${title}'`,
      near ? `Did you mean '${near}'?` : `Its columns are ${known.join(', ')}.`,
    )
  }
  const valuesOf = (title: string | undefined): readonly string[] | undefined => {
    const from = columns.find(({ name }) => name === title)?.from
    return from === undefined ? undefined : possible(from)
  }
  const among = (at: readonly PropertyKey[], texts: readonly string[], title: string | undefined) => {
    const known = valuesOf(title)
    for (const [number, text] of known ? texts.entries() : [])
      if (!known!.includes(text)) {
        const near = nearestWord(text, known!)
        list.add(
          [...at, number],
          `${title} is never '${text}'`,
          near ? `Did you mean '${near}'?` : `It is one of ${known!.join(', ')}.`,
        )
      }
  }
  for (const key of ['subset', 'site', 'collection'] as const)
    if (split[key] !== undefined) column(['split', key], split[key])
  among(['split', 'keep_sites'], split.keep_sites, split.site)
  if (split.keep_sites.length > 0)
    for (const key of ['site', 'subset'] as const)
      if (split[key] === undefined)
        list.add(['split'], `keep_sites needs the column of the ${key}`, `Add ${key}: COLUMN to split.`)

  for (const [number, entry] of splits.entries()) {
    const at = ['splits', number]
    const problem = sheetNameProblem(entry.name)
    if (problem)
      list.add([...at, 'name'], `'${entry.name}' cannot name a worksheet: ${problem}`, 'Choose another name.')
    checkIndex([...at, 'index'], entry, valuesOf(split.subset), list)
    if (entry.method === 'predefined') {
      if (split.subset === undefined)
        list.add([...at, 'method'], 'no column holds the predefined subset', 'Add subset: COLUMN to split.')
      for (const [key, needs] of [
        ['sites', 'site'],
        ['collections', 'collection'],
      ] as const) {
        if (entry[key] === undefined) continue
        among([...at, key], entry[key], split[needs])
        if (split[needs] === undefined)
          list.addKey([...at, key], `no column holds the ${needs}`, `Add ${needs}: COLUMN to split.`)
      }
    } else {
      if (entry.group_by !== undefined) column([...at, 'group_by'], entry.group_by, ['ID'])
      for (const [index, title] of (entry.stratify_by ?? []).entries())
        column([...at, 'stratify_by', index], title, ['valid_labels'])
    }
  }
  list.unique(
    splits.map(({ name }, number) => ({ path: ['splits', number, 'name'], text: name })),
    'the split',
    true,
  )
}

function checkIndex(
  at: readonly PropertyKey[],
  { index, method }: SplitEntry,
  predefined: readonly string[] | undefined,
  list: CheckList,
): void {
  const subsets = method === 'predefined' ? predefined : [...RANDOM_SUBSETS, ...(predefined ?? [])]
  for (const [number, group] of index.entries()) {
    for (const [place, subset] of group.entries()) {
      if (/[/\\]/.test(subset) || subset === '')
        list.add([...at, number, place], `'${subset}' cannot be part of a file name`, 'Choose another name.')
      else if (subsets && !subsets.includes(subset))
        list.add(
          [...at, number, place],
          `no sample has the subset '${subset}'`,
          `Subsets are ${[...new Set(subsets)].join(', ')}.`,
        )
    }
    list.unique(
      group.map((text, place) => ({ path: [...at, number, place], text })),
      'the subset',
    )
  }
  list.unique(
    index.map((group, number) => ({ path: [...at, number], text: group.join('_') })),
    'the index manifest',
    true,
  )
}
