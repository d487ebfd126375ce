import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file or folder beside the entry point, whichever chunk this code is bundled into. */
export function besideProgram(name: string): string {
  const folder = path.dirname(fileURLToPath(import.meta.url))
  return path.join(path.basename(folder) === 'chunks' ? path.dirname(folder) : folder, name)
}
