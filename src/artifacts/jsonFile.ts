import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { textFile } from './textFile.ts'

/** A value as JSON, one file each; for records that other steps gather. */
export function jsonFile<T>(): ArtifactKind<T> {
  return {
    name: 'json',
    async read(file) {
      const { value, digest } = await textFile.read(file)
      try {
        return { value: JSON.parse(value) as T, digest }
      } catch (error) {
        throw new DataError('file-unreadable', `${file} is not JSON`, { where: file, cause: error })
      }
    },
    digest: textFile.digest,
    isAtHand: () => true,
    write: (file, value) => textFile.write!(file, `${JSON.stringify(value, null, 1)}\n`),
  }
}
