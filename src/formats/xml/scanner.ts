import { XmlInvalidError } from './fault.ts'
import { decodeXml } from './text.ts'

/** What the scanner stands on. `NEEDS_MORE` ends the bytes at hand, and once `final` was said, the document. */
export const NEEDS_MORE = 0
export const OPEN = 1
export const EMPTY = 2
export const CLOSE = 3
export const TEXT = 4

const LT = 0x3c
const GT = 0x3e
const SLASH = 0x2f
const COLON = 0x3a
const EQUALS = 0x3d
const QUOTE = 0x22
const APOSTROPHE = 0x27
const BANG = 0x21
const QUESTION = 0x3f
const SPACE = 0x20
const BRACKET = 0x5b

const CDATA_START = '<![CDATA['
const COMMENT_START = '<!--'

/** A local name of up to four ASCII letters as one number, as `XmlScanner.code` gives it. */
export function nameCode(name: string): number {
  let code = 0
  for (let i = 0; i < name.length; i++) code |= name.charCodeAt(i) << (8 * i)
  return code
}

export interface XmlAttribute {
  /** With its prefix. */
  readonly name: string
  readonly value: string
  /** Byte offsets of the value between its quotes. */
  readonly start: number
  readonly end: number
}

/**
 * A pull scanner over UTF-8 XML 1.0: each `next` moves to one tag or one run of text. Comments and processing
 * instructions are passed over, document types are refused (they can define entities without bound). Feeding
 * pieces keeps only the unfinished token, so a document of any length is scanned in little memory; offsets are
 * then those within `bytes`, which the next `feed` moves.
 */
export class XmlScanner {
  bytes: Uint8Array
  /** Byte offsets of the present token. */
  start = 0
  end = 0
  /** The local name of the present tag if it has one to four letters, see nameCode; else 0. */
  code = 0
  /** How many elements are open after the present token. */
  depth = 0
  #final: boolean
  #nameStart = 0
  #localStart = 0
  #nameEnd = 0
  #attributesEnd = 0
  /** Of the bytes at hand; undefined as long as nobody has asked. */
  #hasMarkup: boolean | undefined
  /** Whether the present text is a CDATA section, in which `&` is nothing but itself. */
  isCdata = false

  /** @param bytes all of the document, or nothing when it will be fed */
  constructor(bytes?: Uint8Array) {
    this.bytes = bytes ?? new Uint8Array(0)
    this.#final = bytes !== undefined
    this.#skipByteOrderMark()
  }

  /** Adds the next piece of the document. */
  feed(piece: Uint8Array): void {
    this.#hasMarkup = undefined
    const rest = this.bytes.length - this.end
    const first = this.bytes.length === 0
    if (rest === 0) this.bytes = piece
    else {
      const joined = new Uint8Array(rest + piece.length)
      joined.set(this.bytes.subarray(this.end))
      joined.set(piece, rest)
      this.bytes = joined
    }
    this.start = 0
    this.end = 0
    if (first) this.#skipByteOrderMark()
  }

  /** Says that no piece follows. */
  finish(): void {
    this.#final = true
  }

  /**
   * Moves to the next token and tells its kind.
   * @throws XmlInvalidError if the document is not well formed
   */
  next(): number {
    for (;;) {
      const { bytes } = this
      const at = this.end
      this.start = at
      if (at >= bytes.length) return this.#incomplete()
      if (bytes[at] !== LT) return this.#scanText(at)
      const second = bytes[at + 1]
      if (second === undefined) return this.#incomplete()
      if (second === BANG || second === QUESTION) {
        const kind = this.#scanMarkup(at, second)
        if (kind !== undefined) return kind
        continue
      }
      return this.#scanTag(at, second)
    }
  }

  /** Whether the present tag has a name without prefix. */
  get isPlain(): boolean {
    return this.#localStart === this.#nameStart
  }

