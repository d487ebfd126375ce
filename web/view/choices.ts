import { element, spoken } from './element.ts'

export interface Choice {
  readonly key: string
  readonly title: string
}

let groups = 0

/** A row of buttons of which one is down: radio buttons to keyboard and screen reader. */
export function segmented(
  name: string,
  choices: readonly Choice[],
  current: string,
  picked: (key: string) => void,
): HTMLElement {
  const group = `choice-${groups++}`
  return element(
    'fieldset',
    { class: 'segmented' },
    element('legend', { class: 'spoken' }, name),
    ...choices.map(({ key, title }) =>
      element(
        'label',
        {},
        element('input', {
          type: 'radio',
          name: group,
          value: key,
          checked: key === current,
          onchange: () => picked(key),
        }),
        element('span', {}, title),
      ),
    ),
  )
}

/** A drop-down list with its name, which is only spoken where the place tells it anyway. */
export function dropDown(
  name: string | { readonly spoken: string },
  choices: readonly Choice[],
  current: string,
  picked: (key: string) => void,
): HTMLElement {
  const select = element(
    'select',
    {},
    ...choices.map(({ key, title }) => element('option', { value: key, selected: key === current }, title)),
  )
  select.addEventListener('change', () => picked(select.value))
  const title = typeof name === 'string' ? element('span', {}, name) : spoken(name.spoken)
  return element('label', { class: 'named' }, title, select)
}

/** A slider from 0 to 1 with its name; its value is told in per cent. */
export function shareSlider(name: string, value: number, moved: (value: number) => void): HTMLElement {
  const shown = element('output', {}, `${Math.round(value * 100)} %`)
  const input = element('input', { type: 'range', min: 0, max: 100, step: 1, value: Math.round(value * 100) })
  input.addEventListener('input', () => {
    shown.textContent = `${input.value} %`
    moved(Number(input.value) / 100)
  })
  return element('label', { class: 'named' }, element('span', {}, name), input, shown)
}

/** A box to tick. */
export function tick(name: string, value: boolean, changed: (value: boolean) => void): HTMLElement {
  const input = element('input', { type: 'checkbox', checked: value })
  input.addEventListener('change', () => changed(input.checked))
  return element('label', { class: 'tick' }, input, name)
}

/** A number to type; `changed` hears finite ones. */
export function numberField(name: string, value: number, changed: (value: number) => void): HTMLInputElement {
  const input = element('input', { type: 'number', step: 'any', 'aria-label': name, title: name })
  input.value = String(Number(value.toPrecision(4)))
  input.addEventListener('change', () => {
    if (input.value !== '' && Number.isFinite(input.valueAsNumber)) changed(input.valueAsNumber)
  })
  return input
}
