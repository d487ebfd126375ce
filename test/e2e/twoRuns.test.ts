import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { start, voxmill } from './cli.ts'
import { copyOf, expectNothingHalfWritten, phantomRoot } from './phantomRoot.ts'

let archive: string
beforeAll(async () => {
  archive = await phantomRoot(4)
})

it('the second run on a root is refused and told who works there; the first goes on', async () => {
  const root = copyOf(archive)
  const lock = path.join(root, '.voxmill/run.lock')
  const first = start(['run', 'nme', '-r', root, '-j', '2'])
  while (!existsSync(lock) && first.child.exitCode === null) await sleep(2)
  const second = await voxmill(['run', 'nme', '-r', root])
  expect(second.code, second.all).toBe(2)
  expect(second.all).toContain('is in use by `voxmill run nme -r')
  expect(second.all).toContain(`process ${first.child.pid} on `)
  expect(second.all).toMatch(/Wait until it ends, or stop it/)
  const { code, all } = await first.ended
  expect(code, all).toBe(0)
  expectNothingHalfWritten(root)
})

it('of four runs that start together, one works and the others are refused', async () => {
  const root = copyOf(archive)
  const runs = await Promise.all([1, 2, 3, 4].map(() => voxmill(['run', 'nme', '-r', root, '-j', '1'])))
  const codes = runs.map(r => r.code).sort()
  // One that starts after another has ended finds all done.
  expect(codes[0], runs.map(r => r.all).join('\n')).toBe(0)
  expect(codes.filter(c => c !== 0 && c !== 2)).toEqual([])
  expectNothingHalfWritten(root)
})

it('a lock whose process is gone, or that is torn, is taken over', async () => {
  for (const lock of [
    '{"pid":999999999,"began":"1","host":"HOST","started":"","command":"x","writes":[]}',
    '{',
  ]) {
    const root = copyOf(archive)
    const { hostname } = await import('node:os')
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(0)
    writeFileSync(path.join(root, '.voxmill/run.lock'), lock.replace('HOST', hostname()))
    const { code, all } = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
    expect(code, all).toBe(0)
    expectNothingHalfWritten(root)
  }
})

it('a lock of another machine is kept, with the way out', async () => {
  const root = copyOf(archive)
  expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(0)
  const lock = path.join(root, '.voxmill/run.lock')
  writeFileSync(
    lock,
    '{"pid":1,"host":"another.example","started":"2025-08-25","command":"voxmill run","writes":[]}',
  )
  const { code, all } = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
  expect(code, all).toBe(2)
  expect(all).toMatch(/process 1 on another\.example/)
  expect(all).toContain(`If another.example is down, remove ${lock}`)
})
