import { type Affine, affine, compose } from '../core/affine.ts'
import type { Grid, Shape } from '../core/volume.ts'
import { TRANSFER_SYNTAXES } from '../formats/dicom/transferSyntaxes.ts'
import { writeWorkbook } from '../formats/table/writeWorkbook.ts'
import { type AxisOrder, type AxisSource, permuteGrid } from '../imaging/permuteAxes.ts'
import {
  angiogramGrid,
  cardiacAngiogram,
  cardiacPerfusion,
  perfusionGrid,
} from '../imaging/phantom/cardiacCt.ts'
import { SeededRandom } from '../imaging/phantom/seededRandom.ts'
import {
  directoryElements,
  doseReportElements,
  junkFiles,
  localizerElements,
  screenshotElements,
} from './ctPhantomExtras.ts'
import { encodeDicom, type PhantomElements } from './ctPhantomObject.ts'
import { type PhantomPatient, phantomPatient } from './ctPhantomPatient.ts'
import {
  OnePatientImages,
  type PhantomSeries,
  type PixelStorage,
  phantomSeries,
  type SeriesRole,
  sliceElements,
} from './ctPhantomSeries.ts'

/** The raw folder; below it one folder a patient. */
export const RAW_FOLDER = 'CTP灌注各类数据（李主任）'
export const ANNOTATION_PATH = 'annotation/series.xlsx'

/** The series that the annotation names, in the order of its columns. */
export const ANNOTATED = ['CTA', 'MIP', 'AVG', 'BF'] as const satisfies readonly SeriesRole[]

/** A derived series has at least this many slices: fewer are no perfusion scan. */
const FEWEST_PERFUSION_SLICES = 20

const SMALLEST: Shape = [16, 16, 8]

export interface PhantomStudyOptions {
  readonly seed: number
  readonly patients: number
  /** Voxels of the angiogram, right to left, front to back, bottom to top; at least 16 × 16 × 8. */
  readonly shape: Shape
}

/** What a file of the archive is. */
export type CtFileKind =
  | 'image'
  | 'duplicate'
  | 'localizer'
  | 'screenshot'
  | 'dose report'
  | 'directory'
  | 'junk'

/** One file of an archive as data; `make` gives its bytes. */
export interface CtPhantomFile {
  /** POSIX, relative to the root of the archive. */
  readonly path: string
  readonly kind: CtFileKind
  readonly pid: string
  /** Of images and duplicates: the series, and which slice of its grid, along k. */
  readonly truth?: { readonly series: PhantomSeries; readonly slice: number }
  make(): Uint8Array
}

export interface CtPhantomPatient extends PhantomPatient {
  readonly series: Readonly<Record<(typeof ANNOTATED)[number], PhantomSeries>>
}

export interface PhantomStudy {
  readonly patients: readonly CtPhantomPatient[]
  /** Those of one patient after another; of a patient shuffled, as an archive has them. */
  readonly files: readonly CtPhantomFile[]
  /** The workbook that tells which series is which: a title sheet, then the table under a title row. */
  readonly annotation: { readonly path: string; make(): Promise<Uint8Array> }
}

const along = (axis: 0 | 1 | 2): AxisSource => ({ axis, reversed: false })
const against = (axis: 0 | 1 | 2): AxisSource => ({ axis, reversed: true })

interface Stance {
  readonly order: AxisOrder
  /** About the origin, RAS. */
  readonly turn: Affine<'ras', 'ras'>
}

const UPRIGHT: Affine<'ras', 'ras'> = affine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])

// About z, then about x, by angles whose sine and cosine are fractions: (9, 40, 41) and (20, 99, 101).
const TURNED: Affine<'ras', 'ras'> = compose(
  affine<'ras', 'ras'>([1, 0, 0, 0, 0, 99 / 101, -20 / 101, 0, 0, 20 / 101, 99 / 101, 0]),
  affine<'ras', 'ras'>([40 / 41, -9 / 41, 0, 0, 9 / 41, 40 / 41, 0, 0, 0, 0, 1, 0]),
)

/** Axial; oblique; axial with rows and columns from the other end. The normal points up in all. */
const STANCES: readonly Stance[] = [
  { order: [along(0), along(1), along(2)], turn: UPRIGHT },
  { order: [along(0), along(1), along(2)], turn: TURNED },
  { order: [against(0), against(1), along(2)], turn: UPRIGHT },
]

export const HU_UNSIGNED: PixelStorage = { signed: false, bitsStored: 12, slope: 1, intercept: -1024 }
export const HU_SIGNED: PixelStorage = { signed: true, bitsStored: 16, slope: 1, intercept: -1024 }
const HU_PADDED: PixelStorage = { signed: true, bitsStored: 16, slope: 1, intercept: 0, padding: -2000 }
const FLOW_WHOLE: PixelStorage = { signed: true, bitsStored: 16, slope: 1, intercept: 0 }
const FLOW_TENTHS: PixelStorage = { signed: true, bitsStored: 16, slope: 0.1, intercept: 0 }

