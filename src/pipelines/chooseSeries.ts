import { type Finding, type FindingCode, finding } from '../core/finding.ts'
import type { ChosenBy } from '../steps/ingest/extractModalities.ts'
import { folderName } from '../steps/ingest/folderName.ts'
import type { SeriesListing } from '../steps/ingest/listSeries.ts'
import { seriesCandidates } from '../steps/ingest/seriesCandidates.ts'
import type { Annotation, AnnotationRow } from './annotationTable.ts'
import { patientRows } from './patientRows.ts'
import type { PipelineFile } from './pipelineFile.ts'

/** What there is to choose from, and by what. */
export interface SeriesChoices {
  readonly modalities: PipelineFile['modalities']
  /** The sorted series as the user knows it, for messages. */
  readonly source: string
  /** Folders of patients. */
  readonly patients: readonly string[]
  /** Names of the folders of a patient's series. */
  seriesFolders(pid: string): readonly string[]
  /** Undefined to go by rules alone. */
  readonly annotation: Annotation | undefined
  /** What the headers of each patient tell, where rules need it; undefined of a patient that could not be read. */
  listing(pid: string): SeriesListing | undefined
  /** Choices that go before table and rules: UIDs by modality by patient. */
  readonly given: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The command of this run with these values of --series added: what would accept a refused patient. */
  accept(series: readonly string[]): string
}

export interface ChosenSeries {
  readonly uid: string
  /** Name of its folder below that of the patient. */
  readonly folder: string
  readonly by: ChosenBy
}

export interface SeriesChoice {
  /** By patient, then by modality; every modality is there. */
  readonly chosen: ReadonlyMap<string, Readonly<Record<string, ChosenSeries>>>
  /** Patients that are left out whole, and why: at least one finding each. */
  readonly refused: ReadonlyMap<string, readonly Finding[]>
  /** Of rows without a folder, and of folders without a row. */
  readonly findings: readonly Finding[]
}

/** Decides which series is which of every patient; never guesses. */
export function chooseSeries(choices: SeriesChoices): SeriesChoice {
  const { annotation, patients, given } = choices
  const table = annotation === undefined ? undefined : patientRows(annotation, patients, annotation.source)
  const refused = new Map(table?.refused)
  const findings = [...(table?.findings ?? [])]
  const drafts = new Map<string, Record<string, ChosenSeries>>()
  const named = new Map<string, NamedSeries[]>()
  for (const pid of patients) {
    if (refused.has(pid)) continue
    const row = table?.rows.get(pid)
    const wholly = Object.keys(choices.modalities).every(m => given.get(pid)?.has(m))
    if (table !== undefined && row === undefined && !wholly) {
      findings.push(rowAbsent(pid, choices))
      continue
    }
    const chooser = new PatientChooser(pid, row, choices)
    const series = chooser.choose()
    const problems = chooser.problems()
    if (problems.length > 0) refused.set(pid, problems)
    else if (!chooser.unread) drafts.set(pid, series)
    for (const one of chooser.named) named.set(one.uid, [...(named.get(one.uid) ?? []), one])
  }
  for (const problem of usedTwice(named, choices)) {
    drafts.delete(problem.where)
    refused.set(problem.where, [...(refused.get(problem.where) ?? []), problem])
  }
  return { chosen: drafts, refused, findings }
}

function rowAbsent(pid: string, { modalities, accept, annotation }: SeriesChoices): Finding {
  const series = Object.keys(modalities).map(m => `${pid}/${m}=UID`)
  return finding('patient-row-absent', pid, `${annotation!.source} has no row for the patient ${pid}`, {
    remedy: `Add a row, or name the series: ${accept(series)}`,
  })
}

/** A place that a series is named for, whether or not it is there. */
interface NamedSeries {
  readonly pid: string
  readonly modality: string
  readonly uid: string
}

interface Problem {
  readonly code: Extract<FindingCode, 'series-missing' | 'series-ambiguous'>
  readonly message: string
  /** The value of --series that would settle it, with the likeliest series where there is one. */
  readonly series: string
  readonly candidates: number
}

class PatientChooser {
  readonly #problems: Problem[] = []
  readonly named: NamedSeries[] = []
  /** Whether rules were wanted of a patient whose headers could not be read. */
  unread = false

  constructor(
    readonly pid: string,
    readonly row: AnnotationRow | undefined,
    readonly choices: SeriesChoices,
  ) {}

  choose(): Record<string, ChosenSeries> {
    const series: Record<string, ChosenSeries> = {}
    for (const modality of Object.keys(this.choices.modalities)) {
      const found = this.#one(modality)
      if (found !== undefined) series[modality] = found
    }
    return series
  }

