import fs from 'node:fs'
import path from 'node:path'

/**
 * Where a file below a root really lies, symbolic links followed.
 *
 * @param relative POSIX path
 * @returns undefined when there is no such file, or when it or a folder of its path leads out of the root
 */
export function realPathWithin(root: string, relative: string): string | undefined {
  try {
    const base = fs.realpathSync(root)
    const real = fs.realpathSync(path.join(base, ...relative.split('/')))
    return real.startsWith(base.endsWith(path.sep) ? base : base + path.sep) && fs.statSync(real).isFile()
      ? real
      : undefined
  } catch {
    return undefined
  }
}
