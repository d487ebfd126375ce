import type { CaseDescription, Figures } from '../../core/caseDescription.ts'
import type { Workspace } from '../../engine/workspace.ts'
import type { RegistrationRecord } from '../../steps/align/registrationRecord.ts'
import type { SampleRecord } from '../../steps/check/inspectSample.ts'
import type { MaeRecord } from '../../steps/check/measureMae.ts'
import { existsSync } from '../../storage/exists.ts'
import { listFolder } from '../../storage/listFolder.ts'
import { readTextIfThere } from '../../storage/readFile.ts'

/** Steps whose description of a case comes first where several tell the same. */
const FIRST = ['describe-sample', 'describe-registration', 'describe-crop']

/** A record that a step wrote; undefined when it is gone or broken, for the step then makes it anew. */
export function readRecord<T>(workspace: Workspace, relative: string | undefined): T | undefined {
  const text = relative === undefined ? undefined : readTextIfThere(workspace.absolute(relative))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

/** Names of the describing steps that have left records under a root, in the order of precedence. */
export function describingSteps(workspace: Workspace): string[] {
  const folder = workspace.state('records')
  if (!existsSync(folder)) return []
  const steps = listFolder(folder).folders.filter(name => name.startsWith('describe-'))
  const rank = (step: string) => (FIRST.includes(step) ? FIRST.indexOf(step) : FIRST.length)
  return steps.sort((a, b) => rank(a) - rank(b))
}

/** Records of one case put together; what an earlier one tells stands. */
export function describedCase(
  workspace: Workspace,
  steps: readonly string[],
  id: string,
): Omit<CaseDescription, 'case'> {
  const records = steps.flatMap(step => {
    const file = workspace.relative(workspace.state('records', step, `${id}.json`))
    return readRecord<CaseDescription>(workspace, file) ?? []
  })
  const last = records.toReversed()
  const histogram = records.find(r => r.histogram !== undefined)?.histogram
  return {
    figures: Object.assign({}, ...last.map(r => r.figures)) as Figures,
    texts: Object.assign({}, ...last.map(r => r.texts)) as Record<string, string>,
    ...(histogram === undefined ? {} : { histogram }),
    labels: [...new Map(last.flatMap(r => r.labels).map(label => [label.index, label])).values()].sort(
      (a, b) => a.index - b.index,
    ),
    pictures: [...new Map(records.flatMap(r => r.pictures).map(p => [p.path, p])).values()],
  }
}

const AXES = ['X', 'Y', 'Z'] as const
/** Of an oblique one the manifest says what it is nearest to. */
const LETTERS = /[RLAPSI]{3}/

/** What the check of a sample knows of its volume. */
export function sampleFigures(record: SampleRecord | undefined): {
  figures: Figures
  texts: Readonly<Record<string, string>>
} {
  const geometry = record?.geometry
  if (geometry === undefined) return { figures: {}, texts: {} }
  const along = (name: 'size' | 'spacing', values: readonly number[]) =>
    AXES.map((axis, i) => [`${name}${axis}`, values[i]!] as const)
  return {
    figures: Object.fromEntries([...along('size', geometry.shape), ...along('spacing', geometry.spacing)]),
    texts: {
      orientation: LETTERS.exec(geometry.orientationTo)?.[0] ?? geometry.orientationTo,
      ...(record?.volumeDtype === undefined ? {} : { dtype: record.volumeDtype }),
    },
  }
}

export function registrationFigures(record: RegistrationRecord | undefined): Figures {
  if (record === undefined) return {}
  const { before, after, foldedShare, farthestMm, overlap } = record.quality
  return {
    ...(before.mutualInformation === null ? {} : { similarityBefore: before.mutualInformation }),
    ...(after.mutualInformation === null ? {} : { similarityAfter: after.mutualInformation }),
    foldedShare,
    largestDisplacementMm: farthestMm,
    overlapShare: overlap.ofMoving,
  }
}

export const maeFigures = (record: MaeRecord | undefined): Figures =>
  record === undefined ? {} : { mae: record.mae }
