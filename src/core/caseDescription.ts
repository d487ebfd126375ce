/**
 * Numbers by which cases can be sorted, with the title and unit that reports show. Keys carry their unit where a title
 * alone would leave it open.
 */
export const FIGURES = {
  sizeX: { title: 'Size x', unit: 'voxels' },
  sizeY: { title: 'Size y', unit: 'voxels' },
  sizeZ: { title: 'Size z', unit: 'voxels' },
  spacingX: { title: 'Spacing x', unit: 'mm' },
  spacingY: { title: 'Spacing y', unit: 'mm' },
  spacingZ: { title: 'Spacing z', unit: 'mm' },
  intensityMin: { title: 'Intensity, minimum', unit: '' },
  intensityP01: { title: 'Intensity, 1st percentile', unit: '' },
  intensityMedian: { title: 'Intensity, median', unit: '' },
  intensityMean: { title: 'Intensity, mean', unit: '' },
  intensityP99: { title: 'Intensity, 99th percentile', unit: '' },
  intensityMax: { title: 'Intensity, maximum', unit: '' },
  intensitySd: { title: 'Intensity, standard deviation', unit: '' },
  labelVolumeMl: { title: 'Labelled volume', unit: 'mL' },
  labelParts: { title: 'Connected parts of labels', unit: '' },
  insideMean: { title: 'Mean intensity within labels', unit: '' },
  similarityBefore: { title: 'Similarity before registration', unit: '' },
  similarityAfter: { title: 'Similarity after registration', unit: '' },
  foldedShare: { title: 'Share of voxels that fold', unit: '' },
  largestDisplacementMm: { title: 'Largest displacement', unit: 'mm' },
  overlapShare: { title: 'Overlap of the field of view', unit: '' },
  mae: { title: 'Mean absolute error', unit: '' },
} as const

export type FigureKey = keyof typeof FIGURES
export type Figures = Readonly<Partial<Record<FigureKey, number>>>

/** Counts of values in bins of equal width between `from` and `to`; what lies outside is in the first and last. */
export interface Histogram {
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

/** What is known of one label within a case. */
export interface LabelFigures {
  readonly index: number
  readonly name: string
  readonly shortForm: string
  /** `#rrggbb` */
  readonly color: string
  readonly voxels: number
  readonly volumeMl: number
}

/** A picture of a case as a file. */
export interface CasePicture {
  /** What it shows: `axial`, `coronal`, `sagittal`, `checkerboard`, `bloodFlow`, `crop`, … */
  readonly key: string
  /** Relative to the root, POSIX. */
  readonly path: string
  readonly width: number
  readonly height: number
  /** What it shows, in words, for those who cannot see it. */
  readonly alt: string
}

/**
 * What a report and a viewer show of a case: figures and pictures, made in the same pass as its files. Written by the
 * `describe-…` steps as JSON; several records of one case add to each other.
 */
export interface CaseDescription {
  readonly case: string
  readonly figures: Figures
  /** What is text: `orientation` (RAS letters that the axes point to), `dtype`. */
  readonly texts: Readonly<Record<string, string>>
  readonly histogram?: Histogram
  readonly labels: readonly LabelFigures[]
  readonly pictures: readonly CasePicture[]
}
