import type { SeriesHeader } from '../../formats/dicom/seriesHeader.ts'
import { SeriesTally } from './seriesTally.ts'
import type { SeriesRecord } from './sortRecord.ts'

/** What the headers of a series tell, in technical terms: all that a rule looks at. */
export interface SeriesTraits extends SeriesRecord {
  /** The thickest; null where no object tells it. */
  readonly sliceThicknessMm: number | null
  /** Of the first object that tells it, `\` between values; empty where none does. */
  readonly kernel: string
  /** Whether any object names a contrast agent. */
  readonly hasContrast: boolean
  readonly seriesNumber: number | null
}

/** Gathers the traits of one series from the headers of its objects. */
export class TraitTally {
  readonly #tally: SeriesTally
  #thickness: number | null = null
  #kernel = ''
  #hasContrast = false
  #number: number | null = null

  constructor(pid: string, seriesInstanceUid: string, folder: string) {
    this.#tally = new SeriesTally(pid, seriesInstanceUid, folder)
  }

  add(header: SeriesHeader): void {
    this.#tally.add(header)
    const { sliceThickness, convolutionKernel, seriesNumber } = header
    if (sliceThickness !== undefined && sliceThickness > (this.#thickness ?? 0))
      this.#thickness = sliceThickness
    this.#kernel ||= convolutionKernel ?? ''
    this.#hasContrast ||= header.hasContrast
    this.#number ??= seriesNumber ?? null
  }

  traits(): SeriesTraits {
    return {
      ...this.#tally.record(),
      sliceThicknessMm: this.#thickness,
      kernel: this.#kernel,
      hasContrast: this.#hasContrast,
      seriesNumber: this.#number,
    }
  }
}
