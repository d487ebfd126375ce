import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Started, start, voxmill } from './cli.ts'
import {
  copyOf,
  DATASET_MANIFEST,
  digestsBelow,
  expectNothingHalfWritten,
  filesBelow,
  phantomRoot,
  worksheets,
} from './phantomRoot.ts'

const SAMPLES = 8
const WORKBOOK = path.basename(DATASET_MANIFEST)
let archive: string
let expected: Record<string, string>
let cells: Awaited<ReturnType<typeof worksheets>>
beforeAll(async () => {
  archive = await phantomRoot(SAMPLES)
  const reference = copyOf(archive)
  const { code, all } = await voxmill(['run', 'nme', '-r', reference, '-j', '2'])
  expect(code, all).toBe(0)
  expected = digestsBelow(path.join(reference, 'grouped'))
  cells = await worksheets(path.join(reference, DATASET_MANIFEST))
})

/** The processes below a process, from /proc. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(pid)
      } catch {
        return false
      }
    })
    .map(Number)
}

const isAlive = (pid: number): boolean => {
  try {
    // A process that has ended and waits for its parent to look is none.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z'
  } catch {
    return false
  }
}

/** Waits until a condition holds; fails after ten seconds. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (holds()) return
    await sleep(5)
  }
  throw new Error(`it did not come to this: ${what}`)
}

/** Starts a run with two workers and waits until they are at work and some images are made. */
async function midway(root: string): Promise<Started & { workers: number[] }> {
  const started = start(['run', 'nme', '-r', root, '-j', '2'], { group: true })
  const pid = started.child.pid!
  await until('two workers', () => childrenOf(pid).length === 2)
  const workers = childrenOf(pid)
  await until('some images', () => filesBelow(path.join(root, 'grouped')).some(f => f.endsWith('.nii.gz')))
  return { ...started, workers }
}

async function expectCompletion(root: string): Promise<void> {
  const again = await voxmill(['run', 'nme', '-r', root, '-j', '2'])
  expect(again.code, again.all).toBe(0)
  expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
  expectNothingHalfWritten(root)
}

// Processes are told apart by /proc.
describe.skipIf(process.platform !== 'linux')('a run that is stopped (Linux only)', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    it(`by ${signal} to the whole group ends with 130 and leaves nothing behind`, async () => {
      const root = copyOf(archive)
      const { child, ended, workers } = await midway(root)
      process.kill(-child.pid!, signal)
      const { code, all } = await ended
      expect(code, all).toBe(130)
      expect(all).toMatch(/stopping; what is finished is kept/)
      expect(workers.filter(isAlive)).toEqual([])
      expectNothingHalfWritten(root)
      await expectCompletion(root)
    })

  it('by Ctrl-C twice ends at once, and the next run clears up', async () => {
    const root = copyOf(archive)
    const { child, ended, workers } = await midway(root)
    process.kill(-child.pid!, 'SIGINT')
    process.kill(-child.pid!, 'SIGINT')
    const { code, all } = await ended
    expect(code, all).toBe(130)
    await until('no worker', () => !workers.some(isAlive))
    await expectCompletion(root)
  })

  it('with one worker process only, by Ctrl-C', async () => {
    const root = copyOf(archive)
    const { child, ended } = start(['run', 'nme', '-r', root, '-j', '1'], { group: true })
    await until('some images', () => filesBelow(path.join(root, 'grouped')).some(f => f.endsWith('.nii.gz')))
    process.kill(-child.pid!, 'SIGINT')
    const { code, all } = await ended
    expect(code, all).toBe(130)
    expectNothingHalfWritten(root)
    await expectCompletion(root)
  })
})

describe.skipIf(process.platform !== 'linux')('a worker that is killed (Linux only)', () => {
  it('takes only its case with it, which is done again alone', async () => {
    const root = copyOf(archive)
    const { ended, workers } = await midway(root)
    process.kill(workers[0]!, 'SIGKILL')
    const { code, all } = await ended
    expect(code, all).toBe(0)
    expect(digestsBelow(path.join(root, 'grouped'))).toEqual(expected)
    expectNothingHalfWritten(root)
  })

  it('like all others, again and again: each case is named after its second try, and the run ends', async () => {
    const root = copyOf(archive)
    const { child, ended } = await midway(root)
    let over = false
    const hunt = (async () => {
      while (!over) {
        for (const pid of childrenOf(child.pid!)) {
          try {
            process.kill(pid, 'SIGKILL')
          } catch {
            // It has ended by itself meanwhile.
          }
        }
        await sleep(20)
      }
    })()
    const { code, all } = await ended
    over = true
    await hunt
    expect(code, all).toBe(8)
    expect(all).toMatch(/the worker process of \S+ \(\S+\) was ended by SIGKILL, twice/)
    expect(all).toMatch(/ran out of memory/)
    expectNothingHalfWritten(root)
    const again = await voxmill(['run', 'nme', '-r', root, '-j', '2'])
    expect(again.code, again.all).toBe(0)
    const { [WORKBOOK]: _, ...files } = digestsBelow(path.join(root, 'grouped'))
    const { [WORKBOOK]: __, ...undisturbed } = expected
    expect(files).toEqual(undisturbed)
    // The workbook was there before, with fewer samples: its worksheets may stand in another order.
    expect(await worksheets(path.join(root, DATASET_MANIFEST))).toEqual(cells)
  })
})
