import { LABEL_COLOR, type Label } from './labels.ts'
import { shortFormInNames } from './layout.ts'
import { LabelMapError, type PlacedProblem } from './problem.ts'
import { readYaml } from './yamlSource.ts'

interface PlacedLabel extends Label {
  readonly path: readonly PropertyKey[]
}

const EXAMPLE = 'Write it as in: short_form_index_map: {0: Bg, 1: NME}'

const COLOR_EXAMPLE =
  "Write red, green and blue as two hexadecimal digits each, in quotes since # begins a comment: '#ff8800'."

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text; a number or truth value counts as what is written. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined

/**
 * Reads a label map: `short_form_index_map` (index: short form), which may have a `full_form_index_map` beside it,
 * or `labels`, a list of {index, name, short_form, color}. A `color_map` (index: colour) may stand beside the index
 * maps. Background may be missing, and so may any colour. Labels come out sorted by index.
 *
 * @throws LabelMapError with every problem of the file, each with line and column
 */
export function parseLabelMap(source: string, fileName: string): readonly Label[] {
  const yaml = readYaml(source)
  if (yaml.syntaxProblems.length > 0) throw new LabelMapError(fileName, yaml.syntaxProblems)
  const problems: PlacedProblem[] = []
  const labels = readLabels(yaml.value, problems)
  checkUnique(labels, ({ index }) => String(index), 'the index', problems)
  checkUnique(labels, ({ shortForm }) => shortForm.toLowerCase(), 'the short form', problems)
  if (problems.length > 0) throw new LabelMapError(fileName, problems.map(yaml.locate))
  return labels.map(({ path: _, ...label }) => label).sort((a, b) => a.index - b.index)
}

function readLabels(document: unknown, problems: PlacedProblem[]): PlacedLabel[] {
  const map = isMapping(document) ? document : {}
  const keys = ['short_form_index_map', 'labels'].filter(key => Object.hasOwn(map, key))
  if (keys.length !== 1) {
    const message =
      keys.length > 1
        ? 'it has both short_form_index_map and labels'
        : 'it has neither short_form_index_map nor labels'
    problems.push({ path: [], message, remedy: keys.length > 1 ? 'Keep one of the two.' : `${EXAMPLE}.` })
    return []
  }
  const labels = keys[0] === 'labels' ? fromList(map.labels, problems) : fromIndexMaps(map, problems)
  if (labels.length === 0 && problems.length === 0)
    problems.push({ path: [keys[0]!], message: 'it has no label', remedy: `${EXAMPLE}.` })
  return labels
}

function fromList(value: unknown, problems: PlacedProblem[]): PlacedLabel[] {
  const before = problems.length
  const refuse = (path: readonly PropertyKey[], message: string) =>
    problems.push({
      path: ['labels', ...path],
      message,
      remedy: 'Write each label as {index: 1, name: non mass enhancement, short_form: NME}.',
    })
  if (!Array.isArray(value)) refuse([], 'it is not a list of labels')
  for (const [number, entry] of Array.isArray(value) ? value.entries() : [])
    if (!isMapping(entry)) refuse([number], 'it is not a list of labels')
    else
      for (const key of ['index', 'short_form', 'name'])
        if (textOf(entry[key]) === undefined && !(key === 'name' && entry[key] === undefined))
          refuse([number, key], `'${key}' is missing or no text`)
  if (problems.length > before) return []
  return (value as Readonly<Record<string, unknown>>[]).flatMap((entry, number) => {
    const [index, shortForm] = [textOf(entry.index)!, textOf(entry.short_form)!]
    // An empty value is what YAML makes of a colour without quotes, whose # begins a comment.
    const color =
      entry.color === undefined ? undefined : colorOf(['labels', number, 'color'], entry.color, problems)
    return label(['labels', number], index, textOf(entry.name), shortForm, color, ['index'], problems)
  })
}

