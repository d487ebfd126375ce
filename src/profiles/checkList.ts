import { nearestWord } from '../core/nearestWord.ts'
import type { PlacedProblem } from './problem.ts'
import { parseTemplate, placeholderNames, type Template, TemplateError } from './template.ts'

type Path = readonly PropertyKey[]

/** Collects what the checks of a profile find, with the wording that they share. */
export class CheckList {
  readonly problems: PlacedProblem[] = []

  add(path: Path, message: string, remedy: string): void {
    this.problems.push({ path, message, remedy })
  }

  /** The same, pointing at the key in place of its value. */
  addKey(path: Path, message: string, remedy: string): void {
    this.problems.push({ path, message, remedy, onKey: true })
  }

  /** The template, or undefined when it is not well formed, which is noted. */
  template(path: Path, source: string): Template | undefined {
    try {
      return parseTemplate(source)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      this.add(path, error.message, error.remedy)
      return undefined
    }
  }

  /** Notes every placeholder that is not among `known`, and digits asked of others than `numbers`. */
  templateOf(
    path: Path,
    source: string,
    known: Iterable<string>,
    numbers: readonly string[] = [],
  ): Template | undefined {
    const template = this.template(path, source)
    if (!template) return undefined
    for (const name of placeholderNames(template))
      this.attribute(path, name, known, `the placeholder {${name}}`)
    for (const token of template)
      if (token.kind === 'placeholder' && token.width > 0 && !numbers.includes(token.name))
        this.add(
          path,
          `{${token.name}:0${token.width}d} asks for digits, which only {index} of layout.binary_mask has`,
          `Write {${token.name}}.`,
        )
    return template
  }

  /** Notes a name that is not among `known`. */
  attribute(path: Path, name: string, known: Iterable<string>, what = `the attribute '${name}'`): void {
    const names = [...known]
    if (names.includes(name)) return
    const near = nearestWord(name, names)
    this.add(
      path,
      `${what} is not known here`,
      near
        ? `Did you mean '${near}'?`
        : `Known here: ${names.join(', ') || 'nothing'}. Placeholders of all paths, attributes of tables and derived attributes further up can be used.`,
    )
  }

  /** Notes texts that appear more than once, upper and lower case taken as equal if asked. */
  unique(
    entries: readonly { readonly path: Path; readonly text: string }[],
    what: string,
    ignoreCase = false,
  ): void {
    const seen = new Map<string, string>()
    for (const { path, text } of entries) {
      const key = ignoreCase ? text.toLowerCase() : text
      const first = seen.get(key)
      if (first === undefined) seen.set(key, text)
      else
        this.add(
          path,
          first === text
            ? `${what} '${text}' appears twice`
            : `${what} '${text}' and '${first}' differ in case only`,
          'Give each another name, or delete one.',
        )
    }
  }
}
