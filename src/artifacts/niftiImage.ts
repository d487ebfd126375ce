import type { ArtifactKind } from '../core/artifact.ts'
import type { Grid, Volume } from '../core/volume.ts'
import { niftiAffine } from '../formats/nifti/geometry.ts'
import { fitsInt16, float32Decoder, int16Decoder } from '../formats/nifti/voxels.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { gzipParts } from '../storage/gzip.ts'
import { decodeNifti, digestNifti, type VoxelDecoder } from './niftiFile.ts'
import { bytesOf, encodedHeader, gridAsWritten } from './niftiVolume.ts'

/** An image in scanner space, as converted. */
export interface NiftiImage {
  readonly volume: Volume<Int16Array | Float32Array>
}

/** An image whose voxels come while it is written; until then `volume` must not be asked for. */
export interface ComingImage extends NiftiImage {
  readonly grid: Grid
  /** Voxels in order, in pieces that stay as they are. @throws NotInt16 when from here on the volume is float32 */
  int16(): AsyncIterable<Int16Array>
  /** All voxels that have not come yet. */
  complete(): Promise<void>
}

/** What came so far of an image as int16 is to be forgotten. */
export class NotInt16 extends Error {}

const isComing = (image: NiftiImage): image is ComingImage => 'complete' in image

/** Codes of an image that comes from a scanner: both forms say scanner-based coordinates. */
const SCANNER = { qform: 1, sform: 1 } as const

/** int16 or float32 NIfTI, gzip where the name ends in .gz; read as int16 where that holds every value, else as float32. */
export const niftiImage: ArtifactKind<NiftiImage> = {
  name: 'nifti-image',
  async read(file) {
    const { header, decoded, digest, inflatedBytes } = await decodeNifti(
      file,
      (h): VoxelDecoder<{ readonly data: Int16Array | Float32Array }> =>
        fitsInt16(h) ? int16Decoder(h) : float32Decoder(h),
    )
    const grid = { shape: header.shape, affine: niftiAffine(header).affine }
    return { value: { volume: { grid, data: decoded.data } }, digest, inflatedBytes }
  },
  digest: digestNifti,
  isAtHand: image => !isComing(image),
  async write(file, image) {
    if (isComing(image)) {
      if (!file.endsWith('.gz'))
        try {
          return await writeAtomic(file, int16Parts(image))
        } catch (error) {
          if (!(error instanceof NotInt16)) throw error
        }
      await image.complete()
    }
    const { volume } = image
    const type = volume.data instanceof Int16Array ? 'int16' : 'float32'
    const header = encodedHeader(volume.grid, type, SCANNER)
    const parts = [header, bytesOf(volume.data)]
    const written = await writeAtomic(
      file,
      file.endsWith('.gz') ? gzipParts(parts, volume.data.BYTES_PER_ELEMENT as 2 | 4) : parts,
    )
    const asRead: NiftiImage = { volume: { grid: gridAsWritten(header), data: volume.data } }
    return { ...written, asRead }
  },
}

async function* int16Parts(image: ComingImage): AsyncGenerator<Uint8Array> {
  yield encodedHeader(image.grid, 'int16', SCANNER)
  for await (const voxels of image.int16()) yield bytesOf(voxels)
}
