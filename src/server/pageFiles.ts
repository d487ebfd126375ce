import path from 'node:path'
import { existsSync } from '../storage/exists.ts'
import { listFolder } from '../storage/listFolder.ts'
import { readBytes } from '../storage/readBytes.ts'

export interface PageFile {
  readonly type: string
  readonly bytes: Uint8Array
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** The page stands for the folder. */
const PAGE = 'view.html'

/** The files of the page by the address that each has below the token, read once. */
export function pageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  for (const name of existsSync(folder) ? listFolder(folder).files : []) {
    const type = TYPES[path.extname(name)]
    if (type !== undefined)
      files.set(name === PAGE ? '' : name, { type, bytes: readBytes(path.join(folder, name)) })
  }
  return files
}

/** Of pictures: no other file is served as it is. */
export const PICTURE_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
}
