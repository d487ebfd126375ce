import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { determinant, transformPoint } from '../../../src/core/affine.ts'
import type { SliceHeader } from '../../../src/core/sliceHeader.ts'
import { assembleVolume } from '../../../src/imaging/dicom/assembleVolume.ts'
import { planVolumes } from '../../../src/imaging/dicom/planVolumes.ts'
import { stack, type Vector } from '../../unit/imaging/dicom/sliceSeries.ts'

const axis = (n: number, sign: number): Vector => [0, 1, 2].map(a => (a === n ? sign : 0)) as Vector

/** Rows and columns along ± two world axes, slices with or against the normal: the 48 orientations. */
const ORIENTATIONS = [0, 1, 2].flatMap(r =>
  [0, 1, 2]
    .filter(c => c !== r)
    .flatMap(c =>
      [1, -1].flatMap(rowSign =>
        [1, -1].flatMap(columnSign =>
          [1, -1].map(direction => ({ row: axis(r, rowSign), column: axis(c, columnSign), direction })),
        ),
      ),
    ),
)

const rotated = ([x, y, z]: Vector, about: number, angle: number): Vector => {
  const v = [x, y, z]
  const [p, q] = [(about + 1) % 3, (about + 2) % 3] as const
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const out = [...v]
  out[p] = c * v[p]! - s * v[q]!
  out[q] = s * v[p]! + c * v[q]!
  return out as Vector
}

const oblique = fc
  .record({
    orientation: fc.constantFrom(...ORIENTATIONS),
    angles: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -0.7, max: 0.7, noNaN: true }))),
    origin: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -500, max: 500, noNaN: true }))),
    spacing: fc.double({ min: 0.2, max: 8, noNaN: true }),
    count: fc.integer({ min: 3, max: 12 }),
  })
  .map(({ orientation, angles, origin, spacing, count }) => {
    const turn = (v: Vector) => angles.reduce((turned, angle, about) => rotated(turned, about, angle), v)
    const along = Array.from({ length: count }, (_, k) => k * spacing * orientation.direction)
    return stack({
      row: turn(orientation.row),
      column: turn(orientation.column),
      origin: origin as Vector,
      along,
    })
  })

const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length })

/** Any series: even, gaps, tilt, repeats, odd frames. */
const anySeries = fc
  .record({
    along: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 10 }),
    shear: fc.constantFrom(0, 0, 0.3),
    repeats: fc.array(fc.record({ of: fc.nat(9), echoTime: fc.constantFrom(undefined, 1, 2) }), {
      maxLength: 8,
    }),
    odd: fc.array(fc.record({ of: fc.nat(9), rgb: fc.boolean(), turned: fc.boolean() }), { maxLength: 2 }),
  })
  .map(({ along, shear, repeats, odd }) => {
    const base = stack({ along: [...along].sort((a, b) => a - b), shear: [0, shear] })
    const slices: SliceHeader[] = [...base]
    const renamed = (slice: SliceHeader, changes: Partial<SliceHeader>) =>
      slices.push({ ...slice, index: slices.length, sopInstanceUid: `9.${slices.length}`, ...changes })
    for (const { of, echoTime } of repeats) renamed(base[of % base.length]!, { echoTime })
    for (const { of, rgb, turned } of odd)
      renamed(base[of % base.length]!, {
        ...(rgb ? { samplesPerPixel: 3, photometric: 'RGB' } : {}),
        ...(turned ? { orientation: [0, 1, 0, 0, 0, 1] } : {}),
      })
    return slices
  })
const choices = fc.record({
  onTilt: fc.constantFrom('reject' as const, 'resample' as const),
  onUneven: fc.constantFrom('reject' as const, 'resample' as const, 'accept' as const),
  onMultiple: fc.constantFrom('split' as const, 'suffix' as const, 'reject' as const),
  minSlices: fc.integer({ min: 1, max: 4 }),
})

describe('volumes of slices', () => {
  it('have each pixel where its header puts it, in all 48 orientations, turned and shuffled', () => {
    fc.assert(
      fc.property(
        oblique.chain(slices => shuffled(slices)),
        slices => {
          const { volumes, leftOut } = planVolumes(slices)
          expect(leftOut).toEqual([])
          const { grid, slices: ordered } = volumes[0]!
          expect(grid.shape).toEqual([6, 5, slices.length])
          // Row × column is the direction of slices, so that LPS and RAS alike keep a right-handed frame.
          expect(determinant(grid.affine)).toBeGreaterThan(0)
          ordered.forEach(({ index }, k) => {
            const { position, orientation } = slices.find(s => s.index === index)!
            for (const [i, j] of [
              [0, 0],
              [5, 0],
              [0, 4],
            ] as const) {
              const lps = [0, 1, 2].map(
                a => position![a]! + orientation![a]! * 0.5 * i + orientation![a + 3]! * 0.75 * j,
              )
              const [x, y, z] = transformPoint(grid.affine, [i, j, k])
              expect(Math.hypot(x + lps[0]!, y + lps[1]!, z - lps[2]!)).toBeLessThan(1e-9)
            }
          })
        },
      ),
    )
  })

  it('do not depend on the order of the frames', () => {
    fc.assert(
      fc.property(
        anySeries.chain(slices => fc.tuple(fc.constant(slices), shuffled(slices))),
        choices,
        ([slices, other], options) => {
          const [one, two] = [planVolumes(slices, options), planVolumes(other, options)]
          const byIndex = (a: { index: number }, b: { index: number }) => a.index - b.index
          expect(two.volumes).toEqual(one.volumes)
          expect(two.findings).toEqual(one.findings)
          expect([...two.leftOut].sort(byIndex)).toEqual([...one.leftOut].sort(byIndex))
        },
      ),
    )
  })

  it('use each frame once or leave it out for a reason that a finding tells', () => {
    fc.assert(
      fc.property(anySeries, choices, (slices, options) => {
        const { volumes, leftOut, findings } = planVolumes(slices, options)
        const used = volumes.flatMap(volume => volume.slices.map(s => s.index))
        expect([...used, ...leftOut.map(left => left.index)].sort((a, b) => a - b)).toEqual(
          slices.map(s => s.index),
        )
        const told = new Set(findings.map(finding => finding.code))
        expect(leftOut.filter(({ code }) => !told.has(code))).toEqual([])
        expect(new Set(volumes.map(volume => volume.suffix)).size).toBe(volumes.length)
      }),
    )
  })

  it('can all be put together, and hold nothing beyond the values of their slices', () => {
    fc.assert(
      fc.property(anySeries, choices, (slices, options) => {
        for (const plan of planVolumes(slices, options).volumes) {
          const { data, grid } = assembleVolume(plan, index => new Int16Array(30).fill(7 * index))
          expect(data).toHaveLength(grid.shape[0] * grid.shape[1] * grid.shape[2])
          const values = plan.slices.map(s => 7 * s.index)
          expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...values))
          expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...values))
        }
      }),
    )
  })
})
