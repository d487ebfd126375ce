import type { FigureKey, Histogram } from './caseDescription.ts'
import type { Severity } from './finding.ts'

/**
 * What a bar, a row or a button of the report narrows the wall of samples down to; the page finds it as JSON in
 * `data-filter`.
 */
export type ReportFilter = {
  /** In words, for the list of filters. */
  readonly label: string
} & (
  | {
      readonly kind: 'figure'
      readonly key: FigureKey
      readonly from: number
      readonly to: number
      /** Whether `to` itself is inside. */
      readonly closed: boolean
    }
  | { readonly kind: 'text' | 'attribute' | 'split'; readonly key: string; readonly value: string }
  /** `value` is the short form of a label, a code of findings, or a severity. */
  | { readonly kind: 'label' | 'finding' | 'severity'; readonly value: string }
  | { readonly kind: 'cases'; readonly value: readonly number[] }
  | { readonly kind: 'failed' }
)

export interface ReportPicture {
  readonly key: string
  readonly width: number
  readonly height: number
  readonly alt: string
  /** File beside the report; without one, the picture is in the page. */
  readonly src?: string
}

/** What the page knows of one case. */
export interface ReportCase {
  readonly id: string
  /** Last part of the id. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly texts: Readonly<Record<string, string>>
  readonly figures: Readonly<Partial<Record<FigureKey, number>>>
  readonly histogram?: Histogram
  readonly labels: readonly {
    readonly name: string
    readonly shortForm: string
    readonly color: string
    readonly voxels: number
    readonly volumeMl: number
  }[]
  readonly findings: readonly {
    readonly code: string
    readonly severity: Severity
    readonly message: string
    readonly remedy: string
  }[]
  readonly failures: readonly { readonly step: string; readonly message: string; readonly remedy: string }[]
  readonly splits: Readonly<Record<string, string>>
  readonly pictures: readonly ReportPicture[]
}

/** The JSON of `<script id="data">`. */
export interface ReportData {
  readonly figures: readonly { readonly key: FigureKey; readonly title: string; readonly unit: string }[]
  readonly attributes: readonly string[]
  readonly splits: readonly string[]
  readonly labels: readonly { readonly shortForm: string; readonly name: string }[]
  readonly codes: readonly { readonly code: string; readonly title: string; readonly cases: number }[]
  readonly cases: readonly ReportCase[]
  /**
   * `<script id="pictures-N">` holds the pictures of so many cases from case N × casesPerBlock on, as a list of
   * data URLs for each; null where pictures are files.
   */
  readonly casesPerBlock: number | null
}
