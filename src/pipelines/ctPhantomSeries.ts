import { type Affine, type Point, rasToLps, transformPoint } from '../core/affine.ts'
import type { Grid } from '../core/volume.ts'
import type { PhantomElements } from './ctPhantomObject.ts'
import { CANARY, encodeName, type PhantomPatient, phantomUid } from './ctPhantomPatient.ts'

export const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2'

/** How the numbers of a series are stored. */
export interface PixelStorage {
  readonly signed: boolean
  readonly bitsStored: 12 | 16
  readonly slope: number
  readonly intercept: number
  /** PixelPaddingValue, which fills the corners outside the circle of reconstruction. */
  readonly padding?: number
}

/** The image series of a patient: the four that the annotation names, and another phase of the angiogram. */
export type SeriesRole = 'CTA' | 'MIP' | 'AVG' | 'BF' | 'other phase'

/** Keeps what was made for one patient until something is made for another, so that all files share it. */
export class OnePatientImages {
  #pid: string | undefined
  readonly #made = new Map<string, unknown>()

  get<T>(pid: string, name: string, make: () => T): T {
    if (pid !== this.#pid) this.#made.clear()
    this.#pid = pid
    if (!this.#made.has(name)) this.#made.set(name, make())
    return this.#made.get(name) as T
  }
}

/** What is true of a series, whatever its files look like. */
export interface PhantomSeries {
  readonly pid: string
  readonly role: SeriesRole
  readonly studyUid: string
  readonly seriesUid: string
  readonly seriesNumber: number
  readonly imageType: readonly string[]
  readonly transferSyntax: string
  /** As stored: i along the columns of a slice, j along its rows, k from slice to slice along their normal. */
  readonly grid: Grid
  readonly storage: PixelStorage
  /** Stored values on the grid, as a reader should decode them; × slope + intercept they are HU or ml/100 ml/min. */
  stored(): Int16Array | Uint16Array
}

export interface SeriesSpec extends Omit<PhantomSeries, 'stored' | 'pid' | 'studyUid' | 'seriesUid'> {
  readonly patient: PhantomPatient
  readonly seed: number
  readonly images: OnePatientImages
  /** Tells apart series that are equal in all else. */
  readonly variant?: string
  /** Values on the grid: HU or ml/100 ml/min. */
  values(): ArrayLike<number>
}

export function phantomSeries({
  patient,
  seed,
  images,
  variant = '',
  values,
  ...spec
}: SeriesSpec): PhantomSeries {
  const { pid, studyUid } = patient
  const seriesUid = phantomUid(seed, pid, 'series', spec.role, variant)
  const stored = () => images.get(pid, seriesUid, () => storedValues(values(), spec))
  return { ...spec, pid, studyUid, seriesUid, stored }
}

function storedValues(
  values: ArrayLike<number>,
  { storage, grid }: Pick<PhantomSeries, 'storage' | 'grid'>,
): Int16Array | Uint16Array {
  const { signed, bitsStored, slope, intercept, padding } = storage
  const stored = signed ? new Int16Array(values.length) : new Uint16Array(values.length)
  const lowest = signed ? -(2 ** (bitsStored - 1)) : 0
  const highest = lowest + 2 ** bitsStored - 1
  for (let n = 0; n < stored.length; n++)
    stored[n] = Math.min(highest, Math.max(lowest, Math.floor((values[n]! - intercept) / slope + 0.5)))
  if (padding === undefined) return stored
  const [columns, rows] = grid.shape
  const radius = Math.max(columns, rows) ** 2
  for (let n = 0; n < stored.length; n++) {
    const x = 2 * (n % columns) - columns + 1
    const y = 2 * (Math.floor(n / columns) % rows) - rows + 1
    if (x * x + y * y > radius) stored[n] = padding
  }
  return stored
}

/** Unit vectors of rows and columns of a slice, LPS, and mm between neighbours along each. */
function sliceAxes(toLps: Affine<'voxel', 'lps'>) {
  const axis = (column: number) => {
    const [x, y, z] = [toLps[column]!, toLps[4 + column]!, toLps[8 + column]!]
    const length = Math.sqrt(x * x + y * y + z * z)
    return { length, direction: [x / length, y / length, z / length] as Point }
  }
  return { alongRow: axis(0), alongColumn: axis(1) }
}

/** A number as DS of at most 16 characters (PS3.5, section 6.2), with as many digits as fit. */
export function decimalString(value: number): string {
  for (let digits = 17; digits > 1; digits--) {
    const text = String(Number(value.toPrecision(digits)))
    if (text.length <= 16) return text
  }
  return value.toPrecision(1)
}

/** Patient, study and series, as every object of the phantom has them. */
export function identifyingElements(
  patient: PhantomPatient,
  series: { seriesUid: string; seriesNumber: number; description: string; modality: string },
): PhantomElements {
  const chinese = patient.characterSet !== 'ISO_IR 100'
  const name = (text: string) => encodeName(text, patient.characterSet)
  return {
    SpecificCharacterSet: patient.characterSet,
    StudyDate: '20190310',
    SeriesDate: '20190310',
    StudyTime: '101010',
    Modality: series.modality,
    Manufacturer: 'PHANTOM',
    InstitutionName: name(chinese ? `测试医院${CANARY}` : `${CANARY} Hospital`),
    ReferringPhysicianName: name(`${CANARY}^${chinese ? '医人' : 'Referring'}`),
    StudyDescription: `${CANARY} cardiac CT`,
    SeriesDescription: series.description,
    ManufacturerModelName: 'Phantom CT',
    PatientName: name(patient.name),
    PatientID: patient.pid,
    PatientBirthDate: '19590417',
    PatientSex: 'O',
    PatientAge: '059Y',
    PatientComments: `${CANARY} comment`,
    SoftwareVersions: '1',
    StudyInstanceUID: patient.studyUid,
    SeriesInstanceUID: series.seriesUid,
    StudyID: '1',
    SeriesNumber: String(series.seriesNumber),
  }
}

const DESCRIPTIONS: Readonly<Record<SeriesRole, string>> = {
  CTA: 'CorCTA 0.75 Bv40 BestDiast 72 %',
  'other phase': 'CorCTA 0.75 Bv40 BestSyst 38 %',
  MIP: 'DynMyoPerf 3.0 MIP',
  AVG: 'DynMyoPerf 3.0 AVG',
  BF: 'DynMyoPerf 3.0 BF',
}

/** What distinguishes one image from the others of its series. */
export interface SliceSpec {
  /** Along the normal, from 0. */
  readonly slice: number
  readonly instanceNumber: number
  /** Further name in the SOPInstanceUID, for a second image of a slice. */
  readonly repeat?: string
}

/** The elements of one image of a series (CT Image IOD, PS3.3, section A.3). */
export function sliceElements(
  series: PhantomSeries,
  patient: PhantomPatient,
  { slice, instanceNumber, repeat = '' }: SliceSpec,
): PhantomElements {
  const { grid, storage, seriesUid, seriesNumber, role } = series
  const [columns, rows] = grid.shape
  const toLps = rasToLps(grid.affine)
  const { alongRow, alongColumn } = sliceAxes(toLps)
  const position = transformPoint(toLps, [0, 0, slice])
  const stored = series.stored().slice(slice * columns * rows, (slice + 1) * columns * rows)
  return {
    ...identifyingElements(patient, {
      seriesUid,
      seriesNumber,
      description: DESCRIPTIONS[role],
      modality: 'CT',
    }),
    ImageType: series.imageType,
    SOPClassUID: CT_IMAGE_STORAGE,
    SOPInstanceUID: phantomUid(seriesUid, slice, repeat),
    AcquisitionDate: '20190310',
    ContentDate: '20190310',
    AcquisitionTime: '101112',
    ContentTime: '101113',
    SliceThickness: decimalString(sliceDistance(toLps)),
    KVP: '100',
    GantryDetectorTilt: '0',
    ConvolutionKernel: role === 'CTA' || role === 'other phase' ? 'Bv40d' : 'Hr36d',
    PatientPosition: 'HFS',
    AcquisitionNumber: '1',
    InstanceNumber: String(instanceNumber),
    ImagePositionPatient: position.map(decimalString),
    ImageOrientationPatient: [...alongRow.direction, ...alongColumn.direction].map(decimalString),
    FrameOfReferenceUID: patient.frameOfReferenceUid,
    SliceLocation: decimalString(position[2]),
    ...pixelElements(rows, columns, storage),
    PixelSpacing: [alongColumn.length, alongRow.length].map(decimalString),
    RescaleIntercept: decimalString(storage.intercept),
    RescaleSlope: decimalString(storage.slope),
    ...(role === 'BF' ? {} : { RescaleType: 'HU' }),
    PixelData: stored,
  }
}

/** mm from slice to slice. */
function sliceDistance(toLps: Affine<'voxel', 'lps'>): number {
  const [x, y, z] = [toLps[2]!, toLps[6]!, toLps[10]!]
  return Math.sqrt(x * x + y * y + z * z)
}

/** The elements that describe monochrome pixels of 16 bits. */
export function pixelElements(
  rows: number,
  columns: number,
  { signed, bitsStored, padding }: Pick<PixelStorage, 'signed' | 'bitsStored' | 'padding'>,
): PhantomElements {
  return {
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    BitsAllocated: 16,
    BitsStored: bitsStored,
    HighBit: bitsStored - 1,
    PixelRepresentation: signed ? 1 : 0,
    ...(padding === undefined ? {} : { PixelPaddingValue: padding }),
  }
}