const ANGIOGRAM_STORAGE = [HU_UNSIGNED, HU_SIGNED, HU_PADDED]
const FLOW_STORAGE = [FLOW_WHOLE, FLOW_TENTHS]
const SYNTAXES = [TRANSFER_SYNTAXES.ExplicitVRLittleEndian, TRANSFER_SYNTAXES.ImplicitVRLittleEndian]

/** Of a list, the item that comes round at n. */
const round = <T>(list: readonly T[], n: number): T => list[n % list.length]!

/**
 * The plan of a cardiac CT archive as it comes off a hospital's disks: of each patient an angiogram, the temporal
 * maximum and mean and the blood flow of a perfusion scan, an angiogram of another phase with few slices, a localizer,
 * a screenshot and a dose report; some files twice, a DICOMDIR, and files that are no DICOM. From patient to patient
 * folders, names, orientation, storage of pixels, transfer syntax and character set change.
 *
 * The files are made one by one by `make`, the same bytes for the same options; files of one patient share their
 * images when made one after the other.
 *
 * @throws RangeError when `patients` is not a whole number from 1, or the shape is too small
 */
export function phantomStudy({ seed, patients, shape }: PhantomStudyOptions): PhantomStudy {
  if (!Number.isInteger(patients) || patients < 1)
    throw new RangeError(`an archive has a whole number of patients from 1, not ${patients}`)
  requireShape(shape)
  const images = new OnePatientImages()
  const made = Array.from({ length: patients }, (_, n) => {
    const random = new SeededRandom(seed + Math.imul(n + 1, 0x01000193))
    const patient = phantomPatient(seed, n, random)
    const series = seriesOf(patient, n, seed, shape, images, random.int32())
    return { patient: { ...patient, series }, files: patientFiles(patient, series, n, random) }
  })
  const list = made.map(({ patient }) => patient)
  return {
    patients: list,
    files: made.flatMap(({ files }) => files),
    annotation: { path: ANNOTATION_PATH, make: () => annotationWorkbook(list) },
  }
}

/** @throws RangeError when the shape is smaller than 16 × 16 × 8. */
export function requireShape(shape: Shape): void {
  if (!shape.every((n, axis) => Number.isInteger(n) && n >= SMALLEST[axis]!))
    throw new RangeError(
      `a cardiac CT phantom has at least ${SMALLEST.join(' × ')} voxels, not ${shape.join(' × ')}`,
    )
}

function placed(grid: Grid, { order, turn }: Stance): Grid {
  const { shape, affine: toRas } = permuteGrid(grid, order)
  return { shape, affine: compose(turn, toRas) }
}

type PatientSeries = Readonly<Record<SeriesRole, PhantomSeries>>

function seriesOf(
  patient: PhantomPatient,
  n: number,
  seed: number,
  shape: Shape,
  images: OnePatientImages,
  anatomy: number,
): PatientSeries {
  const stance = round(STANCES, n)
  const transferSyntax = round(SYNTAXES, n)
  const [columns, rows, slices] = shape
  const grid = placed(angiogramGrid(shape), stance)
  const coarse = placed(angiogramGrid([columns, rows, Math.ceil(slices / 4)]), stance)
  const thick = [columns, rows, Math.max(FEWEST_PERFUSION_SLICES, Math.floor(slices / 2))] as const
  const perfusion = placed(perfusionGrid(thick), stance)
  const angiogram = (on: Grid) => () => cardiacAngiogram({ grid: on, seed: anatomy }).volume.data
  const derived = () =>
    images.get(patient.pid, 'perfusion', () => cardiacPerfusion({ grid: perfusion, seed: anatomy }))
  const original = ['ORIGINAL', 'PRIMARY', 'AXIAL']
  const shared = { patient, seed, images, transferSyntax }
  const ofAngiogram = { ...shared, imageType: original, storage: round(ANGIOGRAM_STORAGE, n) }
  const ofPerfusion = (role: 'MIP' | 'AVG' | 'BF', storage: PixelStorage) => ({
    ...{ ...shared, role, storage, grid: perfusion },
    imageType: ['DERIVED', 'SECONDARY', 'AXIAL', 'PERF', role],
  })
  return {
    CTA: phantomSeries({ ...ofAngiogram, role: 'CTA', seriesNumber: 5, grid, values: angiogram(grid) }),
    'other phase': phantomSeries({
      ...{ ...ofAngiogram, role: 'other phase', seriesNumber: 6 },
      ...{ grid: coarse, values: angiogram(coarse) },
    }),
    MIP: phantomSeries({
      ...ofPerfusion('MIP', HU_SIGNED),
      seriesNumber: 301,
      values: () => derived().maximum.data,
    }),
    AVG: phantomSeries({
      ...ofPerfusion('AVG', HU_SIGNED),
      seriesNumber: 302,
      values: () => derived().mean.data,
    }),
    BF: phantomSeries({
      ...ofPerfusion('BF', round(FLOW_STORAGE, n)),
      seriesNumber: 303,
      values: () => derived().flow.data,
    }),
  }
}

