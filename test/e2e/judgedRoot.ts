import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect } from 'vitest'
import type { Verdict } from '../../src/core/verdict.ts'
import { voxmill } from './cli.ts'
import { phantomRoot } from './phantomRoot.ts'

/** A data set of twelve samples without verdicts, made before the tests of a file. */
export let finished: string
beforeAll(async () => {
  finished = await phantomRoot(12)
  const made = await voxmill(['run', 'nme', '-r', finished, '-j', '1'])
  expect(made.code, made.all).toBe(0)
})

/** The file of the verdicts of a root. */
export const fileOf = (root: string) => path.join(root, '.voxmill', 'verdicts.jsonl')
export const linesOf = (root: string) => readFileSync(fileOf(root), 'utf8').split('\n')

/** Verdicts as a viewer would have left them. */
export function judged(root: string, verdicts: readonly (readonly [string, Verdict['verdict']])[]): void {
  mkdirSync(path.dirname(fileOf(root)), { recursive: true })
  for (const [name, verdict] of verdicts)
    appendFileSync(
      fileOf(root),
      `${JSON.stringify({ case: name, verdict, comment: 'seen', reviewer: 'A. Reader', at: '2026-03-04T05:06:07.000Z' })}\n`,
    )
}
