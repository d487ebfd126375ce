import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Dataset, DicomFile } from '../../../src/formats/dicom/dataset.ts'
import { DicomError } from '../../../src/formats/dicom/fault.ts'
import { isDicom, type ParseOptions, parseDicom } from '../../../src/formats/dicom/parse.ts'

// Written by make_expectations.py with pydicom 2.3.1.
const readLines = (name: string) =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')

type Facts = Record<string, unknown>
const expectations: { file: string; facts: Facts }[] = []
for (const line of readLines('elements.jsonl')) {
  const { file, ...changes } = JSON.parse(line)
  const merged = Object.entries<unknown>({ ...expectations.at(-1)?.facts, ...changes })
  expectations.push({ file, facts: Object.fromEntries(merged.filter(([, value]) => value !== null)) })
}
const characters: [file: string, texts: string[][]][] = readLines('characters.jsonl').map(line =>
  JSON.parse(line),
)

const DATA = new URL('../../../../shared/data/real/', import.meta.url)
const reason = existsSync(DATA) ? '' : ' (left out: ../shared/data/real is not here)'
const PYDICOM = 'pydicom+pydicom/src/pydicom/data/'
const CT = `${PYDICOM}test_files/CT_small.dcm`

const bytesOf = (file: string) => new Uint8Array(readFileSync(new URL(encodeURI(file), DATA)))
const inflate = (bytes: Uint8Array) => new Uint8Array(inflateRawSync(bytes))
const parsed = (file: string, options: ParseOptions = {}) =>
  parseDicom(bytesOf(file), { ...options, inflate }) as DicomFile

/** Each broken in its own way; pydicom makes what it can of the first two. */
const REFUSED: Record<string, RegExp> = {
  'test_files/rtplan_truncated.dcm': /^\(300A,00B0\) BeamSequence at byte 1410 reaches to byte 2394, .* 2129/,
}
const BROKEN_INSIDE = ['test_files/dicomdirtests/DICOMDIR-nooffset']
/** Sequences in private elements without a representation, which pydicom leaves as bytes. */
const PRIVATE_SEQUENCES: Record<string, number> = { 'test_files/priv_SQ.dcm': 7 }
const BROKEN_PIXELS = ['test_files/MR_truncated.dcm']
const isOne = (names: readonly string[]) => (row: { file: string }) =>
  names.some(name => row.file === PYDICOM + name)
const isRefused = isOne(Object.keys(REFUSED))

function elementCount(dataset: Dataset): number {
  let count = 0
  for (const tag of dataset.tags) {
    count++
    if (dataset.vr(tag) === 'SQ') for (const item of dataset.items(tag)) count += elementCount(item)
  }
  return count
}

/** The values as the expectations have them: numbers for numeric representations, text for others. */
function valuesOf(dataset: Dataset, tag: string): unknown[] {
  // pydicom leaves out component groups of a name that are empty at its end.
  if (dataset.vr(tag) === 'PN') return dataset.texts(tag).map(name => name.replace(/=+$/, ''))
  if (!/^(DS|IS|F[LD]|[US][LS])$/.test(dataset.vr(tag)!)) return [...dataset.texts(tag)]
  // Adding 0 makes −0 and 0 the same.
  return dataset.numbers(tag).map(number => (Number.isNaN(number) ? 'NaN' : number + 0))
}

function headerFacts({ dataset, transferSyntax }: DicomFile, expected: Facts): Facts {
  const tags = Object.keys(expected).filter(key => /^[0-9A-F]{8}$/.test(key))
  const values = tags.filter(tag => dataset.has(tag)).map(tag => [tag, valuesOf(dataset, tag)])
  return { ...Object.fromEntries(values), ...(expected.syntax ? { syntax: transferSyntax } : {}) }
}

test('the expectations cover more than 400 files', () => {
  expect(expectations.length).toBe(442)
  expect(characters.length).toBe(17)
})