function fromIndexMaps(maps: Readonly<Record<string, unknown>>, problems: PlacedProblem[]): PlacedLabel[] {
  const read = (key: string): Readonly<Record<string, string>> => {
    const before = problems.length
    const refuse = (path: readonly PropertyKey[]) =>
      problems.push({ path, message: 'a mapping of index to text is expected', remedy: `${EXAMPLE}.` })
    const map = maps[key] ?? {}
    if (!isMapping(map)) refuse([key])
    for (const [index, value] of isMapping(map) ? Object.entries(map) : [])
      if (textOf(value) === undefined) refuse([key, index])
    if (problems.length > before) return {}
    return Object.fromEntries(Object.entries(map).map(([index, value]) => [index, String(value)]))
  }
  const [short, full] = [read('short_form_index_map'), read('full_form_index_map')]
  for (const index of Object.keys(full))
    if (!Object.hasOwn(short, index))
      problems.push({
        path: ['full_form_index_map', index],
        onKey: true,
        message: `the index ${index} has no short form`,
        remedy: `Add ${index} to short_form_index_map.`,
      })
  const colors = readColors(maps.color_map, short, problems)
  return Object.entries(short).flatMap(([index, shortForm]) =>
    label(['short_form_index_map', index], index, full[index], shortForm, colors[index], [], problems),
  )
}

function readColors(
  map: unknown,
  labels: Readonly<Record<string, string>>,
  problems: PlacedProblem[],
): Readonly<Record<string, string | undefined>> {
  if (map === undefined || map === null) return {}
  if (!isMapping(map)) {
    problems.push({
      path: ['color_map'],
      message: 'a mapping of index to colour is expected',
      remedy: COLOR_EXAMPLE,
    })
    return {}
  }
  for (const index of Object.keys(map))
    if (!Object.hasOwn(labels, index))
      problems.push({
        path: ['color_map', index],
        onKey: true,
        message: `the index ${index} has a colour but no short form`,
        remedy: `Add ${index} to short_form_index_map, or take it out of color_map.`,
      })
  return Object.fromEntries(
    Object.entries(map).map(([index, value]) => [index, colorOf(['color_map', index], value, problems)]),
  )
}

function colorOf(
  path: readonly PropertyKey[],
  value: unknown,
  problems: PlacedProblem[],
): string | undefined {
  if (typeof value === 'string' && LABEL_COLOR.test(value)) return value.toLowerCase()
  const shown = value === null ? 'nothing' : `'${textOf(value) ?? JSON.stringify(value)}'`
  problems.push({ path, message: `${shown} is not a colour`, remedy: COLOR_EXAMPLE })
  return undefined
}

function label(
  path: readonly PropertyKey[],
  indexText: string,
  name: string | undefined,
  shortForm: string,
  color: string | undefined,
  indexKey: readonly string[],
  problems: PlacedProblem[],
): PlacedLabel[] {
  const index = /^\d{1,3}$/.test(indexText) ? Number(indexText) : Number.NaN
  const clean = shortFormInNames(shortForm.trim())
  if (!(index <= 255))
    problems.push({
      path: [...path, ...indexKey],
      onKey: true,
      message: `the index '${indexText}' is not a whole number from 0 to 255`,
      remedy: 'Labels are stored as uint8: use 0 for background and 1 to 255 for the others.',
    })
  else if (clean === '' || /\p{Cc}/u.test(clean))
    problems.push({
      path,
      message: `the short form of ${index} is empty or holds a control character`,
      remedy: 'Write a few letters; they stand in file names.',
    })
  else
    return [
      { index, name: name ?? shortForm, shortForm: clean, ...(color === undefined ? {} : { color }), path },
    ]
  return []
}

function checkUnique(
  labels: readonly PlacedLabel[],
  keyOf: (label: PlacedLabel) => string,
  what: string,
  problems: PlacedProblem[],
): void {
  const seen = new Map<string, PlacedLabel>()
  for (const entry of labels) {
    const first = seen.get(keyOf(entry))
    if (first)
      problems.push({
        path: entry.path,
        onKey: true,
        message: `${what} of ${entry.index} ${entry.shortForm} is taken by ${first.index} ${first.shortForm} already`,
        remedy: 'Index and short form name files, so each must differ, and not in upper and lower case only.',
      })
    else seen.set(keyOf(entry), entry)
  }
}
