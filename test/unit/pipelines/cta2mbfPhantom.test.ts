import { describe, expect, it } from 'vitest'
import { rasToLps, transformPoint, voxelSizes } from '../../../src/core/affine.ts'
import { orientationOf } from '../../../src/core/orientation.ts'
import { TAGS } from '../../../src/formats/dicom/dictionary.ts'
import { isDicom } from '../../../src/formats/dicom/parse.ts'
import { TRANSFER_SYNTAXES } from '../../../src/formats/dicom/transferSyntaxes.ts'
import { readWorkbook } from '../../../src/formats/table/readWorkbook.ts'
import {
  ANNOTATED,
  type CtFileKind,
  phantomStudy,
  RAW_FOLDER,
} from '../../../src/pipelines/cta2mbfPhantom.ts'
import { CANARY } from '../../../src/pipelines/ctPhantomPatient.ts'
import { decimalString } from '../../../src/pipelines/ctPhantomSeries.ts'
import { parsed, storedOf } from './describedDicom.ts'

const options = { seed: 5, patients: 6, shape: [20, 18, 12] } as const
const study = phantomStudy(options)
const made = study.files.map(file => ({ ...file, bytes: file.make() }))
const ofKind = (kind: CtFileKind) => made.filter(file => file.kind === kind)
const images = ofKind('image').map(({ bytes, truth, pid }) => ({ ...truth!, pid, file: parsed(bytes) }))

