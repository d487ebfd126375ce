import type { SeriesTraits } from '../../../../src/steps/ingest/seriesTraits.ts'

/** Traits of a series that fits the shipped rule of the angiogram, but for what is given. */
export const seriesOf = (uid: string, traits: Partial<SeriesTraits> = {}): SeriesTraits => ({
  pid: 'P1',
  seriesInstanceUid: uid,
  folder: uid,
  modality: 'CT',
  imageType: 'ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI',
  instances: 200,
  rows: '512',
  columns: '512',
  spacing: '0.4 × 0.4',
  slices: 200,
  sliceThicknessMm: 0.75,
  kernel: 'Bv40d\\3',
  hasContrast: false,
  seriesNumber: 5,
  ...traits,
})

/** A derived perfusion map. */
export const mapOf = (kind: string, uid: string, traits: Partial<SeriesTraits> = {}): SeriesTraits =>
  seriesOf(uid, {
    imageType: `DERIVED\\SECONDARY\\AXIAL\\${kind}`,
    instances: 40,
    slices: 40,
    sliceThicknessMm: 3,
    ...traits,
  })
