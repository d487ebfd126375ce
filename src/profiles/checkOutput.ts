import type { AttributeNames } from './attributeNames.ts'
import type { CheckList } from './checkList.ts'
import { shortFormInNames } from './layout.ts'
import type { Column, ProfileDocument } from './schema.ts'
import { parseTemplate, placeholderNames, type Template } from './template.ts'

const IMAGE_COLUMNS = [
  'szx',
  'szy',
  'szz',
  'spx',
  'spy',
  'spz',
  'orientation_from',
  'orientation_to',
  'transform',
]
const ARCHIVE_COLUMNS = ['file_path', 'type', 'dtype', 'diff_trans_f_norm', ...IMAGE_COLUMNS]
const DATASET_COLUMNS = [
  'ID',
  'valid_labels',
  'info',
  'volume',
  'mask',
  'vol_dtype',
  'mask_dtype',
  ...IMAGE_COLUMNS,
]

type Sections = Pick<ProfileDocument, 'sample' | 'manifest' | 'info' | 'dataset' | 'layout'>

/** Checks the sample, the columns of the manifests and the layout against the attributes that there are. */
export function checkOutput(profile: Sections, { always, sometimes }: AttributeNames, list: CheckList): void {
  const id = checkSample(profile.sample, always, list)
  checkColumns(['manifest', 'columns'], profile.manifest.columns, sometimes, ARCHIVE_COLUMNS, list)
  checkColumns(['info'], profile.info, always, [], list)
  const folder = checkLayout(profile.layout, id, always, list)
  if (!profile.dataset || !folder) return
  checkColumns(['dataset', 'columns'], profile.dataset.columns, always, DATASET_COLUMNS, list)
  const readable = new Set([...folder, ...profile.info.map(({ from }) => from)])
  for (const [number, { from }] of profile.dataset.columns.entries())
    if (always.has(from) && !readable.has(from))
      list.add(
        ['dataset', 'columns', number],
        `'${from}' is neither in the info file nor in the folder of a sample, so that it is not known when the dataset manifest is made`,
        'Add it to info.',
      )
}

/** Returns the placeholders of the id. */
function checkSample(
  { id, key, patient }: ProfileDocument['sample'],
  always: ReadonlySet<string>,
  list: CheckList,
): string[] {
  const at = ['sample', 'id']
  const template = list.templateOf(at, id, always)
  const names = template ? placeholderNames(template) : []
  if (template && names.length === 0)
    list.add(
      at,
      'the id has no placeholder, so that all samples have the same',
      'Use an attribute, for example {pid}.',
    )
  if (/[/\\]/.test(id)) list.add(at, 'an id names a file and holds no slash', 'Use _ or - as separator.')
  if (patient !== undefined) list.attribute(['sample', 'patient'], patient, always)
  for (const [number, name] of (key ?? []).entries()) list.attribute(['sample', 'key', number], name, always)
  for (const name of key === undefined ? [] : names)
    if (!key!.includes(name))
      list.add(
        ['sample', 'key'],
        `'${name}' stands in the id but not in the key, so that one sample could have two ids`,
        `Add '${name}' to the key.`,
      )
  return names
}

function checkColumns(
  at: readonly PropertyKey[],
  columns: readonly Column[],
  known: ReadonlySet<string>,
  taken: readonly string[],
  list: CheckList,
): void {
  for (const [number, { name, from }] of columns.entries()) {
    list.attribute([...at, number], from, known)
    if (taken.includes(name) || (taken.length > 0 && name.startsWith('mask_')))
      list.add(
        [...at, number],
        `the workbook has a column '${name}' of its own`,
        'Give it another title with {name, from}.',
      )
  }
  list.unique(
    columns.map(({ name }, number) => ({ path: [...at, number], text: name })),
    'the title',
  )
}

/** Returns the attributes that the folder of a sample yields, or undefined when it is not well formed. */
function checkLayout(
  layout: ProfileDocument['layout'],
  id: readonly string[],
  always: ReadonlySet<string>,
  list: CheckList,
): string[] | undefined {
  const known = ['id', ...always]
  const folder = list.templateOf(['layout', 'folder'], layout.folder, known)
  if (
    layout.folder.split('/').some(name => name === '' || name === '.' || name === '..') ||
    layout.folder.includes('\\')
  )
    list.add(
      ['layout', 'folder'],
      `'${layout.folder}' is no relative path`,
      'Write the names of all folders, with one / between them, relative to the root of the data set.',
    )
  const inFolder = folder ? placeholderNames(folder).flatMap(name => (name === 'id' ? id : [name])) : []
  if (folder && !id.every(name => inFolder.includes(name)))
    list.add(['layout', 'folder'], 'the folder does not tell the samples apart', 'Add {id} to it.')

  for (const key of ['volume', 'mask', 'info'] as const)
    checkFileName(key, layout[key], list.templateOf(['layout', key], layout[key], known), inFolder, list)
  const at = ['layout', 'binary_mask']
  const binary = list.templateOf(at, layout.binary_mask, [...known, 'index', 'short_form'], ['index'])
  checkFileName('binary_mask', layout.binary_mask, binary, inFolder, list)
  if (binary && !placeholderNames(binary).some(name => name === 'index' || name === 'short_form'))
    list.add(at, 'the name does not tell the labels apart', 'Add {index} or {short_form} to it.')
  list.unique(
    (['volume', 'mask', 'info', 'binary_mask'] as const).map(key => ({
      path: ['layout', key],
      text: layout[key],
    })),
    'the file name',
    true,
  )
  return folder ? inFolder : undefined
}

function checkFileName(
  key: string,
  source: string,
  template: Template | undefined,
  inFolder: readonly string[],
  list: CheckList,
): void {
  const at = ['layout', key]
  if (/[/\\]/.test(source)) list.add(at, 'a file name holds no slash', 'Put folders into layout.folder.')
  const free = ['id', 'index', 'short_form', ...inFolder]
  for (const name of template ? placeholderNames(template) : [])
    if (!free.includes(name))
      list.add(
        at,
        `{${name}} is not part of layout.folder, so that the name does not follow from the folder`,
        'Use {id}.',
      )
}

/** Checks the default label map: no label, and no file name that follows from it, appears twice. */
export function checkLabels(labels: ProfileDocument['labels'], list: CheckList): void {
  const at = (number: number, key: string) => ['labels', number, key]
  list.unique(
    (labels ?? []).map(({ index }, number) => ({ path: at(number, 'index'), text: String(index) })),
    'the index',
  )
  list.unique(
    (labels ?? []).map(({ short_form }, number) => ({
      path: at(number, 'short_form'),
      text: shortFormInNames(short_form),
    })),
    'the short form',
    true,
  )
}

/** The attributes of a sample id, the key of a sample where the profile gives none. */
export const idAttributes = (id: string): string[] => placeholderNames(parseTemplate(id))
