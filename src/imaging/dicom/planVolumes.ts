import type { SliceHeader } from '../../core/sliceHeader.ts'
import { areAlike } from './likeness.ts'
import { type LocatedSlice, locatedSlices } from './locatedSlice.ts'
import { placesOf } from './places.ts'
import { listed, PlanLedger } from './planLedger.ts'
import { planStack, type StackPlan } from './planStack.ts'
import { type SplitPart, splitSeries } from './splitSeries.ts'
import { PLAN_DEFAULTS, type PlanOptions, type SeriesPlan, type VolumePlan } from './volumePlan.ts'

/**
 * Plans the volumes of one series from the headers of all its frames, in any order. Nothing is thrown for what
 * the data are like: frames that cannot be used are left out, each with the code of a finding that names it.
 * The result does not depend on the order of the frames.
 *
 * Planes are ordered along the normal of ImageOrientationPatient (PS3.3, section C.7.6.2.1.1) by
 * ImagePositionPatient; grids are RAS mm, voxels stored as in the images.
 */
export function planVolumes(slices: readonly SliceHeader[], given: Partial<PlanOptions> = {}): SeriesPlan {
  const options = { ...PLAN_DEFAULTS, ...given }
  const ledger = new PlanLedger(options)
  const located = locatedSlices(slices, ledger)
  const parts = isVolume(located, options, ledger) ? dividedSeries(located, options, ledger) : []
  const volumes =
    parts.length > 1 && options.onMultiple === 'reject' ? refuseSeveral(parts, ledger) : planned()
  if (volumes.length > 0) notePhotometric(located, volumes, ledger)
  return { volumes, leftOut: ledger.leftOut, findings: ledger.findings }

  function planned(): VolumePlan[] {
    const stacks = parts.flatMap(({ places, distinction }) => {
      const stack = planStack({ places, distinction }, options, ledger)
      return stack ? [{ stack, distinction }] : []
    })
    if (parts.length > 1) noteSeveral(parts, stacks.length, ledger)
    return suffixed(stacks, options, parts.length)
  }
}

/** Whether there are enough slices at enough places for a volume. */
function isVolume(slices: readonly LocatedSlice[], { minSlices }: PlanOptions, ledger: PlanLedger): boolean {
  if (slices.length === 0) return false
  if (slices.length < minSlices) {
    ledger.leave('slice-count-low', slices)
    ledger.note(
      'slice-count-low',
      slices,
      `the series has ${slices.length} of the ${minSlices} slices that a volume needs: ${ledger.names(slices)}`,
      { numbers: { minSlices } },
    )
    return false
  }
  const places = placesOf(slices)
  if (minSlices > 1 && places.length === 1 && sameOrientation(slices)) {
    ledger.leave('series-not-volume', slices)
    const along = places[0]!.along.toFixed(3)
    ledger.note(
      'series-not-volume',
      slices,
      `all ${slices.length} slices lie at one place, ${along} mm along their normal: ${ledger.names(slices)}`,
    )
    return false
  }
  return true
}

const sameOrientation = (slices: readonly LocatedSlice[]): boolean =>
  slices.every(({ orientation }) => orientation.every((v, i) => v === slices[0]!.orientation[i]))

/** The parts of all stacks: those that StackID declares, or the series as one, each told apart further. */
function dividedSeries(
  located: readonly LocatedSlice[],
  { digestOf }: PlanOptions,
  ledger: PlanLedger,
): SplitPart[] {
  const stacks = new Map<string, LocatedSlice[]>()
  for (const slice of located) {
    const id = slice.stackId ?? ''
    const stack = stacks.get(id)
    if (stack) stack.push(slice)
    else stacks.set(id, [slice])
  }
  return [...stacks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, slices]) => {
      const parts = areAlike(slices, ledger) ? (splitSeries(slices, digestOf, ledger) ?? []) : []
      return stacks.size === 1
        ? parts
        : parts.map(part => ({ ...part, distinction: { StackID: id, ...part.distinction } }))
    })
}

function refuseSeveral(parts: readonly SplitPart[], ledger: PlanLedger): VolumePlan[] {
  const slices = slicesOf(parts)
  ledger.leave('series-several-volumes', slices)
  ledger.note('series-several-volumes', slices, severalText(parts), {
    severity: 'error',
    numbers: { volumes: parts.length },
  })
  return []
}

function noteSeveral(parts: readonly SplitPart[], written: number, ledger: PlanLedger): void {
  ledger.note('series-several-volumes', slicesOf(parts), severalText(parts), {
    numbers: { volumes: parts.length, written },
  })
}

const slicesOf = (parts: readonly SplitPart[]): LocatedSlice[] =>
  parts.flatMap(part => part.places.flatMap(place => place.slices))

function severalText(parts: readonly SplitPart[]): string {
  const named = parts.map(({ places, distinction }) => {
    const values = Object.entries(distinction).map(([keyword, value]) => `${keyword} ${value}`)
    return `${values.join(', ')} (${places.length} slices)`
  })
  return `the series holds ${parts.length} volumes: ${listed(named)}`
}

/** Volumes in the order of their parts; the one of most slices keeps the plain name under `split`. */
function suffixed(
  stacks: readonly { stack: StackPlan; distinction: SplitPart['distinction'] }[],
  { onMultiple, where }: PlanOptions,
  parts: number,
): VolumePlan[] {
  const depths = stacks.map(({ stack }) => stack.slices.length)
  const largest = depths.indexOf(Math.max(...depths))
  const width = String(stacks.length).length
  return stacks.map(({ stack, distinction }, n) => {
    const plain = parts === 1 || (onMultiple === 'split' && n === largest)
    return { ...stack, suffix: plain ? '' : `_${String(n + 1).padStart(width, '0')}`, distinction, where }
  })
}

function notePhotometric(
  located: readonly LocatedSlice[],
  volumes: readonly VolumePlan[],
  ledger: PlanLedger,
): void {
  const used = new Set(volumes.flatMap(volume => volume.slices.map(slice => slice.index)))
  const inverted = located.filter(
    ({ index, photometric }) => used.has(index) && photometric === 'MONOCHROME1',
  )
  if (inverted.length > 0)
    ledger.note(
      'photometric-inverted',
      inverted,
      `${inverted.length} slices are MONOCHROME1, high values dark; they are kept as stored: ${ledger.names(inverted)}`,
    )
}
