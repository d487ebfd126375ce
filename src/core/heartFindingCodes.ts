import type { FindingKind } from './finding.ts'

/** Finding codes of the label map of the heart, of the blood flow in its muscle, and of the crop round it. */
export const HEART_FINDING_CODES = {
  'label-absent': {
    severity: 'warning',
    title: 'A label that should be kept is in no voxel',
    explanation:
      'The segmentation has not found the structure: it is outside the field of view, the image is not what the model knows, or the label has another number in this label map.',
    remedy:
      'Look at the mask over its image; segment the case again, or name the labels of your masks with --labels.',
  },
  'label-islands-dropped': {
    severity: 'info',
    title: 'Pieces apart from the largest component of a label were dropped',
    explanation:
      'Of each label only the largest connected piece is kept. A few small islands are usual in masks that a network made. From a tenth of the voxels of a label on this is a warning: the structure itself may lie in pieces.',
    remedy:
      'None is needed for small islands; look at the mask when much was dropped, perhaps --connectivity 26 holds it together.',
  },
  'grids-differ': {
    severity: 'error',
    title: 'Images that should lie on one grid do not',
    explanation:
      'They differ in size, or a corner voxel of one lies more than half a voxel from where the other has it. Taking them voxel for voxel would pair wrong places.',
    remedy:
      'Make them again on one grid: register writes on the grid of the CTA, and the mask must be that of the same CTA.',
  },
  'myocardium-empty': {
    severity: 'error',
    title: 'No voxel of the myocardium has a blood flow',
    explanation:
      'The mask has no voxel with the label of the myocardium, or the registered map holds nothing usable there: most often the registration has failed, or the perfusion scan does not cover the heart.',
    remedy:
      'Look at the mask and at the registered map over the CTA; segment or register the case again, or leave it out.',
  },
  'flow-not-finite': {
    severity: 'warning',
    title: 'Blood flow in the myocardium is NaN or infinite',
    explanation: 'int16 has no such value. The voxels were written as background.',
    remedy: 'Find the cause in the perfusion map or its registration when there are many.',
  },
  'flow-out-of-range': {
    severity: 'warning',
    title: 'Blood flow in the myocardium is higher than int16 can hold',
    explanation:
      'The voxels were written as 32767. No tissue has such a flow: the map is in another unit or was scaled twice.',
    remedy: 'Check rescale slope and unit of the series (ml/100 ml/min is usual).',
  },
  'flow-negative': {
    severity: 'info',
    title: 'Blood flow in the myocardium is negative',
    explanation:
      'A negative flow means nothing; it comes from noise of the perfusion model or from spline interpolation beside an edge. The voxels were written as background.',
    remedy: 'None is needed for a few; look at the registration when a large part of the myocardium is lost.',
  },
  'heart-empty': {
    severity: 'error',
    title: 'A label map of the heart has no label at all',
    explanation: 'There is nothing to crop to: the segmentation found no structure of the heart.',
    remedy: 'Look at the CTA and its mask; segment the case again, or leave it out.',
  },
  'heart-at-border': {
    severity: 'warning',
    title: 'The heart touches the border of the image',
    explanation:
      'Voxels with a label lie in an outermost slice, row or column, so that part of the heart is probably outside the image and the crop is smaller than the heart.',
    remedy: 'Look at the image; leave the case out if the heart is cut off.',
  },
  'crop-size-needed': {
    severity: 'info',
    title: 'The largest crops of the data set',
    explanation:
      'Of each axis the largest extent of all cropped hearts. A crop size for inference or training that is smaller cuts hearts off.',
    remedy: 'Choose a crop size that is at least as large, for example with --crop_size X Y Z.',
  },
} as const satisfies Record<string, FindingKind>
