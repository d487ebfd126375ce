import path from 'node:path'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { makeFolderAtOnce } from '../storage/folderAtOnce.ts'
import { type PhantomStudy, RAW_FOLDER } from './cta2mbfPhantom.ts'

/** Writes a phantom archive below a root: the annotation workbook, then the raw folder, all or none of it. */
export async function writeCta2mbfPhantom(root: string, study: PhantomStudy): Promise<void> {
  await writeAtomic(path.join(root, study.annotation.path), [await study.annotation.make()])
  await makeFolderAtOnce(path.join(root, RAW_FOLDER), async folder => {
    for (const file of study.files)
      await writeAtomic(path.join(folder, path.posix.relative(RAW_FOLDER, file.path)), [file.make()])
  })
}
