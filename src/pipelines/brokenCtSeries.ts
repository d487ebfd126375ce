import { type Affine, affine, rasToLps, transformPoint } from '../core/affine.ts'
import { type Grid, type Shape, voxelCount } from '../core/volume.ts'
import { TRANSFER_SYNTAXES } from '../formats/dicom/transferSyntaxes.ts'
import { angiogramGrid, cardiacAngiogram } from '../imaging/phantom/cardiacCt.ts'
import { SeededRandom } from '../imaging/phantom/seededRandom.ts'
import { HU_SIGNED, HU_UNSIGNED, RAW_FOLDER, requireShape } from './cta2mbfPhantom.ts'
import { encodeDicom, type PhantomElements } from './ctPhantomObject.ts'
import { type PhantomPatient, phantomPatient } from './ctPhantomPatient.ts'
import {
  decimalString,
  OnePatientImages,
  type PhantomSeries,
  phantomSeries,
  sliceElements,
} from './ctPhantomSeries.ts'
import { multiFrameElements } from './multiFrameCt.ts'

/** What `brokenSeries` can make: faults, and ways of storing that are seldom but sound. */
export const BROKEN_SERIES_KINDS = [
  'slice-missing',
  'spacing-uneven',
  'gantry-tilt',
  'orientation-mixed',
  'size-mixed',
  'position-repeated',
  'volumes-stacked',
  'acquisitions-two',
  'temporal-positions-two',
  'pixels-truncated',
  'header-truncated',
  'patient-id-wrong',
  'sop-uid-repeated',
  'high-bits-set',
  'big-endian',
  'deflated',
  'run-length',
  'multi-frame',
] as const

export type BrokenSeriesKind = (typeof BROKEN_SERIES_KINDS)[number]

export interface BrokenSeriesOptions {
  readonly seed: number
  /** Voxels of the series; at least 16 × 16 × 8. */
  readonly shape: Shape
}

export interface BrokenSeriesFile {
  /** POSIX, relative to the root of the archive. */
  readonly path: string
  /** Along k of the truth's grid; undefined for a file that holds all slices. */
  readonly slice: number | undefined
  /** The file has the fault, or is what the fault adds. */
  readonly affected: boolean
  make(): Uint8Array
}

export interface BrokenSeries {
  readonly pid: string
  /** Of the series without its fault; where the gantry is tilted, its grid is sheared as the slices lie. */
  readonly truth: PhantomSeries
  readonly files: readonly BrokenSeriesFile[]
}

/** Sine and cosine of the gantry's tilt (9, 40, 41) and its degrees. */
const TILT = { sine: 9 / 41, cosine: 40 / 41, degrees: 12.68 }

/** What is added to the distance of two slices, in parts of it. */
const UNEVEN = 0.3

/** HU by which a second image at a place differs from the first. */
const SECOND_IMAGE = 25

/** PatientID of an image that does not belong to its folder. */
export const WRONG_PATIENT_ID = '99999999'

/** One image of a series in the making. */
interface Draft {
  readonly slice: number
  readonly affected: boolean
  readonly transferSyntax: string
  /** Keeps so many bytes at the file's start, of so many. */
  readonly keep?: (length: number) => number
  elements(): PhantomElements
}

interface Base {
  readonly patient: PhantomPatient
  readonly series: PhantomSeries
  readonly drafts: readonly Draft[]
}

/**
 * A small series with one fault, or stored in a seldom way, in a folder of its own below `RAW_FOLDER`. It differs from
 * `soundSeries` of the same kind in that alone, identifiers included.
 *
 * @throws RangeError when the shape is smaller than 16 × 16 × 8
 */
export function brokenSeries(kind: BrokenSeriesKind, options: BrokenSeriesOptions): BrokenSeries {
  const base = soundBase(kind, options)
  const { patient, series } = base
  if (kind === 'multi-frame') {
    const make = () => encodeDicom(multiFrameElements(series, patient), series.transferSyntax)
    const file = { path: filePath(patient, kind, 1), slice: undefined, affected: true, make }
    return { pid: patient.pid, truth: series, files: [file] }
  }
  const tilted = kind === 'gantry-tilt' ? tiltedBase(kind, options) : base
  return written(kind, tilted, kind === 'gantry-tilt' ? tilted.drafts : FAULTS[kind](base))
}

