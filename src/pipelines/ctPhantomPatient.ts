import type { SeededRandom } from '../imaging/phantom/seededRandom.ts'

/** A word in every text of the phantom that is about a person; it must turn up in nothing that is made of it. */
export const CANARY = 'CANARY'

/** How a hospital writes names: its SpecificCharacterSet, and the encoding of that name. */
export type NameEncoding = 'GB18030' | 'ISO_IR 192' | 'ISO_IR 100'

export interface PhantomPatient {
  readonly pid: string
  readonly characterSet: NameEncoding
  /** PatientName, as it reads. */
  readonly name: string
  readonly studyUid: string
  readonly frameOfReferenceUid: string
}

const FAMILY = '测试病人'
const GIVEN = '甲乙丙丁'
const CHARACTER_SETS: readonly NameEncoding[] = ['GB18030', 'ISO_IR 192', 'ISO_IR 100']

/** GB 18030 of the Chinese characters that the phantom uses, as no platform encodes to it. */
const GB18030: Readonly<Record<string, number>> = {
  测: 0xb2e2,
  试: 0xcad4,
  病: 0xb2a1,
  人: 0xc8cb,
  甲: 0xbcd7,
  乙: 0xd2d2,
  丙: 0xb1fb,
  丁: 0xb6a1,
  医: 0xd2bd,
  院: 0xd4ba,
}

/** The n-th patient of an archive: 8 digits, of which the last 3 count the patients and some begin with zeros. */
export function phantomPatient(seed: number, n: number, random: SeededRandom): PhantomPatient {
  const digits = Array.from({ length: 4 }, () => Math.floor(random.between(0, 10))).join('')
  const pid = `${n % 3 === 2 ? 0 : 1}${digits}${String(n).padStart(3, '0')}`
  const characterSet = CHARACTER_SETS[n % CHARACTER_SETS.length]!
  return {
    pid,
    characterSet,
    name: `${characterSet === 'ISO_IR 100' ? 'Phantom' : FAMILY + GIVEN[n % GIVEN.length]!}^${CANARY}`,
    studyUid: phantomUid(seed, pid, 'study'),
    frameOfReferenceUid: phantomUid(seed, pid, 'frame of reference'),
  }
}

/** A text in the patient's character set. */
export function encodeName(text: string, characterSet: NameEncoding): Uint8Array {
  if (characterSet !== 'GB18030') return new TextEncoder().encode(text)
  return Uint8Array.from(
    [...text].flatMap(character => {
      const code = GB18030[character] ?? character.charCodeAt(0)
      return code < 0x80 ? [code] : [code >> 8, code & 0xff]
    }),
  )
}

/** A UID made of a 128-bit number (PS3.5, annex B.2) that the names lead to, the same each time. */
export function phantomUid(...names: readonly (string | number)[]): string {
  const text = names.join('/')
  let number = 0n
  for (let word = 0; word < 4; word++) {
    // FNV-1a (IETF draft-eastlake-fnv), from four bases, each mixed to its last bit.
    let hash = Math.imul(0x811c9dc5, 2 * word + 1)
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
    hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
    number = (number << 32n) | BigInt((hash ^ (hash >>> 15)) >>> 0)
  }
  return `2.25.${number}`
}
