import type { CheckList } from './checkList.ts'
import { finiteTexts } from './finitePattern.ts'
import type { ProfileDocument } from './schema.ts'
import { placeholderNames, type Template } from './template.ts'

type Sections = Pick<ProfileDocument, 'files' | 'tables' | 'attributes' | 'placeholders'>

/** Names with a meaning of their own in the templates of `layout`. */
const RESERVED = ['id', 'index', 'short_form']

/** The attributes of a profile. */
export interface AttributeNames {
  /** Known of every file. */
  readonly always: ReadonlySet<string>
  /** Known of at least some files. */
  readonly sometimes: ReadonlySet<string>
}

/**
 * Goes through placeholders, tables and derived attributes in the order in which they get their values, and notes
 * what is used before it is known, defined twice, or reserved.
 *
 * @param paths the templates of the entries of `files`
 */
export function checkAttributes(
  sections: Sections,
  paths: readonly Template[],
  list: CheckList,
): AttributeNames {
  const inPaths = paths.map(placeholderNames)
  const sometimes = new Set(inPaths.flat())
  const always = new Set([...sometimes].filter(name => inPaths.every(names => names.includes(name))))
  for (const [entry, names] of inPaths.entries())
    for (const name of names.filter(name => RESERVED.includes(name)))
      list.add(
        ['files', entry, 'path'],
        `{${name}} is a name with a meaning of its own`,
        'Choose another name.',
      )

  const define = (path: readonly PropertyKey[], name: string) => {
    if (RESERVED.includes(name))
      list.addKey(path, `'${name}' is a name with a meaning of its own`, 'Choose another name.')
    else if (sometimes.has(name))
      list.addKey(
        path,
        `the attribute '${name}' has a value already`,
        'Choose another name, or delete one of the two.',
      )
    sometimes.add(name)
    always.add(name)
  }
  for (const [number, table] of sections.tables.entries()) {
    const at = ['tables', number]
    for (const [column, source] of Object.entries(table.key))
      list.templateOf([...at, 'key', column], source, always)
    for (const name of Object.keys(table.attributes)) define([...at, 'attributes', name], name)
    if (table.sheet !== undefined && !/\.xlsx$/i.test(table.file))
      list.addKey(
        [...at, 'sheet'],
        `${table.file} has no worksheets`,
        'Delete the key; only .xlsx files have them.',
      )
    if (Object.keys(table.key).length === 0)
      list.add(
        [...at, 'key'],
        'the table has no key column',
        "Write the column and its value, for example PatientID: '{pid}'.",
      )
  }
  const possible = possibleValues(sections)
  for (const [name, rule] of Object.entries(sections.attributes)) {
    const at = ['attributes', name]
    if (typeof rule === 'string') list.templateOf(at, rule, always)
    else {
      list.attribute([...at, 'from'], rule.from, always)
      const missing = (possible(rule.from, name) ?? []).filter(value => !Object.hasOwn(rule.map, value))
      if (missing.length > 0 && rule.otherwise === undefined)
        list.addKey(
          [...at, 'map'],
          `the map has no value for ${missing.map(value => `'${value}'`).join(', ')}, which ${rule.from} can be`,
          `Add ${missing.length === 1 ? 'it' : 'them'}, or give 'otherwise'.`,
        )
    }
    define(at, name)
  }
  return { always, sometimes }
}

/**
 * The values that an attribute can have, where the profile itself tells: what its map gives, what its pattern
 * enumerates, or what another map takes it from (files with other values do not fit). The attribute `but` is not
 * asked about.
 */
export function possibleValues(sections: Sections): (name: string, but?: string) => string[] | undefined {
  return (name, but) => {
    const rule = own(sections.attributes, name)
    if (typeof rule === 'object')
      return [...Object.values(rule.map), ...(rule.otherwise === undefined ? [] : [rule.otherwise])]
    if (rule !== undefined) return undefined
    const patterns = sections.files
      .filter(({ path }) => path.includes(`{${name}}`))
      .map(entry => own(entry.placeholders ?? {}, name) ?? own(sections.placeholders, name))
    const enumerated = patterns.map(pattern => (pattern === undefined ? undefined : finiteTexts(pattern)))
    if (patterns.length > 0 && enumerated.every(texts => texts !== undefined))
      return [...new Set(enumerated.flat())]
    for (const [other, { from, map, otherwise }] of Object.entries(sections.attributes).flatMap(
      ([key, value]) => (typeof value === 'object' ? [[key, value] as const] : []),
    ))
      if (from === name && other !== but && otherwise === undefined) return Object.keys(map)
    return undefined
  }
}

/** A member of a mapping with arbitrary keys; `constructor` is one only if it was given. */
const own = <T>(mapping: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(mapping, key) ? mapping[key] : undefined
