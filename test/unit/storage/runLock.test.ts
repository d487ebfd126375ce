import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RootBusyError, type Shard, takeRoot } from '../../../src/storage/runLock.ts'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'voxmill-lock-'))
  folder = path.join(root, '.voxmill')
  mkdirSync(path.join(root, 'out'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const take = (shard?: Shard) => takeRoot(root, path.join(folder, 'run.lock'), 'voxmill run', ['out'], shard)
const of = (index: number, count: number): Shard => ({ index, count })
/** A lock whose process is gone. */
function leaveDead(name: string): void {
  mkdirSync(folder, { recursive: true })
  const holder = { pid: 2 ** 22 + 1, host: hostname(), started: '', command: 'dead', writes: ['out'] }
  writeFileSync(path.join(folder, name), JSON.stringify(holder))
}
const half = () => path.join(root, 'out/.x.txt.1-1.voxmill-tmp')

describe('locks of shards', () => {
  it('let shards of one count work beside each other, and nothing else', () => {
    const [first, second] = [take(of(1, 3)), take(of(2, 3))]
    for (const other of [of(1, 3), of(1, 2), undefined]) expect(() => take(other)).toThrow(RootBusyError)
    first.release()
    expect(() => take()).toThrow(RootBusyError)
    second.release()
    const whole = take()
    expect(() => take(of(1, 3))).toThrow(RootBusyError)
    whole.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of killed shards are taken over; what they left half-written waits for a whole run', () => {
    leaveDead('run.shard-1-of-2.lock')
    leaveDead('run.lock')
    writeFileSync(half(), 'half')
    const shard = take(of(1, 2))
    expect(shard.swept).toBe(0)
    expect(existsSync(half())).toBe(true)
    shard.release()
    const whole = take()
    expect(whole.swept).toBe(1)
    expect(existsSync(half())).toBe(false)
    whole.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of killed shards are no hindrance to a whole run, which clears up after them', () => {
    leaveDead('run.shard-1-of-2.lock')
    leaveDead('run.shard-2-of-5.lock')
    writeFileSync(half(), 'half')
    const whole = take()
    expect(whole.swept).toBe(1)
    whole.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of another machine are kept', () => {
    mkdirSync(folder)
    const holder = { pid: 1, host: 'another.example', started: '', command: 'voxmill run', writes: [] }
    writeFileSync(path.join(folder, 'run.shard-1-of-2.lock'), JSON.stringify(holder))
    expect(() => take()).toThrow(
      expect.objectContaining({
        remedy: expect.stringMatching(/another\.example is down, remove .*run\.shard-1-of-2\.lock/),
      }),
    )
    expect(() => take(of(1, 2))).toThrow(RootBusyError)
    take(of(2, 2)).release()
  })
})
