import type { DicomFolder } from '../../artifacts/dicomFolder.ts'
import type { FileCopy } from '../../artifacts/fileCopies.ts'
import { type Finding, finding } from '../../core/finding.ts'
import type { SeriesHeader } from '../../formats/dicom/seriesHeader.ts'
import { folderName } from './folderName.ts'
import { SeriesTally } from './seriesTally.ts'
import type { SeriesRecord } from './sortRecord.ts'

/** A file below one of the folders of a case. */
export interface SourceFile {
  readonly folder: DicomFolder
  /** Relative to the folder. */
  readonly path: string
}

/** Gives the objects of one patient their places by series, and tells copies of an object from others of its UID. */
export class PatientSorter {
  readonly copies: FileCopy[] = []
  duplicates = 0
  readonly #series = new Map<string, SeriesTally>()
  /** The first file of each SOPInstanceUID. */
  readonly #first = new Map<string, SourceFile>()
  /** Digests of all files of a UID that several have. */
  readonly #digests = new Map<string, Set<string>>()
  readonly #conflicts = { files: 0, uids: new Set<string>(), example: '' }
  readonly #patientIds = new Set<string>()
  #mismatches = 0
  #firstMismatch = ''

  constructor(readonly pid: string) {}

  async add(header: SeriesHeader, file: SourceFile): Promise<void> {
    this.#notePatientId(header, file)
    if (await this.#isDuplicate(header, file)) {
      this.duplicates++
      return
    }
    const tally = this.#tally(header.seriesInstanceUid!)
    this.copies.push({
      place: file.folder.place,
      source: file.path,
      target: `${tally.folder}/${tally.add(header)}`,
    })
  }

  series(): SeriesRecord[] {
    return [...this.#series.values()]
      .map(s => s.record())
      .sort((a, b) => (a.seriesInstanceUid < b.seriesInstanceUid ? -1 : 1))
  }

  /** @param folderIsPatient whether the folder told the patient, so that PatientID can disagree */
  findings(folderIsPatient: boolean): Finding[] {
    const found: Finding[] = []
    if (folderIsPatient && this.#mismatches > 0) {
      const different = this.#patientIds.size
      found.push(
        finding(
          'patient-id-mismatch',
          this.pid,
          `${this.#mismatches} files carry another PatientID than the name of their folder (${different} different in all), the first is ${this.#firstMismatch}`,
          {
            ...(different > 1 ? { severity: 'high' as const } : {}),
            numbers: { files: this.#mismatches, patientIds: different },
          },
        ),
      )
    }
    const { files, uids, example } = this.#conflicts
    if (files > 0)
      found.push(
        finding(
          'sop-uid-repeated',
          this.pid,
          `${files} files carry a SOPInstanceUID of another file and differ from it (${uids.size} UIDs), the first are ${example}`,
          { numbers: { files, uids: uids.size } },
        ),
      )
    return found
  }

  #notePatientId({ patientId }: SeriesHeader, file: SourceFile): void {
    if (patientId === undefined) return
    this.#patientIds.add(patientId)
    if (patientId === this.pid) return
    if (this.#mismatches++ === 0) this.#firstMismatch = file.path
  }

  async #isDuplicate({ sopInstanceUid: uid }: SeriesHeader, file: SourceFile): Promise<boolean> {
    if (uid === undefined) return false
    const first = this.#first.get(uid)
    if (first === undefined) {
      this.#first.set(uid, file)
      return false
    }
    let digests = this.#digests.get(uid)
    if (digests === undefined) {
      digests = new Set([await first.folder.digest(first.path)])
      this.#digests.set(uid, digests)
    }
    const digest = await file.folder.digest(file.path)
    if (digests.has(digest)) return true
    digests.add(digest)
    const conflicts = this.#conflicts
    if (conflicts.files++ === 0) conflicts.example = `${first.path} and ${file.path}`
    conflicts.uids.add(uid)
    return false
  }

  #tally(uid: string): SeriesTally {
    let tally = this.#series.get(uid)
    if (tally === undefined) {
      tally = new SeriesTally(this.pid, uid, folderName(uid))
      this.#series.set(uid, tally)
    }
    return tally
  }
}
