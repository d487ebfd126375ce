import type { FindingKind } from './finding.ts'

/** Finding codes of segmentation and of networks. */
export const INFERENCE_FINDING_CODES = {
  'model-missing': {
    severity: 'error',
    title: 'A network is not there',
    explanation:
      'The step needs a network as an ONNX file with a model card beside it (NAME.onnx and NAME.json), and one of the two files is missing.',
    remedy:
      'Put both files where the pipeline file says, or name others; masks made elsewhere can be imported instead.',
  },
  'segmentation-empty': {
    severity: 'error',
    title: 'A segmentation found nothing',
    explanation:
      'No voxel has a label. The image shows something else than the network was made for, its intensities are no HU, or the label map of an imported mask fits none of its labels.',
    remedy: 'Look at the image in a viewer, and check the model card or the label map against it.',
  },
  'segmentation-label-absent': {
    severity: 'warning',
    title: 'A segmentation lacks a label',
    explanation:
      'A label that is expected has no voxel: the structure is outside the image, or was not found.',
    remedy: 'Look at image and mask in a viewer; later steps that need the label leave the case out.',
  },
  'imported-mask-reoriented': {
    severity: 'info',
    title: 'The axes of an imported mask were put in the order of its image',
    explanation:
      'The mask lies on the same grid as the image, with its axes in another order or direction. Its voxels were rearranged; none was interpolated.',
    remedy: 'None is needed.',
  },
} as const satisfies Record<string, FindingKind>
