import { expect, it } from 'vitest'
import { spliceXml } from '../../../../src/formats/xml/splice.ts'
import { decodeXml, encodeXmlAttribute, encodeXmlText } from '../../../../src/formats/xml/text.ts'

const decode = (text: string) => {
  const bytes = new TextEncoder().encode(text)
  return decodeXml(bytes, 0, bytes.length, true)
}

it('encodes what would be markup', () => {
  expect(encodeXmlText('a < b & "c" > d')).toBe('a &lt; b &amp; "c" &gt; d')
  expect(encodeXmlAttribute('a "b"\n\t\r')).toBe('a &quot;b&quot;&#10;&#9;&#13;')
})

it('decodes it again', () => {
  for (const text of ['a < b & "c" > d', 'plain', '&amp;', '\ufeffmark', '𝒳'])
    expect(decode(encodeXmlAttribute(text))).toBe(text)
})

it('makes every line end a line feed, but keeps one that is written as a reference', () => {
  expect(decode('a\r\nb\rc\nd&#13;')).toBe('a\nb\nc\nd\r')
})

it('splices edits in any order, insertions at one place in the order given', () => {
  const bytes = new TextEncoder().encode('0123456789')
  const edited = spliceXml(bytes, [
    { start: 8, end: 10, text: 'ende' },
    { start: 2, end: 2, text: 'a' },
    { start: 2, end: 2, text: 'ü' },
    { start: 4, end: 5, text: '' },
  ])
  expect(new TextDecoder().decode(edited)).toBe('01aü23567ende')
  expect(spliceXml(bytes, [])).toEqual(bytes)
})

it('refuses edits that overlap', () => {
  const edits = [
    { start: 1, end: 4, text: '' },
    { start: 3, end: 5, text: '' },
  ]
  expect(() => spliceXml(new Uint8Array(9), edits)).toThrow(RangeError)
})
