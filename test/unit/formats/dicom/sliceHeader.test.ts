import { describe, expect, it } from 'vitest'
import { sliceHeaders } from '../../../../src/formats/dicom/sliceHeader.ts'
import { type PlainItem, plainDataset } from './plainDataset.ts'

const CLASSIC: PlainItem = {
  '00080016': '1.2.840.10008.5.1.4.1.1.2',
  '00080018': '1.2.3',
  '0020000E': '1.2',
  '00080060': 'CT',
  '00080008': ['ORIGINAL', 'PRIMARY', 'AXIAL'],
  '00280010': 512,
  '00280011': 256,
  '00280002': 1,
  '00280004': 'MONOCHROME2',
  '00280100': 16,
  '00280101': 12,
  '00280103': 1,
  '00280120': -2000,
  '00200032': [-1, 2, 3.5],
  '00200037': [1, 0, 0, 0, 1, 0],
  '00280030': [0.5, 0.25],
  '00180050': 3,
  '00180088': 2,
  '00281053': 2,
  '00281052': -1024,
  '00281054': 'HU',
  '00200013': 7,
  '00200012': 4,
  '00200100': 5,
  '00180081': 2.5,
  '00181060': 40,
}

describe('a classic image', () => {
  it('gives one header', () => {
    expect(sliceHeaders(plainDataset(CLASSIC), 12)).toEqual([
      {
        index: 12,
        frame: 0,
        frames: 1,
        sopInstanceUid: '1.2.3',
        sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
        seriesInstanceUid: '1.2',
        modality: 'CT',
        imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
        rows: 512,
        columns: 256,
        position: [-1, 2, 3.5],
        orientation: [1, 0, 0, 0, 1, 0],
        pixelSpacing: [0.5, 0.25],
        spacingBetweenSlices: 2,
        sliceThickness: 3,
        slope: 2,
        intercept: -1024,
        modalityLut: false,
        units: 'HU',
        samplesPerPixel: 1,
        photometric: 'MONOCHROME2',
        bitsAllocated: 16,
        bitsStored: 12,
        signed: true,
        paddingValue: -2000,
        instanceNumber: 7,
        acquisitionNumber: 4,
        temporalPosition: 5,
        echoTime: 2.5,
        triggerTime: 40,
        bValue: undefined,
        stackId: undefined,
        inStackPosition: undefined,
        dimensionIndexValues: [],
      },
    ])
  })

  it('has slope 1 and intercept 0 where they are absent, and nothing else made up', () => {
    const [header] = sliceHeaders(plainDataset({}))
    expect(header).toMatchObject({ slope: 1, intercept: 0, samplesPerPixel: 1, signed: false, frames: 1 })
    expect(header).toMatchObject({ rows: undefined, position: undefined, pixelSpacing: undefined })
  })

  it.each([
    ['position', '00200032', [1, 2]],
    ['position', '00200032', [1, 2, Number.NaN]],
    ['orientation', '00200037', [1, 0, 0]],
    ['pixelSpacing', '00280030', [1]],
  ] as const)('has no %s when its values are malformed', (name, tag, value) => {
    expect(sliceHeaders(plainDataset({ ...CLASSIC, [tag]: value }))[0]).toMatchObject({ [name]: undefined })
  })

  it('takes Units of PET, and tells a modality look-up table', () => {
    const [header] = sliceHeaders(plainDataset({ ...CLASSIC, '00541001': 'BQML', '00283000': [{}] }))
    expect(header).toMatchObject({ units: 'BQML', modalityLut: true })
  })
})

describe('an enhanced multi-frame object', () => {
  const frame = (n: number): PlainItem => ({
    '00209113': [{ '00200032': [0, 0, 5 * n] }],
    '00209111': [{ '00209128': n + 1, '00209056': 'A', '00209057': n, '00209156': 3, '00209157': [1, n] }],
    '00289145': [{ '00281053': n + 1, '00281052': -n }],
    '00189114': [{ '00189082': 30 + n }],
    '00189117': [{ '00189087': 1000 * n }],
    '00189118': [{ '00209153': 10 * n }],
    '00189226': [{ '00089007': ['ORIGINAL', `F${n}`] }],
  })
  const shared: PlainItem = {
    '00209116': [{ '00200037': [0, 1, 0, 0, 0, -1] }],
    '00289110': [{ '00280030': [2, 3], '00180050': 4, '00180088': 5 }],
  }
  const enhanced: PlainItem = {
    ...CLASSIC,
    '00280008': 2,
    '52009229': [shared],
    '52009230': [frame(0), frame(1)],
  }

  it('gives a header a frame: per-frame groups, then shared ones, then the top level', () => {
    const headers = sliceHeaders(plainDataset(enhanced), 3)
    expect(headers.map(header => [header.index, header.frame, header.frames])).toEqual([
      [3, 0, 2],
      [4, 1, 2],
    ])
    expect(headers[1]).toMatchObject({
      sopInstanceUid: '1.2.3',
      position: [0, 0, 5],
      orientation: [0, 1, 0, 0, 0, -1],
      pixelSpacing: [2, 3],
      sliceThickness: 4,
      spacingBetweenSlices: 5,
      slope: 2,
      intercept: -1,
      temporalPosition: 2,
      acquisitionNumber: 3,
      stackId: 'A',
      inStackPosition: 1,
      dimensionIndexValues: [1, 1],
      echoTime: 31,
      bValue: 1000,
      triggerTime: 10,
      imageType: ['ORIGINAL', 'F1'],
    })
  })

  it('falls back to the top level where a group lacks the element', () => {
    const { '52009230': _, ...rest } = enhanced
    const [header] = sliceHeaders(plainDataset({ ...rest, '52009230': [{}, {}] }))
    expect(header).toMatchObject({ position: [-1, 2, 3.5], slope: 2, acquisitionNumber: 4, echoTime: 2.5 })
  })

  it('still gives frames that lack their groups', () => {
    const { '00200032': _, ...placeless } = enhanced
    const headers = sliceHeaders(plainDataset({ ...placeless, '00280008': 3 }))
    expect(headers).toHaveLength(3)
    expect(headers[2]!.position).toBeUndefined()
  })

  it('does not fill memory when NumberOfFrames is damaged', () => {
    expect(sliceHeaders(plainDataset({ ...enhanced, '00280008': 2 ** 31 - 1 }))).toHaveLength(65_536)
  })
})

describe('a multi-frame object without functional groups', () => {
  it('gives one header that tells how many frames there are', () => {
    const { '00200032': _, ...placeless } = CLASSIC
    const headers = sliceHeaders(plainDataset({ ...placeless, '00280008': 120, '00080060': 'NM' }))
    expect(headers).toHaveLength(1)
    expect(headers[0]).toMatchObject({ frames: 120, position: undefined, modality: 'NM' })
  })
})
