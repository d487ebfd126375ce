import path from 'node:path'
import { FIGURES, type FigureKey, type LabelFigures } from '../core/caseDescription.ts'
import type {
  CaseSummary,
  DatasetDescription,
  SplitSummary,
  StepFinding,
  SummaryTable,
} from '../core/datasetDescription.ts'
import { EXIT, UsageError } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { labelColor } from '../core/labelColor.ts'
import { DATASET } from '../engine/provenance.ts'
import { receiptsOf } from '../engine/receipt.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { RegistrationRecord } from '../steps/align/registrationRecord.ts'
import type { SampleRecord } from '../steps/check/inspectSample.ts'
import type { MaeRecord } from '../steps/check/measureMae.ts'
import { existsSync } from '../storage/exists.ts'
import { listFolder } from '../storage/listFolder.ts'
import { CaseDraft } from './dataset/caseDraft.ts'
import {
  describedCase,
  describingSteps,
  maeFigures,
  readRecord,
  registrationFigures,
  sampleFigures,
} from './dataset/describedCase.ts'
import { FindingOwner } from './dataset/findingOwner.ts'
import { type DatasetManifest, manifestOfDataset, workbookIfThere } from './dataset/manifestOfDataset.ts'
import { shownFinding } from './dataset/shownFinding.ts'
import { CaseFinder, splitSummaries, textRows } from './dataset/splitSummaries.ts'
import { StepOrder } from './dataset/stepOrder.ts'
import { FactReader, type JobFacts, stepProvenance } from './dataset/stepProvenance.ts'
import { maeTable, registrationTable } from './dataset/summaryTables.ts'

const NME_STEPS = ['gen-archive-manifest', 'confirm-pairs', 'extract-binary-masks', 'gen-dataset-manifest']
const CARDIAC_STEPS = [
  'extract-modalities',
  'register',
  'segment-chambers',
  'extract-mbf-myocardium',
  'extract-pericardium-bbox',
  'infer-mbf',
  'calc-mae',
]

/**
 * All that a report shows and a viewer lists of a data set, from the receipts, records and manifests under its root; no
 * image is opened.
 *
 * A case counts when the dataset manifest lists it (by the inputs of its receipt, and by its rows, of which a person may
 * have deleted some), when it failed and the manifest knew of it, or when it was made since and is there. Without a
 * manifest it counts when a file that one of its jobs made is there. What else has receipts has left the data set.
 *
 * Nothing of a header of raw DICOM and no path of raw files is in it: see `shownFinding`.
 *
 * @throws UsageError (nothing to do) when the root has no receipts, WorkbookCorruptError for a broken manifest
 */
export async function describeDataset(workspace: Workspace): Promise<DatasetDescription> {
  const steps = new Set(stepsOf(workspace))
  if (steps.size === 0)
    throw new UsageError(`no receipts lie under ${workspace.root}`, {
      remedy:
        'Give the root of a data set that voxmill has worked on; `voxmill status ROOT` tells what was done.',
      exitCode: EXIT.nothingToDo,
    })
  const made = NME_STEPS.some(step => steps.has(step))
    ? 'nme'
    : CARDIAC_STEPS.some(step => steps.has(step))
      ? 'cta2mbf'
      : 'other'
  const read = readReceipts(workspace, made === 'cta2mbf' || steps.has('sort-by-series-uid'))
  const manifest = manifestOfDataset(workspace)
  const drafts = [...read.drafts.values()]
    .filter(draft => isCurrent(draft, manifest))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const samples = new Map(drafts.map(d => [d.id, recordOf<SampleRecord>(d, 'inspect-sample')]))
  const table = await readTables(workspace, manifest, samples, read.splitFiles)
  const current = drafts.filter(d => !table.deleted.has(d.id))
  const findings = shareOut(read, current)
  const summaries = summariesOf(workspace, current, samples, table.attributes, findings.byCase)
  return {
    name: path.basename(workspace.root),
    made,
    attributes: manifest?.columns ?? [],
    figures: (Object.keys(FIGURES) as FigureKey[]).filter(key =>
      summaries.some(s => s.figures[key] !== undefined),
    ),
    labels: labelsOf(summaries, current),
    cases: summaries,
    findings: findings.rest,
    splits: table.splits,
    tables: tablesOf(current),
    provenance: stepProvenance([...read.facts, ...current.flatMap(d => d.jobs)], read.order.list()),
  }
}

