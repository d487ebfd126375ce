import { dicomFolder } from '../../artifacts/dicomFolder.ts'
import { jsonFile } from '../../artifacts/jsonFile.ts'
import { defineStep, one } from '../../engine/step.ts'
import { type SeriesTraits, TraitTally } from './seriesTraits.ts'

/** The series of one patient. */
export interface SeriesListing {
  readonly pid: string
  /** By SeriesInstanceUID, in code-unit order; a series that lies in two folders is listed for each. */
  readonly series: readonly SeriesTraits[]
}

export const listSeries = defineStep({
  name: 'list-series',
  version: 1,
  summary: 'Reads the headers of a sorted patient and tells what each series is.',
  per: 'case',
  params: z => z.object({}),
  inputs: { patient: one(dicomFolder, 'sorted.patient') },
  outputs: { record: one(jsonFile<SeriesListing>(), 'state.record') },
  memory: () => 120e6,
  async run({ patient }, _params, context) {
    const tallies = new Map<string, TraitTally>()
    for (const entry of patient.entries()) {
      if (entry.problem !== undefined) continue
      const scan = await patient.scan(entry.path)
      // What cannot be read is told when the series is chosen and copied.
      if (!('header' in scan) || scan.header.isDirectory) continue
      const uid = scan.header.seriesInstanceUid
      const slash = entry.path.indexOf('/')
      if (uid === undefined || slash < 0) continue
      const folder = entry.path.slice(0, slash)
      const key = `${uid}/${folder}`
      let tally = tallies.get(key)
      if (tally === undefined) {
        tally = new TraitTally(context.case, uid, folder)
        tallies.set(key, tally)
      }
      tally.add(scan.header)
    }
    const series = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally.traits())
    return { record: { pid: context.case, series } }
  },
})
