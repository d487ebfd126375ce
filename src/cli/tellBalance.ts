import type { SortOptions } from '../pipelines/sortJobs.ts'
import type { PatientBalance } from '../steps/ingest/sortRecord.ts'
import type { Console } from './console.ts'

/** The sum that tells that no file was lost. */
export function tellBalance(
  console: Console,
  balance: PatientBalance,
  link: SortOptions['link'] = 'none',
): void {
  console.say(
    `${balance.read} files read = ${balance.copied} ${link === 'none' ? 'copied' : 'linked'} + ${balance.duplicates} duplicates + ${balance.skipped} skipped`,
  )
  console.emit({ event: 'balance', ...balance })
}