  /**
   * Goes to the tag that closes an element which the present one, which was just opened, is directly in, without a look at
   * what lies between. Both are without prefix.
   *
   * @param closing that tag without its end: `</row`
   * @param texts codes of letters that elements with text begin with
   * @returns whether one of them with text in it was passed; undefined, and nothing is done, where it cannot be told from the bytes at hand
   */
  leave(closing: readonly number[], texts: readonly number[]): boolean | undefined {
    const { bytes } = this
    if (texts.length === 0 && !this.#mayHaveMarkup()) return this.#leaveAtOnce(closing)
    let passed = false
    for (let at = bytes.indexOf(LT, this.end); at >= 0; at = bytes.indexOf(LT, at + 1)) {
      const letter = bytes[at + 1]!
      if (letter === BANG || letter === QUESTION) return undefined
      if (!passed && texts.includes(letter)) {
        const end = bytes.indexOf(GT, at)
        if (end < 0 || end + 1 === bytes.length) return undefined
        passed = bytes[end - 1] !== SLASH && bytes[end + 1] !== LT
      }
      if (letter !== SLASH || at + closing.length >= bytes.length) continue
      let same = 2
      while (same < closing.length && bytes[at + same] === closing[same]) same++
      if (same < closing.length) continue
      this.end = at
      this.depth--
      return passed
    }
    return undefined
  }

  /** The same where nothing that lies between can hide a tag: the rarest letter of it is looked for. */
  #leaveAtOnce(closing: readonly number[]): false | undefined {
    const { bytes } = this
    const last = closing.length - 1
    for (
      let at = bytes.indexOf(closing[last]!, this.end + last);
      at >= 0;
      at = bytes.indexOf(closing[last]!, at + 1)
    ) {
      if (at + 1 === bytes.length) return undefined
      let same = 0
      while (same < last && bytes[at - last + same] === closing[same]) same++
      if (same < last) continue
      this.end = at - last
      this.depth--
      return false
    }
    return undefined
  }

