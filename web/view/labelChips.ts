import type { LabelFigures } from '../../src/core/caseDescription.ts'
import { labelColor } from '../../src/core/labelColor.ts'
import { element } from './element.ts'

export interface ShownLabel {
  readonly index: number
  readonly name: string
  readonly color: string
}

/** The labels that an image holds, with the names and colours of the case; values that no label map names by number. */
export const shownLabels = (present: readonly number[], known: readonly LabelFigures[]): ShownLabel[] =>
  present.map(index => {
    const label = known.find(l => l.index === index)
    return { index, name: label?.name ?? `label ${index}`, color: labelColor(label ?? { index }) }
  })

/** Buttons that show and hide labels one by one. */
export function labelChips(
  labels: readonly ShownLabel[],
  hidden: ReadonlySet<number>,
  toggled: (index: number) => void,
): HTMLElement[] {
  return labels.map(({ index, name, color }) => {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' })
    swatch.style.backgroundColor = color
    return element(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': String(!hidden.has(index)),
        title: `${hidden.has(index) ? 'Show' : 'Hide'} ${name} (label ${index})`,
        onclick: () => toggled(index),
      },
      swatch,
      name,
    )
  })
}
