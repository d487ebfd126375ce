import type { Tag } from './dataset.ts'
import { tagOf } from './dictionary.ts'
import { INDENTED_TEXT, WORD_BYTES } from './valueRepresentation.ts'

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The number of a DS or IS (PS3.5, table 6.2-1); NaN where the text is none. */
export function numberOfText(text: string): number {
  return NUMBER.test(text) ? Number(text) : Number.NaN
}

/** Padding is insignificant: spaces at both ends, of free text only those behind, and nulls behind. */
export function withoutPadding(text: string, vr: string): string {
  let end = text.length
  while (end > 0 && (text.charCodeAt(end - 1) === 0x20 || text.charCodeAt(end - 1) === 0)) end--
  let start = 0
  if (!INDENTED_TEXT.has(vr)) while (start < end && text.charCodeAt(start) === 0x20) start++
  return text.slice(start, end)
}

/** Whether a value holds numbers for `binaryNumbers`. */
export const isBinaryNumber = (vr: string): boolean => READERS[vr] !== undefined

/** The binary numbers of a value; a rest shorter than one number is left out. Empty for other representations. */
export function binaryNumbers(bytes: Uint8Array, vr: string, littleEndian: boolean): number[] {
  const read = READERS[vr]
  if (read === undefined) return []
  const size = WORD_BYTES[vr]!
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: number[] = []
  for (let at = 0; at + size <= bytes.length; at += size) out.push(read(view, at, littleEndian))
  return out
}

type Reader = (view: DataView, at: number, littleEndian: boolean) => number

const READERS: Readonly<Record<string, Reader | undefined>> = {
  US: (view, at, little) => view.getUint16(at, little),
  SS: (view, at, little) => view.getInt16(at, little),
  UL: (view, at, little) => view.getUint32(at, little),
  SL: (view, at, little) => view.getInt32(at, little),
  FL: (view, at, little) => view.getFloat32(at, little),
  FD: (view, at, little) => view.getFloat64(at, little),
  UV: (view, at, little) => Number(view.getBigUint64(at, little)),
  SV: (view, at, little) => Number(view.getBigInt64(at, little)),
}

/** Tags that an AT names. */
export function tagValues(bytes: Uint8Array, littleEndian: boolean): Tag[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: Tag[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const [group, element] = [view.getUint16(at, littleEndian), view.getUint16(at + 2, littleEndian)]
    out.push(tagOf(group * 0x10000 + element))
  }
  return out
}
