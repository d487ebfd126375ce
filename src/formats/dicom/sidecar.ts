import type { Dataset, Tag } from './dataset.ts'

export type SidecarValue = string | number | readonly string[] | readonly number[]

type Kind =
  /** Code string: capitals, digits, space and underscore (PS3.5, section 6.2); anything else is dropped. */
  | 'code'
  | 'codes'
  /** A name that the maker of the device wrote. */
  | 'text'
  | 'number'
  | 'numbers'
  /** Milliseconds in DICOM, seconds in BIDS. */
  | 'seconds'

/**
 * The fixed list: names as BIDS has them (Brain Imaging Data Structure 1.10, MRI and PET metadata), DICOM
 * keywords for the rest. No patient, person, place, date, identifier or free description is in it.
 */
const ENTRIES: readonly (readonly [string, Kind, ...Tag[]])[] = [
  ['Modality', 'code', '00080060'],
  ['Manufacturer', 'text', '00080070'],
  ['ManufacturersModelName', 'text', '00081090'],
  ['SoftwareVersions', 'text', '00181020'],
  ['ImageType', 'codes', '00080008'],
  ['BodyPartExamined', 'code', '00180015'],
  ['PatientPosition', 'code', '00185100'],
  ['SliceThickness', 'number', '00180050'],
  ['SpacingBetweenSlices', 'number', '00180088'],
  ['MagneticFieldStrength', 'number', '00180087'],
  ['ScanningSequence', 'codes', '00180020'],
  ['SequenceVariant', 'codes', '00180021'],
  ['ScanOptions', 'codes', '00180022'],
  ['MRAcquisitionType', 'code', '00180023'],
  ['EchoTime', 'seconds', '00189082', '00180081'],
  ['RepetitionTime', 'seconds', '00180080'],
  ['InversionTime', 'seconds', '00180082'],
  ['FlipAngle', 'number', '00181314'],
  ['EchoTrainLength', 'number', '00180091'],
  ['NumberOfAverages', 'number', '00180083'],
  ['PixelBandwidth', 'number', '00180095'],
  ['InPlanePhaseEncodingDirectionDICOM', 'code', '00181312'],
  ['AcquisitionMatrix', 'numbers', '00181310'],
  ['PercentSampling', 'number', '00180093'],
  ['KVP', 'number', '00180060'],
  ['XRayTubeCurrent', 'number', '00181151'],
  ['XRayExposure', 'number', '00181152'],
  ['ExposureTime', 'seconds', '00181150'],
  ['ConvolutionKernel', 'text', '00181210'],
  ['FilterType', 'text', '00181160'],
  ['ReconstructionDiameter', 'number', '00181100'],
  ['DataCollectionDiameter', 'number', '00180090'],
  ['GantryDetectorTilt', 'number', '00181120'],
  ['SpiralPitchFactor', 'number', '00189311'],
  ['SingleCollimationWidth', 'number', '00189306'],
  ['TotalCollimationWidth', 'number', '00189307'],
  ['CTDIvol', 'number', '00189345'],
  ['ContrastBolusAgent', 'text', '00180010'],
  ['ContrastBolusVolume', 'number', '00181041'],
  ['ContrastFlowRate', 'number', '00181046'],
  ['Units', 'code', '00541001'],
  ['DecayCorrection', 'code', '00541102'],
  ['ReconMethodName', 'text', '00541103'],
  ['AttenuationCorrectionMethod', 'text', '00541101'],
  ['ScatterCorrectionMethod', 'text', '00541105'],
  ['FrameDuration', 'seconds', '00181242'],
  ['InjectedRadioactivity', 'number', '00181074'],
  ['RadionuclideHalfLife', 'number', '00181075'],
  ['LossyImageCompression', 'code', '00282110'],
]

const RADIOPHARMACEUTICAL = '00540016'
const FUNCTIONAL_GROUPS: readonly Tag[] = ['52009229', '52009230']

/**
 * Technical properties of an object as members of a BIDS-style JSON file, in a fixed order. Values are looked
 * up at the top level, then in the radiopharmaceutical, then in the shared and the first frame's functional
 * groups; absent ones are left out.
 */
export function sidecar(dataset: Dataset): Record<string, SidecarValue> {
  const sources = [
    dataset,
    ...dataset.items(RADIOPHARMACEUTICAL),
    ...FUNCTIONAL_GROUPS.flatMap(groupItems(dataset)),
  ]
  const members: Record<string, SidecarValue> = {}
  for (const [name, kind, ...tags] of ENTRIES)
    for (const tag of tags) {
      const value = sources.map(source => read(source, tag, kind)).find(found => found !== undefined)
      if (value !== undefined) members[name] ??= value
    }
  if ('InjectedRadioactivity' in members) members.InjectedRadioactivityUnits = 'Bq'
  return members
}

/** First items of the standard sequences inside a functional group; private ones may hold anything. */
const groupItems =
  (dataset: Dataset) =>
  (groups: Tag): Dataset[] => {
    const first = dataset.items(groups)[0]
    if (!first) return []
    return [...first.tags].filter(isStandard).flatMap(tag => first.items(tag).slice(0, 1))
  }

const isStandard = (tag: Tag): boolean => Number.parseInt(tag.slice(0, 4), 16) % 2 === 0

function read(dataset: Dataset, tag: Tag, kind: Kind): SidecarValue | undefined {
  switch (kind) {
    case 'code':
      return dataset.texts(tag).filter(isCode)[0]
    case 'codes':
      return someOf(dataset.texts(tag).filter(isCode))
    case 'text':
      return dataset.texts(tag).join('\\') || undefined
    case 'number':
      return finite(dataset.number(tag))
    case 'numbers':
      return someOf(dataset.numbers(tag).filter(Number.isFinite))
    case 'seconds': {
      const milliseconds = finite(dataset.number(tag))
      // Twelve digits: a decimal string divided by 1000, without the binary tail.
      return milliseconds === undefined ? undefined : Number((milliseconds / 1000).toPrecision(12))
    }
  }
}

const isCode = (text: string): boolean => /^[A-Z0-9_ ]{1,16}$/.test(text)

const finite = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isFinite(value) ? value : undefined

const someOf = <T>(values: readonly T[]): readonly T[] | undefined => (values.length > 0 ? values : undefined)