describe.skipIf(reason !== '')(`public files hold the elements that pydicom reads${reason}`, () => {
  const readable = expectations.filter(row => !isRefused(row))

  test.each(readable.map(row => [row.file, row.facts] as const))('%s', (file, facts) => {
    const { count, pixels, ...header } = facts
    const whole = parsed(file)
    expect(headerFacts(whole, header)).toEqual(header)
    if (!isOne(BROKEN_INSIDE)({ file }))
      expect(elementCount(whole.dataset)).toBe(PRIVATE_SEQUENCES[file.slice(PYDICOM.length)] ?? count)
    if (!isOne(BROKEN_PIXELS)({ file })) expect(whole.dataset.bytes('7FE00010')?.length).toBe(pixels)
  })

  test('and the same from the beginning of the file alone', () => {
    for (const { file, facts } of readable) {
      const { count: _count, pixels: _pixels, ...header } = facts
      const bytes = bytesOf(file)
      let size = 200
      for (let tries = 0; ; tries++) {
        expect(tries).toBeLessThan(20)
        const options = { totalBytes: bytes.length, inflate }
        const answer = parseDicom(bytes.subarray(0, size), options)
        if (!('needBytes' in answer)) {
          expect(headerFacts(answer, header), file).toEqual(header)
          break
        }
        expect(answer.needBytes, file).toBeGreaterThan(size)
        expect(answer.needBytes, file).toBeLessThanOrEqual(bytes.length)
        size = answer.needBytes
      }
    }
  })

  test.each(Object.keys(REFUSED))('%s is refused, with the offset and the tag', file => {
    expect(() => parsed(PYDICOM + file)).toThrow(REFUSED[file])
    expect(() => parsed(PYDICOM + file)).toThrow(DicomError)
  })

  test.each(BROKEN_INSIDE)('%s shows its top level, and where its sequence is broken', file => {
    const { dataset } = parsed(PYDICOM + file)
    expect(() => dataset.items('00041220')).toThrow(
      'a sequence item at byte 10860 reaches to byte 11116, but there are only 11092 bytes',
    )
  })

  test.each(BROKEN_PIXELS)('%s shows its header, and refuses its pixels', file => {
    const whole = parsed(PYDICOM + file)
    const refusal = '(7FE0,0010) PixelData at byte 1500 reaches to byte 9692, but there are only 9630 bytes'
    expect(() => whole.pixelData).toThrow(refusal)
    expect(() => whole.dataset.bytes('7FE00010')).toThrow(refusal)
  })

  test('a file behind one stray byte is read as without it', () => {
    const stray = parsed(`${PYDICOM}test_files/no_meta.dcm`)
    const regular = parsed(CT)
    expect(stray.meta).toBeUndefined()
    expect(stray.transferSyntax).toBe(regular.transferSyntax)
    expect([...stray.dataset.tags]).toEqual([...regular.dataset.tags])
    expect(stray.dataset.text('00100010')).toBe(regular.dataset.text('00100010'))
  })
})

describe.skipIf(reason !== '')(`text is that of pydicom in all character sets${reason}`, () => {
  function textsOf(dataset: Dataset): string[][] {
    return [...dataset.tags].flatMap(tag => {
      const vr = dataset.vr(tag)!
      if (vr === 'SQ') return dataset.items(tag).flatMap(textsOf)
      const isText = ['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'].includes(vr)
      const isPrivate = Number.parseInt(tag[3]!, 16) % 2 === 1
      return isText && !isPrivate ? [[tag, ...(valuesOf(dataset, tag) as string[])]] : []
    })
  }

  test.each(characters)('%s', (file, texts) => {
    expect(textsOf(parsed(file).dataset)).toEqual(texts)
  })
})

describe.skipIf(reason !== '')(`every file of the collections${reason}`, () => {
  const read = new Set([...expectations.map(row => row.file), `${PYDICOM}test_files/no_meta.dcm`])
  const collections = new Set([...read].map(file => file.split('/')[0]!))

  test.each([...collections])('%s: DICOM is told by the first kilobyte, all else is refused', collection => {
    const root = new URL(`${collection}/`, DATA).pathname
    const wrong: string[] = []
    let refused = 0
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const place = path.join(entry.parentPath, entry.name)
      const bytes = new Uint8Array(readFileSync(place))
      const expected = read.has(`${collection}/${path.relative(root, place).replaceAll(path.sep, '/')}`)
      if (isDicom(bytes.subarray(0, 1024)) !== expected) wrong.push(place)
      if (expected) continue
      refused++
      expect(() => parseDicom(bytes), place).toThrow('neither DICM nor a data element')
    }
    expect(wrong).toEqual([])
    expect(refused).toBeGreaterThan(0)
  })
})
