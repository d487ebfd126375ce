import type { CaseImage } from '../core/datasetDescription.ts'
import { Fault } from '../core/fault.ts'
import { formatBytes } from '../core/formatBytes.ts'
import { usableMemory } from '../engine/usableMemory.ts'
import { fileStamp } from '../storage/fileStamp.ts'
import { realPathWithin } from '../storage/realPathWithin.ts'
import type { Listed } from './catalogue.ts'
import { DecodedImages } from './decodedImages.ts'
import { previewOf, type ServedImage, type ServedVoxels, servedImage, servedVoxels } from './servedImage.ts'

/** Decoded images that are kept, in bytes: a case with its neighbours. A small machine keeps less. */
const KEPT_BYTES = Math.min(2 ** 30, usableMemory() / 4)
/** Of the memory that can be had, what one image may take with what decoding and downsampling it takes besides. */
const ONE_IMAGE = 0.5
/** Decoding uses one core and the memory of an image. */
const AT_ONCE = 2

/** A file of the data set cannot be shown. */
export class ImageNotShownError extends Fault {}

/** The images of a data set, decoded when they are asked for. */
export class ImageShelf {
  readonly #root: string
  readonly #voxels = new DecodedImages<ServedVoxels>(KEPT_BYTES, AT_ONCE, data => data.byteLength)
  readonly #previews = new DecodedImages<readonly Uint8Array[]>(KEPT_BYTES / 2, AT_ONCE, parts =>
    parts.reduce((sum, part) => sum + part.byteLength, 0),
  )

  constructor(root: string) {
    this.#root = root
  }

  /**
   * Where a file of the data set lies.
   *
   * @throws ImageNotShownError when it is gone, or when a symbolic link leads out of the root
   */
  place(relative: string): string {
    const file = realPathWithin(this.#root, relative)
    if (file === undefined)
      throw new ImageNotShownError(`${relative} is not there, or is a link that leads out of the data set`, {
        remedy:
          'Make it again, or put the file itself in the place of the link: a viewer reads nothing outside its root.',
        where: relative,
      })
    return file
  }

  /** @throws ImageNotShownError, DataError */
  image({ of }: Listed<CaseImage>): ServedImage {
    return servedImage(this.place(of.path), of.role)
  }

  /** @throws ImageNotShownError, DataError */
  voxels({ id, of }: Listed<CaseImage>): Promise<ServedVoxels> {
    const file = this.place(of.path)
    return this.#voxels.get(`${id} ${fileStamp(file)}`, () => {
      const { bytes } = servedImage(file, of.role)
      const most = ONE_IMAGE * usableMemory()
      if (bytes > most)
        throw new ImageNotShownError(
          `${of.path} takes ${formatBytes(bytes)} of memory, and ${formatBytes(most)} can be had`,
          {
            remedy: 'Close other programs, or view the data set on a machine with more memory.',
            where: of.path,
          },
        )
      return servedVoxels(file, of.role)
    })
  }

  /** @throws ImageNotShownError, DataError */
  preview(image: Listed<CaseImage>): Promise<readonly Uint8Array[]> {
    const file = this.place(image.of.path)
    return this.#previews.get(`${image.id} ${fileStamp(file)}`, async () =>
      previewOf(this.image(image).grid, await this.voxels(image)),
    )
  }
}
