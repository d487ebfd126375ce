import { LONGEST_NAME } from './pathName.ts'
import { placeholderRegExp } from './placeholderPattern.ts'
import { parseTemplate, type Template, type TemplateToken } from './template.ts'

type Values = Record<string, string>
type Placeholder = TemplateToken & { readonly kind: 'placeholder' }

/** One level of a path template, for example `images{part}`. */
export interface SegmentPattern {
  readonly source: string
  readonly tokens: Template
  /** Placeholders that appear more than once in it. */
  readonly repeated: readonly string[]
}

/** A path template ready to match. Matching and rendering are inverse as far as the values are not ambiguous. */
export interface PathPattern {
  readonly source: string
  readonly segments: readonly SegmentPattern[]
  readonly template: Template
  /** Regular expressions by placeholder; a placeholder without one takes any text. */
  readonly expressions: ReadonlyMap<string, RegExp>
}

/** How far the match of one level came, for the explanation of a path that does not fit. */
export interface SegmentReach {
  /** Index of the token that did not fit; the number of tokens when text was left over. */
  token: number
  /** Where in the text it was looked for. */
  at: number
  /** Text that was tried for a placeholder and did not fit its expression. */
  tried?: string
}

/**
 * Compiles a path template. Rules: a placeholder lies within one level of the path and takes at least one character;
 * it must fit its expression as a whole; it takes as few characters as let the rest of the level fit; a placeholder
 * that appears again must have the same text again.
 *
 * @param patterns regular expressions by placeholder name
 * @throws TemplateError, SyntaxError
 */
export function compilePath(source: string, patterns: Readonly<Record<string, string>>): PathPattern {
  return compileTemplate(source, parseTemplate(source), patterns)
}

export function compileTemplate(
  source: string,
  template: Template,
  patterns: Readonly<Record<string, string>>,
): PathPattern {
  const expressions = new Map(
    Object.entries(patterns).map(([name, pattern]) => [name, placeholderRegExp(pattern)] as const),
  )
  return { source, segments: splitSegments(template), template, expressions }
}

function splitSegments(template: Template): SegmentPattern[] {
  const segments: TemplateToken[][] = [[]]
  for (const token of template) {
    if (token.kind === 'placeholder') {
      segments.at(-1)!.push(token)
      continue
    }
    for (const [index, text] of token.text.split('/').entries()) {
      if (index > 0) segments.push([])
      if (text !== '') segments.at(-1)!.push({ kind: 'text', text })
    }
  }
  return segments.map(tokens => ({
    source: tokens.map(tokenSource).join(''),
    tokens,
    repeated: repeatedNames(tokens),
  }))
}

const tokenSource = (token: TemplateToken): string =>
  token.kind === 'text'
    ? token.text.replaceAll('{', '{{').replaceAll('}', '}}')
    : `{${token.name}${token.width > 0 ? `:0${token.width}d` : ''}}`

/** The values of a path's placeholders, or undefined when it does not fit. The names of its levels are in Unicode NFC. */
export function matchNames(pattern: PathPattern, names: readonly string[]): Values | undefined {
  if (names.length !== pattern.segments.length) return undefined
  const values: Values = {}
  for (let level = 0; level < names.length; level++)
    if (!matchSegment(pattern, pattern.segments[level]!, names[level]!, values)) return undefined
  return values
}

/**
 * Matches one level and adds its values to `values`; those there already are taken as given. Cut points are tried
 * from the left, and one that led nowhere is not tried again, so that the time is quadratic in the length at worst.
 */
