import type { Tag } from './dataset.ts'
import { ACQUISITION } from './dictionary/acquisition.ts'
import { CONTENT } from './dictionary/content.ts'
import { ENHANCED_ACQUISITION } from './dictionary/enhancedAcquisition.ts'
import { FILE } from './dictionary/file.ts'
import { IDENTIFICATION } from './dictionary/identification.ts'
import { IMAGE } from './dictionary/image.ts'
import { RADIOTHERAPY } from './dictionary/radiotherapy.ts'

const PARTS = [FILE, IDENTIFICATION, ACQUISITION, ENHANCED_ACQUISITION, IMAGE, CONTENT, RADIOTHERAPY] as const

type KeywordOf<Part> = Part extends unknown ? keyof Part : never

/** Keyword of an element of the dictionary (PS3.6): 'PatientID'. */
export type Keyword = KeywordOf<(typeof PARTS)[number]>

/** Tags by keyword: `TAGS.PatientID` is '00100020'. */
export const TAGS = {} as Readonly<Record<Keyword, Tag>>
for (const part of PARTS)
  for (const [keyword, entry] of Object.entries(part)) (TAGS as Record<string, Tag>)[keyword] = entry.slice(2)

interface Meaning {
  readonly keyword: string
  readonly vr: string
}

let meanings: Map<number, Meaning> | undefined

/** What the dictionary has for a number; every command loads this module, so its table is made when it is first asked. */
function meaningOf(number: number): Meaning | undefined {
  if (meanings === undefined) {
    meanings = new Map()
    for (const part of PARTS)
      for (const [keyword, entry] of Object.entries(part))
        meanings.set(tagNumber(entry.slice(2)), { keyword, vr: entry.slice(0, 2) })
  }
  return meanings.get(dictionaryTag(number))
}

export function tagNumber(tag: Tag): number {
  return Number.parseInt(tag, 16)
}

export function tagOf(number: number): Tag {
  return number.toString(16).toUpperCase().padStart(8, '0')
}

/** As people write a tag: (0010,0020), with the keyword where the dictionary has one. */
export function tagText(number: number): string {
  const tag = tagOf(number)
  const keyword = meaningOf(number)?.keyword
  return `(${tag.slice(0, 4)},${tag.slice(4)})${keyword === undefined ? '' : ` ${keyword}`}`
}

/**
 * The value representation of a tag: 'xs' where it is US or SS by PixelRepresentation, OW where it is OB or OW in
 * implicit files (PS3.5, annex A.1), UN where it is not known. Overlays share the entries of group 6000.
 */
export function dictionaryVr(number: number): string {
  const element = number & 0xffff
  if (element === 0) return 'UL'
  if ((number & 0x10000) !== 0) return element >= 0x10 && element <= 0xff ? 'LO' : 'UN'
  return meaningOf(number)?.vr ?? 'UN'
}

/** Groups 6002, 6004, ... repeat 6000 (PS3.5, section 7.6). */
function dictionaryTag(number: number): number {
  return number >= 0x60000000 && number < 0x60200000 ? 0x60000000 + (number & 0xffff) : number
}
