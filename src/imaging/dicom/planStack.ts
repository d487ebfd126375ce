import { affine, lpsToRas, type Point } from '../../core/affine.ts'
import type { Grid } from '../../core/volume.ts'
import type { LocatedSlice } from './locatedSlice.ts'
import { dot, sliceAxes } from './places.ts'
import { mm, type PlanLedger } from './planLedger.ts'
import type { SplitPart } from './splitSeries.ts'
import { type StackGeometry, stackGeometry } from './stackGeometry.ts'
import type { PlanOptions, VolumePlan } from './volumePlan.ts'

export type StackPlan = Omit<VolumePlan, 'suffix' | 'distinction' | 'where'>

/** Odd gaps told one by one before the rest is counted. */
const MOST_GAPS = 5

/**
 * The plan of one stack; undefined when it is refused, its slices then being left out with a finding.
 *
 * Spacing and affine come from ImagePositionPatient alone (PS3.3, equation C.7.6.2.1-1): columns 0 and 1 are
 * the direction cosines times PixelSpacing, column 2 the step from the first slice's origin to the last's over
 * their number less one, so that the outermost slices are exactly where the headers put them.
 */
export function planStack(part: SplitPart, options: PlanOptions, ledger: PlanLedger): StackPlan | undefined {
  if (part.places.length === 1) return planLoneSlice(part.places[0]!.slices[0]!, options, ledger)
  const stack = stackGeometry(part.places)
  const tilted = stack.isTilted || stack.strayed.length > 0
  if (tilted && !admitTilt(stack, options, ledger)) return undefined
  if (!stack.isEven && !admitUneven(stack, options, ledger)) return undefined
  const along = !stack.isEven && options.onUneven === 'resample'
  if (tilted) return shearedPlan(stack, along)
  const spacingMm = along ? stack.medianGapMm : stack.meanGapMm
  const steps = stack.slices.length - 1
  const [first, last] = [stack.slices[0]!, stack.slices.at(-1)!]
  const scale = spacingMm / stack.meanGapMm / steps
  const step = first.position.map((origin, axis) => (last.position[axis]! - origin) * scale)
  return {
    columns: first.columns,
    rows: first.rows,
    slices: stack.slices.map((slice, s) => planned(slice, stack.alongMm[s]!, [0, 0])),
    grid: grid(first, first.position, step, [first.columns, first.rows, depth(stack, along)]),
    resampling: along ? { along, spacingMm } : undefined,
  }
}

/** Tilt taken out: the grid is right-angled and holds each row at its place, wider by the shift. */
function shearedPlan(stack: StackGeometry, along: boolean): StackPlan {
  const { slices, shifts, normal, row, column } = stack
  const first = slices[0]!
  const [lowI, lowJ] = [0, 1].map(axis => shifts.reduce((low, s) => Math.min(low, s[axis]!), 0)) as [
    number,
    number,
  ]
  const [highI, highJ] = [0, 1].map(axis => shifts.reduce((high, s) => Math.max(high, s[axis]!), 0)) as [
    number,
    number,
  ]
  const origin = first.position.map(
    (value, axis) =>
      value + lowI * first.pixelSpacing[1] * row[axis]! + lowJ * first.pixelSpacing[0] * column[axis]!,
  ) as unknown as Point
  const spacingMm = along ? stack.medianGapMm : stack.meanGapMm
  const step = normal.map(component => component * spacingMm)
  // A hundredth of a pixel at the rim is not worth a row.
  const extra = (span: number) => Math.ceil(span - 0.01)
  return {
    columns: first.columns,
    rows: first.rows,
    slices: slices.map((slice, s) =>
      planned(slice, stack.alongMm[s]!, [shifts[s]![0] - lowI, shifts[s]![1] - lowJ]),
    ),
    grid: grid(first, origin, step, [
      first.columns + extra(highI - lowI),
      first.rows + extra(highJ - lowJ),
      depth(stack, along),
    ]),
    resampling: { along, spacingMm },
  }
}

function planLoneSlice(slice: LocatedSlice, options: PlanOptions, ledger: PlanLedger): StackPlan | undefined {
  const spacing = slice.spacingBetweenSlices ?? 0
  if (options.minSlices > 1 || spacing <= 0) {
    ledger.leave('slice-count-low', [slice])
    const why = options.minSlices > 1 ? '' : ', and has no SpacingBetweenSlices'
    ledger.note('slice-count-low', [slice], `${ledger.name(slice)} is alone in its volume${why}`)
    return undefined
  }
  const step = sliceAxes(slice.orientation).normal.map(component => component * spacing)
  return {
    columns: slice.columns,
    rows: slice.rows,
    slices: [planned(slice, 0, [0, 0])],
    grid: grid(slice, slice.position, step, [slice.columns, slice.rows, 1]),
    resampling: undefined,
  }
}

