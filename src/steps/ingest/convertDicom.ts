import { dicomSeries } from '../../artifacts/dicomSeries.ts'
import { niftiImage } from '../../artifacts/niftiImage.ts'
import { npyArray } from '../../artifacts/npyArray.ts'
import { textFile } from '../../artifacts/textFile.ts'
import { DataError } from '../../core/dataError.ts'
import type { Finding } from '../../core/finding.ts'
import { defineStep, each, one, type Zod } from '../../engine/step.ts'
import { planVolumes } from '../../imaging/dicom/planVolumes.ts'
import { SlicedImage } from './slicedImage.ts'

const params = (z: Zod) =>
  z.object({
    onTilt: z.enum(['reject', 'resample']).describe('What to do with a gantry tilt.'),
    onUneven: z.enum(['reject', 'resample', 'accept']).describe('What to do with missing or uneven slices.'),
    onMultiple: z
      .enum(['split', 'suffix', 'reject'])
      .describe('What to do with several volumes in one series.'),
    minSlices: z.int().min(1).describe('A series of fewer slices is refused.'),
    npy: z.boolean().describe('Whether NumPy arrays are written too.'),
  })

export const convertDicom = defineStep({
  name: 'convert-dicom',
  version: 1,
  summary: 'Puts the slices of a series together and writes them as NIfTI, with a sidecar of technical tags.',
  per: 'case',
  params,
  inputs: { series: one(dicomSeries, 'sorted.dcm') },
  outputs: {
    images: each(niftiImage, 'sorted.nii'),
    sidecars: each(textFile, 'sorted.sidecar'),
    arrays: each(npyArray, 'sorted.npy'),
  },
  // The volume, the slice under way, and what is compressed of it.
  memory: ({ inputBytes }) => 3 * inputBytes + 64e6,
  // Slices of a scanner shrink to about a half; some are compressed already.
  writes: () => 0.3,
  async run({ series }, p, context) {
    const where = context.source('series')
    const inFolder = (f: Finding): Finding => ({
      ...f,
      where: f.where === where ? where : `${where}/${f.where}`,
    })
    const unreadable = series.findings.filter(f => f.severity === 'error').map(inFolder)
    // A slice that cannot be read may be the last one, whose loss no gap would tell.
    if (unreadable.length > 0)
      throw new DataError(unreadable[0]!.code, unreadable[0]!.message, { where, findings: unreadable })
    for (const f of series.findings) context.report(inFolder(f))
    const uids = new Set(series.headers.map(h => h.seriesInstanceUid ?? ''))
    if (uids.size > 1)
      throw new DataError('series-mixed', `${where} holds ${uids.size} series: ${[...uids].join(', ')}`, {
        where,
      })
    const plan = planVolumes(series.headers, {
      onTilt: p.onTilt,
      onUneven: p.onUneven,
      onMultiple: p.onMultiple,
      minSlices: p.minSlices,
      where,
      nameOf: index => series.nameOf(index),
      digestOf: index => series.digestOf(index),
    })
    const errors = plan.findings.filter(f => f.severity === 'error')
    // A series of reports, contours or screenshots alone is no failure: it is left out, and its findings say so.
    if (plan.volumes.length === 0 && errors.length > 0)
      throw new DataError(errors[0]!.code, errors[0]!.message, { where, findings: plan.findings })
    for (const f of plan.findings) context.report(f)
    const images: Record<string, SlicedImage> = {}
    const sidecars: Record<string, string> = {}
    const arrays: Record<string, { data: Int16Array | Float32Array; shape: number[] }> = {}
    for (const volumePlan of plan.volumes) {
      const image = new SlicedImage(series, volumePlan, context.report)
      // One alone is read while it is written. Of several, none is to be written if another cannot be read.
      if (p.npy || plan.volumes.length > 1) await image.complete()
      const key = volumePlan.suffix
      images[key] = image
      sidecars[key] = `${JSON.stringify({ ...series.sidecar, ...volumePlan.distinction }, null, 2)}\n`
      if (p.npy) arrays[key] = { data: image.volume.data, shape: [...image.grid.shape].reverse() }
    }
    return { images, sidecars, arrays }
  },
})
