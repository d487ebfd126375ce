import { rasToLps, transformPoint } from '../core/affine.ts'
import type { PhantomElements } from './ctPhantomObject.ts'
import { type PhantomPatient, phantomUid } from './ctPhantomPatient.ts'
import { decimalString, type PhantomSeries, sliceElements } from './ctPhantomSeries.ts'

const ENHANCED_CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2.1'

/** Elements of a single-frame image that an enhanced one has in its functional groups, or not at all. */
const ONLY_CLASSIC = [
  'SliceThickness',
  'KVP',
  'GantryDetectorTilt',
  'ConvolutionKernel',
  'ImagePositionPatient',
  'ImageOrientationPatient',
  'SliceLocation',
  'PixelSpacing',
  'RescaleIntercept',
  'RescaleSlope',
  'RescaleType',
  'AcquisitionNumber',
] as const satisfies readonly (keyof PhantomElements)[]

/**
 * A whole series as one Enhanced CT image (PS3.3, section A.38): orientation, spacing and rescaling shared by all
 * frames, positions frame by frame. The frames go from the last slice to the first, which their order in the file
 * must not decide.
 */
export function multiFrameElements(series: PhantomSeries, patient: PhantomPatient): PhantomElements {
  const classic = sliceElements(series, patient, { slice: 0, instanceNumber: 1, repeat: 'multi-frame' })
  const { grid } = series
  const [columns, rows, frames] = grid.shape
  const toLps = rasToLps(grid.affine)
  const stored = series.stored()
  const pixels = stored.slice()
  const perFrame: PhantomElements[] = []
  for (let frame = 0; frame < frames; frame++) {
    const slice = frames - 1 - frame
    pixels.set(stored.subarray(slice * rows * columns, (slice + 1) * rows * columns), frame * rows * columns)
    const position = transformPoint(toLps, [0, 0, slice])
    perFrame.push({
      FrameContentSequence: [
        { StackID: '1', InStackPositionNumber: slice + 1, DimensionIndexValues: [1, slice + 1] },
      ],
      PlanePositionSequence: [{ ImagePositionPatient: position.map(decimalString) }],
    })
  }
  const shared: PhantomElements = {
    PixelMeasuresSequence: [pick(classic, ['PixelSpacing', 'SliceThickness'])],
    PlaneOrientationSequence: [pick(classic, ['ImageOrientationPatient'])],
    PixelValueTransformationSequence: [pick(classic, ['RescaleIntercept', 'RescaleSlope', 'RescaleType'])],
  }
  const left = Object.entries(classic).filter(([keyword]) => !ONLY_CLASSIC.some(one => one === keyword))
  return {
    ...(Object.fromEntries(left) as PhantomElements),
    SOPClassUID: ENHANCED_CT_IMAGE_STORAGE,
    SOPInstanceUID: phantomUid(series.seriesUid, 'multi-frame'),
    NumberOfFrames: String(frames),
    SharedFunctionalGroupsSequence: [shared],
    PerFrameFunctionalGroupsSequence: perFrame,
    PixelData: pixels,
  }
}

const pick = (elements: PhantomElements, keywords: readonly (keyof PhantomElements)[]): PhantomElements =>
  Object.fromEntries(keywords.map(keyword => [keyword, elements[keyword]])) as PhantomElements
