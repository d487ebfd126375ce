import path from 'node:path'
import type { parse as parseYaml } from 'yaml'
import { receiptsOf } from '../engine/receipt.ts'
import type { Label } from '../profiles/labels.ts'
import { readTextIfThere } from '../storage/readFile.ts'
import type { NmePlace } from './groupedFiles.ts'
import type { SampleImage } from './nmeJobs.ts'
import type { GroupedSample } from './nmeSamples.ts'

interface EarlierJob {
  readonly step: string
  readonly case: string
  readonly part?: string
}

/**
 * What earlier jobs on samples have left: those whose findings belong into the dataset manifest, sorted; the labels by
 * which masks were extracted; and, by the folder of a sample, what the archive never had of it.
 */
export function earlierJobs({ workspace, grouped }: Pick<NmePlace, 'workspace' | 'grouped'>): {
  jobs: EarlierJob[]
  labels: Label[]
  absent: ReadonlyMap<string, readonly SampleImage[]>
} {
  const jobs: EarlierJob[] = []
  const absent = new Map<string, readonly SampleImage[]>()
  const labels = new Map<number, { label: Label; finished: string }>()
  for (const r of receiptsOf(workspace)) {
    if (r.step !== 'confirm-pairs' && r.step !== 'extract-binary-masks') continue
    jobs.push({ step: r.step, case: r.case, ...(r.part === undefined ? {} : { part: r.part }) })
    // A folder of the same name in another data set says nothing.
    const below = `${workspace.relative(path.join(grouped, r.case))}/`
    if (r.step === 'confirm-pairs' && r.status === 'done' && r.outputs.some(o => o.path.startsWith(below)))
      absent.set(
        r.case,
        (['volume', 'mask'] as const).filter(image => r.outputs.every(o => o.slot !== image)),
      )
    if (r.step === 'extract-binary-masks' && r.status === 'done') {
      const { index, shortForm } = r.params as { index: number; shortForm: string }
      const other = labels.get(index)
      if (other === undefined || other.finished < r.finished)
        labels.set(index, { label: { index, shortForm, name: shortForm }, finished: r.finished })
    }
  }
  const key = (j: EarlierJob) => `${j.step}/${j.case}@${j.part ?? ''}`
  return {
    jobs: jobs.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    absent,
    labels: [...labels.values()].map(l => l.label).sort((a, b) => a.index - b.index),
  }
}

/** Samples with the attributes that only their info files know, where the profile's columns ask for such. */
export async function withInfoAttributes(
  place: NmePlace,
  samples: readonly GroupedSample[],
): Promise<GroupedSample[]> {
  const wanted = place.profile.dataset.columns.map(c => c.from)
  const fields = new Map(place.profile.info.map(c => [c.from, c.name]))
  const missingOf = (sample: GroupedSample) =>
    sample.has.info ? wanted.filter(a => sample.attributes[a] === undefined && fields.has(a)) : []
  if (samples.every(sample => missingOf(sample).length === 0)) return [...samples]
  const { parse } = await import('yaml')
  return samples.map(sample => {
    const missing = missingOf(sample)
    if (missing.length === 0) return sample
    const text = readTextIfThere(path.join(place.grouped, place.layout.outputPath(sample.attributes, 'info')))
    const info = infoFields(text, parse)
    return {
      ...sample,
      attributes: {
        ...sample.attributes,
        ...Object.fromEntries(
          missing.flatMap(a =>
            info[fields.get(a)!] === undefined ? [] : [[a, String(info[fields.get(a)!])]],
          ),
        ),
      },
    }
  })
}

/** A broken info file yields nothing here; inspect-sample reports it. */
function infoFields(text: string | undefined, parse: typeof parseYaml): Record<string, unknown> {
  try {
    const value = parse(text ?? '', { version: '1.1' }) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
