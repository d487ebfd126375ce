import { describe, expect, it } from 'vitest'
import { nonrigidMaps } from '../../../../src/formats/elastix/defaultMaps.ts'
import {
  formatParameterMap,
  parseParameterMap,
  withParameters,
} from '../../../../src/formats/elastix/parameterMap.ts'

describe('parseParameterMap', () => {
  it('reads numbers, texts with blanks and comments', () => {
    const map = parseParameterMap(
      '// a comment\r\n(Size 5 6)\n\n  (Path "a //b c" 1e-3 "two")  // the end\n(Flag "true")',
    )
    expect([...map]).toEqual([
      ['Size', ['5', '6']],
      ['Path', ['a //b c', '1e-3', 'two']],
      ['Flag', ['true']],
    ])
  })

  it.each([
    ['Size 5 6', 'p.txt: line 1 is not enclosed in brackets'],
    ['\n(Size 5', 'line 2 is not enclosed in brackets'],
    ['(Size)', 'line 1 has no value'],
    ['(Path "a)', 'line 1 has a quotation mark without its other'],
    ['(A 1)\n(A 2)', 'line 2 repeats the parameter A'],
  ])('refuses %j', (text, message) => {
    expect(() => parseParameterMap(text, 'p.txt')).toThrow(message)
  })

  it('reads what it writes', () => {
    const map = new Map([
      ['A', ['1', '-2.5', '.5', '1e-7', '+3.']],
      ['B', ['Name', 'with blank', '1 2', 'NaN', '']],
    ])
    expect(formatParameterMap(map)).toBe('(A 1 -2.5 .5 1e-7 +3.)\n(B "Name" "with blank" "1 2" "NaN" "")\n')
    expect(parseParameterMap(formatParameterMap(map))).toEqual(map)
  })
})

describe('withParameters', () => {
  it('changes a parameter where it stands and leaves the map as it was', () => {
    const map = parseParameterMap('(A 1)\n(B 2)')
    expect([...withParameters(map, { A: ['3'], C: ['4'] })]).toEqual([
      ['A', ['3']],
      ['B', ['2']],
      ['C', ['4']],
    ])
    expect(map.get('A')).toEqual(['1'])
  })
})

describe('nonrigidMaps', () => {
  it('are translation, affine and B-spline', () => {
    expect(nonrigidMaps().map(map => map.get('Transform')?.[0])).toEqual([
      'TranslationTransform',
      'AffineTransform',
      'BSplineTransform',
    ])
  })
})