const stepsOf = (workspace: Workspace): string[] => {
  const folder = workspace.state('receipts')
  return existsSync(folder) ? listFolder(folder).folders : []
}

interface Read {
  readonly drafts: ReadonlyMap<string, CaseDraft>
  readonly owner: FindingOwner
  readonly order: StepOrder
  /** Of jobs on the data set as a whole. */
  readonly facts: readonly JobFacts[]
  readonly findings: readonly { readonly step: string; readonly found: Finding }[]
  /** Workbooks that splits were added to. */
  readonly splitFiles: ReadonlySet<string>
}

/** @param byPatient whether the case is the first part of an id, as with the series of a patient: `1023293/CTA` */
function readReceipts(workspace: Workspace, byPatient: boolean): Read {
  const drafts = new Map<string, CaseDraft>()
  const [owner, order, reader] = [new FindingOwner(), new StepOrder(), new FactReader()]
  const facts: JobFacts[] = []
  const findings: { step: string; found: Finding }[] = []
  const splitFiles = new Set<string>()
  for (const receipt of receiptsOf(workspace)) {
    order.add(receipt)
    if (receipt.case === DATASET) {
      facts.push(reader.facts(receipt))
      for (const found of receipt.findings) findings.push({ step: receipt.step, found })
      if (receipt.step.startsWith('make-split-') && receipt.status === 'done')
        for (const { path: file } of receipt.outputs) splitFiles.add(file)
      continue
    }
    const id = byPatient ? receipt.case.split('/')[0]! : receipt.case
    let draft = drafts.get(id)
    if (draft === undefined) {
      draft = new CaseDraft(id, workspace)
      drafts.set(id, draft)
    }
    draft.add(receipt, reader.facts(receipt))
    owner.addFiles(id, receipt)
  }
  return { drafts, owner, order, facts, findings, splitFiles }
}

function isCurrent(draft: CaseDraft, manifest: DatasetManifest | undefined): boolean {
  if (manifest === undefined) return draft.isThere
  if (manifest.listed.has(draft.id)) return true
  if (manifest.named.has(draft.id)) return draft.failures.length > 0
  return draft.isThere && draft.last > manifest.finished
}

const recordOf = <T>(draft: CaseDraft, step: string): T | undefined =>
  readRecord<T>(draft.workspace, draft.records.get(step))

interface Tables {
  readonly attributes: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** Cases whose row a person has deleted from the manifest. */
  readonly deleted: ReadonlySet<string>
  readonly splits: readonly SplitSummary[]
}

async function readTables(
  workspace: Workspace,
  manifest: DatasetManifest | undefined,
  samples: ReadonlyMap<string, SampleRecord | undefined>,
  splitFiles: ReadonlySet<string>,
): Promise<Tables> {
  const none: Tables = { attributes: new Map(), deleted: new Set(), splits: [] }
  if (manifest?.file === undefined) return none
  const finder = new CaseFinder(
    [...samples].flatMap(([id, r]) => (r === undefined ? [] : [[r.id, id] as const])),
  )
  const columns = { id: manifest.idColumn, patient: manifest.patientColumn }
  const splits = new Map<string, SplitSummary>()
  for (const file of new Set([manifest.file, ...splitFiles])) {
    const book = await workbookIfThere(workspace, file)
    for (const split of book === undefined ? [] : await splitSummaries(book, columns, finder))
      splits.set(split.name, split)
  }
  const book = await workbookIfThere(workspace, manifest.file)
  if (book === undefined) return { ...none, splits: [...splits.values()] }
  const attributes = new Map<string, Record<string, string>>()
  for (const row of textRows(await book.sheet(manifest.sheet))) {
    const id = finder.caseOf(row, manifest.idColumn)
    if (id !== undefined)
      attributes.set(id, Object.fromEntries(manifest.columns.map(c => [c, row.get(c) ?? ''])))
  }
  const gone = [...manifest.listed].filter(id => samples.get(id) !== undefined && !attributes.has(id))
  // A manifest of which no row is known any more tells nothing about what was deleted.
  const deleted = new Set(attributes.size === 0 ? [] : gone)
  return { attributes, deleted, splits: [...splits.values()] }
}

