import type { SeriesHeader } from '../../formats/dicom/seriesHeader.ts'
import type { SeriesRecord } from './sortRecord.ts'

/** More different values of one attribute than these are told as `…`. */
const MOST_VALUES = 4

/** Counts the objects of one series, gives each its file name, and tells the attributes of all. */
export class SeriesTally {
  /** How many files have each number. */
  readonly #numbers = new Map<number, number>()
  readonly #modality = new Set<string>()
  readonly #imageType = new Set<string>()
  readonly #rows = new Set<string>()
  readonly #columns = new Set<string>()
  readonly #spacing = new Set<string>()
  readonly #positions = new Set<string>()
  #instances = 0
  #frames = 0

  constructor(
    readonly pid: string,
    readonly seriesInstanceUid: string,
    readonly folder: string,
  ) {}

  /** Takes one object in. @returns its file name: `00012.dcm`, or `00012_2.dcm` for the second with that number */
  add(header: SeriesHeader): string {
    this.#instances++
    if (header.frames > 1) this.#frames += header.frames
    else if (header.position.length > 0) this.#positions.add(header.position.join('\\'))
    const note = (values: Set<string>, value: string | number | undefined) => {
      if (value !== undefined && value !== '' && values.size <= MOST_VALUES) values.add(String(value))
    }
    note(this.#modality, header.modality)
    note(this.#imageType, header.imageType)
    note(this.#rows, header.rows)
    note(this.#columns, header.columns)
    note(this.#spacing, header.pixelSpacing.join(' × '))
    return this.#uniqueName(header.instanceNumber ?? 0)
  }

  #uniqueName(instanceNumber: number): string {
    const count = (this.#numbers.get(instanceNumber) ?? 0) + 1
    this.#numbers.set(instanceNumber, count)
    return `${String(instanceNumber).padStart(5, '0')}${count === 1 ? '' : `_${count}`}.dcm`
  }

  record(): SeriesRecord {
    return {
      pid: this.pid,
      seriesInstanceUid: this.seriesInstanceUid,
      folder: this.folder,
      modality: joined(this.#modality),
      imageType: joined(this.#imageType),
      instances: this.#instances,
      rows: joined(this.#rows),
      columns: joined(this.#columns),
      spacing: joined(this.#spacing),
      slices: this.#frames + this.#positions.size,
    }
  }
}

const joined = (values: ReadonlySet<string>): string => {
  const list = [...values]
  return list.length > MOST_VALUES ? `${list.slice(0, MOST_VALUES).join(' | ')} | …` : list.join(' | ')
}
