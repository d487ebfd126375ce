import { describe, expect, it } from 'vitest'
import { XmlInvalidError } from '../../../../src/formats/xml/fault.ts'
import { CLOSE, EMPTY, NEEDS_MORE, OPEN, TEXT, XmlScanner } from '../../../../src/formats/xml/scanner.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const KIND = { [OPEN]: 'open', [EMPTY]: 'empty', [CLOSE]: 'close' } as Record<number, string>

function take(scanner: XmlScanner, into: string[]): void {
  for (let kind = scanner.next(); kind !== NEEDS_MORE; kind = scanner.next()) {
    if (kind === TEXT) into.push(`text ${scanner.text()}`)
    else {
      const attributes =
        kind === CLOSE ? [] : scanner.attributes().map(({ name, value }) => `${name}=${value}`)
      into.push([KIND[kind], scanner.prefix() + scanner.localName(), ...attributes].join(' '))
    }
  }
}

function tokens(text: string): string[] {
  const found: string[] = []
  take(new XmlScanner(bytes(text)), found)
  return found
}

const SAMPLE =
  '\ufeff<?xml version="1.0"?><!-- <no> --><x:a one="1" two = \'a>b"\' ><b/><![CDATA[<&amp;]]]>é &lt;&#x41;&#66;\r\n</x:a>'

describe('XmlScanner', () => {
  it('walks through tags and text', () => {
    expect(tokens('<a><b x="1"/>text</a >')).toEqual(['open a', 'empty b x=1', 'text text', 'close a'])
  })

  it('understands prefixes, quotes, CDATA, comments, references, line ends and a byte order mark', () => {
    expect(tokens(SAMPLE)).toEqual([
      'open x:a one=1 two=a>b"',
      'empty b',
      'text <&amp;]',
      'text é <AB\n',
      'close x:a',
    ])
  })

  it('finds the same whatever the pieces', () => {
    const whole = bytes(SAMPLE)
    for (let size = 3; size < whole.length; size++) {
      const found: string[] = []
      const scanner = new XmlScanner()
      for (let at = 0; at < whole.length; at += size) {
        scanner.feed(whole.subarray(at, at + size))
        take(scanner, found)
      }
      scanner.finish()
      take(scanner, found)
      expect(found, `pieces of ${size}`).toEqual(tokens(SAMPLE))
    }
  })

  it('tells where tokens and attribute values lie', () => {
    const text = '<r>\n<s id="rId1" name="ü"/></r>'
    const scanner = new XmlScanner(bytes(text))
    while (!scanner.localNameIs('s')) scanner.next()
    const at = (start: number, end: number) => new TextDecoder().decode(bytes(text).subarray(start, end))
    expect(at(scanner.start, scanner.end)).toBe('<s id="rId1" name="ü"/>')
    expect(scanner.attributes().map(({ start, end }) => at(start, end))).toEqual(['rId1', 'ü'])
    expect(scanner.attribute('name')).toBe('ü')
    expect(scanner.attribute('none')).toBeUndefined()
  })

  it.each([
    ['<a', 'in the middle of a tag'],
    ['<a>', 'while 1 elements are open'],
    ['</a>', 'closes nothing'],
    ['<a <b/>', 'inside another tag'],
    ['<>', 'no name'],
    ['<a b/>', 'no quoted value'],
    ['<a b="<!--/>', 'in the middle'],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'document type'],
    ['<a>&nbsp;</a>', 'unknown reference &nbsp;'],
    ['<a>&#x110000;</a>', 'unknown reference'],
    ['<a>a & b</a>', 'unknown reference'],
  ])('refuses %s', (text, reason) => {
    expect(() => tokens(text)).toThrow(XmlInvalidError)
    expect(() => tokens(text)).toThrow(reason)
  })

  it('refuses what is not UTF-8', () => {
    expect(() => {
      const scanner = new XmlScanner(Uint8Array.from([0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e]))
      take(scanner, [])
    }).toThrow('not UTF-8')
    expect(() => new XmlScanner(Uint8Array.from([0xff, 0xfe, 0x3c, 0]))).toThrow('UTF-16')
  })
})
