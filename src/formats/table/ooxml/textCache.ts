import { decodeXml } from '../../xml/text.ts'
import { unescapeCellText } from './cellText.ts'

const SLOTS = 4096
const LONGEST = 48

/**
 * Decodes cell text, giving the same string object again for texts that recur, as most columns of a manifest do. So
 * a sheet with inline strings takes no more memory than one with shared strings.
 */
export class TextCache {
  readonly #slots: (string | undefined)[] = new Array(SLOTS)

  text(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start
    if (length > LONGEST) return unescapeCellText(decodeXml(bytes, start, end, true))
    let hash = length
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
    const slot = (hash ^ (hash >>> 13)) & (SLOTS - 1)
    const known = this.#slots[slot]
    if (known !== undefined && known.length === length && sameAscii(known, bytes, start)) return known
    const text = unescapeCellText(decodeXml(bytes, start, end, true))
    if (text.length === length) this.#slots[slot] = text
    return text
  }
}

/** Whether the bytes are this text: a byte beyond ASCII is never equal to the character of the same number. */
function sameAscii(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[start + i]!
    if (byte !== text.charCodeAt(i) || byte > 0x7f) return false
  }
  return true
}
