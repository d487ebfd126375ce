import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'

/**
 * A folder that several test files start from. The first that asks makes it, the others wait for that; tests copy it, and
 * leave it as it is. It lasts for one run of vitest, so that it is always of the build under test.
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(inject('sharedFolder'), name)
  const failed = `${folder}.failed`
  if (isFirst(`${folder}.claimed`))
    try {
      const unfinished = `${folder}.unfinished`
      mkdirSync(unfinished)
      await make(unfinished)
      renameSync(unfinished, folder)
    } catch (error) {
      writeFileSync(failed, String(error))
      throw error
    }
  while (!existsSync(folder)) {
    if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'))
    await sleep(50)
  }
  return folder
}

/** Of all that ask for one claim, in any process, one is the first. */
function isFirst(claim: string): boolean {
  try {
    mkdirSync(claim)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
