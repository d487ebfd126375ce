import { Fault } from '../core/fault.ts'

/** Fixed text, or a placeholder; `width` is the number of digits that `{index:02d}` asks for. */
export type TemplateToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'placeholder'; readonly name: string; readonly width: number }

export type Template = readonly TemplateToken[]

/** A template is not well formed, or is rendered without a value that it needs. */
export class TemplateError extends Fault {}

const PLACEHOLDER = /^([a-z][a-z0-9_]*)(?::0([1-9])d)?$/

/**
 * Reads a template such as `{seq}_{pid}` or `{id}_mask_{index:02d}.nii.gz`. A placeholder is a name of lower-case
 * letters, digits and underscores in braces; `:0Nd` fills a number with zeros up to N digits; `{{` and `}}` stand
 * for the braces themselves. Fixed text is brought to Unicode NFC.
 *
 * @throws TemplateError naming the place that is wrong
 */
export function parseTemplate(source: string): Template {
  const tokens: TemplateToken[] = []
  let text = ''
  const endText = () => {
    if (text !== '') tokens.push({ kind: 'text', text: text.normalize('NFC') })
    text = ''
  }
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!
    if ((character === '{' || character === '}') && source[at + 1] === character) {
      text += character
      at++
    } else if (character === '{') {
      const end = source.indexOf('}', at)
      if (end < 0) throw malformed(source, `the brace at character ${at + 1} is never closed`)
      const inside = source.slice(at + 1, end)
      const parts = PLACEHOLDER.exec(inside)
      if (!parts) throw malformed(source, `{${inside}} is no placeholder`)
      endText()
      tokens.push({ kind: 'placeholder', name: parts[1]!, width: Number(parts[2] ?? 0) })
      at = end
    } else if (character === '}') throw malformed(source, `the brace at character ${at + 1} was never opened`)
    else text += character
  }
  endText()
  return tokens
}

const malformed = (source: string, reason: string) =>
  new TemplateError(`the template '${source}' is not well formed: ${reason}`, {
    remedy:
      'Write a placeholder as {name} with lower-case letters, digits and underscores, a number filled with zeros as {index:02d}, and a brace itself as {{ or }}.',
  })

/** Names of the placeholders, each once, in the order in which they first appear. */
export function placeholderNames(template: Template): string[] {
  return [...new Set(template.flatMap(token => (token.kind === 'placeholder' ? [token.name] : [])))]
}

/**
 * Fills a template in.
 *
 * @throws TemplateError when a value is missing, or is no number where the template wants digits
 */
export function renderTemplate(template: Template, values: Readonly<Record<string, string>>): string {
  let out = ''
  for (const token of template) out += token.kind === 'text' ? token.text : renderPlaceholder(token, values)
  return out
}

function renderPlaceholder(
  { name, width }: TemplateToken & { readonly kind: 'placeholder' },
  values: Readonly<Record<string, string>>,
): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined)
    throw new TemplateError(`nothing is known for the placeholder {${name}}`, {
      remedy: `Give a value for '${name}', or take {${name}} out of the template.`,
    })
  if (width > 0 && !/^\d+$/.test(value))
    throw new TemplateError(`{${name}:0${width}d} wants a whole number and got '${value}'`, {
      remedy: `Write {${name}} without the number of digits.`,
    })
  return width > 0 ? value.padStart(width, '0') : value
}

/** Puts the values that are known in the place of their placeholders; the others stay. */
export const fillTemplate = (template: Template, values: Readonly<Record<string, string>>): Template =>
  joinTexts(
    template.map(token =>
      token.kind === 'placeholder' && Object.hasOwn(values, token.name)
        ? { kind: 'text', text: renderPlaceholder(token, values) }
        : token,
    ),
  )

/** Puts other templates in the place of placeholders, for example the sample id in the place of `{id}`. */
export const expandTemplate = (template: Template, parts: Readonly<Record<string, Template>>): Template =>
  joinTexts(
    template.flatMap(token =>
      token.kind === 'placeholder' && Object.hasOwn(parts, token.name) ? parts[token.name]! : [token],
    ),
  )

function joinTexts(tokens: Template): Template {
  const joined: TemplateToken[] = []
  for (const token of tokens) {
    const last = joined.at(-1)
    if (token.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + token.text }
    else joined.push(token)
  }
  return joined
}
