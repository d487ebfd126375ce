import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArchiveMatcher } from '../../../src/profiles/match.ts'
import { parseProfile } from '../../../src/profiles/parse.ts'
import { PathMatcher } from '../../../src/profiles/pathMatcher.ts'
import { compilePath } from '../../../src/profiles/pattern.ts'
import { patternProblem, placeholderRegExp } from '../../../src/profiles/placeholderPattern.ts'
import { parseTemplate, renderTemplate } from '../../../src/profiles/template.ts'
import { matched, nmeProfile, profileText } from '../../unit/profiles/archive.ts'

/** Any text that can be (part of) a file name, in NFC. */
const nameText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .map(text => text.normalize('NFC').replace(/[/\\\p{Cc}\p{Cs}]/gu, 'x'))
  .filter(text => text !== '.' && text !== '..')

const without = (characters: string) =>
  nameText.map(text =>
    [...text].map(character => (characters.includes(character) ? 'y' : character)).join(''),
  )

/** Neighbours of a placeholder must not compose with its text into other characters, as a combining accent would. */
const composesAlone = (text: string) =>
  `_${text}_.`.normalize('NFC') === `_${text}_.` && !/^\p{M}/u.test(text)

test('render then match gives the attributes back', () => {
  const pattern = compilePath('{site}/{seq}.{pid}_{phase}.nii.gz', { seq: '[^.]+', phase: '\\d+' })
  fc.assert(
    fc.property(nameText, without('.'), nameText, fc.nat(), (site, seq, pid, phase) => {
      const values = { site, seq, pid, phase: String(phase) }
      expect(new PathMatcher(pattern).match(renderTemplate(pattern.template, values))).toEqual(values)
    }),
  )
})

test('whatever match gives renders to the same path', () => {
  const segment = fc.string({ unit: fc.constantFrom('a', '_', '-', '.', '1'), minLength: 1, maxLength: 12 })
  const template = fc.constantFrom('{a}_{b}', '{a}-{a}', '{a}.{b}_{c}', '_{a}', '{a}1', '{a}_{b}_{a}')
  fc.assert(
    fc.property(template, segment, (source, text) => {
      const pattern = compilePath(source, {})
      const values = new PathMatcher(pattern).match(text)
      fc.pre(values !== undefined)
      expect(renderTemplate(pattern.template, values!)).toBe(text)
    }),
    { numRuns: 2000 },
  )
})

test('a path matches exactly if the regular expression that means the same does', () => {
  const segment = fc.string({ unit: fc.constantFrom('a', 'b', '_', '-'), minLength: 1, maxLength: 10 })
  const cases = [
    ['{x}_{y}', {}, /^([^/]+?)_([^/]+?)$/],
    ['{x}_{y}-{z}', { y: 'a+' }, /^([^/]+?)_(a+)-([^/]+?)$/],
    ['a{x}_{x}', {}, /^a([^/]+?)_\1$/],
    ['{x}{y}b', { x: '[a_]+?' }, /^([a_]+?)([^/]+?)b$/],
    ['{x}_{y}_{x}', { y: '[ab]+' }, /^([^/]+?)_([ab]+)_\1$/],
  ] as const
  fc.assert(
    fc.property(fc.constantFrom(...cases), segment, ([source, patterns, expression], text) => {
      const values = new PathMatcher(compilePath(source, patterns)).match(text)
      const oracle = expression.exec(text)
      expect(values === undefined ? null : Object.values(values)).toEqual(oracle?.slice(1) ?? null)
    }),
    { numRuns: 3000 },
  )
})

test('a sample of NME is found again from each of its files', () => {
  const matcher = new ArchiveMatcher(nmeProfile())
  const collections = fc.constantFrom(
    'train-val',
    'test-inner-01',
    'test-outer-02',
    'test-outer-03',
    'test-outer-04',
  )
  const subset = fc.constantFrom('imagesTr', 'imagesVd', 'imagesTs', 'labelsTr', 'labelsVd', 'labelsTs')
  fc.assert(
    fc.property(
      collections,
      subset,
      without('._').filter(composesAlone),
      nameText.filter(composesAlone),
      fc.integer({ min: 0, max: 255 }),
      (collection, folder, seq, pid, index) => {
        const path = `NME-Seg-2025.8.25-${collection}/${folder}/NME-Seg_${seq}.${pid}.nii.gz`
        const { attributes, sampleId } = matched(matcher.match(path))
        expect(attributes).toMatchObject({ collection, seq, pid })
        for (const file of ['volume', 'mask', 'info', { index, shortForm: 'NME' }] as const) {
          const back = matcher.layout.parse(matcher.layout.outputPath(attributes, file))
          expect(back).toMatchObject({ id: sampleId, file })
          expect(attributes).toMatchObject(back!.attributes)
        }
      },
    ),
  )
})

test('fixed text of a template survives braces', () => {
  fc.assert(
    fc.property(nameText, text => {
      const source = text.replaceAll('{', '{{').replaceAll('}', '}}')
      expect(renderTemplate(parseTemplate(source), {})).toBe(text.normalize('NFC'))
    }),
  )
})

test('a pattern that is taken never takes long', () => {
  const pattern = fc.string({
    unit: fc.constantFrom('a', 'b', '(', ')', '*', '+', '?', '|', '[ab]', '{2,}'),
    maxLength: 12,
  })
  fc.assert(
    fc.property(pattern, source => {
      fc.pre(patternProblem(source) === undefined)
      const expression = placeholderRegExp(source)
      const begin = performance.now()
      for (const name of ['a'.repeat(254), 'ab'.repeat(127)]) expression.test(`${name}!`)
      expect(performance.now() - begin).toBeLessThan(2_000)
    }),
    { numRuns: 1000 },
  )
})

test('any text is a profile or a ProfileError', () => {
  const key = fc.constantFrom(
    'files',
    'placeholders',
    'tables',
    'attributes',
    'sample',
    'info',
    'layout',
    'split',
    'splits',
  )
  fc.assert(
    fc.property(key, fc.json(), (name, value) => {
      try {
        parseProfile(profileText({ [name]: value }), 'p.yaml')
      } catch (error) {
        expect((error as Error).name).toBe('ProfileError')
      }
    }),
    { numRuns: 300 },
  )
})
