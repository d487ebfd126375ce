import type { ParamsOf, Zod } from '../../engine/step.ts'
import type { SeriesTraits } from './seriesTraits.ts'

/** What the headers of a series must say to be taken for a modality; every condition that is given must hold. */
export const seriesRule = (z: Zod) =>
  z
    .strictObject({
      modality: z
        .array(z.string())
        .min(1)
        .optional()
        .describe('Values of Modality (0008,0060), one of which it has.'),
      image_type: z
        .array(z.string())
        .min(1)
        .optional()
        .describe('Values that ImageType (0008,0008) has, all of them, at any place.'),
      not_image_type: z
        .array(z.string())
        .min(1)
        .optional()
        .describe('Values that ImageType (0008,0008) has not, none of them.'),
      min_instances: z
        .int()
        .min(1)
        .optional()
        .describe('Images of the series, at least; frames count as images.'),
      max_slice_thickness_mm: z
        .number()
        .positive()
        .optional()
        .describe('SliceThickness (0018,0050) in mm, at most.'),
      kernel: z
        .string()
        .optional()
        .describe(
          'Beginning of ConvolutionKernel (0018,1210), such as Bv; upper and lower case count as equal.',
        ),
      contrast: z
        .boolean()
        .optional()
        .describe('Whether ContrastBolusAgent (0018,0010) names an agent; many scanners leave it empty.'),
    })
    .describe('What the headers of a series must say to be taken for the modality.')
export type SeriesRule = ParamsOf<typeof seriesRule>

/** A condition of a rule that a series does not meet. */
export interface UnmetCondition {
  readonly condition: keyof SeriesRule
  /** What the series has, and what is wanted. */
  readonly reason: string
}

/** What keeps a series from being taken for a modality; empty when the rule holds. */
export function unmetConditions(rule: SeriesRule, series: SeriesTraits): UnmetCondition[] {
  const unmet: UnmetCondition[] = []
  const want = (condition: keyof SeriesRule, holds: boolean, reason: string) => {
    if (!holds) unmet.push({ condition, reason })
  }
  // Where objects of a series differ, each has to meet the condition.
  const types = series.imageType.split(' | ').map(type => type.split('\\').map(upper))
  const { modality, image_type, not_image_type, kernel, max_slice_thickness_mm: thickest } = rule
  if (modality)
    want(
      'modality',
      modality.map(upper).includes(upper(series.modality)),
      `Modality is ${told(series.modality)}, not ${modality.join(' or ')}`,
    )
  for (const value of image_type ?? [])
    want(
      'image_type',
      types.every(type => type.includes(upper(value))),
      `ImageType ${told(series.imageType)} lacks ${value}`,
    )
  for (const value of not_image_type ?? [])
    want(
      'not_image_type',
      !types.some(type => type.includes(upper(value))),
      `ImageType ${told(series.imageType)} has ${value}`,
    )
  if (rule.min_instances !== undefined)
    want(
      'min_instances',
      imageCount(series) >= rule.min_instances,
      `${imageCount(series)} images, at least ${rule.min_instances} are wanted`,
    )
  if (thickest !== undefined)
    want(
      'max_slice_thickness_mm',
      series.sliceThicknessMm !== null && series.sliceThicknessMm <= thickest,
      `slice thickness ${series.sliceThicknessMm === null ? 'is not told' : `${series.sliceThicknessMm} mm`}, at most ${thickest} mm is wanted`,
    )
  if (kernel !== undefined)
    want(
      'kernel',
      upper(series.kernel).startsWith(upper(kernel)),
      `ConvolutionKernel is ${told(series.kernel)}, ${kernel}… is wanted`,
    )
  if (rule.contrast !== undefined)
    want(
      'contrast',
      series.hasContrast === rule.contrast,
      series.hasContrast ? 'a contrast agent is named' : 'no contrast agent is named',
    )
  return unmet
}

/** What a series that meets a rule has, in words. */
export function metConditions(rule: SeriesRule, series: SeriesTraits): string {
  const parts: string[] = []
  if (rule.modality || rule.image_type)
    parts.push([rule.modality && series.modality, rule.image_type?.join('\\')].filter(Boolean).join(' '))
  if (rule.min_instances !== undefined) parts.push(`${imageCount(series)} images`)
  if (rule.max_slice_thickness_mm !== undefined) parts.push(`${series.sliceThicknessMm} mm thick`)
  if (rule.kernel !== undefined) parts.push(`kernel ${series.kernel}`)
  if (rule.contrast) parts.push('contrast agent')
  return parts.join(', ')
}

export const imageCount = ({ instances, slices }: SeriesTraits): number => Math.max(instances, slices)

const upper = (text: string): string => text.trim().toUpperCase()
const told = (text: string): string => (text === '' ? 'not told' : text)
