import { DICOM_FINDING_CODES } from './dicomFindingCodes.ts'
import type { FindingKind } from './finding.ts'
import { HEART_FINDING_CODES } from './heartFindingCodes.ts'
import { INFERENCE_FINDING_CODES } from './inferenceFindingCodes.ts'
import { MAE_FINDING_CODES } from './maeFindingCodes.ts'
import { PIPELINE_FINDING_CODES } from './pipelineFindingCodes.ts'
import { REGISTRATION_FINDING_CODES } from './registrationFindingCodes.ts'
import { SLICE_FINDING_CODES } from './sliceFindingCodes.ts'
import { VERDICT_FINDING_CODES } from './verdictFindingCodes.ts'

/** Every finding code, named thing-problem. The one place where severity, reason and remedy are worded. */
export const FINDING_CODES = {
  'file-unmatched': {
    severity: 'warning',
    title: 'A file does not fit the profile',
    explanation:
      'No pattern of the archive profile matches the path, so the file is neither volume nor mask of any sample. It is left out and listed here.',
    remedy:
      'Rename or move the file, or extend the profile; `voxmill profile try PROFILE ROOT` shows which pattern came closest.',
  },
  'file-unreadable': {
    severity: 'error',
    title: 'A file cannot be read',
    explanation: 'The operating system refused to open or read the file.',
    remedy: 'Check its permissions and the disk, then run again.',
  },
  'file-empty': {
    severity: 'error',
    title: 'A file has no bytes',
    explanation: 'The file exists but is empty; most often a copy or download was broken off.',
    remedy: 'Copy the file again from its source.',
  },
  'file-not-regular': {
    severity: 'warning',
    title: 'A path is not a file',
    explanation: 'A folder, socket or device carries a name that the profile takes for an image.',
    remedy: 'Rename or remove it.',
  },
  'symlink-loop': {
    severity: 'warning',
    title: 'A symbolic link leads back into its own path',
    explanation:
      'The link points at a folder that contains it; following it would never end, so it is not followed.',
    remedy: 'Remove the link or point it elsewhere.',
  },
  'symlink-broken': {
    severity: 'error',
    title: 'A symbolic link leads nowhere',
    explanation: 'The target of the link does not exist or cannot be reached.',
    remedy: 'Restore the target, for example by mounting its disk, or remove the link.',
  },
  'gzip-truncated': {
    severity: 'error',
    title: 'A gzip file ends too early',
    explanation:
      'The compressed stream stops before its end marker or before the voxels that its header promises; the file was not copied whole.',
    remedy: 'Copy the file again from its source and compare sizes or checksums.',
  },
  'gzip-corrupt': {
    severity: 'error',
    title: 'A gzip file is damaged',
    explanation:
      'The stream cannot be inflated, or its CRC-32 or length does not agree with the data (RFC 1952, section 2.3.1).',
    remedy:
      'Copy the file again from its source; if the source is damaged too, ask the site for a new export.',
  },
  'nifti-invalid': {
    severity: 'error',
    title: 'A file is not NIfTI',
    explanation:
      'The header has neither a NIfTI-1 nor a NIfTI-2 size and magic, or fields that contradict each other.',
    remedy: 'Check what the file is (`file FILE`, `nib-ls FILE`); export it again as NIfTI.',
  },
  'nifti-type-unsupported': {
    severity: 'error',
    title: 'The voxel type is not a number voxmill can use',
    explanation: 'Complex, RGB, 128-bit and bit-packed voxels have no single intensity.',
    remedy:
      'Convert the file to one real channel (for example with `fslcomplex` or nibabel) and put that in its place.',
  },
  'nifti-voxels-missing': {
    severity: 'error',
    title: 'A file holds fewer voxels than its header says',
    explanation:
      'The data after vox_offset is shorter than the product of the dimensions; the file was cut off.',
    remedy: 'Copy the file again from its source.',
  },
  'volume-not-3d': {
    severity: 'error',
    title: 'An image has more than one frame',
    explanation: 'The fourth or a higher dimension is larger than one, so that it is not one volume.',
    remedy:
      'Split the series into one file a frame (for example `fslsplit` or `nib-split`) and name the frames in the profile.',
  },
  'geometry-missing': {
    severity: 'warning',
    title: 'A header says nothing about position',
    explanation:
      'Both sform_code and qform_code are 0; spacing alone is known and the centre of the image is taken as origin, as nibabel does.',
    remedy: 'Restore the geometry from the DICOM source where left and right matter.',
  },
  'geometry-forms-differ': {
    severity: 'info',
    title: 'sform and qform disagree',
    explanation:
      'Both are set and place at least one corner more than a tenth of a voxel apart; the sform is used.',
    remedy: 'Check the orientation in a viewer if the two come from different programs.',
  },
  'sample-id-repeated': {
    severity: 'error',
    title: 'One sample id stands for several samples',
    explanation:
      'Two files or rows claim the same role of the same sample, or the same sample id comes from two patients or collections; choosing one would mix them up, so none is used.',
    remedy: 'Correct the names, or delete the wrong row from the archive manifest.',
  },
  'manifest-row-invalid': {
    severity: 'error',
    title: 'A row of the manifest cannot be used',
    explanation:
      'A cell that names the file, its type or its sample is empty or has a value that the profile does not know.',
    remedy: 'Correct the cell in the workbook; the message names row and column.',
  },
  'manifest-file-missing': {
    severity: 'error',
    title: 'The manifest names a file that is not there',
    explanation: 'A row of the manifest leads to no file under the root.',
    remedy: 'Restore the file, or delete its row from the manifest.',
  },
  'pair-inconsistent': {
    severity: 'error',
    title: 'The files of one sample contradict each other',
    explanation:
      'Volume and mask of one sample say different subsets or folders, or two samples would be written into one folder; choosing one would put data where it does not belong, so nothing of the sample is written.',
    remedy: 'Correct the subset or site in the archive manifest, or move the file in the archive.',
  },
  'volume-missing': {
    severity: 'warning',
    title: 'A mask has no volume',
    explanation:
      'No volume with the same sample key exists; the mask is kept alone. Its row of the dataset manifest has no volume, which is no violation.',
    remedy: 'Add the volume to the archive, or delete the row of the mask from the archive manifest.',
  },
  'mask-missing': {
    severity: 'warning',
    title: 'A volume has no mask',
    explanation:
      'No mask with the same sample key exists; the volume is kept alone. Its row of the dataset manifest has no mask, which is no violation.',
    remedy: 'Add the mask to the archive, or delete the row of the volume from the archive manifest.',
  },
  'sample-left-over': {
    severity: 'warning',
    title: 'The data set holds a sample that the manifest no longer names',
    explanation:
      'An earlier run made the sample; since then its row was deleted or corrected in the archive manifest. Its files stay where they are. A whole run leaves it out of the dataset manifest; gen-dataset-manifest lists every sample that lies in the folder, this one too.',
    remedy: 'Remove its folder, or restore its row in the archive manifest.',
  },
  'shape-mismatch': {
    severity: 'error',
    title: 'Volume and mask differ in size',
    explanation:
      'The numbers of voxels along the axes differ, so that no voxel of the mask can be trusted to lie on its voxel of the volume. Nothing of the sample is written.',
    remedy: 'Export the mask again on the grid of its volume.',
  },
  'mask-not-whole': {
    severity: 'error',
    title: 'A mask holds fractions',
    explanation:
      'At least one value is farther than 0.001 from a whole number; the mask was resampled with interpolation.',
    remedy: 'Export the mask again with nearest-neighbour interpolation.',
  },
  'mask-out-of-range': {
    severity: 'error',
    title: 'A mask holds values outside 0 to 255',
    explanation: 'Labels are stored as uint8.',
    remedy: 'Map the labels into 0..255, for example with `remap` in the profile.',
  },
  'mask-not-finite': {
    severity: 'error',
    title: 'A mask holds NaN or infinity',
    explanation: 'A label must be a number.',
    remedy: 'Export the mask again.',
  },
  'mask-rounded': {
    severity: 'info',
    title: 'Mask values were rounded',
    explanation: 'Values within 0.001 of whole numbers, as lossy scaling leaves them, were rounded to those.',
    remedy: 'None is needed; export with integer voxels to avoid it.',
  },
  'mask-empty': {
    severity: 'info',
    title: 'A mask is empty',
    explanation:
      'No voxel has a label other than 0. This can be right: the finding is absent in this sample.',
    remedy: 'Check that the sample is meant to have no lesion.',
  },
  'mask-overlap': {
    severity: 'warning',
    title: 'Two masks of one sample claim the same voxels',
    explanation:
      'Several mask files of a sample are merged into one label map; where they overlap, the later one in the profile wins.',
    remedy: 'Check the overlap in a viewer, or change the order of the masks in the profile.',
  },
  'volume-not-finite': {
    severity: 'warning',
    title: 'A volume holds NaN or infinity',
    explanation: 'The voxels are kept as they are; training on them fails or spreads NaN.',
    remedy: 'Find the cause at the source, or mask these voxels before training.',
  },
  'volume-precision-lost': {
    severity: 'info',
    title: 'float32 cannot hold every value of a volume',
    explanation:
      'The source has integers beyond 2^24 or doubles that differ from their nearest float32; the nearest float32 was stored.',
    remedy: 'None is needed for intensities; keep the source where exact integers matter.',
  },
  'geometry-shift': {
    severity: 'warning',
    title: 'The mask lay slightly beside its volume',
    explanation:
      'The affines of mask and volume differ; replacing the one by the other moves the farthest corner by at most half a voxel. The mask takes the affine of its volume.',
    remedy: 'None is needed; a shift this small comes from rounding in another program.',
  },
  'geometry-mismatch': {
    severity: 'high',
    title: 'The mask lay far beside its volume',
    explanation:
      'The affines differ by more than half a voxel at the farthest corner. By default the mask takes the affine of its volume, voxel for voxel, which is wrong if the mask was drawn on another grid.',
    remedy: 'Look at both in a viewer; then choose --on-geometry-mismatch copy, resample or reject.',
  },
  'affine-sheared': {
    severity: 'warning',
    title: 'The affine has shear',
    explanation:
      'The voxel axes are not at right angles, which a qform cannot say; the sform is kept and qform_code is 0.',
    remedy: 'Resample to a right-angled grid if a tool downstream reads only the qform.',
  },
  'label-unknown': {
    severity: 'error',
    title: 'A mask holds a label that the label map lacks',
    explanation: 'Its voxels would be in none of the binary masks.',
    remedy: 'Add the label to label_map.yaml, or correct the mask.',
  },
  'size-inconsistent': {
    severity: 'error',
    title: 'Files of one sample differ in size',
    explanation: 'All images of a sample must have the same number of voxels along each axis.',
    remedy: 'Run confirm-pairs and extract-binary-masks again for this sample.',
  },
  'affine-inconsistent': {
    severity: 'error',
    title: 'Files of one sample differ in their affine',
    explanation: 'Beyond the tolerance, the images of the sample do not lie on one grid.',
    remedy: 'Run confirm-pairs and extract-binary-masks again for this sample.',
  },
  'spacing-inconsistent': {
    severity: 'error',
    title: 'Files of one sample differ in spacing',
    explanation: 'pixdim differs beyond the tolerance.',
    remedy: 'Run confirm-pairs and extract-binary-masks again for this sample.',
  },
  'origin-inconsistent': {
    severity: 'error',
    title: 'Files of one sample differ in origin',
    explanation: 'The position of the first voxel differs beyond the tolerance.',
    remedy: 'Run confirm-pairs and extract-binary-masks again for this sample.',
  },
  'mask-dtype-inconsistent': {
    severity: 'error',
    title: 'Masks of one sample differ in voxel type',
    explanation: 'All masks of a sample must have one voxel type.',
    remedy: 'Run confirm-pairs and extract-binary-masks again for this sample.',
  },
  'masks-not-partition': {
    severity: 'error',
    title: 'The binary masks do not add up to the label map',
    explanation: 'Each voxel must be 1 in the binary mask of its label and 0 in all others.',
    remedy: 'Run extract-binary-masks again for this sample.',
  },
  'sample-file-missing': {
    severity: 'error',
    title: 'A sample lacks a file',
    explanation:
      'One of volume, mask, info or a binary mask is not there, though the archive had what it is made from.',
    remedy:
      'Run the routine that writes it: confirm-pairs for volume, mask and info, extract-binary-masks for binary masks.',
  },
  'info-inconsistent': {
    severity: 'error',
    title: 'The info file contradicts the folder that it lies in',
    explanation:
      'site, collection, subset, seq or pid in the info file differ from what the path says, or the file cannot be read.',
    remedy: 'Run confirm-pairs again for this sample; if files were moved by hand, move them back.',
  },
  'split-impossible': {
    severity: 'warning',
    title: 'A split of the profile cannot be made',
    explanation:
      'No sample fits the sites, collections or subsets that the split names; the other splits were made.',
    remedy: 'Nothing, if the archive lacks these sites on purpose; else see the message.',
  },
  'file-edited': {
    severity: 'high',
    title: 'A file was edited before it was written anew',
    explanation:
      'A manifest differed from what voxmill had written when it had to be made again; the edited file was kept under another name beside it.',
    remedy: 'Carry your changes over from the kept file, then remove it.',
  },
  'patient-in-several-subsets': {
    severity: 'warning',
    title: 'A patient stands on both sides of a split',
    explanation:
      'The same patient id has samples in more than one of train, val and test, so that a model is judged on patients that it was trained on.',
    remedy:
      'Use --group_by pid with make-split-across-sites, or check whether the predefined subsets are meant so.',
  },
  'worksheet-outdated': {
    severity: 'warning',
    title: 'A worksheet was made from earlier rows',
    explanation: 'The main worksheet has changed since this split was made.',
    remedy: 'Run the split command again.',
  },
  ...DICOM_FINDING_CODES,
  ...PIPELINE_FINDING_CODES,
  ...INFERENCE_FINDING_CODES,
  ...SLICE_FINDING_CODES,
  ...HEART_FINDING_CODES,
  ...MAE_FINDING_CODES,
  ...REGISTRATION_FINDING_CODES,
  ...VERDICT_FINDING_CODES,
} as const satisfies Record<string, FindingKind>
