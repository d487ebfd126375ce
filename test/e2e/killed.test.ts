import { rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/imaging/phantom/seededRandom.ts'
import { start, voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  copyOf,
  digestsBelow,
  expectNothingHalfWritten,
  phantomRoot,
} from './phantomRoot.ts'

const KILLS = 50
const SEED = 20250825
const SAMPLES = 3

let archive: string
let expected: Record<string, string>
let duration: number
beforeAll(async () => {
  archive = await phantomRoot(SAMPLES)
  const durations: number[] = []
  for (let i = 0; i < 2; i++) {
    const reference = copyOf(archive)
    const started = performance.now()
    const { code, all } = await voxmill(['run', 'nme', '-r', reference, '-j', '2'])
    durations.push(performance.now() - started)
    expect(code, all).toBe(0)
    expected = outputs(reference)
  }
  duration = Math.min(...durations)
})

/** All that a data set consists of: images, info files and workbooks. */
const outputs = (root: string) => ({
  ...digestsBelow(path.join(root, 'grouped')),
  manifest: digestsBelow(path.join(root, path.dirname(ARCHIVE_MANIFEST)))[path.basename(ARCHIVE_MANIFEST)]!,
})

describe.skipIf(process.platform === 'win32')('a run that is killed outright (POSIX only)', () => {
  it(`at ${KILLS} random moments: the next run ends with the same digests, and no temporary file stays`, async () => {
    const random = new SeededRandom(SEED)
    let finishedFirst = 0
    for (let kills = 0; kills < KILLS; ) {
      const root = copyOf(archive)
      // One moment in each fiftieth of an undisturbed run.
      const moment = (duration * (kills + random.between(0, 1))) / KILLS
      const started = performance.now()
      const { child, ended } = start(['run', 'nme', '-r', root, '-j', '2'], { group: true })
      await Promise.race([sleep(moment), ended])
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
      if ((await ended).signal === 'SIGKILL') kills++
      else {
        // The machine has become faster than it was when the duration was taken.
        duration = Math.min(duration, performance.now() - started)
        expect(++finishedFirst).toBeLessThan(KILLS)
      }
      const again = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
      expect(again.code, `killed after ${moment.toFixed(0)} ms: ${again.all}`).toBe(0)
      expect(outputs(root), `killed after ${moment.toFixed(0)} ms`).toEqual(expected)
      expectNothingHalfWritten(root)
      expect(again.all).not.toMatch(/file-edited/)
      rmSync(root, { recursive: true })
    }
  }, 300_000)
})
