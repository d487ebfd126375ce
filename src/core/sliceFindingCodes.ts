import type { FindingKind } from './finding.ts'

/** Finding codes of DICOM frames that make no volume, or not as they are; part of `FINDING_CODES`. */
export const SLICE_FINDING_CODES = {
  'object-not-image': {
    severity: 'info',
    title: 'A DICOM object holds no image',
    explanation:
      'It has no Rows or Columns: a structure set, a report, a presentation state. It is left out.',
    remedy: 'None is needed.',
  },
  'image-colour': {
    severity: 'warning',
    title: 'A DICOM image is in colour',
    explanation:
      'More than one sample a pixel, or a palette: a screenshot, a fused or a coloured map, without one intensity a voxel. It is left out.',
    remedy: 'Export the grey images that it was made from.',
  },
  'image-secondary-capture': {
    severity: 'warning',
    title: 'A DICOM image is a secondary capture',
    explanation:
      'Its SOP class says that it was converted from another source, as screenshots and dose pages are; its geometry and values are not those of a scan. It is left out.',
    remedy: 'Use the series that it was made from.',
  },
  'image-localizer': {
    severity: 'info',
    title: 'A DICOM image is a localizer',
    explanation: 'ImageType says LOCALIZER: a scout that was used to plan the scan. It is left out.',
    remedy: 'None is needed.',
  },
  'image-mosaic': {
    severity: 'warning',
    title: 'A DICOM image is a Siemens mosaic',
    explanation:
      'All slices of a volume are tiled into one image and their positions lie in a private header, which is not read. It is left out.',
    remedy: 'Export the series as enhanced multi-frame or single images, or convert it with dcm2niix.',
  },
  'image-multiframe-unsupported': {
    severity: 'warning',
    title: 'A multi-frame object has no position for each frame',
    explanation:
      'Nuclear medicine, ultrasound and angiography store frames without the functional groups that place them in the patient. It is left out.',
    remedy: 'Export the reconstructed volume as CT, MR or PET images.',
  },
  'image-lut-unsupported': {
    severity: 'error',
    title: 'A DICOM image has a modality look-up table',
    explanation:
      'Its values follow from a table in place of slope and intercept; stored values alone have no meaning. It is left out.',
    remedy: 'Export the series with rescale slope and intercept.',
  },
  'slice-position-missing': {
    severity: 'error',
    title: 'A slice does not say where it lies',
    explanation:
      'ImagePositionPatient, ImageOrientationPatient or PixelSpacing is absent or malformed, so that the slice has no place in a volume. It is left out.',
    remedy: 'Export the series again from the scanner or archive without removing geometry tags.',
  },
  'slice-header-invalid': {
    severity: 'error',
    title: 'The geometry or rescaling of a slice is impossible',
    explanation:
      'Direction cosines are no unit vectors at right angles, a spacing is not positive, or a rescale value is not finite. The slice is left out.',
    remedy: 'Export the series again; the message shows the value.',
  },
  'slice-size-mixed': {
    severity: 'error',
    title: 'Slices of one series differ in size',
    explanation: 'Rows or Columns differ, so that the slices are no volume. The series is refused.',
    remedy: 'Move the slices that the message names into a series (folder) of their own and convert again.',
  },
  'slice-spacing-mixed': {
    severity: 'error',
    title: 'Slices of one series differ in pixel spacing',
    explanation:
      'PixelSpacing differs so much that the farthest pixel moves by more than a twentieth of a pixel. The series is refused.',
    remedy: 'Move the slices that the message names into a series (folder) of their own and convert again.',
  },
  'slice-orientation-mixed': {
    severity: 'error',
    title: 'Slices of one series lie in different planes',
    explanation:
      'ImageOrientationPatient differs so much that the farthest pixel moves by more than a twentieth of a pixel: several stacks, or a scout among slices. The series is refused.',
    remedy: 'Move the slices that the message names into a series (folder) of their own and convert again.',
  },
  'slice-gap-uneven': {
    severity: 'error',
    title: 'Slices are missing or lie at uneven distances',
    explanation:
      'The distance along the normal between two neighbours differs from the usual one by more than 1 %, or the distances drift, so that a regular grid would misplace slices.',
    remedy:
      'Restore the missing slices; or accept them: `voxmill convert-dicom … --on_uneven resample` (linear, to the usual distance) or `--on_uneven accept`.',
  },
  'gantry-tilt': {
    severity: 'error',
    title: 'The gantry was tilted',
    explanation:
      'The origins of the slices do not follow the normal of their plane, so that the stack is sheared; most tools ignore the shear and show the patient distorted.',
    remedy:
      'Accept it: `voxmill convert-dicom … --on_tilt resample` shifts the rows back by linear interpolation.',
  },
  'slice-origin-shifted': {
    severity: 'error',
    title: 'Slices are shifted sideways',
    explanation:
      'The origins of the slices do not lie on one line: the field of view moved during the series.',
    remedy:
      'Accept it: `voxmill convert-dicom … --on_tilt resample` shifts each slice back by linear interpolation; or split the series.',
  },
  'slice-position-repeated': {
    severity: 'error',
    title: 'Several slices with other pixels lie at one place',
    explanation:
      'Nothing in the headers tells them apart (time, acquisition, echo, image type), and not every place has the same number, so that none can be preferred. The series is refused.',
    remedy: 'Remove the slices that do not belong, or move them into a series (folder) of their own.',
  },
  'slice-duplicate': {
    severity: 'info',
    title: 'A slice is there several times',
    explanation: 'Slices at one place have the same pixels; the first is used.',
    remedy: 'None is needed.',
  },
  'slice-count-low': {
    severity: 'error',
    title: 'There are too few slices for a volume',
    explanation:
      'One or two images are most often a scout or a key image, and two positions cannot show whether the spacing is even.',
    remedy:
      'Restore the missing slices, or accept them: `voxmill convert-dicom … --min_slices 2` (or 1, where SpacingBetweenSlices is given).',
  },
  'series-not-volume': {
    severity: 'error',
    title: 'All slices of a series lie at one place',
    explanation:
      'A bolus tracking or test bolus series repeats one slice over time and has no third dimension.',
    remedy: 'Choose the series of the scan itself.',
  },
  'series-several-volumes': {
    severity: 'warning',
    title: 'A series holds several volumes',
    explanation:
      'Slices share their places and are told apart by time, acquisition, echo, image type or stack; each volume is written to a file of its own.',
    remedy:
      'None is needed; `voxmill convert-dicom … --on_multiple split`, `suffix` or `reject` says what becomes of them.',
  },
  'photometric-inverted': {
    severity: 'info',
    title: 'High values of an image are meant to be dark',
    explanation:
      'PhotometricInterpretation is MONOCHROME1, which concerns display only; voxels keep their values.',
    remedy: 'None is needed; invert the values where training expects high to be bright.',
  },
  'series-mixed': {
    severity: 'error',
    title: 'A folder holds several series',
    explanation:
      'Images with different SeriesInstanceUIDs lie in one folder, so that they cannot be one volume and none can be chosen.',
    remedy: 'Sort the folder first: `voxmill sort-by-series-uid` gives each series a folder of its own.',
  },
} as const satisfies Record<string, FindingKind>