  /** All that is wrong, each with the one command that settles it all. */
  problems(): Finding[] {
    const command = this.choices.accept(this.#problems.map(p => p.series))
    return this.#problems.map(({ code, message, candidates }) =>
      finding(code, this.pid, message, {
        remedy: `${candidates > 1 ? 'Choose one of them' : 'Name the series'} in the table, or accept the patient: ${command}`,
      }),
    )
  }

  #one(modality: string): ChosenSeries | undefined {
    const uid = this.choices.given.get(this.pid)?.get(modality)
    if (uid !== undefined) return this.#inFolder(modality, uid, 'option')
    const words = this.row?.cells[modality]
    return words === undefined ? this.#byRule(modality) : this.#byTable(modality, words)
  }

  #byTable(modality: string, words: readonly string[]): ChosenSeries | undefined {
    const { row } = this.row!
    if (words.length === 0) return this.#refuse('series-missing', modality, `row ${row} names no series`)
    if (words.length > 1)
      return this.#refuse(
        'series-ambiguous',
        modality,
        `row ${row} names ${words.length} series: ${words.join(' and ')}`,
        words,
      )
    if (!/^\d+(\.\d+)*$/.test(words[0]!))
      return this.#refuse('series-missing', modality, `row ${row} says '${words[0]}', which is no UID`)
    return this.#inFolder(modality, words[0]!, 'table')
  }

  #byRule(modality: string): ChosenSeries | undefined {
    const listing = this.choices.listing(this.pid)
    if (listing === undefined) {
      this.unread = true
      return undefined
    }
    const candidates = seriesCandidates(listing.series, this.choices.modalities[modality]!.rule)
    const fitting = candidates.filter(c => c.rank !== undefined)
    if (fitting.length === 0) {
      const near = candidates.slice(0, MOST_TOLD).map(c => `${c.series.seriesInstanceUid} has ${c.reason}`)
      return this.#refuse(
        'series-missing',
        modality,
        `no series fits the rule${near.length === 0 ? '' : `; ${near.join('; ')}`}`,
        candidates.map(c => c.series.seriesInstanceUid),
      )
    }
    if (fitting.length > 1) {
      const told = fitting.slice(0, MOST_TOLD).map(c => `${c.series.seriesInstanceUid} (${c.reason})`)
      return this.#refuse(
        'series-ambiguous',
        modality,
        `${fitting.length} series fit the rule: ${told.join('; ')}${fitting.length > MOST_TOLD ? '; …' : ''}`,
        fitting.map(c => c.series.seriesInstanceUid),
      )
    }
    const { seriesInstanceUid: uid, folder } = fitting[0]!.series
    this.named.push({ pid: this.pid, modality, uid })
    return { uid, folder, by: 'rule' }
  }

  #inFolder(modality: string, uid: string, by: ChosenBy): ChosenSeries | undefined {
    const { choices, pid } = this
    this.named.push({ pid, modality, uid })
    const folders = choices.seriesFolders(pid)
    const named = folderName(uid)
    const folder = folders.includes(named)
      ? named
      : choices.listing(pid)?.series.find(s => s.seriesInstanceUid === uid)?.folder
    if (folder !== undefined) return { uid, folder, by }
    const other = choices.patients.find(p => p !== pid && choices.seriesFolders(p).includes(named))
    return this.#refuse(
      'series-missing',
      modality,
      `the series ${uid} has no folder in ${choices.source}/${pid}${other === undefined ? '' : `; it lies in the folder of patient ${other}`}`,
    )
  }

  #refuse(
    code: Problem['code'],
    modality: string,
    message: string,
    candidates: readonly string[] = [],
  ): undefined {
    const series = `${this.pid}/${modality}=${candidates[0] ?? 'UID'}`
    this.#problems.push({ code, message: `${modality}: ${message}`, series, candidates: candidates.length })
    return undefined
  }
}

/** Candidates that a message names one by one. */
const MOST_TOLD = 5

/** One finding for each patient of whom a series stands in two places. */
function usedTwice(named: ReadonlyMap<string, readonly NamedSeries[]>, { accept }: SeriesChoices): Finding[] {
  const problems: Finding[] = []
  for (const [uid, places] of named) {
    if (places.length < 2) continue
    const told = places.map(({ pid, modality }) => `${modality} of ${pid}`).join(' and ')
    for (const pid of new Set(places.map(p => p.pid))) {
      const { modality } = places.findLast(p => p.pid === pid)!
      problems.push(
        finding('series-used-twice', pid, `the series ${uid} is named as ${told}`, {
          remedy: `Correct the table, or name the right series: ${accept([`${pid}/${modality}=UID`])}`,
        }),
      )
    }
  }
  return problems
}
