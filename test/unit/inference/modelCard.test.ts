import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  alignmentOf,
  modelCardJsonSchema,
  orientationOfCard,
  restoresLogits,
} from '../../../src/inference/cardSchema.ts'
import {
  ModelCardError,
  parseGeneratorCard,
  parseSegmentationCard,
} from '../../../src/inference/modelCard.ts'
import { networkBytes } from '../../../src/inference/networkMemory.ts'

const sound = () => ({
  name: 'heart',
  licence: 'MIT',
  sha256: 'a'.repeat(64),
  input: {
    name: 'image',
    layout: 'N C D H W',
    axes: 'z y x, LPS',
    size: [256, 256, 256],
    resize: 'linear; first voxel centres coincide (ITK origin kept), clamped at the border',
    intensity: 'raw HU, no clipping' as unknown,
  } as Record<string, unknown>,
  output: { name: 'logits', classes: 8 } as Record<string, unknown>,
  labels: { 0: 'background', 6: 'myocardium' } as Record<string, string>,
})

type Card = ReturnType<typeof sound>

function problemsOf(change: (card: Card) => void): readonly string[] {
  const card = sound()
  change(card)
  try {
    parseSegmentationCard(JSON.stringify(card), 'models/heart.json')
  } catch (error) {
    expect(error).toBeInstanceOf(ModelCardError)
    expect((error as ModelCardError).message).toContain('models/heart.json')
    expect((error as ModelCardError).remedy).toContain('model-card.schema.json')
    return (error as ModelCardError).problems
  }
  return []
}

describe('a model card', () => {
  it('is read, with defaults for what it leaves out', () => {
    const card = parseSegmentationCard(JSON.stringify(sound()), 'card')
    expect(orientationOfCard(card)).toBe('LPS')
    expect(alignmentOf(card)).toBe('first centres')
    expect(restoresLogits(card)).toBe(false)
    expect(card.input.multiple).toBe(1)
  })

  const shared = '../shared/models/chamber-unet3d.json'
  const there = existsSync(shared)
  it.skipIf(!there)(`of chamber-unet3d is read as it is${there ? '' : ` (skipped: no ${shared})`}`, () => {
    const card = parseSegmentationCard(readFileSync(shared, 'utf8'), shared)
    expect(card.input.size).toEqual([256, 256, 256])
    expect(alignmentOf(card)).toBe('first centres')
    expect(restoresLogits(card)).toBe(false)
    expect(card.labels['6']).toBe('left ventricular myocardium')
    // About 3.6 GB as measured; predicted a little above.
    const predicted = networkBytes(card, 4_056_359, 256 ** 3)
    expect(predicted).toBeGreaterThan(3.45e9)
    expect(predicted).toBeLessThan(4.2e9)
  })

  it.each<[string, (card: Card) => void, RegExp]>([
    ['misses a field', c => delete (c as Partial<Card>).sha256, /^sha256 is missing$/],
    ['misses a field of a section', c => delete c.input.axes, /^input\.axes is missing$/],
    [
      'has a hash that is none',
      c => Object.assign(c, { sha256: 'abc' }),
      /^sha256 \(it is "abc"\): SHA-256 of/,
    ],
    [
      'has a field that is not known',
      c => Object.assign(c.input, { rezise: 1 }),
      /^input\.rezise .*did you mean 'resize'/,
    ],
    [
      'has axes that name one direction twice',
      c => Object.assign(c.input, { axes: 'z y x, LRS' }),
      /^input\.axes \(it is "z y x, LRS"\)/,
    ],
    [
      'has a rule of resizing that is not known',
      c => Object.assign(c.input, { resize: 'cubic' }),
      /^input\.resize \(it is "cubic"\): `linear; first voxel/,
    ],
    ['has a size of two numbers', c => Object.assign(c.input, { size: [256, 256] }), /^input\.size/],
    [
      'has size and spacing',
      c => Object.assign(c.input, { spacing: [1, 1, 1] }),
      /^input\.spacing.*exclude each other/,
    ],
    [
      'clips the wrong way round',
      c => Object.assign(c.input, { intensity: { clip: [5, -5] } }),
      /^input\.intensity\.clip.*not below/,
    ],
    [
      'divides by nothing',
      c => Object.assign(c.input, { intensity: { sd: 0 } }),
      /^input\.intensity\.sd \(it is 0\)/,
    ],
    [
      'names a label that the network lacks',
      c => Object.assign(c.labels, { 8: 'spleen' }),
      /^labels\.8 .*8 classes/,
    ],
    [
      'restores in a way that is not known',
      c => Object.assign(c.output, { restore: 'majority' }),
      /^output\.restore/,
    ],
  ])('that %s is refused with the path of the field', (_, change, expected) => {
    const problems = problemsOf(change)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
  })

  it('tells all that is wrong at once', () => {
    expect(
      problemsOf(c => {
        delete c.input.name
        Object.assign(c, { licence: '' })
      }),
    ).toHaveLength(2)
  })

  it('that is not JSON is refused', () => {
    expect(() => parseSegmentationCard('{', 'models/heart.json')).toThrow(/not JSON/)
  })

  it('of a generator has no labels, and one of a segmentation is not taken for it', () => {
    const { labels: _, ...rest } = sound()
    const generator = { ...rest, output: { name: 'mbf', scale: 2, clip: [0, 300] } }
    expect(parseGeneratorCard(JSON.stringify(generator), 'card').output).toEqual({
      ...{ name: 'mbf', scale: 2, offset: 0, clip: [0, 300] },
    })
    expect(() => parseGeneratorCard(JSON.stringify(sound()), 'card')).toThrow(/labels is not known/)
  })

  it('of the how-to is sound', () => {
    const [, json] = /```json\n([^`]*)```/.exec(readFileSync('docs/how-to/segment.md', 'utf8'))!
    expect(parseSegmentationCard(json!, 'how-to').input.intensity).toMatchObject({ clip: [-200, 800] })
  })

  it('has a published JSON Schema (node scripts/generate-model-card-schema.mjs makes it)', () => {
    expect(JSON.parse(readFileSync('models/model-card.schema.json', 'utf8'))).toEqual(modelCardJsonSchema())
  })
})
