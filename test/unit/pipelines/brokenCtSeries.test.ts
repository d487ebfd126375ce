import { describe, expect, it } from 'vitest'
import { rasToLps, transformPoint } from '../../../src/core/affine.ts'
import { TAGS } from '../../../src/formats/dicom/dictionary.ts'
import { DicomError } from '../../../src/formats/dicom/fault.ts'
import { sliceHeaders } from '../../../src/formats/dicom/sliceHeader.ts'
import { TRANSFER_SYNTAXES } from '../../../src/formats/dicom/transferSyntaxes.ts'
import {
  BROKEN_SERIES_KINDS,
  type BrokenSeriesKind,
  brokenSeries,
  soundSeries,
  WRONG_PATIENT_ID,
} from '../../../src/pipelines/brokenCtSeries.ts'
import { RAW_FOLDER } from '../../../src/pipelines/cta2mbfPhantom.ts'
import { described, differences, parsed, storedOf } from './describedDicom.ts'

const options = { seed: 3, shape: [18, 16, 8] } as const
const SLICES = 8

const SECOND_IMAGE = ['InstanceNumber', 'PixelData', 'SOPInstanceUID']

/** How many files a kind has, how many of them have the fault, and the elements that these have otherwise. */
const EXPECTED: Partial<Record<BrokenSeriesKind, [files: number, affected: number, elements: string[]]>> = {
  'slice-missing': [SLICES - 1, 0, []],
  'spacing-uneven': [SLICES, 3, ['ImagePositionPatient', 'SliceLocation']],
  'gantry-tilt': [
    ...[SLICES, SLICES],
    ['GantryDetectorTilt', 'ImageOrientationPatient', 'ImagePositionPatient', 'PixelData', 'SliceLocation'],
  ] as [number, number, string[]],
  'orientation-mixed': [SLICES, 1, ['ImageOrientationPatient']],
  'size-mixed': [SLICES, 1, ['PixelData', 'Rows']],
  'position-repeated': [SLICES + 1, 1, SECOND_IMAGE],
  'volumes-stacked': [2 * SLICES, SLICES, SECOND_IMAGE],
  'acquisitions-two': [2 * SLICES, SLICES, ['AcquisitionNumber', ...SECOND_IMAGE]],
  'patient-id-wrong': [SLICES, 1, ['PatientID']],
  'sop-uid-repeated': [SLICES + 1, 1, ['InstanceCreationTime']],
  'high-bits-set': [SLICES, SLICES, []],
  'big-endian': [SLICES, SLICES, []],
  deflated: [SLICES, SLICES, []],
  'run-length': [SLICES, SLICES, []],
}

const positionOf = (bytes: Uint8Array) => parsed(bytes).dataset.numbers(TAGS.ImagePositionPatient)

