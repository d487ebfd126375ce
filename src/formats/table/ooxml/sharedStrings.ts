import { CLOSE, EMPTY, NEEDS_MORE, nameCode, OPEN, TEXT, XmlScanner } from '../../xml/scanner.ts'
import { unescapeCellText } from './cellText.ts'

const SI = nameCode('si')
const T = nameCode('t')
const RPH = nameCode('rPh')

/**
 * The texts of the shared strings part (ECMA-376 part 1, 18.4.9). Runs of rich text are joined; phonetic readings
 * (`rPh`) are no part of the text.
 */
export async function readSharedStrings(pieces: AsyncIterable<Uint8Array>): Promise<string[]> {
  const scanner = new XmlScanner()
  const strings: string[] = []
  let text = ''
  let inText = false
  let inReading = false
  const consume = () => {
    for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
      if (kind === TEXT) {
        if (inText && !inReading) text += scanner.text()
      } else if (scanner.code === T) inText = kind === OPEN
      else if (scanner.code === RPH) inReading = kind === OPEN
      else if (scanner.code === SI) {
        if (kind === CLOSE) strings.push(unescapeCellText(text))
        if (kind === EMPTY) strings.push('')
        text = ''
      }
    }
  }
  for await (const piece of pieces) {
    scanner.feed(piece)
    consume()
  }
  scanner.finish()
  consume()
  return strings
}
