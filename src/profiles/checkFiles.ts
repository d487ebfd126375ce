import { nearestWord } from '../core/nearestWord.ts'
import type { CheckList } from './checkList.ts'
import { patternProblem } from './placeholderPattern.ts'
import type { ProfileDocument } from './schema.ts'
import { placeholderNames, type Template } from './template.ts'

/**
 * Checks the entries of `files` and the patterns of placeholders.
 *
 * @returns the templates of the paths, or undefined when one is not well formed
 */
export function checkFiles(
  { files, placeholders }: Pick<ProfileDocument, 'files' | 'placeholders'>,
  list: CheckList,
): Template[] | undefined {
  const templates = files.map((entry, number) => {
    const at = ['files', number]
    if (entry.role === 'volume')
      for (const key of ['name', 'remap'] as const)
        if (entry[key] !== undefined)
          list.addKey([...at, key], `a volume has no ${key}`, 'Delete the key, or set role: mask.')
    checkPathShape([...at, 'path'], entry.path, list)
    const template = list.template([...at, 'path'], entry.path)
    if (template) {
      list.templateOf([...at, 'path'], entry.path, placeholderNames(template))
      checkNeighbours([...at, 'path'], template, { ...placeholders, ...entry.placeholders }, list)
      checkPatterns([...at, 'placeholders'], entry.placeholders ?? {}, placeholderNames(template), list)
    }
    return template
  })
  if (!templates.every(template => template !== undefined)) return undefined
  checkPatterns(['placeholders'], placeholders, [...new Set(templates.flatMap(placeholderNames))], list)
  if (!files.some(({ role }) => role === 'volume'))
    list.add(['files'], 'no entry describes volumes', 'Add an entry with role: volume.')
  return templates
}

function checkPathShape(at: readonly PropertyKey[], path: string, list: CheckList): void {
  const names = path.split('/')
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    list.add(at, `'${path}' is an absolute path`, 'Write it relative to the root of the archive.')
  else if (path.includes('\\')) list.add(at, `'${path}' holds a backslash`, 'Write / between folders.')
  else if (names.some(name => name === '' || name === '.' || name === '..'))
    list.add(
      at,
      `'${path}' has an empty level, . or ..`,
      'Write the names of all folders, with one / between them.',
    )
}

function checkNeighbours(
  at: readonly PropertyKey[],
  template: Template,
  patterns: Readonly<Record<string, string>>,
  list: CheckList,
): void {
  for (const [index, token] of template.entries()) {
    const next = template[index + 1]
    if (token.kind === 'placeholder' && next?.kind === 'placeholder' && !Object.hasOwn(patterns, token.name))
      list.add(
        at,
        `nothing says where {${token.name}} ends and {${next.name}} begins`,
        `Give '${token.name}' a pattern under placeholders, or put a separator between the two.`,
      )
  }
}

function checkPatterns(
  at: readonly PropertyKey[],
  patterns: Readonly<Record<string, string>>,
  names: readonly string[],
  list: CheckList,
): void {
  for (const [name, pattern] of Object.entries(patterns)) {
    if (!names.includes(name)) {
      const near = nearestWord(name, names)
      list.addKey(
        [...at, name],
        `no path has the placeholder {${name}}`,
        near ? `Did you mean '${near}'?` : 'Delete the pattern, or use the placeholder in a path.',
      )
    }
    const problem = patternProblem(pattern)
    if (problem) list.add([...at, name], problem.message, problem.remedy)
  }
}
