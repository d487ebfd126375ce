import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that the program is installed in, where its profiles lie. */
export function packageFolder(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, 'package.json'))) return folder
    if (folder === path.dirname(folder)) throw new Error('the package of voxmill has no package.json')
  }
}

/** Names in a folder, sorted. */
export const namesIn = (folder: string): string[] => fs.readdirSync(folder).sort()
