import type { NiftiImage } from '../../artifacts/niftiImage.ts'
import { type LabelMask, labelMask } from '../../artifacts/niftiMask.ts'
import type { Grid } from '../../core/volume.ts'
import { warpOnCores } from '../../registration/warpOnCores.ts'
import { type CarryOver, gridToComputeOn } from './transformFiles.ts'

export interface Carried {
  readonly images: Record<string, NiftiImage>
  readonly labels: Record<string, LabelMask>
}

/**
 * Carries images (B-spline of the given order) and label maps (nearest) over by the transforms of a case. The results lie
 * on the asked grid, that of the transform files if none is given; voxels from outside have the default value of the files, labels 0.
 */
export async function carryImages(
  transforms: CarryOver,
  asked: Grid | undefined,
  images: Readonly<Record<string, NiftiImage>>,
  labels: Readonly<Record<string, LabelMask>>,
  options: { readonly order: 3 | 1 | 0; readonly threads: number },
): Promise<Carried> {
  const grid = gridToComputeOn(asked, transforms.grid)
  const [imageKeys, labelKeys] = [Object.keys(images).sort(), Object.keys(labels).sort()]
  const data = await warpOnCores(
    {
      chain: transforms.chain,
      grid,
      images: [
        ...imageKeys.map(key => ({
          volume: images[key]!.volume,
          order: options.order,
          defaultValue: transforms.defaultValue,
        })),
        ...labelKeys.map(key => ({ volume: labels[key]!.mask, order: 0 as const, defaultValue: 0 })),
      ],
    },
    { threads: options.threads },
  )
  const written = asked ?? grid
  return {
    images: Object.fromEntries(
      imageKeys.map((key, n) => [
        key,
        { volume: { grid: written, data: data[n] as Int16Array | Float32Array } },
      ]),
    ),
    labels: Object.fromEntries(
      labelKeys.map((key, n) => [
        key,
        labelMask({ grid: written, data: data[imageKeys.length + n] as Uint8Array }, SCANNER),
      ]),
    ),
  }
}

/** The results lie in the space of the fixed image, which comes from a scanner. */
const SCANNER = { qform: 1, sform: 1 } as const
