import type { FigureKey } from '../../core/caseDescription.ts'
import type { DatasetDescription } from '../../core/datasetDescription.ts'
import { type Html, html } from '../../formats/html/html.ts'
import { barTable, histogramFigure } from './bars.ts'
import { countedTexts, figureHistogram } from './groups.ts'

/** Figures as they belong together. */
const CHAPTERS: readonly {
  readonly title: string
  readonly keys: readonly FigureKey[]
  readonly texts?: readonly [key: string, title: string][]
}[] = [
  { title: 'Size', keys: ['sizeX', 'sizeY', 'sizeZ'] },
  { title: 'Spacing', keys: ['spacingX', 'spacingY', 'spacingZ'] },
  {
    title: 'Orientation and type',
    keys: [],
    texts: [
      ['orientation', 'orientation of the axes'],
      ['dtype', 'type of the voxels'],
    ],
  },
  { title: 'Labels', keys: ['labelVolumeMl', 'labelParts', 'insideMean'] },
  {
    title: 'Intensity',
    keys: [
      'intensityMin',
      'intensityP01',
      'intensityMedian',
      'intensityMean',
      'intensityP99',
      'intensityMax',
      'intensitySd',
    ],
  },
  {
    title: 'Registration',
    keys: ['similarityBefore', 'similarityAfter', 'foldedShare', 'largestDisplacementMm', 'overlapShare'],
  },
  { title: 'Error', keys: ['mae'] },
]

export function distributionsSection(data: DatasetDescription): Html | undefined {
  const chapters = CHAPTERS.flatMap(({ title, keys, texts = [] }) => {
    const figures = keys.flatMap(key => figureHistogram(data.cases, key) ?? [])
    const tables = texts.flatMap(([key, name]) => {
      const groups = countedTexts(data, key, name)
      return groups.length === 0 ? [] : [barTable(name, groups, data.cases.length)]
    })
    if (figures.length + tables.length === 0) return []
    return [
      html`<h3>${title}</h3>
${figures.length > 0 && html`<div class="histograms">${figures.map(histogramFigure)}</div>`}
${tables.length > 0 && html`<div class="bar-tables">${tables}</div>`}
`,
    ]
  })
  if (chapters.length === 0) return undefined
  return html`<section id="distributions" aria-labelledby="distributions-title">
<h2 id="distributions-title">Distributions</h2>
<p class="note needs-script">A bar shows its samples on the wall below.</p>
${chapters}
</section>`
}
