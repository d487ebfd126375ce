import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than an NFS client believes what it knows of a folder, as such disks are mounted where nothing is said. */
export const APPEARING_MS = 90_000
const FIRST_MS = 10
const LONGEST_MS = 1000

/**
 * Waits until a file or folder is seen that another process has written. On a shared disk a machine may believe for a
 * while that it is not there; asking for the listing of its folder makes most systems look again.
 *
 * @returns false when it is not there after that time
 */
export async function appeared(file: string, withinMs = APPEARING_MS): Promise<boolean> {
  const last = performance.now() + withinMs
  for (let pause = FIRST_MS; !fs.existsSync(file); pause = Math.min(2 * pause, LONGEST_MS)) {
    const left = last - performance.now()
    if (left <= 0) return false
    await sleep(Math.min(pause, left))
    try {
      fs.readdirSync(path.dirname(file))
    } catch {
      // Its folder is not seen yet either.
    }
  }
  return true
}