describe('phantomStudy', () => {
  it('gives the same plan and bytes for the same options', async () => {
    const again = phantomStudy(options)
    expect(again.files.map(({ path, kind, pid }) => [path, kind, pid])).toEqual(
      study.files.map(({ path, kind, pid }) => [path, kind, pid]),
    )
    expect(again.files.map(file => file.make())).toEqual(made.map(({ bytes }) => bytes))
    expect(await again.annotation.make()).toEqual(await study.annotation.make())
    expect(phantomStudy({ ...options, seed: 6 }).patients[0]!.pid).not.toBe(study.patients[0]!.pid)
  })

  it('makes a file the same whichever was made before', () => {
    for (const n of [200, 3, 160, 90]) expect(study.files[n]!.make()).toEqual(made[n]!.bytes)
  })

  it('has its files below the raw folder, each once, none named after what it is', () => {
    expect(new Set(made.map(({ path }) => path)).size).toBe(made.length)
    for (const { path, pid } of made) expect(path.startsWith(`${RAW_FOLDER}/${pid}/`)).toBe(true)
    const names = ofKind('image').map(({ path }) => path.split('/').slice(2).join('/'))
    for (const layout of [
      /^DICOM\/20190310\/18170000\/IM\d+$/,
      /^New Folder\/[0-9A-F]{8}$/,
      /^新建文件夹\/S\d+\/I\d{5}\.dcm$/,
      /^DICOM\/PA000001\/ST000001\/SE\d{6}\/IM\d+$/,
    ])
      expect(names.filter(name => layout.test(name)).length).toBeGreaterThan(50)
  })

  it('scatters the slices of a series over the names', () => {
    const cta = study.patients[0]!.series.CTA
    const slices = images.filter(({ series }) => series === cta).map(({ slice }) => slice)
    expect(slices).not.toEqual([...slices].sort((a, b) => a - b))
    expect([...slices].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, k) => k))
  })

  it('has at least 20 slices of each perfusion image, and few of the other phase', () => {
    for (const { series } of study.patients) {
      expect([series.MIP, series.AVG, series.BF].map(({ grid }) => grid.shape)).toEqual(
        new Array(3).fill([20, 18, 20]),
      )
      expect(series.CTA.grid.shape).toEqual([20, 18, 12])
    }
    const others = images.filter(({ series }) => series.role === 'other phase')
    expect(others).toHaveLength(6 * 3)
  })

  it('writes the geometry of each series as its truth has it', () => {
    for (const { file, series, slice } of images) {
      const { dataset } = file
      const toLps = rasToLps(series.grid.affine)
      const [dx, dy] = voxelSizes(series.grid.affine)
      const near = (values: readonly number[], digits: number) => values.map(v => expect.closeTo(v, digits))
      expect(dataset.numbers(TAGS.ImagePositionPatient)).toEqual(
        near(transformPoint(toLps, [0, 0, slice]), 8),
      )
      expect(dataset.numbers(TAGS.PixelSpacing)).toEqual(near([dy, dx], 9))
      expect(dataset.numbers(TAGS.ImageOrientationPatient)).toEqual(
        near([...[0, 4, 8].map(n => toLps[n]! / dx), ...[1, 5, 9].map(n => toLps[n]! / dy)], 9),
      )
      expect([dataset.number(TAGS.Columns), dataset.number(TAGS.Rows)]).toEqual(series.grid.shape.slice(0, 2))
    }
  })

  it('stacks slices along the normal of their rows and columns', () => {
    for (const { series } of study.patients)
      for (const { grid } of Object.values(series)) {
        const a = rasToLps(grid.affine)
        const [r, c, s] = [0, 1, 2].map(n => [a[n]!, a[n + 4]!, a[n + 8]!] as const)
        const sizes = voxelSizes(grid.affine)
        const volume =
          s![0] * (r![1] * c![2] - r![2] * c![1]) +
          s![1] * (r![2] * c![0] - r![0] * c![2]) +
          s![2] * (r![0] * c![1] - r![1] * c![0])
        expect(volume).toBeCloseTo(sizes[0] * sizes[1] * sizes[2], 8)
      }
  })

  it('writes the voxels of each series as its truth has them', async () => {
    for (const { file, series, slice } of images) {
      const size = series.grid.shape[0] * series.grid.shape[1]
      expect(await storedOf(file)).toEqual(
        Array.from(series.stored().subarray(slice * size, (slice + 1) * size)),
      )
      expect(file.dataset.number(TAGS.RescaleSlope)).toBe(series.storage.slope)
      expect(file.dataset.number(TAGS.RescaleIntercept)).toBe(series.storage.intercept)
      expect(file.transferSyntax).toBe(series.transferSyntax)
    }
  })

  it('names patient, study and series as its truth does, and no two objects alike', () => {
    for (const { file, series, pid } of images) {
      expect(file.dataset.text(TAGS.PatientID)).toBe(pid)
      expect(file.dataset.text(TAGS.StudyInstanceUID)).toBe(series.studyUid)
      expect(file.dataset.text(TAGS.SeriesInstanceUID)).toBe(series.seriesUid)
      expect(file.dataset.texts(TAGS.ImageType)).toEqual(series.imageType)
    }
    const uids = images.map(({ file }) => file.dataset.text(TAGS.SOPInstanceUID)!)
    expect(new Set(uids).size).toBe(images.length)
    for (const uid of uids) expect(uid).toMatch(/^2\.25\.(0|[1-9]\d{0,38})$/)
    expect(new Set(study.patients.map(({ pid }) => pid)).size).toBe(6)
    expect(study.patients.filter(({ pid }) => /^0\d{7}$/.test(pid))).toHaveLength(2)
  })

  it('mixes orientations, storage, transfer syntaxes, and the order of instance numbers', () => {
    const cta = study.patients.map(({ series }) => series.CTA)
    expect(
      new Set(cta.map(({ grid }) => orientationOf(grid.affine)).map(o => `${o.to} ${o.oblique}`)),
    ).toEqual(new Set(['LPS false', 'LPS true', 'RAS false']))
    expect(new Set(cta.map(({ storage }) => storage.signed))).toEqual(new Set([true, false]))
    expect(new Set(cta.map(({ storage }) => storage.padding))).toEqual(new Set([undefined, -2000]))
    expect(new Set(study.patients.map(({ series }) => series.BF.storage.slope))).toEqual(new Set([1, 0.1]))
    expect(new Set(images.map(({ file }) => file.transferSyntax))).toEqual(
      new Set([TRANSFER_SYNTAXES.ExplicitVRLittleEndian, TRANSFER_SYNTAXES.ImplicitVRLittleEndian]),
    )
    const numbered = (pid: string) =>
      images.filter(({ series }) => series.pid === pid && series.role === 'CTA')
    for (const [n, { pid }] of study.patients.entries())
      for (const { file, slice } of numbered(pid))
        expect(file.dataset.number(TAGS.InstanceNumber)).toBe(n % 2 === 1 ? 12 - slice : slice + 1)
  })

  it('fills the corners with padding where it says so', () => {
    const { storage, stored } = study.patients[2]!.series.CTA
    expect(storage.padding).toBe(-2000)
    expect([stored()[0], stored()[20 * 18 * 12 - 1]]).toEqual([-2000, -2000])
    expect(stored()[9 * 20 + 10]).toBeGreaterThan(-1025)
  })

  it('hides the canary in names of three character sets', () => {
    const names = study.patients.map(({ pid }) => {
      const { dataset } = images.find(image => image.pid === pid)!.file
      return [dataset.text(TAGS.SpecificCharacterSet), dataset.text(TAGS.PatientName)]
    })
    expect(names).toEqual([
      ['GB18030', `测试病人甲^${CANARY}`],
      ['ISO_IR 192', `测试病人乙^${CANARY}`],
      ['ISO_IR 100', `Phantom^${CANARY}`],
      ['GB18030', `测试病人丁^${CANARY}`],
      ['ISO_IR 192', `测试病人甲^${CANARY}`],
      ['ISO_IR 100', `Phantom^${CANARY}`],
    ])
    expect(study.patients.map(({ name }) => name)).toEqual(names.map(([, name]) => name))
  })

  it('has some slices twice, byte for byte', () => {
    const duplicates = ofKind('duplicate')
    expect(duplicates).toHaveLength(12)
    for (const { bytes, truth, pid } of duplicates) {
      const first = made.find(
        file =>
          file.kind === 'image' &&
          file.pid === pid &&
          file.truth?.series === truth!.series &&
          file.truth.slice === truth!.slice,
      )
      expect(first!.bytes).toEqual(bytes)
    }
  })

  it('has a localizer, a screenshot in colour, a dose report and a directory for each patient', () => {
    const tags = (kind: CtFileKind, ...of: (keyof typeof TAGS)[]) =>
      ofKind(kind).map(({ bytes }) =>
        of.map(keyword => parsed(bytes).dataset.texts(TAGS[keyword]).join('\\')),
      )
    const six = (row: string[]) => new Array(6).fill(row)
    expect(tags('localizer', 'Modality', 'ImageType')).toEqual(six(['CT', 'ORIGINAL\\PRIMARY\\LOCALIZER']))
    expect(tags('screenshot', 'SOPClassUID', 'PhotometricInterpretation')).toEqual(
      six(['1.2.840.10008.5.1.4.1.1.7', 'RGB']),
    )
    for (const { bytes, pid } of ofKind('dose report')) {
      const { dataset, pixelData } = parsed(bytes)
      expect(pixelData).toBeUndefined()
      expect(dataset.text(TAGS.Modality)).toBe('SR')
      expect(dataset.text(TAGS.PatientID)).toBe(pid)
      const [container] = dataset.items(TAGS.ContentSequence)
      expect(container!.items(TAGS.ContentSequence).map(item => item.text(TAGS.TextValue))[3]).toContain(
        CANARY,
      )
    }
    for (const { bytes, path } of ofKind('directory')) {
      const { dataset, meta } = parsed(bytes)
      expect(path.endsWith('/DICOMDIR')).toBe(true)
      expect(meta!.text(TAGS.MediaStorageSOPClassUID)).toBe('1.2.840.10008.1.3.10')
      expect(dataset.items(TAGS.DirectoryRecordSequence).length).toBeGreaterThan(75)
    }
    expect(
      ['localizer', 'screenshot', 'dose report', 'directory'].map(kind => ofKind(kind as CtFileKind).length),
    ).toEqual([6, 6, 6, 6])
  })

  it('has junk that is no DICOM', () => {
    expect(ofKind('junk')).toHaveLength(24)
    for (const { bytes } of ofKind('junk')) expect(isDicom(bytes)).toBe(false)
    for (const { bytes, kind } of made) if (kind !== 'junk') expect(isDicom(bytes)).toBe(true)
  })

  it('lists the series in a workbook as hospitals write them', async () => {
    const workbook = await readWorkbook(await study.annotation.make())
    expect(workbook.sheetNames).toEqual(['说明', '数据'])
    const { columns, rows } = await workbook.sheet('数据')
    expect(columns).toEqual(['动态心肌灌注CT数据', '', '', '', ''])
    expect(rows[0]).toEqual(['病人编号（Patient ID）', 'CTA', 'MIP', 'AVG', 'BF'])
    expect(rows.slice(1).map(row => row.map(cell => String(cell).trim()))).toEqual(
      study.patients.map(({ pid, series }) => [pid, ...ANNOTATED.map(role => series[role].seriesUid)]),
    )
    expect(rows.slice(1).filter(row => row.every(cell => String(cell).endsWith('  ')))).toHaveLength(2)
  })

  it.each([0, 1.5, Number.NaN])('refuses %s patients', patients => {
    expect(() => phantomStudy({ ...options, patients })).toThrow(RangeError)
  })

  it.each([
    [15, 16, 8],
    [16, 16, 7],
    [16.5, 16, 8],
  ] as const)('refuses the shape %s × %s × %s', (...shape) => {
    expect(() => phantomStudy({ ...options, shape })).toThrow(RangeError)
  })
})

describe('decimalString', () => {
  it.each([
    [0, '0'],
    [-1024, '-1024'],
    [0.1, '0.1'],
    [2.395833333333333, '2.39583333333333'],
    [-115.12345678901234, '-115.12345678901'],
    [1 / 3e7, '3.33333333333e-8'],
  ])('writes %d as %s', (value, text) => {
    expect(decimalString(value)).toBe(text)
    expect(text.length).toBeLessThanOrEqual(16)
  })
})
