import path from 'node:path'
import type { ArtifactKind } from '../core/artifact.ts'
import { digestFile } from '../storage/readFile.ts'

/** A file that is only copied: where it lies. */
export interface FileAsIs {
  /** The folder that it lies in, as `FileCopy.place` has it. */
  readonly place: string
  /** Its name in that folder. */
  readonly name: string
}

/** A file of any kind whose content no step looks at. */
export const fileAsIs: ArtifactKind<FileAsIs> = {
  name: 'file-as-is',
  read: async file => ({
    value: { place: path.dirname(file), name: path.basename(file) },
    digest: await digestFile(file),
  }),
  digest: digestFile,
}
