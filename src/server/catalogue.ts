import { createHash } from 'node:crypto'
import { type CasePicture, FIGURES } from '../core/caseDescription.ts'
import type { CaseImage, CaseSummary, DatasetDescription } from '../core/datasetDescription.ts'
import type { Severity } from '../core/finding.ts'
import type { Verdict } from '../core/verdict.ts'
import { VERSION } from '../core/version.ts'
import type { CaseRow, DatasetReply } from './api.ts'

/** Something of a case that has an id of its own. */
export interface Listed<T> {
  readonly id: string
  readonly of: T
}

export interface ListedCase extends Listed<CaseSummary> {
  readonly images: readonly Listed<CaseImage>[]
  readonly pictures: readonly Listed<CasePicture>[]
}

/** From mild to grave. */
const GRAVITY: readonly Severity[] = ['info', 'warning', 'high', 'error']

const idOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 20)

/** A data set under the ids that a page knows it by. Ids stay the same from one start of the server to the next. */
export class Catalogue {
  readonly dataset: DatasetDescription
  readonly cases: ReadonlyMap<string, ListedCase>
  readonly images: ReadonlyMap<string, Listed<CaseImage>>
  readonly pictures: ReadonlyMap<string, Listed<CasePicture>>

  constructor(dataset: DatasetDescription) {
    const listed = dataset.cases.map(
      (of): ListedCase => ({
        id: caseId(of.case),
        of,
        images: of.images.map(image => ({ id: idOf('image', of.case, image.key, image.path), of: image })),
        pictures: of.pictures.map(picture => ({ id: idOf('picture', of.case, picture.path), of: picture })),
      }),
    )
    this.dataset = dataset
    this.cases = new Map(listed.map(c => [c.id, c]))
    this.images = new Map(listed.flatMap(c => c.images.map(i => [i.id, i])))
    this.pictures = new Map(listed.flatMap(c => c.pictures.map(p => [p.id, p])))
  }

  /** What the page is told of the data set as a whole. */
  reply(readonly: boolean, reviewer: string | null): DatasetReply {
    const { name, made, attributes, figures, splits, labels } = this.dataset
    return {
      name,
      made,
      version: VERSION,
      readonly,
      reviewer,
      attributes,
      figures: figures.map(key => ({ key, title: FIGURES[key].title, unit: FIGURES[key].unit })),
      splits: splits.map(s => s.name),
      labels,
    }
  }

  /** The list of cases with the verdicts that stand. */
  rows(standing: ReadonlyMap<string, Verdict>): CaseRow[] {
    return [...this.cases.values()].map(({ id, of }) => ({
      id,
      case: of.case,
      attributes: of.attributes,
      figures: of.figures,
      subsets: this.#subsets(of.case),
      labels: of.labels.filter(l => l.voxels > 0).map(l => l.shortForm),
      findings: of.findings.length,
      codes: [...new Set(of.findings.map(f => f.code))],
      severity: GRAVITY.findLast(s => of.findings.some(f => f.severity === s)) ?? null,
      failed: of.failures.length > 0,
      verdict: standing.get(of.case)?.verdict ?? null,
    }))
  }

  #subsets(name: string): Record<string, string> {
    const subsets: Record<string, string> = {}
    for (const split of this.dataset.splits)
      if (Object.hasOwn(split.subsetOf, name)) subsets[split.name] = split.subsetOf[name]!
    return subsets
  }
}

/** Id of a case by the id that receipts have. */
export const caseId = (name: string): string => idOf('case', name)

/** Images that the cardiac pipeline keeps in the values of CT, by their key within a case. */
const HOUNSFIELD = /^(cta|cropped_cta|real_a)$/i

/** Unit of the values of an image, as far as it is known for sure; MRI has none, and blood flow that of its maker. */
export const unitOf = (made: DatasetDescription['made'], { key, role }: CaseImage): string =>
  made === 'cta2mbf' && role === 'image' && HOUNSFIELD.test(key) ? 'HU' : ''
