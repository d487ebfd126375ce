import { byId } from './element.ts'
import type { Wall } from './wall.ts'

/** So many cards are printed; a wall of a thousand fills no one's binder. */
const MOST_PRINTED = 48

/** Before printing, details are opened, and the wall is cut to its first cards with their pictures. */
export function preparePrinting(wall: Wall): void {
  let opened: HTMLDetailsElement[] = []
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details')].filter(d => !d.open)
    for (const details of opened) details.open = true
    wall.shown.forEach((at, place) => {
      wall.cardOf(at).classList.toggle('unprinted', place >= MOST_PRINTED)
      if (place < MOST_PRINTED) void wall.show(at)
    })
    const left = wall.shown.length - MOST_PRINTED
    byId('unprinted').textContent =
      left > 0 ? `The first ${MOST_PRINTED} are printed; ${left} more are on the page itself.` : ''
  })
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false
    for (const at of wall.shown) wall.cardOf(at).classList.remove('unprinted')
    byId('unprinted').textContent = ''
  })
}
