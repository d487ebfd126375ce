import type { FindingCode } from '../../core/finding.ts'
import type { LocatedSlice } from './locatedSlice.ts'
import type { PlanLedger } from './planLedger.ts'

/** The farthest pixel of a slice may move by this part of a pixel before two slices count as different. */
const PIXEL_TOLERANCE = 0.05

/** Groups told apart before all that is left goes into the last. */
const MOST_GROUPS = 16

type Likeness = (a: LocatedSlice, b: LocatedSlice) => boolean

const hasSameSize: Likeness = (a, b) => a.rows === b.rows && a.columns === b.columns

const hasSameSpacing: Likeness = (a, b) =>
  Math.abs(a.pixelSpacing[0] - b.pixelSpacing[0]) * a.rows <= PIXEL_TOLERANCE * a.pixelSpacing[0] &&
  Math.abs(a.pixelSpacing[1] - b.pixelSpacing[1]) * a.columns <= PIXEL_TOLERANCE * a.pixelSpacing[1]

const hasSameOrientation: Likeness = (a, b) => {
  const [p, q] = [a.orientation, b.orientation]
  const along = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) * a.columns * a.pixelSpacing[1]
  const across = Math.hypot(p[3] - q[3], p[4] - q[4], p[5] - q[5]) * a.rows * a.pixelSpacing[0]
  return along + across <= PIXEL_TOLERANCE * Math.min(...a.pixelSpacing)
}

const KINDS: readonly {
  readonly code: FindingCode
  readonly same: Likeness
  readonly noun: string
  readonly value: (slice: LocatedSlice) => string
}[] = [
  {
    code: 'slice-size-mixed',
    same: hasSameSize,
    noun: 'sizes',
    value: s => `${s.columns} × ${s.rows} pixels`,
  },
  {
    code: 'slice-orientation-mixed',
    same: hasSameOrientation,
    noun: 'orientations',
    value: s => s.orientation.join('\\'),
  },
  {
    code: 'slice-spacing-mixed',
    same: hasSameSpacing,
    noun: 'pixel spacings',
    value: s => `${s.pixelSpacing.join('\\')} mm`,
  },
]

/** Whether all slices have one size, orientation and pixel spacing; if not, they are left out with a finding. */
export function areAlike(slices: readonly LocatedSlice[], ledger: PlanLedger): boolean {
  for (const { code, same, noun, value } of KINDS) {
    const groups = grouped(slices, same)
    if (groups.length < 2) continue
    const usual = groups.reduce((most, group) => (group.length > most.length ? group : most))
    const odd = groups.filter(group => group !== usual)
    ledger.leave(code, slices)
    ledger.note(
      code,
      odd.flat(),
      `the ${slices.length} slices have ${groups.length} ${noun}: ${value(usual[0]!)} in ${ledger.names(usual)}; ${odd
        .map(group => `${value(group[0]!)} in ${ledger.names(group)}`)
        .join('; ')}`,
      { numbers: { groups: groups.length, slicesInAll: slices.length } },
    )
    return false
  }
  return true
}

function grouped(slices: readonly LocatedSlice[], same: Likeness): LocatedSlice[][] {
  const groups: LocatedSlice[][] = []
  for (const slice of slices) {
    const group = groups.find(g => same(g[0]!, slice))
    if (group) group.push(slice)
    else if (groups.length < MOST_GROUPS) groups.push([slice])
    else groups.at(-1)!.push(slice)
  }
  return groups
}
