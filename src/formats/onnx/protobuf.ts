/**
 * Protocol Buffers wire format (protobuf.dev, Encoding), writing only. A field is a part of a message; a message is its
 * fields one after the other.
 */
export type Field = Uint8Array

const utf8 = new TextEncoder()

/** Base-128 varint of a whole number from 0 to 2⁵³ − 1. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return bytes
}

const WIRE = { varint: 0, bytes: 2, fixed32: 5 } as const
const tag = (field: number, wire: number): number[] => varint(field * 8 + wire)

export const intField = (field: number, value: number): Field =>
  Uint8Array.from([...tag(field, WIRE.varint), ...varint(value)])

export const floatField = (field: number, value: number): Field => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return Uint8Array.from([...tag(field, WIRE.fixed32), ...bytes])
}

export const bytesField = (field: number, bytes: Uint8Array): Field =>
  joined([Uint8Array.from([...tag(field, WIRE.bytes), ...varint(bytes.length)]), bytes])

export const textField = (field: number, text: string): Field => bytesField(field, utf8.encode(text))

export const messageField = (field: number, parts: readonly Field[]): Field =>
  bytesField(field, joined(parts))

export function joined(parts: readonly Field[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