export function matchSegment(
  pattern: PathPattern,
  segment: SegmentPattern,
  text: string,
  values: Values,
  reach?: SegmentReach,
): boolean {
  if (text.length > LONGEST_NAME) return false
  const { tokens, repeated } = segment
  // What does not even begin like the level needs no search, and most of what fits does so at the first cuts.
  const first = tokens[0]
  if (reach === undefined && first?.kind === 'text' && !text.startsWith(first.text)) return false
  if (fitsAtFirstCuts(pattern, segment, text, values)) return true
  // A level with a single placeholder has no other cut.
  if (reach === undefined && isCutOnce(segment, values)) return false
  let failed: Set<string> | undefined
  const bound = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined)
  const stateOf = (index: number, at: number) =>
    `${index} ${at} ${repeated.map(name => bound(name) ?? '').join('/')}`

  const fail = (token: number, at: number, tried?: string): false => {
    if (reach && (token > reach.token || (token === reach.token && at > reach.at))) {
      reach.token = token
      reach.at = at
      if (tried === undefined) delete reach.tried
      else reach.tried = tried
    }
    return false
  }

  const from = (index: number, at: number): boolean => {
    const token = tokens[index]
    if (token === undefined) return at === text.length || fail(index, at)
    const fixed = token.kind === 'text' ? token.text : bound(token.name)
    if (fixed !== undefined)
      return text.startsWith(fixed, at) ? from(index + 1, at + fixed.length) : fail(index, at)
    return token.kind === 'placeholder' && fill(index, at, token)
  }

  const fill = (index: number, at: number, token: Placeholder): boolean => {
    if (failed?.has(stateOf(index, at))) return false
    let end = firstEnd(index, at)
    if (end < 0) fail(at === text.length ? index : index + 1, at)
    for (; end >= 0; end = nextEnd(index, end)) {
      const value = text.slice(at, end)
      if (!fits(token, pattern.expressions.get(token.name), value)) {
        fail(index, at, value)
        continue
      }
      values[token.name] = value
      if (from(index + 1, end)) return true
      delete values[token.name]
    }
    failed ??= new Set()
    failed.add(stateOf(index, at))
    return false
  }

  // A placeholder can end only before a place where the text that follows it occurs; the last one of a level, or
  // the one before its closing text, has a single end.
  const follows = (index: number): string | undefined => {
    const next = tokens[index + 1]
    return next === undefined ? '' : next.kind === 'text' ? next.text : bound(next.name)
  }
  const isLast = (index: number) => index + 2 >= tokens.length

  const firstEnd = (index: number, at: number): number => {
    const next = follows(index)
    if (next === undefined) return at + 1 < text.length ? at + 1 : -1
    if (!isLast(index)) return text.indexOf(next, at + 1)
    const end = text.length - next.length
    return end > at && text.endsWith(next) ? end : -1
  }
  const nextEnd = (index: number, end: number): number => {
    const next = follows(index)
    if (next === undefined) return end + 1 < text.length ? end + 1 : -1
    return isLast(index) ? -1 : text.indexOf(next, end + 1)
  }

  return from(0, 0)
}

/**
 * Whether a level fits when each placeholder ends at the first place where it can: then that is what the search would
 * find. `values` is added to only if so.
 */
function fitsAtFirstCuts(
  pattern: PathPattern,
  { tokens, repeated }: SegmentPattern,
  text: string,
  values: Values,
): boolean {
  if (repeated.length > 0) return false
  const ends: number[] = []
  let at = 0
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token.kind === 'text') {
      if (!text.startsWith(token.text, at)) return false
      at += token.text.length
      continue
    }
    const next = tokens[i + 1]
    if (next?.kind === 'placeholder' || Object.hasOwn(values, token.name)) return false
    const end = next === undefined ? text.length : cutBefore(text, next.text, at, i + 2 === tokens.length)
    if (end <= at || !fits(token, pattern.expressions.get(token.name), text.slice(at, end))) return false
    ends.push(at, end)
    at = end
  }
  if (at !== text.length) return false
  let n = 0
  for (const token of tokens)
    if (token.kind === 'placeholder') values[token.name] = text.slice(ends[n++], ends[n++])
  return true
}

const isCutOnce = ({ tokens }: SegmentPattern, values: Values): boolean => {
  const [first, second] = tokens[0]?.kind === 'text' ? [tokens[1], tokens[2]] : [tokens[0], tokens[1]]
  return (
    first?.kind === 'placeholder' &&
    !Object.hasOwn(values, first.name) &&
    second?.kind !== 'placeholder' &&
    tokens.indexOf(first) + (second === undefined ? 1 : 2) === tokens.length
  )
}

/** The first place after `at` where a text follows; the one that closes a level has to stand at its end. */
const cutBefore = (text: string, next: string, at: number, closes: boolean): number =>
  !closes ? text.indexOf(next, at + 1) : text.endsWith(next) ? text.length - next.length : -1

function fits(token: Placeholder, expression: RegExp | undefined, value: string) {
  if (token.width > 0 && !(value.length >= token.width && /^\d+$/.test(value))) return false
  return expression === undefined || expression.test(value)
}

function repeatedNames(tokens: Template): string[] {
  const names = tokens.flatMap(token => (token.kind === 'placeholder' ? [token.name] : []))
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}
