import { EXIT, Fault } from '../../core/fault.ts'

/** Files of one patient, or of none where PatientID is asked for and absent. */
export interface PatientBalance {
  /** Undefined for files that belong to no patient. */
  readonly pid?: string
  readonly read: number
  readonly copied: number
  readonly duplicates: number
  readonly skipped: number
}

/** One series of a patient, in technical terms; where objects differ, their values are joined by ` | `. */
export interface SeriesRecord {
  readonly pid: string
  readonly seriesInstanceUid: string
  /** Folder of the series below that of the patient. */
  readonly folder: string
  readonly modality: string
  /** As in the file, `\` between values. */
  readonly imageType: string
  readonly instances: number
  readonly rows: string
  readonly columns: string
  /** Distance of rows × of columns, in mm. */
  readonly spacing: string
  /** Different positions, or frames where objects have several. */
  readonly slices: number
}

export interface SkippedFile {
  readonly pid?: string
  /** Relative to the root. */
  readonly path: string
  readonly reason: string
  readonly message: string
  readonly remedy: string
}

/** What became of every file of one case: all that the balance sheet needs. */
export interface SortRecord {
  /** The output folder, relative to the root. */
  readonly output: string
  /** The raw folders, relative to the root. */
  readonly folders: readonly string[]
  readonly patients: readonly PatientBalance[]
  readonly series: readonly SeriesRecord[]
  readonly skipped: readonly SkippedFile[]
}

/** Files were lost or counted twice: a defect of the program. */
export class BalanceError extends Fault {}

/** Sums of several balances. */
export function balanceSum(balances: Iterable<PatientBalance>): PatientBalance {
  const sum = { read: 0, copied: 0, duplicates: 0, skipped: 0 }
  for (const b of balances) {
    sum.read += b.read
    sum.copied += b.copied
    sum.duplicates += b.duplicates
    sum.skipped += b.skipped
  }
  return sum
}

/** @throws BalanceError unless read = copied + duplicates + skipped */
export function requireBalance(what: string, b: PatientBalance): void {
  if (b.read === b.copied + b.duplicates + b.skipped) return
  throw new BalanceError(
    `${what}: ${b.read} files were read, but ${b.copied} copied + ${b.duplicates} duplicates + ${b.skipped} skipped are ${b.copied + b.duplicates + b.skipped}`,
    {
      remedy:
        'This is a defect of voxmill; please report it with this message. The raw folders are unchanged.',
      exitCode: EXIT.internal,
    },
  )
}
