import {
  type DicomFolder,
  dicomFolder,
  dicomLooseFiles,
  type FolderEntry,
} from '../../artifacts/dicomFolder.ts'
import { type FileCopies, fileCopies } from '../../artifacts/fileCopies.ts'
import { jsonFile } from '../../artifacts/jsonFile.ts'
import { finding } from '../../core/finding.ts'
import { defineStep, each, one, type ParamsOf, type StepContext, type Zod } from '../../engine/step.ts'
import type { SeriesHeader } from '../../formats/dicom/seriesHeader.ts'
import { folderName } from './folderName.ts'
import { PatientSorter } from './patientSorter.ts'
import { skipReason } from './skipReason.ts'
import { requireBalance, type SkippedFile, type SortRecord } from './sortRecord.ts'

const params = (z: Zod) =>
  z.object({
    pidFrom: z
      .enum(['folder', 'PatientID'])
      .default('folder')
      .describe('What tells the patient of a file: the folder below the raw folder, or its PatientID.'),
    link: z
      .enum(['none', 'hard', 'sym'])
      .default('none')
      .describe('Whether files are copied, or linked hard or symbolically.'),
    patients: z
      .array(z.string())
      .optional()
      .describe('The patients of the case, where PatientID tells them.'),
    output: z.string().describe('The output folder, relative to the root.'),
  })
type Params = ParamsOf<typeof params>

/** Bytes that are held of one file while its patient is sorted. */
const BYTES_A_FILE = 1500

export const sortBySeriesUid = defineStep({
  name: 'sort-by-series-uid',
  version: 1,
  summary:
    'Sorts the DICOM files below a folder by patient and SeriesInstanceUID; tells what became of each.',
  per: 'case',
  params,
  inputs: {
    folders: each(dicomFolder, 'raw.patient'),
    loose: each(dicomLooseFiles, 'raw.root'),
  },
  outputs: {
    sorted: each(fileCopies, 'sorted.patient'),
    record: one(jsonFile<SortRecord>(), 'state.record'),
  },
  memory: ({ files = 0 }) => 96e6 + BYTES_A_FILE * files,
  // Links are nothing beside the files.
  writes: ({ link }) => (link === 'none' ? 0.9 : 0),
  async run({ folders, loose }, p: Params, context) {
    const sorting = new Sorting(p, context)
    for (const [slot, given] of Object.entries({ folders, loose }))
      for (const [key, folder] of Object.entries(given))
        await sorting.take(folder, context.source(slot, key), slot === 'folders')
    return sorting.result()
  },
})

/** One case on its way: the patients that were met and the files that were left out. */
class Sorting {
  readonly #patients = new Map<string, PatientSorter>()
  readonly #skipped: SkippedFile[] = []
  readonly #folders: string[] = []
  readonly #planned: ReadonlySet<string>
  /** Counted beside the lists, so that the balance can disagree. */
  readonly #read = new Map<string | undefined, number>()

  constructor(
    readonly params: Params,
    readonly context: StepContext,
  ) {
    this.#planned = new Set(params.patients)
  }

  /** @param shown the folder as the user knows it */
  async take(folder: DicomFolder, shown: string, ofPatient: boolean): Promise<void> {
    this.#folders.push(shown)
    const byFolder = this.params.pidFrom === 'folder'
    const pid = byFolder && ofPatient ? this.context.case : undefined
    for (const entry of folder.entries()) {
      const { header, skipped } = await this.#look(folder, entry, shown)
      const own =
        pid ?? (byFolder || header?.patientId === undefined ? undefined : folderName(header.patientId))
      this.#read.set(own, (this.#read.get(own) ?? 0) + 1)
      if (skipped !== undefined) this.#skip(skipped, own)
      else if (own === undefined)
        this.#skip(told(entry, shown, byFolder ? 'patient-folder-missing' : 'patient-id-missing'), own)
      else if (!byFolder && !this.#planned.has(own)) this.#skip(told(entry, shown, 'patient-unplanned'), own)
      else await this.#patient(own).add(header!, { folder, path: entry.path })
    }
  }

  #patient(pid: string): PatientSorter {
    let patient = this.#patients.get(pid)
    if (patient === undefined) {
      patient = new PatientSorter(pid)
      this.#patients.set(pid, patient)
    }
    return patient
  }

  async #look(
    folder: DicomFolder,
    entry: FolderEntry,
    shown: string,
  ): Promise<{ header?: SeriesHeader; skipped?: SkippedFile }> {
    if (entry.problem !== undefined)
      return { skipped: told(entry, shown, entry.problem.code, entry.problem.message) }
    const scan = await folder.scan(entry.path)
    if ('refused' in scan) {
      const message = scan.message.replaceAll(`${folder.place}/`, '')
      return { skipped: told(entry, shown, scan.refused, message, scan.remedy) }
    }
    const { header } = scan
    if (header.isDirectory) return { skipped: told(entry, shown, 'dicomdir') }
    if (header.seriesInstanceUid === undefined)
      return { header, skipped: told(entry, shown, 'series-uid-missing') }
    return { header }
  }

  #skip(skipped: SkippedFile, pid: string | undefined): void {
    this.#skipped.push(pid === undefined ? skipped : { pid, ...skipped })
  }

  result(): { sorted: Record<string, FileCopies>; record: SortRecord } {
    const sorted: Record<string, FileCopies> = {}
    for (const [pid, patient] of this.#patients) {
      sorted[pid] = { copies: patient.copies, link: this.params.link }
      for (const f of patient.findings(this.params.pidFrom === 'folder')) this.context.report(f)
    }
    const skips = new Map<string | undefined, number>()
    for (const { pid } of this.#skipped) skips.set(pid, (skips.get(pid) ?? 0) + 1)
    const patients = [...this.#read].map(([pid, read]) => {
      const patient = pid === undefined ? undefined : this.#patients.get(pid)
      return {
        ...(pid === undefined ? {} : { pid }),
        read,
        copied: patient?.copies.length ?? 0,
        duplicates: patient?.duplicates ?? 0,
        skipped: skips.get(pid) ?? 0,
      }
    })
    for (const balance of patients) requireBalance(balance.pid ?? this.context.case, balance)
    this.#reportLosses()
    return {
      sorted,
      record: {
        output: this.params.output,
        folders: this.#folders,
        patients,
        series: [...this.#patients.values()].flatMap(patient => patient.series()),
        skipped: this.#skipped,
      },
    }
  }

  /** One finding for all files that would have been wanted, by reason. */
  #reportLosses(): void {
    const lost = this.#skipped.filter(s => skipReason(s.reason).loss)
    if (lost.length === 0) return
    const counts = new Map<string, number>()
    for (const { reason } of lost) counts.set(reason, (counts.get(reason) ?? 0) + 1)
    const reasons = [...counts].map(([reason, count]) => `${count} × ${reason}`).join(', ')
    this.context.report(
      finding(
        'dicom-unsortable',
        this.context.case,
        `${lost.length} files were left out (${reasons}), the first is ${lost[0]!.path}: ${lost[0]!.message}`,
        { numbers: { files: lost.length } },
      ),
    )
  }
}

function told(
  entry: FolderEntry,
  shown: string,
  reason: string,
  message: string = skipReason(reason).message,
  remedy: string = skipReason(reason).remedy,
): SkippedFile {
  return { path: `${shown}/${entry.path}`, reason, message, remedy }
}
