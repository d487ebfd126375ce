import { FIGURES } from '../../core/caseDescription.ts'
import type { CaseSummary, DatasetDescription } from '../../core/datasetDescription.ts'
import { FINDING_CODES } from '../../core/findingCodes.ts'
import type { ReportCase, ReportData } from '../../core/reportData.ts'
import { findingsByCode } from './findings.ts'

/** Digits of figures in the page: more than it shows, so that it sorts as the data do. */
const DIGITS = 7

/**
 * The data that the page works with.
 *
 * @param sources for each case the files of its pictures beside the report, or undefined: they are in the page
 * @param shown for each case which of its pictures are there
 */
export function reportData(
  data: DatasetDescription,
  pictures: readonly (readonly { readonly at: number; readonly src?: string }[])[],
  casesPerBlock: number | null,
): ReportData {
  return {
    figures: data.figures.map(key => ({ key, ...FIGURES[key] })),
    attributes: data.attributes,
    splits: data.splits.map(s => s.name),
    labels: data.labels
      .filter(l => data.cases.some(c => c.labels.some(own => own.index === l.index && own.voxels > 0)))
      .map(({ shortForm, name }) => ({ shortForm, name })),
    codes: findingsByCode(data).flatMap(([code, told]) => {
      const cases = new Set(told.flatMap(t => t.case ?? [])).size
      const title = FINDING_CODES[code as keyof typeof FINDING_CODES]?.title ?? code
      return cases === 0 ? [] : [{ code, title, cases }]
    }),
    cases: data.cases.map((c, at) => reportCase(c, data, pictures[at]!)),
    casesPerBlock,
  }
}

function reportCase(
  c: CaseSummary,
  { splits }: DatasetDescription,
  pictures: readonly { readonly at: number; readonly src?: string }[],
): ReportCase {
  return {
    id: c.case,
    name: c.case.split('/').at(-1)!,
    attributes: c.attributes,
    texts: c.texts,
    figures: Object.fromEntries(
      Object.entries(c.figures)
        .filter(([, v]) => Number.isFinite(v))
        .map(([key, v]) => [key, Number(v.toPrecision(DIGITS))]),
    ),
    ...(c.histogram === undefined ? {} : { histogram: c.histogram }),
    labels: c.labels.map(({ name, shortForm, color, voxels, volumeMl }) => ({
      ...{ name, shortForm, color, voxels },
      volumeMl: Number(volumeMl.toPrecision(DIGITS)),
    })),
    findings: c.findings.map(({ code, severity, message, remedy }) => ({ code, severity, message, remedy })),
    failures: c.failures.map(({ step, fault }) => ({ step, message: fault.message, remedy: fault.remedy })),
    splits: Object.fromEntries(
      splits.flatMap(s => (Object.hasOwn(s.subsetOf, c.case) ? [[s.name, s.subsetOf[c.case]!]] : [])),
    ),
    pictures: pictures.map(({ at, src }) => {
      const { key, width, height, alt } = c.pictures[at]!
      return { key, width, height, alt, ...(src === undefined ? {} : { src }) }
    }),
  }
}
