type Attribute = string | number | boolean | undefined | EventListenerOrEventListenerObject

/**
 * An HTML element with attributes and children. `true` sets an attribute without a value, `false` and undefined leave
 * it out; `onclick` and the like are listeners. Text is put in as text, never read as HTML.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function' || (typeof value === 'object' && value !== null))
      made.addEventListener(key.slice(2), value)
    else if (value === true) made.setAttribute(key, '')
    else if (value !== false && value !== undefined) made.setAttribute(key, String(value))
  }
  made.append(...children)
  return made
}

/** The element of the page with that id. The page's HTML and its script are built together, so it is there. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no element ${id}`)
  return found as T
}

/** Text for a screen reader alone. */
export const spoken = (text: string): HTMLElement => element('span', { class: 'spoken' }, text)
