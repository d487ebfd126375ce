import type { LabelFigures } from '../../src/core/caseDescription.ts'
import { colorChannels, labelColor } from '../../src/core/labelColor.ts'

type KnownLabel = Pick<LabelFigures, 'index' | 'name' | 'color'>

/** Colours of all label values as the library takes them: one for each of 0 to 255, background and hidden ones clear. */
export interface LabelPalette {
  readonly R: number[]
  readonly G: number[]
  readonly B: number[]
  readonly A: number[]
  readonly I: number[]
  readonly labels: string[]
}

/** A value without an entry in the label map gets the colour that `labelColor` gives it, and its number as its name. */
export function labelPalette(labels: readonly KnownLabel[], hidden: ReadonlySet<number>): LabelPalette {
  const known = new Map(labels.map(label => [label.index, label]))
  const palette: LabelPalette = { R: [], G: [], B: [], A: [], I: [], labels: [] }
  for (let index = 0; index < 256; index++) {
    const [red, green, blue] = colorChannels(labelColor(known.get(index) ?? { index }))
    palette.R.push(red)
    palette.G.push(green)
    palette.B.push(blue)
    palette.A.push(index === 0 || hidden.has(index) ? 0 : 255)
    palette.I.push(index)
    palette.labels.push(known.get(index)?.name ?? String(index))
  }
  return palette
}
