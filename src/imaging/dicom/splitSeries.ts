import type { SliceHeader } from '../../core/sliceHeader.ts'
import type { LocatedSlice } from './locatedSlice.ts'
import { type Place, placesOf } from './places.ts'
import type { PlanLedger } from './planLedger.ts'
import { stackGeometry } from './stackGeometry.ts'

/** Slices of one volume, one at each place, and what sets them apart. */
export interface SplitPart {
  readonly places: readonly Place[]
  readonly distinction: Readonly<Record<string, string | number>>
}

/** A part must have this many places before even gaps say anything about it. */
const TELLING_PLACES = 3

/** What may tell the volumes of a series apart, by DICOM keyword; on equal terms the earlier is taken. */
const ATTRIBUTES: readonly (readonly [string, (slice: SliceHeader) => string | number | undefined])[] = [
  ['TemporalPositionIdentifier', s => s.temporalPosition],
  ['AcquisitionNumber', s => s.acquisitionNumber],
  ['EchoTime', s => s.echoTime],
  ['ImageType', s => s.imageType.join('\\')],
  ['DiffusionBValue', s => s.bValue],
  ['TriggerTime', s => s.triggerTime],
]

/**
 * Divides the slices of one orientation and size into volumes with one slice at each place.
 *
 * Slices that share no place are one volume, whatever their attributes say (the acquisition number of a
 * step-and-shoot CT changes from slice to slice); but when they lie unevenly and an attribute divides them into
 * even stacks, they are those. Slices that share places are told apart by the attributes that give the fewest
 * volumes; failing that, equal ones are dropped and, when each place then has the same number, the n-th of each
 * place in order of DimensionIndexValues, InstanceNumber and frame make volume n (the only use of InstanceNumber).
 *
 * @returns undefined when places are shared and nothing tells the slices apart: they are then left out with a
 *   finding.
 */
export function splitSeries(
  slices: readonly LocatedSlice[],
  digestOf: ((index: number) => string) | undefined,
  ledger: PlanLedger,
): SplitPart[] | undefined {
  let places = placesOf(slices)
  if (mostAtOnePlace(places) === 1)
    return (isRegular(places) ? undefined : byAttributes(places, Infinity, true)) ?? [whole(places)]
  const told = byAttributes(places, mostAtOnePlace(places), false)
  if (told) return told
  places = withoutDuplicates(places, digestOf, ledger)
  const most = mostAtOnePlace(places)
  if (most === 1) return [whole(places)]
  const parts =
    byAttributes(places, most, false) ?? byRank(places, most) ?? byAttributes(places, Infinity, true)
  if (!parts) refuseShared(places, ledger)
  return parts
}

const whole = (places: readonly Place[]): SplitPart => ({ places, distinction: {} })

const mostAtOnePlace = (places: readonly Place[]): number =>
  places.reduce((most, place) => Math.max(most, place.slices.length), 0)

function isRegular(places: readonly Place[]): boolean {
  if (places.length < 2) return true
  const { isEven, strayed } = stackGeometry(places)
  return isEven && strayed.length === 0
}

/**
 * The division by the set of attributes that leaves one slice at each place in each part: the fewest parts, then
 * the fewest attributes. Undefined when there is none with at most `mostParts`, or when parts must be
 * `regular` and one of them is not, or has too few places to tell.
 */
function byAttributes(
  places: readonly Place[],
  mostParts: number,
  regular: boolean,
): SplitPart[] | undefined {
  const slices = places.flatMap(place => place.slices)
  const placeOf = places.flatMap((place, p) => place.slices.map(() => p))
  const varying = ATTRIBUTES.map(([keyword, read]) => ({ keyword, values: slices.map(read) })).filter(
    ({ values }) => new Set(values).size > 1,
  )
  let best: { keys: string[]; chosen: typeof varying; parts: number } | undefined
  for (let set = 1; set < 1 << varying.length; set++) {
    const chosen = varying.filter((_, bit) => set & (1 << bit))
    const keys = slices.map((_, s) => chosen.map(({ values }) => values[s] ?? '').join('\n'))
    const parts = new Set(keys).size
    if (parts > mostParts || parts === slices.length) continue
    if (best && (parts > best.parts || (parts === best.parts && chosen.length >= best.chosen.length)))
      continue
    if (new Set(keys.map((key, s) => `${placeOf[s]}\n${key}`)).size < slices.length) continue
    best = { keys, chosen, parts }
  }
  if (!best) return undefined
  const { keys, chosen } = best
  const members = new Map<string, number[]>()
  keys.forEach((key, s) => {
    const part = members.get(key)
    if (part) part.push(s)
    else members.set(key, [s])
  })
  const parts = [...members.values()].map(part => ({
    places: placesOf(part.map(s => slices[s]!)),
    distinction: Object.fromEntries(chosen.map(({ keyword, values }) => [keyword, values[part[0]!] ?? ''])),
  }))
  if (regular && !parts.every(part => part.places.length >= TELLING_PLACES && isRegular(part.places)))
    return undefined
  return parts.sort((a, b) => compareDistinctions(a.distinction, b.distinction))
}

