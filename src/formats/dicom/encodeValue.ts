import { PLAIN_TEXT, WORD_BYTES } from './valueRepresentation.ts'

export type NumberArray =
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

/** Text, numbers, or bytes that go into the file as they are. Tags of an AT are text. */
export type PlainValue = string | readonly string[] | number | readonly number[] | NumberArray | Uint8Array

/** Turns text into bytes of a character set; throws a RangeError for what the set does not have. */
export type TextEncoding = (text: string) => Uint8Array

/** The writable sets: UTF-8, ISO 8859-1, and ASCII for all others, whose values are given as bytes. */
export function textEncoding(specificCharacterSet: string): TextEncoding {
  if (specificCharacterSet === 'ISO_IR 192') return text => new TextEncoder().encode(text)
  const highest = specificCharacterSet === 'ISO_IR 100' ? 0xff : 0x7f
  return text =>
    Uint8Array.from(text, character => {
      const code = character.codePointAt(0)!
      if (code > highest)
        throw new RangeError(`${JSON.stringify(character)} is not in ${specificCharacterSet || 'ASCII'}`)
      return code
    })
}

/** A value as it lies in the file, padded to an even length (PS3.5, section 6.2). */
export function encodeValue(
  vr: string,
  value: PlainValue,
  littleEndian: boolean,
  encoding: TextEncoding,
): Uint8Array {
  if (value instanceof Uint8Array) return padded(value, isText(vr) && vr !== 'UI' ? 0x20 : 0)
  if (vr === 'DS' || vr === 'IS' || isText(vr)) {
    const text = listOf(value)
      .map(v => (typeof v === 'number' ? decimalText(v, vr) : v))
      .join('\\')
    const encode = PLAIN_TEXT.has(vr) ? textEncoding('') : encoding
    return padded(encode(text), vr === 'UI' ? 0 : 0x20)
  }
  if (vr === 'AT') return encodeTags(listOf(value), littleEndian)
  return padded(encodeNumbers(vr, listOf(value), littleEndian), 0)
}

const isText = (vr: string): boolean =>
  PLAIN_TEXT.has(vr) || ['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'].includes(vr)

const listOf = (value: Exclude<PlainValue, Uint8Array>): readonly (string | number)[] =>
  typeof value === 'string' || typeof value === 'number' ? [value] : Array.from<string | number>(value)

/** A DS has 16 characters at most, so a number with more digits is rounded. */
function decimalText(value: number, vr: string): string {
  let text = String(value)
  for (let digits = 16; vr === 'DS' && text.length > 16; digits--)
    text = String(Number(value.toPrecision(digits)))
  return text
}

function encodeNumbers(vr: string, values: readonly (string | number)[], littleEndian: boolean): Uint8Array {
  const size = WORD_BYTES[vr] ?? 1
  const view = new DataView(new ArrayBuffer(size * values.length))
  const write = WRITERS[vr] ?? ((v, at, n) => v.setUint8(at, n))
  values.forEach((value, i) => {
    if (typeof value !== 'number') throw new RangeError(`${JSON.stringify(value)} is no number for ${vr}`)
    write(view, i * size, value, littleEndian)
  })
  return new Uint8Array(view.buffer)
}

type Writer = (view: DataView, at: number, value: number, littleEndian: boolean) => void

const WRITERS: Readonly<Record<string, Writer | undefined>> = {
  US: (view, at, value, little) => view.setUint16(at, value, little),
  SS: (view, at, value, little) => view.setInt16(at, value, little),
  OW: (view, at, value, little) => view.setUint16(at, value, little),
  UL: (view, at, value, little) => view.setUint32(at, value, little),
  SL: (view, at, value, little) => view.setInt32(at, value, little),
  OL: (view, at, value, little) => view.setUint32(at, value, little),
  FL: (view, at, value, little) => view.setFloat32(at, value, little),
  OF: (view, at, value, little) => view.setFloat32(at, value, little),
  FD: (view, at, value, little) => view.setFloat64(at, value, little),
  OD: (view, at, value, little) => view.setFloat64(at, value, little),
  UV: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  SV: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  OV: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
}

function encodeTags(tags: readonly (string | number)[], littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * tags.length))
  tags.forEach((tag, i) => {
    const number = Number.parseInt(String(tag), 16)
    view.setUint16(4 * i, number >>> 16, littleEndian)
    view.setUint16(4 * i + 2, number & 0xffff, littleEndian)
  })
  return new Uint8Array(view.buffer)
}

function padded(bytes: Uint8Array, padding: number): Uint8Array {
  if (bytes.length % 2 === 0) return bytes
  const even = new Uint8Array(bytes.length + 1)
  even.set(bytes)
  even[bytes.length] = padding
  return even
}
