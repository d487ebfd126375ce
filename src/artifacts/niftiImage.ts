import type { ArtifactKind } from '../core/artifact.ts'
import type { Volume } from '../core/volume.ts'
import { niftiAffine } from '../formats/nifti/geometry.ts'
import { fitsInt16, float32Decoder, int16Decoder } from '../formats/nifti/voxels.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { gzipParts } from '../storage/gzip.ts'
import { decodeNifti, digestNifti, type VoxelDecoder } from './niftiFile.ts'
import { bytesOf, encodedHeader } from './niftiVolume.ts'

/** An image in scanner space, as converted. */
export interface NiftiImage {
  readonly volume: Volume<Int16Array | Float32Array>
}

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
  write(file, { volume }) {
    const type = volume.data instanceof Int16Array ? 'int16' : 'float32'
    const parts = [encodedHeader(volume.grid, type, SCANNER), bytesOf(volume.data)]
    return writeAtomic(
      file,
      file.endsWith('.gz') ? gzipParts(parts, volume.data.BYTES_PER_ELEMENT as 2 | 4) : parts,
    )
  },
}
