import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dictionaryVr, TAGS, tagNumber, tagOf, tagText } from '../../../../src/formats/dicom/dictionary.ts'

const folder = new URL('../../../../src/formats/dicom/dictionary/', import.meta.url)
const lines = readdirSync(folder).flatMap(file =>
  readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('  '))
    .map(line => /^ {2}([A-Za-z0-9]+): '([A-Z]{2}|xs)([0-9A-F]{8})',$/.exec(line) ?? line),
)

describe('the dictionary', () => {
  it('has entries of one form, each keyword and each tag once', () => {
    expect(lines.filter(line => typeof line === 'string')).toEqual([])
    expect(lines.length).toBeGreaterThan(1000)
    expect(new Set(lines.map(line => line[1])).size).toBe(lines.length)
    expect(new Set(lines.map(line => line[3])).size).toBe(lines.length)
    expect(Object.keys(TAGS).length).toBe(lines.length)
  })

  it.each([
    ['PatientID', '00100020', 'LO'],
    ['PixelData', '7FE00010', 'OW'],
    ['SmallestImagePixelValue', '00280106', 'xs'],
    ['PerFrameFunctionalGroupsSequence', '52009230', 'SQ'],
    ['ImagePositionPatient', '00200032', 'DS'],
    ['DirectoryRecordSequence', '00041220', 'SQ'],
    ['FrameReferenceTime', '00541300', 'DS'],
    ['LossyImageCompression', '00282110', 'CS'],
  ] as const)('%s is %s, %s', (keyword, tag, vr) => {
    expect(TAGS[keyword]).toBe(tag)
    expect(tagText(tagNumber(tag))).toBe(`(${tag.slice(0, 4)},${tag.slice(4)}) ${keyword}`)
    expect(dictionaryVr(tagNumber(tag))).toBe(vr)
    expect(tagOf(tagNumber(tag))).toBe(tag)
  })

  it('knows what has no entry: group lengths, private creators, repeated overlays', () => {
    expect(dictionaryVr(0x00100000)).toBe('UL')
    expect(dictionaryVr(0x00290010)).toBe('LO')
    expect(dictionaryVr(0x00291010)).toBe('UN')
    expect(dictionaryVr(0x60023000)).toBe('OW')
    expect(dictionaryVr(0x00101099)).toBe('UN')
  })

  it('names tags as people do', () => {
    expect(tagText(0x00100020)).toBe('(0010,0020) PatientID')
    expect(tagText(0x00291010)).toBe('(0029,1010)')
  })
})
