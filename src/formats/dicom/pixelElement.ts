import type { PixelData } from './dataset.ts'
import { tagOf, tagText } from './dictionary.ts'
import type { ElementReader } from './elementReader.ts'
import type { ElementTable } from './elementTable.ts'
import type { Encoding } from './transferSyntaxes.ts'
import { vrText } from './valueRepresentation.ts'

const PIXEL_DATA = 0x7fe00010
const FLOAT_PIXEL_DATA = 0x7fe00008
const DOUBLE_PIXEL_DATA = 0x7fe00009
const EXTENDED_OFFSET_TABLE = 0x7fe00001

/** Fragments of one file; more are refused. */
const MAX_FRAGMENTS = 1 << 22

/**
 * Where the pixels of a data set lie; undefined when it has none.
 *
 * @param total length of the file, of which the reader may have only the beginning
 * @throws DicomError when the file ends before the pixels do, or the fragments cannot be told apart
 */
export function locatePixels(
  reader: ElementReader,
  table: ElementTable,
  encoding: Encoding,
  total: number,
): PixelData | undefined {
  for (const tag of [PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA]) {
    const row = table.find(tag)
    if (row < 0) continue
    const offset = table.offset(row)
    const element = { tag: tagOf(tag) as PixelData['tag'], vr: pixelVr(tag, table.vr(row)), offset }
    if (table.isUndefined(row)) return { ...element, ...encapsulated(reader, table, offset, encoding) }
    const length = table.length(row)
    if (offset + length > total) reader.refuseEnd(tagText(tag), offset, offset + length, total)
    return { ...element, length, fragments: undefined, frameOffsets: [] }
  }
  return undefined
}

/** Implicit files have OW; an odd representation is taken for it too (PS3.5, annexes A.1 and A.2). */
function pixelVr(tag: number, code: number): PixelData['vr'] {
  if (tag === FLOAT_PIXEL_DATA) return 'OF'
  if (tag === DOUBLE_PIXEL_DATA) return 'OD'
  return vrText(code) === 'OB' ? 'OB' : 'OW'
}

function encapsulated(
  reader: ElementReader,
  table: ElementTable,
  offset: number,
  encoding: Encoding,
): Pick<PixelData, 'length' | 'fragments' | 'frameOffsets'> {
  const fragments: { offset: number; length: number }[] = []
  let offsets: number[] = []
  const end = reader.endOfFragments(offset, reader.bytes.length, encoding, (at, length, index) => {
    if (index > MAX_FRAGMENTS) reader.refuse(`the pixel data have more than ${MAX_FRAGMENTS} fragments`, at)
    if (index > 0) fragments.push({ offset: at, length })
    else offsets = numbersAt(reader.bytes, at, length, 4)
  })
  if (offsets.length === 0) offsets = extendedOffsets(reader, table)
  return { length: end - offset, fragments, frameOffsets: offsets }
}

/** PS3.3, C.7.6.3.1.8: frame offsets of 64 bits, for frames of one fragment each. */
function extendedOffsets(reader: ElementReader, table: ElementTable): number[] {
  const row = table.find(EXTENDED_OFFSET_TABLE)
  return row < 0 ? [] : numbersAt(reader.bytes, table.offset(row), table.length(row), 8)
}

/** Encapsulated syntaxes are little-endian. */
function numbersAt(bytes: Uint8Array, start: number, length: number, size: 4 | 8): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length)
  const out: number[] = []
  for (let at = 0; at + size <= length; at += size) {
    const high = size === 8 ? view.getUint32(at + 4, true) : 0
    out.push(high * 0x100000000 + view.getUint32(at, true))
  }
  return out
}
