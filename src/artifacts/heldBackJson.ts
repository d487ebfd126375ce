import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { digestFile } from '../storage/readFile.ts'
import { readText } from '../storage/readText.ts'

/**
 * A value as JSON that is parsed each time it is asked for, so that a step which gathers thousands holds one at a time.
 * Only read; written as `jsonFile`.
 */
export function heldBackJson<T>(): ArtifactKind<() => T> {
  return {
    name: 'json-held-back',
    read: async file => ({ value: () => parsed<T>(file), digest: await digestFile(file) }),
    digest: digestFile,
  }
}

function parsed<T>(file: string): T {
  try {
    return JSON.parse(readText(file)) as T
  } catch (error) {
    if (error instanceof DataError) throw error
    throw new DataError('file-unreadable', `${file} is not JSON`, { where: file, cause: error })
  }
}
