import { type DicomFolder, dicomFolder } from '../../artifacts/dicomFolder.ts'
import { type FileCopies, type FileCopy, ownCopies } from '../../artifacts/fileCopies.ts'
import { jsonFile } from '../../artifacts/jsonFile.ts'
import { DataError } from '../../core/dataError.ts'
import { finding } from '../../core/finding.ts'
import { defineStep, each, one, type ParamsOf, type StepContext, type Zod } from '../../engine/step.ts'
import { seriesRule, unmetConditions } from './seriesRule.ts'
import { type SeriesTraits, TraitTally } from './seriesTraits.ts'

/** How a series came to be chosen. */
export type ChosenBy = 'table' | 'rule' | 'option'

const params = (z: Zod) =>
  z.object({
    link: z
      .enum(['none', 'hard', 'sym'])
      .default('none')
      .describe('Whether files are copied, or linked hard or symbolically.'),
    series: z
      .record(
        z.string(),
        z.object({
          uid: z.string().describe('Its SeriesInstanceUID.'),
          by: z.enum(['table', 'rule', 'option']).describe('How it was chosen.'),
          rule: seriesRule(z).optional(),
        }),
      )
      .describe('The series of each modality.'),
  })
type Params = ParamsOf<typeof params>
type Choice = Params['series'][string]

/** A series that was copied for a modality. */
export interface ExtractedSeries extends SeriesTraits {
  readonly by: ChosenBy
}

/** What was copied of one patient, by modality. */
export interface ExtractRecord {
  readonly pid: string
  readonly series: Readonly<Record<string, ExtractedSeries>>
}

export const extractModalities = defineStep({
  name: 'extract-modalities',
  version: 1,
  summary: 'Copies the chosen series of a patient, each into the folder of its modality.',
  per: 'case',
  params,
  inputs: { series: each(dicomFolder, 'sorted.series') },
  outputs: {
    copies: each(ownCopies, 'extracted.series'),
    record: one(jsonFile<ExtractRecord>(), 'state.record'),
  },
  memory: () => 140e6,
  writes: ({ link }) => (link === 'none' ? 0.9 : 0),
  async run({ series }, p: Params, context) {
    const copies: Record<string, FileCopies> = {}
    const extracted: Record<string, ExtractedSeries> = {}
    for (const [modality, choice] of Object.entries(p.series)) {
      const found = await filesOfSeries(series[modality]!, modality, choice, context)
      copies[modality] = { copies: found.copies, link: p.link }
      extracted[modality] = { ...found.traits, by: choice.by }
      reportUnlike(modality, choice, found.traits, context)
    }
    return { copies, record: { pid: context.case, series: extracted } }
  },
})

async function filesOfSeries(
  folder: DicomFolder,
  modality: string,
  { uid }: Choice,
  context: StepContext,
): Promise<{ copies: FileCopy[]; traits: SeriesTraits }> {
  const where = context.source('series', modality)
  const copies: FileCopy[] = []
  const tally = new TraitTally(context.case, uid, where.slice(where.lastIndexOf('/') + 1))
  const foreign = { files: 0, damaged: 0, first: '' }
  const leaveOut = (file: string, reason: string, damaged: boolean) => {
    if (foreign.files++ === 0) foreign.first = `${file}: ${reason}`
    if (damaged) foreign.damaged++
  }
  for (const { path: file, problem } of folder.entries()) {
    if (problem !== undefined) {
      leaveOut(file, problem.message, true)
      continue
    }
    const scan = await folder.scan(file)
    if (!('header' in scan)) {
      leaveOut(file, scan.message.replaceAll(`${folder.place}/`, ''), scan.refused !== 'not-dicom')
      continue
    }
    const own = scan.header.seriesInstanceUid
    if (own === uid) {
      tally.add(scan.header)
      copies.push({ place: folder.place, source: file, target: file })
    } else leaveOut(file, own === undefined ? 'it has no SeriesInstanceUID' : `it belongs to ${own}`, false)
  }
  if (copies.length === 0)
    throw new DataError(
      'series-missing',
      `no file of the series ${uid} (${modality}) lies in ${where}${foreign.files === 0 ? '' : `; ${foreign.first}`}`,
      { where },
    )
  if (foreign.files > 0)
    context.report(
      finding(
        'series-file-foreign',
        where,
        `${foreign.files} files do not belong to the series (${modality}) and were left out, the first is ${foreign.first}`,
        {
          // A damaged file may be a slice that is now missing.
          ...(foreign.damaged > 0 ? { severity: 'high' as const } : {}),
          numbers: { files: foreign.files, damaged: foreign.damaged },
        },
      ),
    )
  return { copies, traits: tally.traits() }
}

function reportUnlike(modality: string, { rule }: Choice, traits: SeriesTraits, context: StepContext): void {
  const unmet = rule === undefined ? [] : unmetConditions(rule, traits)
  if (unmet.length === 0) return
  const reasons = unmet.map(({ reason }) => reason).join('; ')
  context.report(
    finding(
      'series-unlike-modality',
      context.source('series', modality),
      `chosen as ${modality} of ${context.case}, but ${reasons}`,
    ),
  )
}
