import { describe, expect, test } from 'vitest'
import {
  expandTemplate,
  parseTemplate,
  placeholderNames,
  renderTemplate,
  TemplateError,
} from '../../../src/profiles/template.ts'

const render = (source: string, values: Record<string, string>) =>
  renderTemplate(parseTemplate(source), values)

describe('renderTemplate', () => {
  test.each([
    ['{seq}_{pid}', { seq: '01A002', pid: '0004091054' }, '01A002_0004091054'],
    [
      '{pid}_mask_{index:02d}_{short_form}.nii.gz',
      { pid: 'a', index: '1', short_form: 'NME' },
      'a_mask_01_NME.nii.gz',
    ],
    ['{index:02d}', { index: '255' }, '255'],
    ['{{{pid}}}', { pid: 'x' }, '{x}'],
    ['no placeholder', {}, 'no placeholder'],
    ['{name}', { name: 'Müller Ä' }, 'Müller Ä'],
  ])('%s', (source, values, expected) => {
    expect(render(source, values)).toBe(expected)
  })

  test('names the placeholder that has no value, and does not look at inherited properties', () => {
    expect(() => render('{seq}_{pid}', { seq: '1' })).toThrow('nothing is known for the placeholder {pid}')
    expect(() => render('{constructor}', {})).toThrow('nothing is known for the placeholder {constructor}')
  })

  test('refuses digits of what is no number', () => {
    expect(() => render('{index:02d}', { index: 'NME' })).toThrow(TemplateError)
  })
})

describe('parseTemplate', () => {
  test.each([
    ['{pid', 'the brace at character 1 is never closed'],
    ['pid}', 'the brace at character 4 was never opened'],
    ['{Pid}', '{Pid} is no placeholder'],
    ['{}', '{} is no placeholder'],
    ['{index:2d}', '{index:2d} is no placeholder'],
    ['{a{b}', '{a{b} is no placeholder'],
  ])('%s is refused', (source, reason) => {
    expect(() => parseTemplate(source)).toThrow(reason)
  })

  test('fixed text comes out in NFC', () => {
    expect(parseTemplate('Mu\u0308ller')).toEqual([{ kind: 'text', text: 'Müller' }])
  })
})

test('expandTemplate puts a template in the place of a placeholder and joins the texts beside it', () => {
  const expanded = expandTemplate(parseTemplate('{id}_mask'), { id: parseTemplate('{seq}_{pid}-x') })
  expect(expanded.at(-1)).toEqual({ kind: 'text', text: '-x_mask' })
  expect(placeholderNames(expanded)).toEqual(['seq', 'pid'])
})
