import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { UsageError } from '../core/fault.ts'
import type { Picture } from '../core/picture.ts'
import { encodePng } from '../formats/png/encodePng.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { digestFile } from '../storage/readFile.ts'

/** A picture of the format that its name ends in: .png; only written. */
export const pictureFile: ArtifactKind<Picture> = {
  name: 'picture',
  async read(file) {
    throw new DataError('file-unreadable', `${file}: pictures are written for people, not read`, {
      where: file,
    })
  },
  digest: digestFile,
  write: async (file, picture) => writeAtomic(file, [encoderOf(file)(picture)]),
}

function encoderOf(file: string): (picture: Picture) => Uint8Array {
  if (/\.png$/i.test(file)) return encodePng
  throw new UsageError(`${file}: pictures are written as .png`, {
    remedy: 'Let the name of the picture end in .png.',
    where: file,
  })
}
