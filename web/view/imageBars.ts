import type { CaseReply } from '../../src/server/api.ts'
import type { CaseImage, CaseLabels } from './caseImage.ts'
import { dropDown, numberField, segmented, shareSlider, tick } from './choices.ts'
import { element } from './element.ts'
import type { ImagePanel, Shown } from './imagePanel.ts'
import { labelChips } from './labelChips.ts'
import {
  type Chosen,
  groupsOf,
  imageTitle,
  SLICES,
  type SliceKey,
  type ViewMode,
  windowKey,
} from './viewSettings.ts'
import { presetsFor } from './windowPresets.ts'

const MODES: readonly { key: ViewMode; title: string }[] = [
  { key: 'single', title: 'Single' },
  { key: 'overlay', title: 'Fade' },
  { key: 'checkerboard', title: 'Checkerboard' },
  { key: 'side', title: 'Side by side' },
]

const keyed = (images: readonly { key: string }[]) =>
  images.map(image => ({ key: image.key, title: imageTitle(image) }))

/** The element that has the focus is drawn anew with its bar; the focus goes to the one in its place. */
function replace(bar: HTMLElement, ...parts: readonly HTMLElement[]): void {
  const controls = () => [...bar.querySelectorAll<HTMLElement>('input, select, button')]
  const at = controls().indexOf(document.activeElement as HTMLElement)
  bar.replaceChildren(...parts)
  if (at >= 0) controls()[at]?.focus()
}

/** Which images are shown, and how two of them are laid together. */
export function drawImageBar(
  bar: HTMLElement,
  panel: ImagePanel,
  reply: CaseReply,
  chosen: Chosen | undefined,
): void {
  if (chosen === undefined) {
    replace(bar)
    return
  }
  const { settings } = panel
  const set = (key: 'group' | 'first' | 'second' | 'labels') => (value: string) => {
    settings[key] = value
    void panel.update()
  }
  const parts: HTMLElement[] = []
  const groups = groupsOf(reply)
  if (groups.length > 1)
    parts.push(
      dropDown(
        'Grid',
        groups.map(key => ({ key, title: key })),
        chosen.group,
        set('group'),
      ),
    )
  parts.push(dropDown('Image', keyed(chosen.images), chosen.first.key, set('first')))
  if (chosen.second) {
    parts.push(segmented('Arrangement', MODES, settings.mode, key => panel.setMode(key as ViewMode)))
    if (settings.mode !== 'single') {
      const others = chosen.images.filter(i => i !== chosen.first)
      parts.push(dropDown('with', keyed(others), chosen.second.key, set('second')))
    }
    if (settings.mode === 'overlay')
      parts.push(shareSlider('Fade', settings.secondShare, v => panel.setShare(v)))
    if (settings.mode === 'checkerboard') {
      const field = numberField('Side of a square in mm', settings.squareMm, v => panel.setSquare(v))
      field.min = '1'
      parts.push(element('label', { class: 'named' }, element('span', {}, 'Squares, mm'), field))
    }
  }
  replace(bar, ...parts)
}

/** Slices and windows. */
export function drawViewBar(bar: HTMLElement, panel: ImagePanel, shown: Shown | undefined): void {
  if (shown === undefined) {
    replace(bar)
    return
  }
  const { first, second } = shown
  const windows = [windowControl(panel, first, 'Window')]
  if (second && windowKey(second.reply) !== windowKey(first.reply))
    windows.push(windowControl(panel, second, imageTitle(second.reply)))
  replace(
    bar,
    segmented('Slices', SLICES, panel.settings.slices, key => panel.setSlices(key as SliceKey)),
    ...windows,
    element('button', { type: 'button', class: 'quiet', onclick: () => panel.resetView() }, 'Fit'),
  )
}

/** Mask and labels, and how voxels are drawn. */
export function drawLabelBar(bar: HTMLElement, panel: ImagePanel, shown: Shown | undefined): void {
  if (shown === undefined) {
    replace(bar)
    return
  }
  const { settings } = panel
  const { chosen, labels, names } = shown
  const parts: HTMLElement[] = []
  if (chosen.labels) parts.push(tick('Mask', settings.labelsShown, v => panel.setLabelsShown(v)))
  if (chosen.labels && settings.labelsShown) {
    if (chosen.labelImages.length > 1)
      parts.push(
        dropDown({ spoken: 'Mask file' }, keyed(chosen.labelImages), chosen.labels.key, key => {
          settings.labels = key
          void panel.update()
        }),
      )
    parts.push(
      ...labelChips(names, settings.hiddenLabels, index => panel.toggleLabel(index)),
      ...labelNotes(labels),
      shareSlider('Fill', settings.labelOpacity, v => panel.setLabelOpacity(v)),
      tick('Outline', settings.outlined, v => panel.setOutlined(v)),
    )
  }
  parts.push(
    element('span', { class: 'spring' }),
    tick('Smooth', settings.smooth, v => panel.setSmooth(v)),
    tick('Radiological', settings.radiological, v => panel.setRadiological(v)),
  )
  replace(bar, ...parts)
}

function labelNotes(labels: CaseLabels | undefined): HTMLElement[] {
  if (labels === undefined) return []
  if (labels.notLabels > 0)
    return [
      element('span', { class: 'warn' }, `${labels.notLabels} voxels hold no label and are not coloured`),
    ]
  return labels.present.length === 0 ? [element('span', { class: 'none' }, 'The mask is empty.')] : []
}

function windowControl(panel: ImagePanel, image: CaseImage, name: string): HTMLElement {
  const { unit } = image.reply
  const { min, max } = panel.windowFor(image)
  const chosen = panel.settings.windows.get(windowKey(image.reply))
  const presets = [...presetsFor(unit), ...(chosen?.typed ? [{ key: 'typed', title: 'Typed' }] : [])]
  const current = chosen?.typed ? 'typed' : panel.presetFor(image)
  const suffix = unit === '' ? '' : `, ${unit}`
  return element(
    'span',
    { class: 'window', role: 'group', 'aria-label': `Window of ${imageTitle(image.reply)}` },
    dropDown(name, presets, current, preset => panel.setWindow(image, { preset })),
    numberField(`Black at${suffix}`, min, v =>
      panel.setWindow(image, { preset: 'typed', typed: { min: v, max } }),
    ),
    element('span', { 'aria-hidden': 'true' }, '–'),
    numberField(`White at${suffix}`, max, v =>
      panel.setWindow(image, { preset: 'typed', typed: { min, max: v } }),
    ),
  )
}
