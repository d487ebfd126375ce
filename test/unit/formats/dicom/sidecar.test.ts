import { describe, expect, it } from 'vitest'
import { sidecar } from '../../../../src/formats/dicom/sidecar.ts'
import { plainDataset } from './plainDataset.ts'

describe('sidecar', () => {
  it('names technical properties as BIDS does, times in seconds', () => {
    const members = sidecar(
      plainDataset({
        '00080060': 'MR',
        '00080070': 'SIEMENS',
        '00081090': 'Prisma',
        '00080008': ['ORIGINAL', 'PRIMARY', 'M'],
        '00180050': 1.2,
        '00180081': 2.98,
        '00180080': 2300,
        '00180082': 900,
        '00180087': 3,
        '00181314': 9,
        '00181310': [0, 256, 240, 0],
      }),
    )
    expect(members).toEqual({
      Modality: 'MR',
      Manufacturer: 'SIEMENS',
      ManufacturersModelName: 'Prisma',
      ImageType: ['ORIGINAL', 'PRIMARY', 'M'],
      SliceThickness: 1.2,
      MagneticFieldStrength: 3,
      EchoTime: 0.00298,
      RepetitionTime: 2.3,
      InversionTime: 0.9,
      FlipAngle: 9,
      AcquisitionMatrix: [0, 256, 240, 0],
    })
    expect(Object.keys(members).slice(0, 3)).toEqual(['Modality', 'Manufacturer', 'ManufacturersModelName'])
  })

  it('has the tube and kernel of CT and the dose of PET', () => {
    const members = sidecar(
      plainDataset({
        '00180060': 120,
        '00181151': 300,
        '00181150': 500,
        '00181210': ['Br36', '3'],
        '00180010': 'Ultravist 370',
        '00541001': 'BQML',
        '00540016': [{ '00181074': 3.7e8, '00181075': 6586.2 }],
      }),
    )
    expect(members).toEqual({
      KVP: 120,
      XRayTubeCurrent: 300,
      ExposureTime: 0.5,
      ConvolutionKernel: 'Br36\\3',
      ContrastBolusAgent: 'Ultravist 370',
      Units: 'BQML',
      InjectedRadioactivity: 3.7e8,
      InjectedRadioactivityUnits: 'Bq',
      RadionuclideHalfLife: 6586.2,
    })
  })

  it('looks into the functional groups of an enhanced object, not into private ones', () => {
    const members = sidecar(
      plainDataset({
        '52009229': [{ '00189112': [{ '00180080': 4000 }], '20051402': [{ '00181314': 11 }] }],
        '52009230': [{ '00189114': [{ '00189082': 30 }], '00289110': [{ '00180050': 3.3 }] }],
      }),
    )
    expect(members).toEqual({ SliceThickness: 3.3, EchoTime: 0.03, RepetitionTime: 4 })
  })

  it('prefers the effective echo time, and passes over values that are none', () => {
    expect(sidecar(plainDataset({ '00189082': 30, '00180081': 20 }))).toEqual({ EchoTime: 0.03 })
    expect(sidecar(plainDataset({ '00189082': Number.NaN, '00180081': 20 }))).toEqual({ EchoTime: 0.02 })
  })

  it('holds no text of patient, place, date or operator, wherever it was typed', () => {
    const personal = {
      '00100010': 'DOE^JANE',
      '00100020': 'PID1',
      '00100030': '19700101',
      '00080080': 'St. Elsewhere',
      '00080090': 'REF^ERRER',
      '00081030': 'JANE study',
      '0008103E': 'JANE series',
      '00081070': 'OPER^ATOR',
      '00080020': '20200202',
      '00181000': 'SERIAL9',
      '00181030': 'JANE protocol',
      '00204000': 'comment on JANE',
      '00180015': 'Jane Doe',
      '00080008': ['ORIGINAL', 'doe, jane'],
    }
    expect(sidecar(plainDataset(personal))).toEqual({ ImageType: ['ORIGINAL'] })
  })
})
