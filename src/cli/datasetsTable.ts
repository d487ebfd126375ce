import { EXIT, UsageError } from '../core/fault.ts'
import { type DatasetStatus, datasetStatus, type StageStatus } from '../pipelines/datasetStatus.ts'
import { type DatasetEntry, openDatasets } from '../pipelines/datasetsFile.ts'
import { openPipeline } from '../pipelines/openPipeline.ts'
import type { Console } from './console.ts'

const MOST_FAILURES = 10

/** Prints how far each data set of a list is, stage by stage. @throws UsageError, and the faults of the files */
export function printDatasets(console: Console, file: string, pipeline: string | undefined): void {
  const list = openDatasets(file)
  const stages = openPipeline(pipeline ?? list.pipeline)
  let present = 0
  for (const entry of list.datasets) {
    const status = datasetStatus(entry, stages)
    if (status.isThere) present++
    printDataset(console, status)
  }
  if (present === 0)
    throw new UsageError(`none of the data sets of ${file} is there`, {
      remedy: 'Correct their roots; a relative one counts from the folder of the file.',
      exitCode: EXIT.nothingToDo,
      where: file,
    })
}

function printDataset(console: Console, { entry, isThere, patients, stages }: DatasetStatus): void {
  const count = isThere ? `${patients.length} patients` : console.paint('red', `${entry.root} is not there`)
  console.say(`${console.paint('bold', entry.name)}  ${count}${origin(entry)}`)
  if (entry.note !== undefined) console.say(`  ${entry.note}`)
  const { name, root, source, archives, note } = entry
  console.emit({ event: 'dataset', name, root, source, archives, note, isThere, patients: patients.length })
  if (!isThere) return
  const columns = [32, 26, 6, 7, 8] as const
  const [folder, step, ...counts] = columns
  const line = (a: string, b: string, ...numbers: readonly (string | number)[]) =>
    `  ${a.padEnd(folder)} ${b.padEnd(step)} ${numbers.map((n, i) => String(n).padStart(counts[i]!)).join(' ')}`
  console.say(console.paint('dim', line('folder', 'step', 'done', 'failed', 'missing')))
  for (const s of stages) {
    const { failed } = s
    const numbers = line(s.folder, s.step, s.done.length, failed.length, s.missing.length)
    console.say(`${failed.length > 0 ? console.paint('red', numbers) : numbers}${linkNote(s)}`)
    console.emit({ event: 'stage', dataset: name, ...s })
  }
  for (const s of stages) {
    for (const { case: id, message } of s.failed.slice(0, MOST_FAILURES))
      console.say(`  ${console.paint('red', 'failed')} ${id} (${s.step}): ${message}`)
    if (s.failed.length > MOST_FAILURES)
      console.say(`  … and ${s.failed.length - MOST_FAILURES} more of ${s.step}; --json names them all`)
  }
}

/** Where the archives of a data set came from. */
function origin({ source, archives }: DatasetEntry): string {
  const parts = [archives.join(', '), source].filter(Boolean)
  return parts.length === 0 ? '' : `  from ${parts.join(' in ')}`
}

function linkNote({ leadsTo, isThere }: StageStatus): string {
  if (leadsTo === undefined) return ''
  return isThere ? `  -> ${leadsTo}` : `  -> ${leadsTo}, which is not there`
}
