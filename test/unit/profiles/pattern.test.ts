import { describe, expect, test } from 'vitest'
import { PathMatcher } from '../../../src/profiles/pathMatcher.ts'
import { compilePath } from '../../../src/profiles/pattern.ts'
import { renderTemplate } from '../../../src/profiles/template.ts'

const match = (source: string, path: string, patterns: Record<string, string> = {}) =>
  new PathMatcher(compilePath(source, patterns)).match(path)

describe('a path pattern', () => {
  test.each<[string, string, Record<string, string>, Record<string, string> | undefined]>([
    ['{a}_{b}', '1_2_3', {}, { a: '1', b: '2_3' }],
    ['{a}_{b}', '1_x_3', { b: '\\d' }, { a: '1_x', b: '3' }],
    ['{a}_ph{b}.nii.gz', 'x_phantom_ph2.nii.gz', { b: '\\d+' }, { a: 'x_phantom', b: '2' }],
    ['{a}.nii.gz', 'a.nii.gz.nii.gz', {}, { a: 'a.nii.gz' }],
    ['{a}.nii.gz', '.nii.gz', {}, undefined],
    ['{pid}/{pid}_ct.nii', '007/007_ct.nii', {}, { pid: '007' }],
    ['{pid}/{pid}_ct.nii', '007/008_ct.nii', {}, undefined],
    ['{a}-{a}.nii', 'x-y-x-y.nii', {}, { a: 'x-y' }],
    ['{a}-{a}.nii', 'x-y.nii', {}, undefined],
    ['{site}{number}.nii', 'HKU12.nii', { site: '[A-Z]+' }, { site: 'H', number: 'KU12' }],
    ['{site}{number}.nii', 'HKU12.nii', { site: '[A-Z]+', number: '\\d+' }, { site: 'HKU', number: '12' }],
    ['{a}/{b}', 'x/y/z', {}, undefined],
    ['{a}', 'x/y', {}, undefined],
    ['a.c/{b}', 'abc/x', {}, undefined],
    ['scan {{1}} {a}', 'scan {1} x', {}, { a: 'x' }],
    ['Krebs Ä/{name}.nii', 'Krebs Ä/Zoë 名.nii', {}, { name: 'Zoë 名' }],
    ['{pid}', '6100000000000012345', {}, { pid: '6100000000000012345' }],
    ['{hasOwnProperty}'.toLowerCase(), 'x', {}, { hasownproperty: 'x' }],
  ])('%s on %s', (source, path, patterns, values) => {
    expect(match(source, path, patterns)).toEqual(values)
  })

  test('many placeholders and a name made to trap backtracking take no noticeable time', () => {
    const pattern = compilePath('{a}_{b}_{c}_{d}_{e}_{f}_{g}_{h}.nii', { h: '\\d+' })
    const begin = performance.now()
    expect(new PathMatcher(pattern).match(`${'_x'.repeat(125)}.nii`)).toBeUndefined()
    expect(performance.now() - begin).toBeLessThan(2_000)
  })

  test('a name longer than file systems allow is not tried', () => {
    expect(match('{a}', 'x'.repeat(255))).toBeDefined()
    expect(match('{a}', 'x'.repeat(256))).toBeUndefined()
  })
})

test('rendering its template is the inverse', () => {
  const pattern = compilePath('NME-{collection}/images{part}/{seq}.{pid}.nii.gz', {})
  const path = 'NME-test-outer-02/imagesTs/02A001.0000000017.nii.gz'
  expect(renderTemplate(pattern.template, new PathMatcher(pattern).match(path)!)).toBe(path)
})
