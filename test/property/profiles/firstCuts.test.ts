import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PathMatcher } from '../../../src/profiles/pathMatcher.ts'
import { compilePath } from '../../../src/profiles/pattern.ts'

const NAMES = ['x', 'y', 'z'] as const
const PATTERNS = { x: undefined, y: '[ab]+', z: 'a|_b?' } as const

/** Text of few letters, so that what follows a placeholder often occurs in it too. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 3 })
const token = fc.oneof(
  text.map(t => ({ text: t })),
  fc.constantFrom(...NAMES).map(name => ({ name })),
)

/** The same as a regular expression, whose lazy quantifiers take as few letters as let the rest fit, from the left. */
function asRegExp(tokens: readonly ({ text: string } | { name: (typeof NAMES)[number] })[]): RegExp {
  const seen = new Set<string>()
  const parts = tokens.map(t => {
    if ('text' in t) return t.text
    if (seen.has(t.name)) return `\\k<${t.name}>`
    seen.add(t.name)
    const pattern = PATTERNS[t.name]
    // The text between two cuts has to fit as a whole, which the end of the group alone would not ask for.
    return pattern === undefined ? `(?<${t.name}>.+?)` : `(?<${t.name}>(?:${lazily(pattern)}))`
  })
  return new RegExp(`^${parts.join('')}$`)
}

/** By length, shortest first, as cuts are tried. */
const lazily = (pattern: string) => (pattern === '[ab]+' ? '[ab]+?' : 'a|_|_b')

it('a path is matched as by lazy quantifiers, whether the first cuts fit or others do', () => {
  fc.assert(
    fc.property(
      fc.array(token, { minLength: 1, maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 12 }),
      (tokens, path) => {
        const source = tokens.map(t => ('text' in t ? t.text : `{${t.name}}`)).join('')
        const patterns = Object.fromEntries(Object.entries(PATTERNS).filter(([, p]) => p !== undefined))
        const pattern = compilePath(source, patterns as Record<string, string>)
        const expected = asRegExp(tokens).exec(path)?.groups
        const values = new PathMatcher(pattern).match(path)
        if (expected === undefined && asRegExp(tokens).exec(path) === null) expect(values).toBeUndefined()
        else expect(values).toEqual({ ...expected })
      },
    ),
    { numRuns: 4000 },
  )
})

it('what a folder said of one path does not change what the next one is', () => {
  const pattern = compilePath('{a}/x{b}/{a}_{c}', { b: 'y*' })
  const name = fc.string({ unit: fc.constantFrom('a', 'x', 'y', '_', '/'), maxLength: 9 })
  fc.assert(
    fc.property(
      fc.array(name, { maxLength: 12 }),
      fc.array(fc.constantFrom('a/x', 'y/xy', 'a'), { minLength: 1 }),
      (names, folders) => {
        const remembers = new PathMatcher(pattern)
        for (const [i, n] of names.entries()) {
          const path = `${folders[i % folders.length]}/${i % 2 === 0 ? n : `a_${n}`}`
          expect(remembers.match(path)).toEqual(new PathMatcher(pattern).match(path))
        }
      },
    ),
  )
})