/** The series that `brokenSeries` of this kind breaks. */
export function soundSeries(kind: BrokenSeriesKind, options: BrokenSeriesOptions): BrokenSeries {
  const base = soundBase(kind, options)
  return written(kind, base, base.drafts)
}

function written(kind: BrokenSeriesKind, { patient, series }: Base, drafts: readonly Draft[]): BrokenSeries {
  const files = drafts.map(({ slice, affected, transferSyntax, keep, elements }, n) => ({
    ...{ path: filePath(patient, kind, n + 1), slice, affected },
    make() {
      const bytes = encodeDicom(elements(), transferSyntax)
      return keep ? bytes.subarray(0, keep(bytes.length)) : bytes
    },
  }))
  return { pid: patient.pid, truth: series, files }
}

const filePath = ({ pid }: PhantomPatient, kind: string, n: number): string =>
  `${RAW_FOLDER}/${pid}/${kind}/IM${n}`

function soundBase(kind: BrokenSeriesKind, { seed, shape }: BrokenSeriesOptions): Base {
  requireShape(shape)
  return baseOn(angiogramGrid(shape), kind, seed)
}

function tiltedBase(kind: BrokenSeriesKind, { seed, shape }: BrokenSeriesOptions): Base {
  const { patient, series, drafts } = baseOn(tiltedGrid(angiogramGrid(shape)), kind, seed)
  const tilt = { GantryDetectorTilt: decimalString(TILT.degrees) }
  return { patient, series, drafts: drafts.map(draft => changed(draft, () => tilt)) }
}

function baseOn(grid: Grid, kind: BrokenSeriesKind, seed: number): Base {
  const n = 900 + BROKEN_SERIES_KINDS.indexOf(kind)
  const random = new SeededRandom(seed + Math.imul(n, 0x00010003))
  const patient = phantomPatient(seed, n, random)
  const anatomy = random.int32()
  const series = phantomSeries({
    ...{ patient, seed, grid, role: 'CTA', variant: kind, seriesNumber: 5 },
    images: new OnePatientImages(),
    imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    transferSyntax: TRANSFER_SYNTAXES.ExplicitVRLittleEndian,
    storage: kind === 'high-bits-set' ? HU_UNSIGNED : HU_SIGNED,
    values: () => cardiacAngiogram({ grid, seed: anatomy }).volume.data,
  })
  const drafts = Array.from({ length: grid.shape[2] }, (_, slice) => ({
    ...{ slice, affected: false, transferSyntax: series.transferSyntax },
    elements: () => sliceElements(series, patient, { slice, instanceNumber: slice + 1 }),
  }))
  return { patient, series, drafts }
}

/** The slices turned about their rows, while the table goes on straight. */
function tiltedGrid({ shape, affine: toRas }: Grid): Grid {
  const [a, b] = [toRas[5]! * TILT.cosine, toRas[5]! * TILT.sine]
  const tilted: Affine<'voxel', 'ras'> = affine([
    ...toRas.slice(0, 4),
    ...[0, a, 0, toRas[7]! * TILT.cosine],
    ...[0, -b, toRas[10]!, toRas[11]! - toRas[7]! * TILT.sine],
  ])
  return { shape, affine: tilted }
}

const changed = (draft: Draft, by: (elements: PhantomElements) => PhantomElements): Draft => ({
  ...draft,
  affected: true,
  elements() {
    const elements = draft.elements()
    return { ...elements, ...by(elements) }
  },
})

const middle = (drafts: readonly Draft[]): number => Math.floor(drafts.length / 2)

/** The drafts, with those that `of` names replaced. */
const replaced = (
  drafts: readonly Draft[],
  of: (n: number) => boolean,
  by: (draft: Draft) => Draft,
): Draft[] => drafts.map((draft, n) => (of(n) ? by(draft) : draft))

/** The middle one replaced. */
const oneReplaced = (drafts: readonly Draft[], by: (draft: Draft) => Draft): Draft[] =>
  replaced(drafts, n => n === middle(drafts), by)

