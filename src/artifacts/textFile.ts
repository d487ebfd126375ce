import type { ArtifactKind } from '../core/artifact.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { digestFile, readWhole } from '../storage/readFile.ts'

const encoder = new TextEncoder()

/** UTF-8 text as it is. */
export const textFile: ArtifactKind<string> = {
  name: 'text',
  async read(file) {
    const { bytes, digest } = await readWhole(file)
    return { value: new TextDecoder().decode(bytes), digest }
  },
  digest: digestFile,
  isAtHand: () => true,
  write: (file, text) => writeAtomic(file, [encoder.encode(text)]),
}
