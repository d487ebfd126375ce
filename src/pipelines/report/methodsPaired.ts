import type { FigureKey } from '../../core/caseDescription.ts'
import type { DatasetDescription } from '../../core/datasetDescription.ts'
import { numberText } from '../../core/numberText.ts'
import { figureText, listed, quartiles, spelled } from './figureText.ts'
import { casesWith, jobsOf, paramsOf } from './methodsFacts.ts'
import { patientsOf } from './overview.ts'

const sentences = (...parts: readonly (string | false | undefined)[]): string =>
  parts.filter(part => part !== false && part !== undefined && part !== '').join(' ')

/** How volumes and masks were made into pairs, and pairs into splits. */
export const pairedMethods = (data: DatasetDescription): string[] => [
  sentences(compositionText(data), imagesText(data)),
  sentences(pairingText(data), labelText(data)),
  ...splitText(data),
]

function compositionText(data: DatasetDescription): string {
  const { cases } = data
  const patients = patientsOf(data)
  const sites = new Map<string, number>()
  for (const c of cases) {
    const site = c.attributes.site ?? ''
    if (site !== '') sites.set(site, (sites.get(site) ?? 0) + 1)
  }
  const named = [...sites].sort((a, b) => b[1] - a[1]).map(([site, n]) => `${site} (n = ${n})`)
  const from = named.length === 0 ? '' : ` from ${spelled(named.length, 'site')}: ${listed(named)}`
  return `The data set comprises ${spelled(cases.length, 'sample')}${
    patients === undefined ? '' : ` of ${spelled(patients, 'patient')}`
  }${from}.`
}

/** Median and range along the axes of the volumes. */
export function imagesText({ cases }: DatasetDescription, what = 'Volumes'): string {
  const along = (keys: readonly FigureKey[]) => {
    const all = keys.map(key => quartiles(cases.flatMap(c => c.figures[key] ?? [])))
    return all.every(q => q !== undefined) ? all : undefined
  }
  const [size, spacing] = [along(['sizeX', 'sizeY', 'sizeZ']), along(['spacingX', 'spacingY', 'spacingZ'])]
  if (size === undefined || spacing === undefined) return ''
  const product = (all: typeof size, unit: string) => {
    const median = all.map(q => numberText(q.median)).join(' × ')
    const range = all.map(q => [...new Set([numberText(q.min), numberText(q.max)])].join('–'))
    const same = range.every(r => !r.includes('–'))
    return same ? `${median} ${unit}` : `${median} ${unit} (range ${range.join(' × ')})`
  }
  return `${what} had a median size of ${product(size, 'voxels')} and a median voxel spacing of ${product(spacing, 'mm')}.`
}

function pairingText(data: DatasetDescription): string {
  const params = paramsOf(data, 'confirm-pairs')
  if (params === undefined) return ''
  const profile = paramsOf(data, 'gen-archive-manifest')?.profile
  const moved = casesWith(data, 'geometry-mismatch')
  const shifted = casesWith(data, 'geometry-shift')
  const policy: Readonly<Record<string, string>> = {
    copy: 'took the affine of its volume, voxel for voxel',
    resample: 'was resampled onto the grid of its volume by the nearest voxel',
    reject: 'was rejected',
  }
  return sentences(
    `Each volume was paired with its mask${typeof profile === 'string' ? ` according to the archive profile ${profile}` : ''}, converted to 32-bit floating point, and written to NIfTI-1 on one grid.`,
    `A mask whose affine differed by at most half a voxel took the affine of its volume${shifted === 0 ? '' : ` (${spelled(shifted, 'sample')})`}; one that lay farther off ${policy[String(params.onGeometryMismatch)] ?? 'was treated as configured'}${moved === 0 ? ' (none)' : ` (${spelled(moved, 'sample')})`}.`,
  )
}

function labelText(data: DatasetDescription): string {
  const labels = data.labels.filter(l => l.index !== 0)
  if (labels.length === 0) return ''
  const volume = quartiles(data.cases.flatMap(c => c.figures.labelVolumeMl ?? []))
  const empty = casesWith(data, 'mask-empty')
  const names = labels.map(l => (l.name === l.shortForm ? l.name : `${l.name} (${l.shortForm})`))
  return sentences(
    `The masks have ${spelled(labels.length, 'label')}: ${listed(names)}${jobsOf(data, 'extract-binary-masks') > 0 ? `; a binary mask was extracted for each label${data.labels.some(l => l.index === 0) ? ', the background included' : ''}` : ''}.`,
    volume !== undefined &&
      `The labelled volume had a median of ${figureText('labelVolumeMl', volume.median)} (interquartile range ${numberText(volume.q1)}–${figureText('labelVolumeMl', volume.q3)}).`,
    empty > 0 && `In ${spelled(empty, 'sample')}, the mask was empty.`,
  )
}

interface Rule {
  readonly method?: string
  readonly name: string
  readonly keepSites?: readonly string[]
  readonly sites?: readonly string[]
  readonly collections?: readonly string[]
  readonly testRatio?: number
  readonly valRatio?: number
  readonly seed?: number
  readonly groupBy?: string
  readonly stratifyBy?: readonly string[]
}

function splitText(data: DatasetDescription): string[] {
  const planned = (paramsOf(data, 'gen-dataset-manifest')?.splits ?? []) as readonly { readonly rule: Rule }[]
  const later = data.provenance
    .filter(p => p.step.startsWith('make-split-'))
    .flatMap(p => p.params.flatMap(s => (s.params as { rule?: Rule } | null)?.rule ?? []))
  const rules = new Map([...planned.map(p => p.rule), ...later].map(rule => [rule.name, rule]))
  const told = data.splits.map(split => {
    const counts = split.subsets.map(
      subset => `${subset} n = ${Object.values(split.subsetOf).filter(s => s === subset).length}`,
    )
    return sentences(
      `${split.name} (${counts.join(', ')}) ${ruleText(rules.get(split.name))}`,
      split.onBothSides.length > 0 &&
        `In ${split.name}, ${spelled(split.onBothSides.length, 'patient')} had samples in more than one subset.`,
    )
  })
  return told.length === 0
    ? []
    : [`The data set was divided in ${spelled(told.length, 'way')}. ${told.join(' ')}`]
}

function ruleText(rule: Rule | undefined): string {
  if (rule?.method === 'across-sites') {
    const kept = rule.keepSites ?? []
    const percent = (share: number | undefined) => `${numberText(100 * (share ?? 0))} %`
    return [
      kept.length === 0 ? '' : `left samples of ${listed(kept)} in the subsets of the archive and `,
      `assigned ${kept.length === 0 ? 'all samples' : 'those of other sites'} at random (seed ${rule.seed ?? 0}): ${percent(rule.testRatio)} to test and ${percent(rule.valRatio)} of the rest to validation`,
      rule.groupBy === undefined ? '' : `, samples of one ${rule.groupBy} always together`,
      (rule.stratifyBy ?? []).length === 0 ? '' : `, within each ${listed(rule.stratifyBy ?? [])}`,
      '.',
    ].join('')
  }
  if (rule?.method === 'predefined') {
    const of = [...(rule.sites === undefined ? [] : [listed(rule.sites)])]
    return `took the subsets of the archive${of.length === 0 ? '' : ` for the samples of ${of[0]}`}.`
  }
  return 'is recorded in the manifest.'
}