const planned = (slice: LocatedSlice, alongMm: number, shift: readonly [number, number]) => ({
  index: slice.index,
  slope: slice.slope,
  intercept: slice.intercept,
  alongMm,
  shift,
})

/** Slices of the volume; a last step that is missed by a thousandth is still taken. */
const depth = (stack: StackGeometry, along: boolean): number =>
  along ? Math.floor(stack.alongMm.at(-1)! / stack.medianGapMm + 1e-3) + 1 : stack.slices.length

function grid(
  { orientation: o, pixelSpacing: [betweenRows, betweenColumns] }: LocatedSlice,
  origin: Point,
  step: readonly number[],
  shape: Grid['shape'],
): Grid {
  const rows = [0, 1, 2].flatMap(axis => [
    o[axis]! * betweenColumns,
    o[axis + 3]! * betweenRows,
    step[axis]!,
    origin[axis]!,
  ])
  return { shape, affine: lpsToRas(affine<'voxel', 'lps'>(rows)) }
}

/** Whether a tilted stack goes on; says so either way. */
function admitTilt(stack: StackGeometry, { onTilt }: PlanOptions, ledger: PlanLedger): boolean {
  const resamples = onTilt === 'resample'
  const { slices, shifts, strayed, tiltDegrees } = stack
  const [first, last] = [slices[0]!, slices.at(-1)!]
  const code = strayed.length > 0 ? 'slice-origin-shifted' : 'gantry-tilt'
  if (!resamples) ledger.leave(code, slices)
  const extra = {
    ...(resamples ? { severity: 'warning' as const } : {}),
    numbers: { tiltDegrees, shiftColumns: shifts.at(-1)![0], shiftRows: shifts.at(-1)![1] },
  }
  const outcome = resamples ? '; the rows are shifted back by linear interpolation' : ''
  if (strayed.length > 0)
    ledger.note(
      code,
      strayed,
      `${strayed.length} of ${slices.length} slices are shifted sideways from the line of the others: ${ledger.names(strayed)}${outcome}`,
      extra,
    )
  else
    ledger.note(
      code,
      slices,
      `the origins of ${slices.length} slices, ${ledger.name(first)} (${placeText(stack, 0)}) to ${ledger.name(last)} (${placeText(stack, slices.length - 1)}), run ${tiltDegrees.toFixed(2)}° aslant of the slices' normal${outcome}`,
      extra,
    )
  return resamples
}

/** Whether an uneven stack goes on; says so either way. */
function admitUneven(stack: StackGeometry, { onUneven }: PlanOptions, ledger: PlanLedger): boolean {
  const { slices, alongMm, medianGapMm, largestDriftMm, oddGaps } = stack
  if (onUneven === 'reject') ledger.leave('slice-gap-uneven', slices)
  const outcome = {
    reject: '',
    accept: `; accepted as even at ${mm(stack.meanGapMm)}, which moves slices by up to ${mm(largestDriftMm)}`,
    resample: `; interpolated linearly to ${mm(medianGapMm)}`,
  }[onUneven]
  let missing = 0
  const told = oddGaps.map(k => {
    const gap = alongMm[k + 1]! - alongMm[k]!
    const whole = Math.round(gap / medianGapMm)
    const absent = whole > 1 && Math.abs(gap / medianGapMm - whole) < 0.05 ? whole - 1 : 0
    missing += absent
    const absentText = absent > 0 ? ` (${absent} missing)` : ''
    return `${ledger.name(slices[k]!)} (${placeText(stack, k)}) and ${ledger.name(slices[k + 1]!)} (${placeText(stack, k + 1)}) lie ${mm(gap)} apart${absentText}`
  })
  const rest = told.length > MOST_GAPS ? ` and ${told.length - MOST_GAPS} more` : ''
  const beside = oddGaps.length > 0 ? [...new Set(oddGaps.flatMap(k => [k, k + 1]))] : [...slices.keys()]
  const what =
    told.length > 0
      ? `${told.slice(0, MOST_GAPS).join('; ')}${rest}, where ${mm(medianGapMm)} is usual`
      : `the distances of ${slices.length} slices drift, ${ledger.name(slices[0]!)} (${placeText(stack, 0)}) to ${ledger.name(slices.at(-1)!)} (${placeText(stack, slices.length - 1)}), so that one lies ${mm(largestDriftMm)} beside an even spacing of ${mm(stack.meanGapMm)}`
  ledger.note(
    'slice-gap-uneven',
    beside.map(s => slices[s]!),
    what + outcome,
    {
      ...(onUneven === 'reject' ? {} : { severity: 'warning' as const }),
      numbers: {
        usualMm: medianGapMm,
        oddGaps: oddGaps.length,
        missing,
        largestDriftMm,
      },
    },
  )
  return onUneven !== 'reject'
}

const position = (stack: StackGeometry, s: number): number => dot(stack.slices[s]!.position, stack.normal)

const placeText = (stack: StackGeometry, s: number): string => `at ${mm(position(stack, s))}`
