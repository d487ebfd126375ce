import type { Cell } from '../cell.ts'

const NARROWEST = 8
const WIDEST = 60
/** Cell margins, and the filter button that covers the end of a header. */
const MARGIN = 2
const BUTTON = 3
const LAST_NARROW = 0x10ff

/** Width of a column in characters of the default font, between 8 and 60: the longest line of any of its cells. */
export function columnWidth(header: string, cells: Iterable<Cell>): number {
  let width = Math.max(NARROWEST, textWidth(header) + BUTTON)
  for (const cell of cells) {
    if (width >= WIDEST) return WIDEST
    if (cell !== null) width = Math.max(width, textWidth(String(cell)) + MARGIN)
  }
  return Math.min(width, WIDEST)
}

function textWidth(text: string): number {
  if (text.includes('\n')) return text.split('\n').reduce((most, line) => Math.max(most, textWidth(line)), 0)
  let width = text.length
  // From Hangul on most scripts are East Asian and twice as wide.
  for (let i = 0; i < text.length && width < WIDEST; i++) if (text.charCodeAt(i) > LAST_NARROW) width++
  return width
}
