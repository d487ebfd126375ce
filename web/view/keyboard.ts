import { byId, element } from './element.ts'

export interface KeyAction {
  /** `KeyboardEvent.key`, as typed. */
  readonly keys: readonly string[]
  readonly title: string
  readonly run: () => void
  /** Whether a key that is held down goes on acting. A verdict is given once a press. */
  readonly repeats?: boolean
}

export interface KeyGroup {
  readonly title: string
  readonly actions: readonly KeyAction[]
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
}

/** Whether what has the focus takes letters for itself. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type)
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  )
}

/** Keys that move within a control that has the focus. */
const isMoving = (key: string): boolean => key.startsWith('Arrow') || key.startsWith('Page')

const movesItself = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLCanvasElement ||
  (target instanceof HTMLElement && target.closest('.case-facts') !== null)

/** Listens for keys, but never while something is typed, a dialog is open or a modifier is held. */
export function listenForKeys(groups: readonly KeyGroup[]): void {
  const actions = new Map(groups.flatMap(g => g.actions).flatMap(a => a.keys.map(key => [key, a] as const)))
  // Before the canvas hears them: the image library has keys of its own, which would act as well.
  document.addEventListener(
    'keydown',
    event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
      if (isMoving(event.key) && movesItself(event.target)) return
      const action = actions.get(event.key)
      if (action === undefined) return
      event.preventDefault()
      event.stopPropagation()
      if (!event.repeat || action.repeats === true) action.run()
    },
    true,
  )
}

/** Fills the dialog that lists all keys. */
export function fillKeysDialog(dialog: HTMLDialogElement, groups: readonly KeyGroup[]): void {
  const listed = groups.map(({ title, actions }) =>
    element(
      'section',
      {},
      element('h3', {}, title),
      element(
        'dl',
        { class: 'keys' },
        ...actions.flatMap(({ keys, title: what }) => [
          element('dt', {}, ...keys.flatMap(key => [element('kbd', {}, NAMES[key] ?? key), ' '])),
          element('dd', {}, what),
        ]),
      ),
    ),
  )
  const close = element(
    'button',
    { type: 'button', class: 'primary', onclick: () => dialog.close() },
    'Close',
  )
  dialog.replaceChildren(
    element('h2', { id: 'keys-title' }, 'Keys'),
    element('div', { class: 'key-groups' }, ...listed),
    element('p', { class: 'row end' }, close),
  )
  byId('keys-button').addEventListener('click', () => dialog.showModal())
}
