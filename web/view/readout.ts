import type { Point } from '../../src/core/affine.ts'
import type { CaseImage, CaseLabels } from './caseImage.ts'
import { element } from './element.ts'
import type { ShownLabel } from './labelChips.ts'
import { imageTitle } from './viewSettings.ts'

const mm = (v: number): string => `${v < 0 ? '−' : ''}${Math.abs(v).toFixed(1)}`

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 6, useGrouping: false })

export interface ReadoutOf {
  readonly images: readonly CaseImage[]
  readonly labels: CaseLabels | undefined
  readonly names: readonly ShownLabel[]
  readonly preview: boolean
}

const part = (title: string, text: string, name: string): HTMLElement =>
  element('span', { class: 'part', 'data-part': name }, element('span', { class: 'key' }, title), text)

function labelText({ labels, names }: ReadoutOf, place: Point): string {
  const label = labels?.labelAt(place)
  if (label === undefined) return 'outside'
  return label === 0 ? 'none' : (names.find(n => n.index === label)?.name ?? String(label))
}

/**
 * Values at a place: of each image that is shown, the label, where it is.
 *
 * @param of what is shown
 * @param place RAS mm
 * @param under whether it is under the pointer, not at the crosshair
 */
export function showReadout(box: HTMLElement, of: ReadoutOf, place: Point, under: boolean): void {
  const values = of.images.map(image => {
    const { key, unit } = image.reply
    const found = image.valueAt(place)
    const text =
      found === undefined ? 'outside' : [number.format(found.value), unit].filter(Boolean).join(' ')
    return part(imageTitle(image.reply), text, `value ${key}`)
  })
  const voxel = of.images[0]?.locator.at(place)
  box.replaceChildren(
    element('span', { class: 'where' }, under ? 'Under the pointer' : 'At the crosshair'),
    ...values,
    ...(of.labels ? [part('Label', labelText(of, place), 'label')] : []),
    part('RAS', `${place.map(mm).join(', ')} mm`, 'place'),
    part(of.preview ? 'Voxel of the preview' : 'Voxel', voxel ? voxel.join(', ') : 'outside', 'voxel'),
  )
}