describe('soundSeries', () => {
  it.each(BROKEN_SERIES_KINDS)('is whole and lies where its truth says (%s)', async kind => {
    const { files, truth, pid } = soundSeries(kind, options)
    expect(files.map(({ slice }) => slice)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const toLps = rasToLps(truth.grid.affine)
    for (const { slice, affected, make } of files) {
      const file = parsed(make())
      expect(affected).toBe(false)
      expect(file.dataset.numbers(TAGS.ImagePositionPatient)).toEqual(
        transformPoint(toLps, [0, 0, slice!]).map(v => expect.closeTo(v, 8)),
      )
      expect(file.dataset.text(TAGS.PatientID)).toBe(pid)
      expect(await storedOf(file)).toEqual(
        Array.from(truth.stored().subarray(slice! * 18 * 16, (slice! + 1) * 18 * 16)),
      )
    }
  })
})

describe('brokenSeries', () => {
  it('gives each kind a patient, a folder and a series of its own', () => {
    const all = BROKEN_SERIES_KINDS.map(kind => brokenSeries(kind, options))
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(BROKEN_SERIES_KINDS.length)
    expect(new Set(all.map(({ truth }) => truth.seriesUid)).size).toBe(BROKEN_SERIES_KINDS.length)
    const paths = all.flatMap(({ files }) => files.map(({ path }) => path))
    expect(new Set(paths).size).toBe(paths.length)
    for (const [n, { pid, files }] of all.entries())
      for (const { path } of files)
        expect(path).toMatch(new RegExp(`^${RAW_FOLDER}/${pid}/${BROKEN_SERIES_KINDS[n]}/IM\\d+$`))
  })

  it.each(BROKEN_SERIES_KINDS)('gives the same bytes each time (%s)', kind => {
    const [a, b] = [1, 2].map(() => brokenSeries(kind, options).files.map(file => file.make()))
    expect(a).toEqual(b)
  })

  it.each(Object.entries(EXPECTED))(
    'differs from the sound series as said alone (%s)',
    async (kind, expected) => {
      const [count, affectedCount, elements] = expected
      const sound = soundSeries(kind as BrokenSeriesKind, options).files
      const { files } = brokenSeries(kind as BrokenSeriesKind, options)
      expect(files).toHaveLength(count)
      expect(files.filter(({ affected }) => affected)).toHaveLength(affectedCount)
      for (const { slice, affected, make } of files) {
        const first = await described(parsed(sound[slice!]!.make()))
        expect(differences(first, await described(parsed(make())))).toEqual(affected ? elements : [])
      }
    },
  )

  it('leaves out a slice from the middle', () => {
    const { files } = brokenSeries('slice-missing', options)
    expect(files.map(({ slice }) => slice)).toEqual([0, 1, 2, 3, 5, 6, 7])
  })

  it('moves the slices above the middle away by 0.3 of their distance', () => {
    const z = brokenSeries('spacing-uneven', options).files.map(file => positionOf(file.make())[2]!)
    const steps = z.slice(1).map((v, n) => v - z[n]!)
    expect(steps).toEqual([16, 16, 16, 16, 20.8, 16, 16].map(v => expect.closeTo(v, 8)))
  })

  it('tilts the gantry: slices turn by asin(9/41), the table goes along z', () => {
    const { files, truth } = brokenSeries('gantry-tilt', options)
    const toLps = rasToLps(truth.grid.affine)
    const [first, ...others] = files.map(file => parsed(file.make()).dataset)
    const orientation = first!.numbers(TAGS.ImageOrientationPatient)
    expect(orientation).toEqual([1, 0, 0, 0, 40 / 41, 9 / 41].map(v => expect.closeTo(v, 12)))
    expect(first!.number(TAGS.GantryDetectorTilt)).toBeCloseTo((Math.asin(9 / 41) * 180) / Math.PI, 2)
    for (const [n, dataset] of [first!, ...others].entries()) {
      const position = dataset.numbers(TAGS.ImagePositionPatient)
      expect(position).toEqual(transformPoint(toLps, [0, 0, n]).map(v => expect.closeTo(v, 8)))
      expect(position.slice(0, 2)).toEqual(first!.numbers(TAGS.ImagePositionPatient).slice(0, 2))
    }
  })

  it('puts a second image at the place of the first', () => {
    for (const kind of ['position-repeated', 'volumes-stacked', 'acquisitions-two'] as const) {
      const { files } = brokenSeries(kind, options)
      const uids = files.map(file => parsed(file.make()).dataset.text(TAGS.SOPInstanceUID))
      expect(new Set(uids).size).toBe(files.length)
      for (const { slice, affected, make } of files)
        if (affected) expect(positionOf(make())).toEqual(positionOf(files[slice!]!.make()))
    }
  })

  it('numbers two temporal positions', async () => {
    const sound = soundSeries('temporal-positions-two', options).files
    const { files } = brokenSeries('temporal-positions-two', options)
    expect(files).toHaveLength(2 * SLICES)
    for (const [n, { slice, make }] of files.entries()) {
      const file = parsed(make())
      expect(file.dataset.number(TAGS.TemporalPositionIdentifier)).toBe(n < SLICES ? 1 : 2)
      expect(differences(await described(parsed(sound[slice!]!.make())), await described(file))).toEqual(
        n < SLICES
          ? ['TemporalPositionIdentifier']
          : ['InstanceNumber', 'PixelData', 'SOPInstanceUID', 'TemporalPositionIdentifier'],
      )
    }
  })

  it('repeats a SOPInstanceUID with other bytes', () => {
    const { files } = brokenSeries('sop-uid-repeated', options)
    const uids = files.map(file => parsed(file.make()).dataset.text(TAGS.SOPInstanceUID))
    expect(new Set(uids).size).toBe(SLICES)
    const [last] = files.slice(-1)
    expect(last!.make()).not.toEqual(files[last!.slice!]!.make())
  })

  it('puts a foreign PatientID into one file', () => {
    const { files } = brokenSeries('patient-id-wrong', options)
    const ids = files.map(file => parsed(file.make()).dataset.text(TAGS.PatientID))
    expect(ids.filter(id => id === WRONG_PATIENT_ID)).toHaveLength(1)
  })

  it.each([
    ['pixels-truncated', 'dicom-truncated'],
    ['header-truncated', 'dicom-truncated'],
  ] as const)('cuts one file off, the start of the sound one (%s)', (kind, code) => {
    const sound = soundSeries(kind, options).files
    for (const { slice, affected, make } of brokenSeries(kind, options).files) {
      const [bytes, whole] = [make(), sound[slice!]!.make()]
      if (!affected) {
        expect(bytes).toEqual(whole)
        continue
      }
      expect(bytes.length).toBeLessThan(whole.length)
      expect(bytes).toEqual(whole.subarray(0, bytes.length))
      const read = () => parsed(bytes).pixelData
      expect(read).toThrow(DicomError)
      expect(read).toThrow(expect.objectContaining({ code }))
      if (kind === 'pixels-truncated')
        expect(parsed(bytes).dataset.text(TAGS.SOPInstanceUID)).toBe(
          parsed(whole).dataset.text(TAGS.SOPInstanceUID),
        )
    }
  })

  it('sets bits above those stored', () => {
    const kind = 'high-bits-set'
    const sound = soundSeries(kind, options).files
    for (const { slice, make } of brokenSeries(kind, options).files) {
      const file = parsed(make())
      expect(file.dataset.number(TAGS.BitsStored)).toBe(12)
      expect(file.dataset.bytes(TAGS.PixelData)).not.toEqual(
        parsed(sound[slice!]!.make()).dataset.bytes(TAGS.PixelData),
      )
    }
  })

  it.each([
    ['big-endian', TRANSFER_SYNTAXES.ExplicitVRBigEndian],
    ['deflated', TRANSFER_SYNTAXES.DeflatedExplicitVRLittleEndian],
    ['run-length', TRANSFER_SYNTAXES.RLELossless],
  ] as const)('stores another transfer syntax (%s)', (kind, transferSyntax) => {
    for (const { make } of brokenSeries(kind, options).files)
      expect(parsed(make()).transferSyntax).toBe(transferSyntax)
  })

  it('holds the whole series in one enhanced file, its frames from the last slice to the first', async () => {
    const { files, truth } = brokenSeries('multi-frame', options)
    expect(files).toHaveLength(1)
    const file = parsed(files[0]!.make())
    expect(file.dataset.text(TAGS.SOPClassUID)).toBe('1.2.840.10008.5.1.4.1.1.2.1')
    expect(file.dataset.text(TAGS.SeriesInstanceUID)).toBe(truth.seriesUid)
    const frames = sliceHeaders(file.dataset)
    expect(frames).toHaveLength(SLICES)
    const sound = sliceHeaders(parsed(soundSeries('multi-frame', options).files[0]!.make()).dataset)[0]!
    const toLps = rasToLps(truth.grid.affine)
    for (const [n, frame] of frames.entries()) {
      const slice = SLICES - 1 - n
      expect(frame.position).toEqual(transformPoint(toLps, [0, 0, slice]).map(v => expect.closeTo(v, 8)))
      for (const key of ['orientation', 'pixelSpacing', 'slope', 'intercept', 'rows', 'columns'] as const)
        expect(frame[key]).toEqual(sound[key])
      expect(frame.inStackPosition).toBe(slice + 1)
      expect(await storedOf(file, n)).toEqual(
        Array.from(truth.stored().subarray(slice * 18 * 16, (slice + 1) * 18 * 16)),
      )
    }
  })

  it('refuses a shape that is too small', () => {
    expect(() => brokenSeries('deflated', { seed: 1, shape: [16, 16, 7] })).toThrow(RangeError)
  })
})