function summariesOf(
  workspace: Workspace,
  drafts: readonly CaseDraft[],
  samples: ReadonlyMap<string, SampleRecord | undefined>,
  attributes: Tables['attributes'],
  findings: ReadonlyMap<string, readonly StepFinding[]>,
): CaseSummary[] {
  const describing = describingSteps(workspace)
  return drafts.map(draft => {
    const sample = samples.get(draft.id)
    const checked = sampleFigures(sample)
    const described = describedCase(workspace, describing, draft.id)
    const apart = new Set(
      sample?.violations.filter(v => v.code === 'size-inconsistent').map(v => v.where) ?? [],
    )
    return {
      case: draft.id,
      attributes: attributes.get(draft.id) ?? sample?.attributes ?? {},
      texts: { ...checked.texts, ...described.texts },
      figures: {
        ...checked.figures,
        ...registrationFigures(recordOf<RegistrationRecord>(draft, 'register')),
        ...maeFigures(maeRecords(draft)[0]?.[1]),
        ...described.figures,
      },
      ...(described.histogram === undefined ? {} : { histogram: described.histogram }),
      labels: described.labels,
      pictures: described.pictures,
      images: draft.images.list(workspace, apart),
      findings: findings.get(draft.id) ?? [],
      failures: draft.failures,
    }
  })
}

/** Errors of generated maps, by the part that tells their size: `48x48x24`. */
const maeRecords = (draft: CaseDraft): [part: string, record: MaeRecord][] =>
  [...draft.records].flatMap(([key, file]) => {
    const [step, ...part] = key.split(' ')
    const record = step === 'measure-mae' ? readRecord<MaeRecord>(draft.workspace, file) : undefined
    return record === undefined ? [] : [[part.join(' '), record] as [string, MaeRecord]]
  })

/** Findings by case, those about the data set with the case that they are about, and those that are about none. */
function shareOut(
  { owner, findings }: Read,
  drafts: readonly CaseDraft[],
): { byCase: Map<string, StepFinding[]>; rest: StepFinding[] } {
  const key = (f: StepFinding) => `${f.code}\0${f.where}\0${f.message}`
  const byCase = new Map<string, Map<string, StepFinding>>()
  for (const { id, findings: own } of drafts) {
    owner.addCase(id)
    byCase.set(id, new Map(own.map(f => [key(f), f])))
  }
  const rest = new Map<string, StepFinding>()
  for (const { step, found } of findings) {
    const id = owner.caseOf(found.where)
    const f = shownFinding(found, step, id ?? DATASET)
    const place = id === undefined ? rest : byCase.get(id)!
    // What a step found of a case, a step about the data set may tell again.
    if (!place.has(key(f))) place.set(key(f), f)
  }
  return {
    byCase: new Map([...byCase].map(([id, found]) => [id, [...found.values()]])),
    rest: [...rest.values()],
  }
}

function labelsOf(
  summaries: readonly CaseSummary[],
  drafts: readonly CaseDraft[],
): Omit<LabelFigures, 'voxels' | 'volumeMl'>[] {
  const found = new Map<number, Omit<LabelFigures, 'voxels' | 'volumeMl'>>()
  for (const { labels } of summaries)
    for (const { index, name, shortForm, color } of labels)
      if (!found.has(index)) found.set(index, { index, name, shortForm, color })
  for (const { labels } of drafts)
    for (const [index, shortForm] of labels)
      if (!found.has(index))
        found.set(index, { index, name: shortForm, shortForm, color: labelColor({ index }) })
  return [...found.values()].sort((a, b) => a.index - b.index)
}

function tablesOf(drafts: readonly CaseDraft[]): SummaryTable[] {
  const registered = drafts.flatMap(draft => {
    const record = recordOf<RegistrationRecord>(draft, 'register')
    return record === undefined ? [] : [[draft.id, record] as const]
  })
  const parts = new Map<string, [id: string, record: MaeRecord][]>()
  for (const draft of drafts)
    for (const [part, record] of maeRecords(draft)) {
      const records = parts.get(part) ?? []
      parts.set(part, records)
      records.push([draft.id, record])
    }
  const quality = registrationTable(registered)
  return [
    ...(quality === undefined ? [] : [quality]),
    ...[...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([part, records]) => maeTable(part, records)),
  ]
}
