import { describe, expect, it } from 'vitest'
import { readTransformChain } from '../../../../src/formats/elastix/transformChain.ts'

const translation = (x: number, initial?: string) =>
  `(Transform "TranslationTransform")\n(TransformParameters ${x} 0 0)\n(InitialTransformParametersFileName "${initial ?? 'NoInitialTransform'}")\n(HowToCombineTransforms "Compose")`

describe('readTransformChain', () => {
  it('follows initial transforms, whatever folder they name', () => {
    const files = new Map([
      ['out/T.2.txt', translation(3, '/tmp/other/T.1.txt')],
      ['T.0.txt', translation(1)],
      ['T.1.txt', translation(2, 'C:\\out\\T.0.txt')],
    ])
    const { chain } = readTransformChain(files)
    expect(chain.map(t => t.kind === 'translation' && t.offset[0])).toEqual([1, 2, 3])
    expect(readTransformChain(files, 'T.1.txt').chain).toHaveLength(2)
  })

  it.each([
    [{ 'a.txt': translation(1, 'b.txt') }, 'the transform file b.txt is missing'],
    [
      { 'a.txt': translation(1, 'b.txt'), 'b.txt': translation(1, 'a.txt') },
      'every transform file is the initial transform of another',
    ],
    [
      { 'a.txt': translation(1), 'b.txt': translation(1) },
      'a.txt and b.txt are no initial transform of another',
    ],
  ])('refuses %j', (files, message) => {
    expect(() => readTransformChain(new Map(Object.entries(files)))).toThrow(message)
  })

  it('refuses a circle that does not hold the last', () => {
    const files = {
      'a.txt': translation(1, 'b.txt'),
      'b.txt': translation(1, 'c.txt'),
      'c.txt': translation(1, 'b.txt'),
    }
    expect(() => readTransformChain(new Map(Object.entries(files)))).toThrow(
      'b.txt is its own initial transform',
    )
  })
})
