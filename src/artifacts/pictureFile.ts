import { createHash } from 'node:crypto'
import type { ArtifactKind } from '../core/artifact.ts'
import { DataError } from '../core/dataError.ts'
import { UsageError } from '../core/fault.ts'
import type { Picture } from '../core/picture.ts'
import { encodeJpeg } from '../formats/jpeg/encodeJpeg.ts'
import { encodePng } from '../formats/png/encodePng.ts'
import { writeAtomic, writeAtomicSmall } from '../storage/atomicWrite.ts'
import { digestFile } from '../storage/readFile.ts'

/** A picture of the format that its name ends in, .png or .jpg; only written. */
export const pictureFile: ArtifactKind<Picture> = {
  name: 'picture',
  async read(file) {
    throw new DataError('file-unreadable', `${file}: pictures are written for people, not read`, {
      where: file,
    })
  },
  digest: digestFile,
  isAtHand: () => true,
  // A copy, since a picture may be drawn each time its data are asked for.
  write: async (file, picture) => writeAtomic(file, [encoderOf(file)({ ...picture })]),
}

/** Hundreds of them go into one page. */
const THUMBNAIL_QUALITY = 80

/**
 * The same as a .jpg of fewer bytes, and not flushed to disk: there are several a case, each is made again within a
 * moment, and a flush would take longer than that.
 */
export const thumbnailFile: ArtifactKind<Picture> = {
  ...pictureFile,
  async write(file, picture) {
    const bytes = encoderOf(file, THUMBNAIL_QUALITY)({ ...picture })
    writeAtomicSmall(file, bytes)
    return { digest: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
  },
}

function encoderOf(file: string, jpegQuality?: number): (picture: Picture) => Uint8Array {
  if (/\.png$/i.test(file)) return encodePng
  if (/\.jpe?g$/i.test(file))
    return picture => encodeJpeg(picture, jpegQuality === undefined ? {} : { quality: jpegQuality })
  throw new UsageError(`${file}: pictures are written as .png or .jpg`, {
    remedy: 'Let the name of the picture end in .png or .jpg.',
    where: file,
  })
}