function compareDistinctions(a: SplitPart['distinction'], b: SplitPart['distinction']): number {
  for (const keyword of Object.keys(a)) {
    const [left, right] = [a[keyword]!, b[keyword]!]
    if (left === right) continue
    if (typeof left === 'number' && typeof right === 'number') return left - right
    return String(left) < String(right) ? -1 : 1
  }
  return 0
}

/** Volume n of the n-th slice of each place, when all places have `count`. */
function byRank(places: readonly Place[], count: number): SplitPart[] | undefined {
  if (places.some(place => place.slices.length !== count)) return undefined
  const ranked = places.map(place => ({ ...place, slices: [...place.slices].sort(byOrderOfAcquisition) }))
  return Array.from({ length: count }, (_, n) => ({
    places: ranked.map(({ along, slices }) => ({ along, slices: [slices[n]!] })),
    distinction: { Rank: n + 1 },
  }))
}

function byOrderOfAcquisition(a: SliceHeader, b: SliceHeader): number {
  const length = Math.max(a.dimensionIndexValues.length, b.dimensionIndexValues.length)
  for (let d = 0; d < length; d++) {
    const order = (a.dimensionIndexValues[d] ?? 0) - (b.dimensionIndexValues[d] ?? 0)
    if (order !== 0) return order
  }
  return (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0) || a.frame - b.frame
}

/** Of slices with equal pixels at one place the first is kept. */
function withoutDuplicates(
  places: readonly Place[],
  digestOf: ((index: number) => string) | undefined,
  ledger: PlanLedger,
): Place[] {
  const identity = (s: SliceHeader) => digestOf?.(s.index) ?? `${s.sopInstanceUid ?? s.index} ${s.frame}`
  const dropped: LocatedSlice[] = []
  const kept = places.map(place => {
    if (place.slices.length === 1) return place
    const seen = new Set<string>()
    const slices = place.slices.filter(slice => {
      // Equal pixels under another slope are other values; in-plane, an equal image elsewhere is another image.
      const { slope, intercept, position } = slice
      const key = [identity(slice), slope, intercept, ...position.map(v => v.toFixed(2))].join(' ')
      if (!seen.has(key)) return Boolean(seen.add(key))
      dropped.push(slice)
      return false
    })
    return { ...place, slices }
  })
  if (dropped.length > 0) {
    ledger.leave('slice-duplicate', dropped)
    ledger.note(
      'slice-duplicate',
      dropped,
      `${dropped.length} slices repeat another one, pixel for pixel, and are used once: ${ledger.names(dropped)}`,
    )
  }
  return kept
}

function refuseShared(places: readonly Place[], ledger: PlanLedger): void {
  const shared = places.filter(place => place.slices.length > 1)
  const told = shared
    .slice(0, 4)
    .map(({ along, slices }) => `${ledger.names(slices)} at ${along.toFixed(3)} mm`)
  const rest = shared.length > 4 ? ` and at ${shared.length - 4} more places` : ''
  ledger.leave(
    'slice-position-repeated',
    places.flatMap(place => place.slices),
  )
  ledger.note(
    'slice-position-repeated',
    shared.flatMap(place => place.slices),
    `${shared.length} of ${places.length} places along the normal have several slices with other pixels: ${told.join('; ')}${rest}`,
    { numbers: { places: shared.length } },
  )
}
