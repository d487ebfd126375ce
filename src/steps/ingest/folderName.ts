import { createHash } from 'node:crypto'

const LONGEST = 100
/** Letters and figures of any script and a few signs that no file system or shell takes amiss. */
const SAFE = /^[\p{L}\p{N}_-][\p{L}\p{N} ._+=@()-]*$/u

/**
 * A folder's name for an identifier that came out of a file: the identifier itself where it can be a name; else what is
 * usable of it with the first figures of its SHA-256, so that two identifiers never share a folder.
 */
export function folderName(identifier: string): string {
  if (identifier.length <= LONGEST && SAFE.test(identifier) && !/[ .]$/.test(identifier)) return identifier
  const usable = identifier.replace(/[^\p{L}\p{N}_-]+/gu, '_').slice(0, LONGEST)
  return `${usable}-${createHash('sha256').update(identifier).digest('hex').slice(0, 12)}`
}
