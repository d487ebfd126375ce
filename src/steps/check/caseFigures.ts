import { determinant, type Point, voxelSizes } from '../../core/affine.ts'
import type { CasePicture, Figures, LabelFigures } from '../../core/caseDescription.ts'
import { colorChannels, labelColor } from '../../core/labelColor.ts'
import type { Picture } from '../../core/picture.ts'
import type { Grid } from '../../core/volume.ts'
import type { StepContext, Zod } from '../../engine/step.ts'
import type { IntensityStatistics } from '../../imaging/intensityStatistics.ts'
import type { Colour } from '../../imaging/render/slicePicture.ts'

/** The parameter by which a step that describes is told of the labels. */
export const describedLabels = (z: Zod) =>
  z.object({
    index: z.int().min(1).max(255).describe('Voxel value.'),
    name: z.string().describe('Name in full.'),
    shortForm: z.string().describe('Short form.'),
    color: z
      .string()
      .regex(/^#[0-9a-f]{6}$/)
      .optional()
      .describe('Colour, `#rrggbb`; one by the index if not given.'),
  })

export interface DescribedLabel {
  readonly index: number
  readonly name: string
  readonly shortForm: string
  readonly color?: string | undefined
}

/** Pixels along the longest side of a picture, so that three of a case stay below 20 KB. */
export const PICTURE_SIDE = 160

/** So many digits that float32 is told, and no noise of the arithmetic. */
export const rounded = (value: number): number => Number(value.toPrecision(7))

/** Size and spacing, in the order of the voxel axes. */
export function gridFigures({ shape, affine }: Grid): Figures {
  const [spacingX, spacingY, spacingZ] = voxelSizes(affine).map(mm => Number(mm.toFixed(4))) as [
    number,
    number,
    number,
  ]
  return { sizeX: shape[0], sizeY: shape[1], sizeZ: shape[2], spacingX, spacingY, spacingZ }
}

export const intensityFigures = (s: IntensityStatistics): Figures => ({
  intensityMin: rounded(s.min),
  intensityP01: rounded(s.p01),
  intensityMedian: rounded(s.median),
  intensityMean: rounded(s.mean),
  intensityP99: rounded(s.p99),
  intensityMax: rounded(s.max),
  intensitySd: rounded(s.sd),
})

/**
 * Every label but background that is known or occurs, by index.
 *
 * @param counts voxels by label, 256 items
 */
export function labelFigures(
  counts: Uint32Array,
  known: readonly DescribedLabel[],
  { affine }: Grid,
): LabelFigures[] {
  const voxelMl = Math.abs(determinant(affine)) / 1000
  const byIndex = new Map(known.map(label => [label.index, label]))
  for (let index = 1; index < counts.length; index++)
    if (counts[index]! > 0 && !byIndex.has(index))
      byIndex.set(index, { index, name: `label ${index}`, shortForm: String(index) })
  return [...byIndex.values()]
    .sort((a, b) => a.index - b.index)
    .map(label => ({
      index: label.index,
      name: label.name,
      shortForm: label.shortForm,
      color: labelColor(label),
      voxels: counts[label.index] ?? 0,
      volumeMl: rounded((counts[label.index] ?? 0) * voxelMl),
    }))
}

/** The figures of all labels together. */
export const labelledFigures = (labels: readonly LabelFigures[], parts: number): Figures => ({
  labelVolumeMl: rounded(labels.reduce((sum, l) => sum + l.volumeMl, 0)),
  labelParts: parts,
})

/** ` with the outlines of NME, Breast`; nothing where no label has voxels. */
export function outlinesText(labels: readonly LabelFigures[]): string {
  const there = labels.filter(l => l.voxels > 0).map(l => l.name)
  return there.length === 0 ? '' : ` with the outline of ${there.join(', ')}`
}

/** The colour of each label for drawing, as the figures have it. */
export function colourLookup(labels: readonly LabelFigures[]): (index: number) => Colour {
  const colours = new Map(labels.map(l => [l.index, colorChannels(l.color)]))
  return index => colours.get(index) ?? colorChannels(labelColor({ index }))
}

/** What a description tells of a picture that goes to the output `pictures`. */
export const casePicture = (
  context: StepContext,
  key: string,
  { width, height }: Picture,
  alt: string,
): CasePicture => ({ key, path: context.destination('pictures', key), width, height, alt })

/** The voxel in the middle, the one before it where the number is even. */
export const gridCentre = ({ shape }: Grid): Point =>
  shape.map(n => Math.floor((n - 1) / 2)) as unknown as Point

/** Which HU of a CTA are told apart: the parameters of a step that draws one. */
export const ctaWindow = (z: Zod) => ({
  windowWidth: z.number().positive().default(700).describe('Window width of the CTA in HU.'),
  windowLevel: z.number().default(150).describe('Window level of the CTA in HU.'),
})

export const levelsOf = (p: { readonly windowWidth: number; readonly windowLevel: number }) =>
  [p.windowLevel - p.windowWidth / 2, p.windowLevel + p.windowWidth / 2] as const
