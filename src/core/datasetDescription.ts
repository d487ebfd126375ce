import type { CasePicture, FigureKey, Figures, Histogram, LabelFigures } from './caseDescription.ts'
import type { FaultRecord } from './fault.ts'
import type { Finding } from './finding.ts'

/** A finding and the step that made it. */
export interface StepFinding extends Finding {
  readonly step: string
}

/** An image file of a case that a viewer can show. */
export interface CaseImage {
  /** What it is within its case: `volume`, `mask`, `cta`, `cta_mip_mip`, … */
  readonly key: string
  /** `label` images hold whole label values; the others intensities. */
  readonly role: 'image' | 'label'
  /** Relative to the root, POSIX. Never sent to a browser. */
  readonly path: string
  /** Images of one group lie on one grid and may be laid over each other. */
  readonly group: string
}

/** All that is known of one case. */
export interface CaseSummary {
  /** Id of the case as receipts have it, a relative POSIX path. */
  readonly case: string
  /** Columns of text: site, collection, subset, seq, pid. */
  readonly attributes: Readonly<Record<string, string>>
  readonly texts: Readonly<Record<string, string>>
  readonly figures: Figures
  readonly histogram?: Histogram
  readonly labels: readonly LabelFigures[]
  readonly pictures: readonly CasePicture[]
  readonly images: readonly CaseImage[]
  readonly findings: readonly StepFinding[]
  /** Steps that failed for this case. */
  readonly failures: readonly { readonly step: string; readonly fault: FaultRecord }[]
}

/** A split of the data set, as a worksheet of the manifest has it. */
export interface SplitSummary {
  readonly name: string
  /** Names of the subsets in order: train, val, test. */
  readonly subsets: readonly string[]
  /** Subset by case; a case that is missing is in none. */
  readonly subsetOf: Readonly<Record<string, string>>
  /** Patients with cases in more than one subset. */
  readonly onBothSides: readonly {
    readonly patient: string
    readonly cases: readonly { readonly case: string; readonly subset: string }[]
  }[]
}

/** A table that a step made, as it is shown. */
export interface SummaryTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

/** How a step was carried out over the data set, from its receipts. */
export interface StepProvenance {
  readonly step: string
  readonly version: number
  /** Versions of voxmill that carried it out. */
  readonly voxmill: readonly string[]
  /** Every set of parameters that was used, with how many jobs used it; most used first. */
  readonly params: readonly { readonly params: unknown; readonly jobs: number }[]
  readonly done: number
  readonly failed: number
  /** Sum over the jobs. */
  readonly seconds: number
  /** When its first and last job finished, ISO 8601 in UTC. */
  readonly first: string
  readonly last: string
}

/** All that a report shows and a viewer lists, read from receipts, records and manifests under a root. */
export interface DatasetDescription {
  /** Name of the root folder. */
  readonly name: string
  /** Name of the profile or pipeline that the data set was made with, where that is known. */
  readonly made: 'nme' | 'cta2mbf' | 'other'
  /** Titles of the attributes that occur, in the order of the manifest. */
  readonly attributes: readonly string[]
  /** Figures that occur, in the order of FIGURES. */
  readonly figures: readonly FigureKey[]
  readonly labels: readonly Omit<LabelFigures, 'voxels' | 'volumeMl'>[]
  readonly cases: readonly CaseSummary[]
  /** Findings that belong to no case. */
  readonly findings: readonly StepFinding[]
  readonly splits: readonly SplitSummary[]
  readonly tables: readonly SummaryTable[]
  readonly provenance: readonly StepProvenance[]
}
