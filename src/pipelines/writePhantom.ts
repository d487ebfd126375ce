import path from 'node:path'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { existsSync } from '../storage/exists.ts'
import { makeFolderAtOnce } from '../storage/folderAtOnce.ts'
import { gzipParts } from '../storage/gzip.ts'
import type { PhantomFile } from './phantomFile.ts'

const LABEL_MAP = `full_form_index_map:
  0: background
  1: non mass enhancement
short_form_index_map:
  0: Bg
  1: NME
`

/** Writes phantom images below a root, all or none, and a label map as the tutorial has it. */
export async function writePhantom(root: string, files: readonly PhantomFile[]): Promise<void> {
  await makeFolderAtOnce(path.join(root, 'archive'), async folder => {
    for (const file of files) {
      const elementBytes = file.role === 'mask' ? 1 : 2
      const target = path.join(folder, path.posix.relative('archive', file.path))
      await writeAtomic(target, gzipParts([file.make()], elementBytes))
    }
  })
  const labelMap = path.join(root, 'descriptor/label_map.yaml')
  if (!existsSync(labelMap)) await writeAtomic(labelMap, [new TextEncoder().encode(LABEL_MAP)])
}
