import { DamagedModelError } from './fault.ts'

/** A field of a message as it lies in the bytes. */
export interface ReadField {
  readonly number: number
  /** 0: varint, 1: 8 bytes, 2: bytes with their length before them, 5: 4 bytes. */
  readonly wire: number
  /** The whole number of a varint; it is exact up to 2⁵³. */
  readonly value: number
  /** What the field holds, without its tag and length; empty for a varint. */
  readonly bytes: Uint8Array
  /** The field as it stands, tag included. */
  readonly whole: Uint8Array
}

/**
 * The fields of a message in their order (protobuf.dev, Encoding).
 *
 * @throws DamagedModelError with the offset within the message where it stops making sense
 */
export function readFields(message: Uint8Array): ReadField[] {
  const fields: ReadField[] = []
  let at = 0
  const damaged = (what: string): DamagedModelError => new DamagedModelError(at, what)
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]
      if (byte === undefined || shift > 63) throw damaged('a number has no end')
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const start = at
    const tag = varint()
    const [number, wire] = [Math.floor(tag / 8), tag % 8]
    const value = wire === 0 ? varint() : 0
    const length = wire === 0 ? 0 : wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : undefined
    if (number === 0 || length === undefined) throw damaged(`${tag} is no tag of a field`)
    if (at + length > message.length) throw damaged(`a field of ${length} bytes goes beyond the end`)
    const bytes = message.subarray(at, at + length)
    at += length
    fields.push({ number, wire, value, bytes, whole: message.subarray(start, at) })
  }
  return fields
}

const utf8 = new TextDecoder()

export const textOfField = ({ bytes }: ReadField): string => utf8.decode(bytes)
