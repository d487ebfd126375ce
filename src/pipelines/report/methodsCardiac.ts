import type { DatasetDescription } from '../../core/datasetDescription.ts'
import { numberText } from '../../core/numberText.ts'
import { figureText, listed, meanAndSd, spelled } from './figureText.ts'
import { casesWith, cite, jobsOf, paramsOf } from './methodsFacts.ts'
import { imagesText } from './methodsPaired.ts'
import { gateOf, gateText } from './tables.ts'

type Params = Readonly<Record<string, unknown>>

const joined = (...parts: readonly (string | false | undefined)[]): string =>
  parts.filter(part => part !== false && part !== undefined && part !== '').join(' ')

/** How cardiac CT became pairs of angiogram and blood flow. */
export const cardiacMethods = (data: DatasetDescription): string[] => [
  joined(
    `The data set comprises ${spelled(data.cases.length, 'patient')}.`,
    dicomText(data),
    imagesText(data, 'CT angiograms'),
  ),
  registrationText(data),
  joined(segmentationText(data), cropText(data)),
  joined(generationText(data), errorText(data)),
]

function dicomText(data: DatasetDescription): string {
  const chosen = paramsOf(data, 'extract-modalities')?.series as Record<string, Params> | undefined
  const convert = paramsOf(data, 'convert-dicom')
  const ways = new Set(Object.values(chosen ?? {}).map(s => s.by))
  const how = ways.has('table')
    ? ways.size > 1
      ? 'by an annotation table and by rules'
      : 'by an annotation table'
    : 'by rules on the DICOM headers'
  return joined(
    jobsOf(data, 'sort-by-series-uid') > 0 && 'DICOM files were sorted by patient and SeriesInstanceUID.',
    chosen !== undefined && `For each patient, the series ${listed(Object.keys(chosen))} were chosen ${how}.`,
    convert !== undefined &&
      `The series were converted to NIfTI-1, with the geometry taken from the position and orientation of each slice; ${uneasyText(convert)}.`,
  )
}

/** What became of series that are no plain stack of slices. */
function uneasyText({ onTilt, onUneven }: Params): string {
  const [tilt, uneven] = [policyText(onTilt), policyText(onUneven)]
  return tilt === uneven
    ? `series with a gantry tilt, or with missing or unevenly spaced slices, were ${tilt}`
    : `series with a gantry tilt were ${tilt}, those with missing or unevenly spaced slices ${uneven}`
}

const policyText = (policy: unknown): string =>
  ({ reject: 'rejected', resample: 'resampled', accept: 'accepted as they were' })[String(policy)] ??
  'treated as configured'

function registrationText(data: DatasetDescription): string {
  const params = paramsOf(data, 'register')
  if (params === undefined) return ''
  const table = data.tables.find(t => t.title === 'Registration quality')
  const at = (name: string) => table?.columns.indexOf(name) ?? -1
  const engines = [...new Set(table?.rows.map(r => String(r[at('engine')])) ?? [])].filter(e => e !== '')
  const values = (name: string) =>
    table?.rows.flatMap(r => (typeof r[at(name)] === 'number' ? [r[at(name)] as number] : [])) ?? []
  const [before, after] = [
    values('mutual information before (nats)'),
    values('mutual information after (nats)'),
  ]
  const maps = (params.parameterMaps as readonly unknown[] | undefined) ?? []
  const overrides = Object.entries((params.overrides as Record<string, readonly unknown[]> | undefined) ?? {})
  const gate = gateOf(data)
  const review = table?.rows.filter(r => r[at('verdict')] !== 'ok').length ?? 0
  const moving = String(params.movingKey ?? 'moving').toUpperCase()
  return joined(
    `The ${moving} of the perfusion series was registered to the CT angiogram with ${listed(engines.length > 0 ? engines : ['elastix'])} ${cite('elastix, Klein et al. 2010, Shamonin et al. 2014')} in ${maps.length === 0 ? 'three stages: translation, affine and B-spline' : spelled(maps.length, 'stage')}${
      params.iterations === undefined
        ? ''
        : `, with ${numberText(Number(params.iterations))} iterations at each resolution`
    }${overrides.length === 0 ? '' : ` and ${listed(overrides.map(([name, v]) => `${name} = ${v.join(' ')}`))}`}.`,
    params.marginMm === null || params.marginMm === undefined
      ? undefined
      : `The angiogram was restricted to the field of the moving image with a margin of ${numberText(Number(params.marginMm))} mm.`,
    `The other perfusion maps were carried over by the same transform and sampled by ${finalOrder(params.finalOrder)}.`,
    before.length > 0 &&
      after.length > 0 &&
      `Mutual information rose from ${spread(before)} to ${spread(after)} nats.`.replace(
        'rose',
        meanAndSd(after).mean >= meanAndSd(before).mean ? 'rose' : 'fell',
      ),
    gate !== undefined &&
      `A registration was accepted when ${gateText(gate)}; ${review === 0 ? 'all were accepted' : `${spelled(review, 'registration')} of ${table?.rows.length ?? 0} ${review === 1 ? 'was' : 'were'} marked for review`}.`,
  )
}

