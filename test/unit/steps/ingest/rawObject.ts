import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { TAGS } from '../../../../src/formats/dicom/dictionary.ts'
import { TRANSFER_SYNTAXES } from '../../../../src/formats/dicom/transferSyntaxes.ts'
import { type ElementToWrite, writeDicom } from '../../../../src/formats/dicom/write.ts'

export interface RawObject {
  /** Last figures of the UIDs; absent UIDs are left out. */
  readonly sop?: number
  readonly series?: number
  readonly pid?: string
  readonly number?: number
  readonly modality?: string
  readonly imageType?: readonly string[]
  readonly position?: readonly number[]
  /** Value of every pixel: two objects that differ in it differ in bytes alone. */
  readonly value?: number
  readonly transferSyntax?: keyof typeof TRANSFER_SYNTAXES
  readonly bare?: boolean
  readonly further?: readonly ElementToWrite[]
  /** Without pixels: a report, a plan. */
  readonly textOnly?: boolean
}

export const SERIES = '2.25.100.'

/** The bytes of a small object of 4 × 4 pixels. */
export function rawObject(o: RawObject): Uint8Array {
  const given = (tag: string, value: ElementToWrite['value'] | undefined): ElementToWrite[] =>
    value === undefined ? [] : [{ tag, value }]
  return writeDicom({
    transferSyntax: TRANSFER_SYNTAXES[o.transferSyntax ?? 'ExplicitVRLittleEndian'],
    bare: o.bare ?? false,
    deflate: bytes => deflateRawSync(bytes),
    elements: [
      { tag: TAGS.SOPClassUID, value: '1.2.840.10008.5.1.4.1.1.2' },
      ...given(TAGS.SOPInstanceUID, o.sop === undefined ? undefined : `2.25.200.${o.sop}`),
      ...given(TAGS.SeriesInstanceUID, o.series === undefined ? undefined : `${SERIES}${o.series}`),
      { tag: TAGS.PatientName, value: 'SECRET^NAME' },
      ...given(TAGS.PatientID, o.pid),
      { tag: TAGS.Modality, value: o.modality ?? 'CT' },
      ...given(TAGS.ImageType, o.imageType ?? ['ORIGINAL', 'PRIMARY', 'AXIAL']),
      ...given(TAGS.InstanceNumber, o.number),
      ...(o.textOnly ? [] : pixels(o)),
      ...(o.further ?? []),
    ],
  })
}

const pixels = ({ value = 0, position = [0, 0, 0] }: RawObject): ElementToWrite[] => [
  { tag: TAGS.ImagePositionPatient, value: position },
  { tag: TAGS.PixelSpacing, value: [0.5, 0.25] },
  { tag: TAGS.SamplesPerPixel, value: 1 },
  { tag: TAGS.PhotometricInterpretation, value: 'MONOCHROME2' },
  { tag: TAGS.Rows, value: 4 },
  { tag: TAGS.Columns, value: 4 },
  { tag: TAGS.BitsAllocated, value: 16 },
  { tag: TAGS.BitsStored, value: 16 },
  { tag: TAGS.HighBit, value: 15 },
  { tag: TAGS.PixelRepresentation, value: 0 },
  { tag: TAGS.PixelData, vr: 'OW', value: new Uint8Array(32).fill(value) },
]

/** A DICOMDIR without records. */
export const rawDirectory = (): Uint8Array =>
  writeDicom({
    transferSyntax: TRANSFER_SYNTAXES.ExplicitVRLittleEndian,
    elements: [
      { tag: TAGS.SOPClassUID, value: '1.2.840.10008.1.3.10' },
      { tag: TAGS.SOPInstanceUID, value: '2.25.300' },
      { tag: '00041220', value: { items: [] } },
    ],
  })

/** Writes files below a folder, by their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}