  /** Whether the bytes at hand may hold a comment, CDATA or a processing instruction. */
  #mayHaveMarkup(): boolean {
    this.#hasMarkup ??= [BANG, QUESTION].some(sign => {
      const { bytes } = this
      for (let at = bytes.indexOf(sign); at >= 0; at = bytes.indexOf(sign, at + 1))
        if (at === 0 || bytes[at - 1] === LT) return true
      return false
    })
    return this.#hasMarkup
  }

  /** The text of the present run, character references decoded, line ends made `\n` (XML 1.0, section 2.11). */
  text(): string {
    return this.isCdata
      ? decodeXml(this.bytes, this.start + CDATA_START.length, this.end - 3, false)
      : decodeXml(this.bytes, this.start, this.end, true)
  }

  /** The name of the present tag without its prefix. */
  localName(): string {
    return decodeXml(this.bytes, this.#localStart, this.#nameEnd, false)
  }

  /** The prefix of the present tag with its colon, or nothing. */
  prefix(): string {
    return decodeXml(this.bytes, this.#nameStart, this.#localStart, false)
  }

  localNameIs(name: string): boolean {
    return this.#nameEnd - this.#localStart === name.length && this.localName() === name
  }

  /** Where the attributes of the present tag lie, for readers that scan them themselves. */
  get attributesStart(): number {
    return this.#nameEnd
  }

  get attributesEnd(): number {
    return this.#attributesEnd
  }

  attributes(): XmlAttribute[] {
    const found: XmlAttribute[] = []
    const { bytes } = this
    let at = this.#nameEnd
    for (;;) {
      while (at < this.#attributesEnd && bytes[at]! <= SPACE) at++
      if (at >= this.#attributesEnd) return found
      const nameStart = at
      while (at < this.#attributesEnd && bytes[at] !== EQUALS) at++
      const name = decodeXml(bytes, nameStart, at, false).trimEnd()
      at++
      while (at < this.#attributesEnd && bytes[at]! <= SPACE) at++
      const quote = bytes[at]!
      const end = bytes.indexOf(quote, at + 1)
      if ((quote !== QUOTE && quote !== APOSTROPHE) || end < 0 || end >= this.#attributesEnd)
        throw new XmlInvalidError(`the attribute ${name} has no quoted value`)
      found.push({ name, value: decodeXml(bytes, at + 1, end, true), start: at + 1, end })
      at = end + 1
    }
  }

  /** The value of an attribute of the present tag, by its name with prefix. */
  attribute(name: string): string | undefined {
    return this.attributes().find(attribute => attribute.name === name)?.value
  }

  #skipByteOrderMark(): void {
    if (this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf) this.end = 3
    if (this.bytes[0] === 0xfe || this.bytes[0] === 0xff)
      throw new XmlInvalidError('it is encoded in UTF-16, only UTF-8 is read')
  }

  #incomplete(): number {
    this.end = this.start
    if (!this.#final) return NEEDS_MORE
    if (this.start < this.bytes.length) throw new XmlInvalidError('it ends in the middle of a tag')
    if (this.depth !== 0) throw new XmlInvalidError(`it ends while ${this.depth} elements are open`)
    return NEEDS_MORE
  }

  #scanText(at: number): number {
    const { bytes } = this
    let stop = at + 1
    while (stop < bytes.length && bytes[stop] !== LT) stop++
    if (stop === bytes.length && !this.#final) return this.#incomplete()
    this.end = stop
    this.isCdata = false
    return TEXT
  }

  #scanTag(at: number, second: number): number {
    const { bytes } = this
    const closing = second === SLASH
    let here = closing ? at + 2 : at + 1
    this.#nameStart = here
    this.#localStart = here
    let code = 0
    let length = 0
    let byte = bytes[here]
    while (byte !== undefined && byte > SPACE && byte !== GT && byte !== SLASH) {
      if (byte === COLON) {
        this.#localStart = here + 1
        code = 0
        length = 0
      } else if (length < 4) code |= byte << (8 * length++)
      else length = 5
      byte = bytes[++here]
    }
    this.#nameEnd = here
    this.code = length < 5 ? code : 0
    while (byte !== GT) {
      if (byte === undefined) return this.#incomplete()
      if (byte === QUOTE || byte === APOSTROPHE) {
        // Most values are a few bytes long: a loop is done before a search has begun.
        const quote = byte
        do byte = bytes[++here]
        while (byte !== quote && byte !== undefined)
        if (byte === undefined) return this.#incomplete()
      } else if (byte === LT) throw new XmlInvalidError('a tag begins inside another tag')
      byte = bytes[++here]
    }
    this.end = here + 1
    if (closing) {
      if (--this.depth < 0) throw new XmlInvalidError(`</${this.localName()}> closes nothing`)
      return CLOSE
    }
    if (this.#nameEnd === this.#localStart) throw new XmlInvalidError('a tag has no name')
    if (bytes[here - 1] === SLASH) {
      this.#attributesEnd = here - 1
      return EMPTY
    }
    this.#attributesEnd = here
    this.depth++
    return OPEN
  }

  /** Comment, CDATA, processing instruction: undefined when it was passed over. */
  #scanMarkup(at: number, second: number): number | undefined {
    const { bytes } = this
    if (second === QUESTION) return this.#pass(at + 2, '?>')
    const third = bytes[at + 2]
    if (third === undefined) return this.#incomplete()
    if (third === BRACKET) {
      const stop = this.#find(at + CDATA_START.length, ']]>')
      if (stop < 0) return this.#incomplete()
      this.end = stop
      this.isCdata = true
      return TEXT
    }
    if (third === COMMENT_START.charCodeAt(2)) return this.#pass(at + COMMENT_START.length, '-->')
    throw new XmlInvalidError('it has a document type, which workbooks and their like never need')
  }

  #pass(from: number, closing: string): number | undefined {
    const stop = this.#find(from, closing)
    if (stop < 0) return this.#incomplete()
    this.end = stop
    return undefined
  }

  /** The offset after the next `closing`, or -1. */
  #find(from: number, closing: string): number {
    const { bytes } = this
    for (let at = from; ; at++) {
      at = bytes.indexOf(closing.charCodeAt(0), at)
      if (at < 0 || at + closing.length > bytes.length) return -1
      let same = 1
      while (same < closing.length && bytes[at + same] === closing.charCodeAt(same)) same++
      if (same === closing.length) return at + same
    }
  }
}
