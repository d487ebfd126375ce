import { XmlInvalidError } from './fault.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * The text of a UTF-8 range.
 * @param references whether character references (XML 1.0, section 4.1) are decoded; line ends become `\n` either way
 * @throws XmlInvalidError if the bytes are not UTF-8 or a reference is unknown
 */
export function decodeXml(bytes: Uint8Array, start: number, end: number, references: boolean): string {
  let text: string
  try {
    text = decoder.decode(bytes.subarray(start, end))
  } catch (error) {
    throw new XmlInvalidError('it holds bytes that are not UTF-8', error)
  }
  if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n')
  return references && text.includes('&') ? text.replace(/&([^;&]*);?/g, decodeReference) : text
}

function decodeReference(whole: string, name: string): string {
  const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name)
  const point = number ? Number.parseInt(number[1] ?? number[2]!, number[1] ? 16 : 10) : undefined
  const text = point === undefined ? NAMED[name] : point <= 0x10ffff ? String.fromCodePoint(point) : undefined
  if (text === undefined || !whole.endsWith(';'))
    throw new XmlInvalidError(`it holds the unknown reference ${whole}`)
  return text
}

/** Text for between tags: `&`, `<` and `>` as references. The text must hold no character that XML forbids. */
export function encodeXmlText(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;') : text
}

/** Text for a quoted attribute value; tabs and line ends as references, since readers turn bare ones into spaces. */
export function encodeXmlAttribute(text: string): string {
  return encodeXmlText(text)
    .replace(/"/g, '&quot;')
    .replace(/[\t\n\r]/g, character => `&#${character.charCodeAt(0)};`)
}
