import type { CasePicture, FigureKey, LabelFigures } from '../core/caseDescription.ts'
import type { StepFinding } from '../core/datasetDescription.ts'
import type { Verdict, VerdictWord } from '../core/verdict.ts'

/*
 * What the viewer's page and its server say to each other. The page lies at /TOKEN/, all else below it, so that the
 * page's relative addresses carry the token:
 *
 *   GET  api/dataset                     DatasetReply
 *   GET  api/cases                       CaseRow[]
 *   GET  api/cases/CASE                  CaseReply
 *   GET  api/images/IMAGE                the image as an uncompressed NIfTI-1 file; ranges of bytes are served
 *   GET  api/images/IMAGE/preview        the same, downsampled to at most `previewVoxels` voxels
 *   GET  api/images/IMAGE/slice/AXIS/N   one slice at full resolution across voxel axis 0, 1 or 2, as a NIfTI-1 file
 *                                        whose third size is 1 and whose affine lies where the slice does
 *   GET  api/pictures/PICTURE            a thumbnail
 *   GET  api/verdicts?after=N            VerdictsReply: what was judged since the page last asked
 *   POST api/verdicts                    VerdictRequest -> Verdict (201); 403 where the server is read-only
 *
 * CASE, IMAGE and PICTURE are ids that the server made up; no path ever comes from the page. Refusals are ErrorReply.
 */

export interface DatasetReply {
  readonly name: string
  readonly made: string
  readonly version: string
  readonly readonly: boolean
  /** Name of the reviewer that the command line gave; else the page asks. */
  readonly reviewer: string | null
  readonly attributes: readonly string[]
  readonly figures: readonly { readonly key: FigureKey; readonly title: string; readonly unit: string }[]
  /** Names of the splits; a row says for each which subset it is in. */
  readonly splits: readonly string[]
  readonly labels: readonly Omit<LabelFigures, 'voxels' | 'volumeMl'>[]
}

/** A line of the list of cases. */
export interface CaseRow {
  readonly id: string
  readonly case: string
  readonly attributes: Readonly<Record<string, string>>
  readonly figures: Readonly<Partial<Record<FigureKey, number>>>
  readonly subsets: Readonly<Record<string, string>>
  /** Short forms of the labels that have voxels. */
  readonly labels: readonly string[]
  /** How many findings there are, and the worst severity among them. */
  readonly findings: number
  /** Codes of its findings, each once. */
  readonly codes: readonly string[]
  readonly severity: 'info' | 'warning' | 'high' | 'error' | null
  readonly failed: boolean
  readonly verdict: VerdictWord | null
}

export interface ImageReply {
  readonly id: string
  readonly key: string
  readonly role: 'image' | 'label'
  readonly group: string
  /** Voxels along x, y and z. */
  readonly shape: readonly number[]
  /** mm */
  readonly spacing: readonly number[]
  readonly dtype: string
  /** Bytes of the uncompressed file. */
  readonly bytes: number
  /** Whether the page should load the preview and fetch slices, the whole being too large for it. */
  readonly large: boolean
  /** Unit of the values, where it is known: `HU`. */
  readonly unit: string
}

export interface CaseReply {
  readonly id: string
  readonly case: string
  readonly attributes: Readonly<Record<string, string>>
  readonly texts: Readonly<Record<string, string>>
  readonly images: readonly ImageReply[]
  readonly labels: readonly LabelFigures[]
  readonly findings: readonly StepFinding[]
  readonly failures: readonly { readonly step: string; readonly message: string; readonly remedy: string }[]
  readonly pictures: readonly (Omit<CasePicture, 'path'> & { readonly id: string })[]
  /** Every verdict on it, oldest first. */
  readonly verdicts: readonly Verdict[]
}

export interface VerdictRequest {
  /** Id of the case as CaseRow has it. */
  readonly case: string
  readonly verdict: VerdictWord
  readonly comment: string
  readonly reviewer: string
}

export interface VerdictsReply {
  /** The number to ask with next time. */
  readonly next: number
  /** Ids of cases with the verdict. */
  readonly verdicts: readonly (Verdict & { readonly id: string })[]
}

export interface ErrorReply {
  readonly error: string
  readonly remedy: string
}
