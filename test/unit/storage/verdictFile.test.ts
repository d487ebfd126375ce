import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/core/verdict.ts'
import { WriteError } from '../../../src/storage/atomicWrite.ts'
import { appendVerdict, readVerdicts } from '../../../src/storage/verdictFile.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'voxmill-verdicts-'))
  file = path.join(folder, 'state', 'verdicts.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const verdict = (n: number, comment = ''): Verdict => ({
  case: `site/sample ${n}`,
  verdict: 'accept',
  comment,
  reviewer: 'A. Reader',
  at: '2026-01-02T03:04:05.678Z',
})
const line = (n: number) => `${JSON.stringify(verdict(n))}\n`

describe('a file of verdicts', () => {
  it('that is not there has none', () => {
    expect(readVerdicts(file)).toEqual({ verdicts: [], first: 0, next: 0 })
    expect(readVerdicts(file, 99)).toEqual({ verdicts: [], first: 0, next: 0 })
  })

  it('is read on from where it was read to', async () => {
    await appendVerdict(file, verdict(1))
    const one = readVerdicts(file)
    expect(one).toEqual({ verdicts: [verdict(1)], first: 0, next: statSync(file).size })
    expect(readVerdicts(file, one.next).verdicts).toEqual([])
    await appendVerdict(file, verdict(2, 'über «drei»\nZeilen 雨'))
    const two = readVerdicts(file, one.next)
    expect(two.verdicts).toEqual([verdict(2, 'über «drei»\nZeilen 雨')])
    expect(two.first).toBe(one.next)
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3)
  })

  it('is read anew where no line begins at the place', async () => {
    await appendVerdict(file, verdict(1))
    await appendVerdict(file, verdict(2))
    const { size } = statSync(file)
    for (const place of [1, 7, line(1).length - 5, size + 1, 1e9])
      expect(readVerdicts(file, place)).toEqual({ verdicts: [verdict(1), verdict(2)], first: 0, next: size })
  })

  it('with a line that is torn waits for its end, or passes it over', async () => {
    await appendVerdict(file, verdict(1))
    const { next } = readVerdicts(file)
    appendFileSync(file, line(2).slice(0, 20))
    expect(readVerdicts(file, next)).toEqual({ verdicts: [], first: next, next })
    // The writer goes on.
    appendFileSync(file, line(2).slice(20))
    expect(readVerdicts(file, next).verdicts).toEqual([verdict(2)])
    // This one died.
    appendFileSync(file, line(3).slice(0, 20))
    await appendVerdict(file, verdict(4))
    expect(readVerdicts(file, next).verdicts).toEqual([verdict(2), verdict(4)])
    expect(readFileSync(file, 'utf8')).toBe(`${line(1)}${line(2)}${line(3).slice(0, 20)}\n${line(4)}`)
  })

  it('whose last line lacks its newline alone keeps that verdict, and does not give it twice', async () => {
    await appendVerdict(file, verdict(1))
    appendFileSync(file, line(2).trimEnd())
    const { verdicts, next } = readVerdicts(file)
    expect(verdicts).toEqual([verdict(1), verdict(2)])
    expect(next).toBe(statSync(file).size)
    await appendVerdict(file, verdict(3))
    expect(readVerdicts(file, next).verdicts).toEqual([verdict(3)])
    expect(readVerdicts(file).verdicts).toEqual([verdict(1), verdict(2), verdict(3)])
  })

  it('passes over what is no verdict', () => {
    writeFileSync(
      path.join(folder, 'edited.jsonl'),
      [
        '',
        'null',
        '[]',
        '7',
        '{}',
        line(1).trim(),
        '   ',
        JSON.stringify({ ...verdict(2), verdict: 'maybe' }),
        '\ufeff',
      ].join('\r\n'),
    )
    expect(readVerdicts(path.join(folder, 'edited.jsonl')).verdicts).toEqual([verdict(1)])
  })

  it('takes no line that is longer than one write', async () => {
    await expect(appendVerdict(file, verdict(1, 'x'.repeat(70_000)))).rejects.toThrow(/longer than a line/)
    expect(readVerdicts(file).verdicts).toEqual([])
  })

  it('that cannot be written is told with its path', async () => {
    writeFileSync(path.join(folder, 'state'), '')
    const refused = appendVerdict(file, verdict(1))
    await expect(refused).rejects.toThrow(WriteError)
    await expect(refused).rejects.toThrow(file)
  })
})