const finalOrder = (order: unknown): string =>
  order === 0 ? 'the nearest voxel' : order === 1 ? 'linear interpolation' : 'cubic B-splines'

function spread(values: readonly number[]): string {
  const { mean, sd } = meanAndSd(values)
  return sd === undefined ? numberText(mean) : `${numberText(mean)} ± ${numberText(sd)}`
}

function segmentationText(data: DatasetDescription): string {
  const params = paramsOf(data, 'segment-chambers')
  const kept = paramsOf(data, 'keep-largest-components')
  const names = new Map(data.labels.map(l => [l.index, l.name]))
  const told = ((kept?.labels as readonly number[] | undefined) ?? []).map(l => names.get(l) ?? `label ${l}`)
  return joined(
    params !== undefined &&
      `The chambers and the myocardium were labelled on the angiogram and on the mean perfusion image [state and cite: the network, or where imported masks come from].`,
    kept !== undefined &&
      `Of ${listed(told)}, the largest connected component (${String(kept.connectivity)}-connectivity) was kept.`,
  )
}

function cropText(data: DatasetDescription): string {
  const flow = paramsOf(data, 'extract-mbf-myocardium')
  const crop = paramsOf(data, 'extract-pericardium-bbox')
  const negative = casesWith(data, 'flow-negative')
  return joined(
    flow !== undefined &&
      `Blood flow was kept within the myocardium (label ${String(flow.label)}) and set to ${numberText(Number(flow.background))} elsewhere${negative === 0 ? '' : `; negative values within it became background (${spelled(negative, 'patient')})`}.`,
    crop !== undefined &&
      `Angiogram, blood flow and mask were cropped to the bounding box of all labels with a margin of ${numberText(Number(crop.marginMm))} mm.`,
  )
}

function generationText(data: DatasetDescription): string {
  const params = paramsOf(data, 'infer-mbf')
  if (params === undefined) return ''
  return `Blood flow was generated from the cropped angiogram by a neural network ${cite('the generator')} at ${(params.cropSize as readonly number[] | undefined)?.join(' × ') ?? 'a fixed number of'} voxels.`
}

function errorText(data: DatasetDescription): string {
  const params = paramsOf(data, 'measure-mae')
  const values = data.cases.flatMap(c => c.figures.mae ?? [])
  if (params === undefined || values.length === 0) return ''
  const table = data.tables.find(t => t.title.startsWith('Mean absolute error'))
  const within = table?.rows.flatMap(r => (typeof r[2] === 'number' ? [r[2]] : [])) ?? []
  return `The mean absolute error between generated and measured blood flow was ${spread(values)} over the crop${within.length === 0 ? '' : ` and ${spread(within)} within the mask of measured flow`} (mean${values.length > 1 ? ' ± standard deviation' : ''}, n = ${values.length}); SSIM and PSNR refer to a range of ${figureText('mae', Number(params.dataRange))}.`
}
