import { describe, expect, test } from 'vitest'
import { parseLabelMap } from '../../../src/profiles/labelMap.ts'
import { LabelMapError } from '../../../src/profiles/problem.ts'

describe('parseLabelMap', () => {
  test.each([
    [
      'full_form_index_map:\n  0: background\n  1: non mass enhancement\nshort_form_index_map:\n  0: Bg\n  1: NME\n',
      [
        { index: 0, name: 'background', shortForm: 'Bg' },
        { index: 1, name: 'non mass enhancement', shortForm: 'NME' },
      ],
    ],
    [
      'short_form_index_map: {2: Left Lung, 1: a/b}',
      [
        { index: 1, name: 'a/b', shortForm: 'a_b' },
        { index: 2, name: 'Left Lung', shortForm: 'Left_Lung' },
      ],
    ],
    ['labels: [{index: 255, name: tumour, short_form: T}]', [{ index: 255, name: 'tumour', shortForm: 'T' }]],
    ['labels: [{index: 3, short_form: 007}]', [{ index: 3, name: '007', shortForm: '007' }]],
    [
      "labels: [{index: 1, short_form: T, color: '#FF8800'}, {index: 2, short_form: U}]",
      [
        { index: 1, name: 'T', shortForm: 'T', color: '#ff8800' },
        { index: 2, name: 'U', shortForm: 'U' },
      ],
    ],
    [
      "short_form_index_map: {1: T, 2: U}\ncolor_map: {2: '#0a0B0c'}",
      [
        { index: 1, name: 'T', shortForm: 'T' },
        { index: 2, name: 'U', shortForm: 'U', color: '#0a0b0c' },
      ],
    ],
  ])('%j', (text, labels) => {
    expect(parseLabelMap(text, 'l.yaml')).toEqual(labels)
  })

  test.each([
    [
      'short_form_index_map:\n  1: Lung\n  2: lung',
      '3:3',
      'the short form of 2 lung is taken by 1 Lung already',
    ],
    ['short_form_index_map:\n  1: a b\n  2: a_b', '3:3', 'the short form of 2 a_b is taken by 1 a_b already'],
    ['short_form_index_map:\n  1: a\n  01: b', '3:3', 'the index of 1 b is taken by 1 a already'],
    ['short_form_index_map:\n  1: a\n  1: b', '3:3', 'Map keys must be unique'],
    ['short_form_index_map:\n  256: a', '2:3', "the index '256' is not a whole number from 0 to 255"],
    ['short_form_index_map:\n  1.5: a', '2:3', "the index '1.5' is not a whole number from 0 to 255"],
    ['short_form_index_map:\n  -1: a', '2:3', "the index '-1' is not a whole number from 0 to 255"],
    ['short_form_index_map:\n  1: ""', '2:6', 'the short form of 1 is empty or holds a control character'],
    ['short_form_index_map:\n  1: [a]', '2:6', 'a mapping of index to text is expected'],
    [
      'short_form_index_map: {1: a}\nfull_form_index_map:\n  1: a\n  2: b',
      '4:3',
      'the index 2 has no short form',
    ],
    [
      'labels:\n  - {index: 1, short_form: a}\n  - {index: 1, short_form: b}',
      '3:5',
      'the index of 1 b is taken',
    ],
    ['labels:\n  - {index: 1}', '2:5', "'short_form' is missing or no text"],
    ['labels:\n  - {index: 1, short_form: a, color: red}', '2:38', "'red' is not a colour"],
    ['labels:\n  - index: 1\n    short_form: a\n    color: #ff8800', '4:5', 'nothing is not a colour'],
    ["short_form_index_map: {1: a}\ncolor_map: {1: '#ff88'}", '2:16', "'#ff88' is not a colour"],
    ['short_form_index_map: {1: a}\ncolor_map: {1: [255, 0, 0]}', '2:16', "'[255,0,0]' is not a colour"],
    ['short_form_index_map: {1: a}\ncolor_map: 7', '2:12', 'a mapping of index to colour is expected'],
    [
      "short_form_index_map: {1: a}\ncolor_map: {2: '#ff8800'}",
      '2:13',
      'the index 2 has a colour but no short form',
    ],
    ['labels: 7', '1:9', 'it is not a list of labels'],
    ['labels: []', '1:9', 'it has no label'],
    ['names: {1: a}', '1:1', 'it has neither short_form_index_map nor labels'],
    ['', '1:1', 'it has neither short_form_index_map nor labels'],
    ['labels: []\nshort_form_index_map: {}', '1:1', 'it has both short_form_index_map and labels'],
  ])('%j is refused at %s', (text, place, reason) => {
    expect(() => parseLabelMap(text, 'l.yaml')).toThrow(LabelMapError)
    expect(() => parseLabelMap(text, 'l.yaml')).toThrow(`l.yaml:${place}: `)
    expect(() => parseLabelMap(text, 'l.yaml')).toThrow(reason)
  })

  test('all problems are told at once', () => {
    try {
      parseLabelMap('short_form_index_map: {300: a, x: b}\nfull_form_index_map: {7: c}', 'l.yaml')
      expect.unreachable()
    } catch (error) {
      expect((error as LabelMapError).problems).toHaveLength(3)
    }
  })
})