/** A DICOM object that has no name yet. */
interface Unnamed extends Pick<CtPhantomFile, 'kind' | 'truth'> {
  readonly seriesNumber: number
  readonly transferSyntax: string
  elements(): PhantomElements
}

/** The n-th file of a patient's layout: path below the patient's folder. */
type Layout = (n: number, seriesNumber: number) => string

/** Whole numbers below 2^32 in an order without order. */
const scattered = (n: number): string =>
  (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).toUpperCase().padStart(8, '0')

const LAYOUTS: readonly Layout[] = [
  n => `DICOM/20190310/18170000/IM${n}`,
  n => `New Folder/${scattered(n)}`,
  (n, series) => `新建文件夹/S${series}/I${String(n).padStart(5, '0')}.dcm`,
  (n, series) => `DICOM/PA000001/ST000001/SE${String(series).padStart(6, '0')}/IM${n}`,
]

/** Slices of the angiogram that the archive has twice. */
const TWICE = [1, 4]

function patientFiles(
  patient: PhantomPatient,
  series: PatientSeries,
  n: number,
  random: SeededRandom,
): CtPhantomFile[] {
  const { pid } = patient
  const folder = `${RAW_FOLDER}/${pid}`
  const single = (kind: CtFileKind, seriesNumber: number, elements: () => PhantomElements): Unnamed => ({
    ...{ kind, seriesNumber, elements },
    transferSyntax: series.CTA.transferSyntax,
  })
  const objects = shuffled(
    [
      ...Object.values(series).flatMap(one => imagesOf(one, patient, n % 2 === 1)),
      single('localizer', 1, () => localizerElements(patient, series.CTA)),
      single('dose report', 501, () => doseReportElements(patient)),
      single('screenshot', 502, () => screenshotElements(patient)),
    ],
    random,
  )
  const layout = round(LAYOUTS, n)
  const files: CtPhantomFile[] = objects.map((object, at) =>
    dicomFile(`${folder}/${layout(at + 1, object.seriesNumber)}`, pid, object),
  )
  const again = files
    .filter(({ truth }) => truth?.series === series.CTA && TWICE.includes(truth.slice))
    .map(
      (file, at): CtPhantomFile => ({
        ...file,
        kind: 'duplicate',
        path: `${folder}/New Folder - 副本/IM${at + 1}`,
      }),
    )
  const directory: CtPhantomFile = {
    path: `${folder}/DICOMDIR`,
    kind: 'directory',
    pid,
    make: () =>
      encodeDicom(directoryElements(patient, files.length), TRANSFER_SYNTAXES.ExplicitVRLittleEndian),
  }
  const junk = junkFiles(patient).map(
    ([name, content]): CtPhantomFile => ({
      path: `${folder}/${name}`,
      kind: 'junk',
      pid,
      make: () => content,
    }),
  )
  return [...files, ...again, directory, ...junk]
}

const dicomFile = (
  path: string,
  pid: string,
  { kind, truth, transferSyntax, elements }: Unnamed,
): CtPhantomFile => ({
  ...{ path, kind, pid, ...(truth ? { truth } : {}) },
  make: () => encodeDicom(elements(), transferSyntax),
})

function imagesOf(series: PhantomSeries, patient: PhantomPatient, fromTop: boolean): Unnamed[] {
  const slices = series.grid.shape[2]
  return Array.from({ length: slices }, (_, slice) => ({
    kind: 'image',
    seriesNumber: series.seriesNumber,
    transferSyntax: series.transferSyntax,
    truth: { series, slice },
    elements: () =>
      sliceElements(series, patient, { slice, instanceNumber: fromTop ? slices - slice : slice + 1 }),
  }))
}

/** R. Durstenfeld, Communications of the ACM 7(7), 1964. */
function shuffled<T>(list: readonly T[], random: SeededRandom): T[] {
  const out = [...list]
  for (let last = out.length - 1; last > 0; last--) {
    const at = Math.floor(random.between(0, last + 1))
    const kept = out[last]!
    out[last] = out[at]!
    out[at] = kept
  }
  return out
}

/** Ids are text; of the second of every three patients they end in spaces, as hands leave them. */
function annotationWorkbook(patients: readonly CtPhantomPatient[]): Promise<Uint8Array> {
  const rows = patients.map(({ pid, series }, n) => {
    const cells = [pid, ...ANNOTATED.map(role => series[role].seriesUid)]
    return n % 3 === 1 ? cells.map(cell => `${cell}  `) : cells
  })
  const header = ['病人编号（Patient ID）', ...ANNOTATED]
  const title = '动态心肌灌注CT数据'
  return writeWorkbook([
    { name: '说明', columns: [{ name: '序列编号见第二张表' }], rows: [] },
    {
      name: '数据',
      columns: header.map((_, column) => ({ name: column === 0 ? title : '', kind: 'text' as const })),
      rows: [header, ...rows],
    },
  ])
}
