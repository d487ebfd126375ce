import type { FindingKind } from './finding.ts'

/** Finding codes of the comparison of a generated image with the real one; part of `FINDING_CODES`. */
export const MAE_FINDING_CODES = {
  'mae-grids-differ': {
    severity: 'error',
    title: 'Real and generated image lie on different grids',
    explanation:
      'Voxels are compared by their place in the file, which means nothing unless both images have one grid.',
    remedy: 'Make both images by the same infer-mbf run; remove the one that was put there by hand.',
  },
  'mae-not-finite': {
    severity: 'error',
    title: 'An image to compare holds NaN or infinity',
    explanation:
      'A mean over such voxels is no number. Mostly the network that generated the image overflowed.',
    remedy: 'Look at the image and at the model; infer again.',
  },
  'mae-mask-empty': {
    severity: 'warning',
    title: 'The mask of the comparison is empty',
    explanation:
      'None of its voxels lies in the compared images, so that there is no mean absolute error over the mask; the one over all voxels stands.',
    remedy: 'Check the mask, and whether it belongs to this patient.',
  },
  'mae-mask-off-lattice': {
    severity: 'warning',
    title: 'The mask lies between the voxels of the compared images',
    explanation:
      'Its voxels are not those of the images, cropped or padded; each voxel takes the nearest of the mask, up to half a voxel away.',
    remedy: 'Use the mask that was cropped together with the images.',
  },
} as const satisfies Record<string, FindingKind>