const allIn = (transferSyntax: string) => (base: Base) =>
  base.drafts.map(draft => ({ ...draft, affected: true, transferSyntax }))

/** A second image of a slice: other pixels, a UID and a number of its own. */
function secondImage({ series, patient, drafts }: Base, slice: number, more: PhantomElements = {}): Draft {
  const instanceNumber = drafts.length + slice + 1
  const { transferSyntax } = series
  const elements = () => {
    const first = sliceElements(series, patient, { slice, instanceNumber, repeat: 'second' })
    const pixels = (first.PixelData as Int16Array).map(v => v + SECOND_IMAGE)
    return { ...first, ...more, PixelData: pixels }
  }
  return { slice, affected: true, transferSyntax, elements }
}

const stacked = (base: Base, more: PhantomElements = {}): Draft[] => [
  ...base.drafts,
  ...base.drafts.map(({ slice }) => secondImage(base, slice, more)),
]

type Faulty = Exclude<BrokenSeriesKind, 'multi-frame' | 'gantry-tilt'>

const FAULTS: Readonly<Record<Faulty, (base: Base) => readonly Draft[]>> = {
  'slice-missing': ({ drafts }) => drafts.filter((_, n) => n !== middle(drafts)),
  'spacing-uneven': ({ drafts, series }) => {
    const toLps = rasToLps(series.grid.affine)
    return replaced(
      drafts,
      n => n > middle(drafts),
      draft =>
        changed(draft, () => {
          const position = transformPoint(toLps, [0, 0, draft.slice + UNEVEN])
          return {
            ImagePositionPatient: position.map(decimalString),
            SliceLocation: decimalString(position[2]),
          }
        }),
    )
  },
  'orientation-mixed': ({ drafts }) =>
    oneReplaced(drafts, draft =>
      changed(draft, () => ({ ImageOrientationPatient: ['1', '0', '0', '0', '0', '-1'] })),
    ),
  'size-mixed': ({ drafts }) =>
    oneReplaced(drafts, draft =>
      changed(draft, ({ Rows, Columns, PixelData }) => {
        const rows = (Rows as number) >> 1
        return { Rows: rows, PixelData: (PixelData as Int16Array).slice(0, rows * (Columns as number)) }
      }),
    ),
  'position-repeated': base => [...base.drafts, secondImage(base, middle(base.drafts))],
  'volumes-stacked': base => stacked(base),
  'acquisitions-two': base => stacked(base, { AcquisitionNumber: '2' }),
  'temporal-positions-two': base => {
    const first = base.drafts.map(draft => changed(draft, () => ({ TemporalPositionIdentifier: '1' })))
    return stacked({ ...base, drafts: first }, { TemporalPositionIdentifier: '2' })
  },
  'pixels-truncated': ({ drafts, series: { grid } }) => {
    const half = voxelCount([grid.shape[0], grid.shape[1], 1])
    return oneReplaced(drafts, draft => ({ ...draft, affected: true, keep: length => length - half }))
  },
  'header-truncated': ({ drafts }) =>
    oneReplaced(drafts, draft => ({ ...draft, affected: true, keep: () => 600 })),
  'patient-id-wrong': ({ drafts }) =>
    oneReplaced(drafts, draft => changed(draft, () => ({ PatientID: WRONG_PATIENT_ID }))),
  'sop-uid-repeated': ({ drafts }) => [
    ...drafts,
    changed(drafts[middle(drafts)]!, () => ({ InstanceCreationTime: '101114' })),
  ],
  'high-bits-set': ({ drafts }) =>
    drafts.map(draft =>
      changed(draft, ({ PixelData }) => ({
        // As an overlay lies in bits that BitsStored leaves free: in every third pixel.
        PixelData: (PixelData as Uint16Array).map((v, n) => (n % 3 === 0 ? v | 0xd000 : v)),
      })),
    ),
  'big-endian': allIn(TRANSFER_SYNTAXES.ExplicitVRBigEndian),
  deflated: allIn(TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian),
  'run-length': allIn(TRANSFER_SYNTAXES.RLELossless),
}
