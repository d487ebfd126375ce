import { LONGEST_NAME } from './pathName.ts'
import { matchSegment, type PathPattern, type SegmentPattern, type SegmentReach } from './pattern.ts'

/** A file that does not fit the profile, and why: a finding. */
export interface UnmatchedFile {
  readonly status: 'unmatched'
  readonly cause: 'path' | 'table' | 'map' | 'value' | 'ambiguous'
  /** The reason, with the words of this file. */
  readonly message: string
  /** The reason without them: equal for all files with the same kind of trouble. */
  readonly rule: string
  readonly remedy: string
  /** Path of the profile's entry that came closest. */
  readonly nearest: string
  /** Index of that entry in `files` of the profile. */
  readonly entry: number
}

interface Misfit {
  /** Levels that fit, plus the share of the level that did not. */
  readonly score: number
  readonly message: string
  readonly rule: string
}

/** Tells which pattern a path came closest to and where it left it. */
export function nearestEntry(patterns: readonly PathPattern[], path: string): UnmatchedFile {
  const names = path.split('/')
  let entry = 0
  let closest: Misfit | undefined
  for (const [index, pattern] of patterns.entries()) {
    const misfit = misfitOf(pattern, names)
    if (closest === undefined || misfit.score > closest.score) {
      closest = misfit
      entry = index
    }
  }
  return {
    status: 'unmatched',
    cause: 'path',
    message: closest!.message,
    rule: closest!.rule,
    remedy: 'Rename or move the file, or add an entry for such files to the profile.',
    nearest: patterns[entry]!.source,
    entry,
  }
}

function misfitOf(pattern: PathPattern, names: readonly string[]): Misfit {
  const levels = pattern.segments.length
  // Of two patterns that fail at the same place, the one of the path's own depth is the one that was meant.
  const depth = names.length === levels ? 0.05 : 0
  const count = (n: number) => `${n} ${n === 1 ? 'level' : 'levels'}`
  const levelsDiffer = `the path has ${count(names.length)} of folders and file, the pattern '${pattern.source}' has ${levels}`
  const values: Record<string, string> = {}
  for (const [level, segment] of pattern.segments.entries()) {
    const name = names[level]
    if (name === undefined) break
    const reach: SegmentReach = { token: -1, at: 0 }
    if (matchSegment(pattern, segment, name, values, reach)) continue
    const what = level === levels - 1 && level === names.length - 1 ? 'file name' : `level ${level + 1}`
    const fault = `${what} '${name}' does not fit '${segment.source}'`
    return {
      score: level + (0.9 * charactersThatFit(segment, name, reach)) / (name.length + 1) + depth,
      message: `${fault}: ${describe(pattern, segment, name, values, reach)}${depth > 0 ? '' : `; besides, ${levelsDiffer}`}`,
      rule: `${what} does not fit '${segment.source}'`,
    }
  }
  return { score: Math.min(levels, names.length) + depth, message: levelsDiffer, rule: levelsDiffer }
}

/** Characters of a name up to where the match broke off, and those of the text expected there that are further on. */
function charactersThatFit({ tokens }: SegmentPattern, name: string, { token, at }: SegmentReach): number {
  const expected = tokens[token]
  if (expected?.kind !== 'text') return at
  const rest = name.slice(at).toLowerCase()
  let length = expected.text.length
  while (length > 0 && !rest.includes(expected.text.slice(0, length).toLowerCase())) length--
  return at + length
}

function describe(
  pattern: PathPattern,
  segment: SegmentPattern,
  name: string,
  values: Readonly<Record<string, string>>,
  reach: SegmentReach,
): string {
  if (name.length > LONGEST_NAME) return `it is longer than ${LONGEST_NAME} characters`
  const token = segment.tokens[reach.token]
  const rest = name.slice(reach.at)
  if (token === undefined) return `'${rest}' is left over at its end`
  const before = reach.at === 0 ? 'at its beginning' : `after '${name.slice(0, reach.at)}'`
  if (token.kind === 'text') {
    if (rest.toLowerCase().includes(token.text.toLowerCase()))
      return rest.includes(token.text)
        ? `'${token.text}' is expected elsewhere than it is`
        : `'${token.text}' differs in upper and lower case only`
    return `'${token.text}' is missing ${before}`
  }
  const known = Object.hasOwn(values, token.name) ? values[token.name] : undefined
  if (known !== undefined) return `{${token.name}} was '${known}' further up, and that is missing ${before}`
  const earlier = segment.tokens.slice(0, reach.token)
  if (earlier.some(other => other.kind === 'placeholder' && other.name === token.name))
    return `{${token.name}} must have the same text again ${before}`
  const expression = pattern.expressions.get(token.name)?.source.slice(4, -2)
  if (reach.tried !== undefined && expression !== undefined)
    return `{${token.name}} must fit ${expression}, and '${reach.tried}' does not`
  return `nothing is left for {${token.name}} ${before}`
}
