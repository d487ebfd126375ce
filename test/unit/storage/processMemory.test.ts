import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { lookAtTogether, residentMemory, takeSeenTogether } from '../../../src/storage/processMemory.ts'

const FILLED = 150e6
/** Starts a process that fills memory and says so. */
const GRANDCHILD = `globalThis.held = Buffer.alloc(${FILLED}, 1); console.log('filled'); setTimeout(() => {}, 60000)`
const CHILD = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(GRANDCHILD)}], { stdio: 'inherit' })`

describe.skipIf(process.platform !== 'linux')(
  'memory of several processes (read from /proc: Linux only)',
  () => {
    it('counts what works for this one, and what that has started', async () => {
      takeSeenTogether()
      const child = spawn(process.execPath, ['-e', CHILD], {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      })
      try {
        await once(child.stdout, 'data')
        lookAtTogether(child.pid!)
        const seen = takeSeenTogether()
        expect(seen).toBeGreaterThan(residentMemory()!.now * 0.8 + residentMemory(child.pid)!.now + FILLED)
        expect(seen).toBeLessThan(residentMemory()!.peak + 5 * FILLED)
        expect(takeSeenTogether()).toBe(0)
      } finally {
        process.kill(-child.pid!, 'SIGKILL')
      }
    })

    it('of a process that is gone is that of this one', async () => {
      const child = spawn(process.execPath, ['-e', ''])
      await once(child, 'close')
      lookAtTogether(child.pid!)
      expect(takeSeenTogether()).toBeGreaterThan(0)
      expect(residentMemory(child.pid)).toBeUndefined()
    })
  },
)
