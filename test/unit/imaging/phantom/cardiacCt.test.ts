import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { affine, compose, type Point, transformPoint } from '../../../../src/core/affine.ts'
import { orientationOf } from '../../../../src/core/orientation.ts'
import type { Grid, Mask, Volume } from '../../../../src/core/volume.ts'
import { BASE, dot, drawCardiacAnatomy, HEART_LABEL } from '../../../../src/imaging/phantom/cardiacAnatomy.ts'
import {
  angiogramGrid,
  cardiacAngiogram,
  cardiacPerfusion,
  perfusionGrid,
  perfusionToAngiogram,
} from '../../../../src/imaging/phantom/cardiacCt.ts'
import { SeededRandom } from '../../../../src/imaging/phantom/seededRandom.ts'

const seed = 7
const angiogram = cardiacAngiogram({ grid: angiogramGrid([64, 64, 32]), seed })
const perfusion = cardiacPerfusion({ grid: perfusionGrid([64, 64, 28]), seed })

const sha256 = (data: Uint8Array | Int16Array | Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')

/** Values of a volume where the mask has the label. */
const under = ({ data }: Volume, labels: Mask, label: number): number[] =>
  Array.from(data).filter((_, n) => labels.data[n] === label)

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

const pointOf = ({ shape, affine: toRas }: Grid, n: number): Point =>
  transformPoint(toRas, [
    n % shape[0],
    Math.floor(n / shape[0]) % shape[1],
    Math.floor(n / (shape[0] * shape[1])),
  ])

/** mm from the centre of the left ventricle towards its apex, of a point in RAS. */
function alongVentricle([x, y, z]: Point): number {
  const { centre, frame, size } = drawCardiacAnatomy(new SeededRandom(seed))
  return dot(frame[2], [-x / size - centre[0], -y / size - centre[1], z / size - centre[2]])
}

describe('cardiacAngiogram', () => {
  it('gives the same voxels on every machine', () => {
    const { volume, labels } = cardiacAngiogram({ grid: angiogramGrid([32, 32, 16]), seed: 2025 })
    expect([volume, labels].map(({ data }) => sha256(data))).toEqual([
      'a29d5c83aa67642a3eaac04109a5e40707eaa4d5b31c6dad7464eaa6a662403a',
      '3c3c0d21b817a72b13e9f6986fdccfc963cdf48a7b2bd41022744447bc65d32b',
    ])
  })

  it('differs from seed to seed', () => {
    const grid = angiogramGrid([24, 24, 12])
    const [a, b] = [1, 2].map(other => cardiacAngiogram({ grid, seed: other }))
    expect(a!.labels.data).not.toEqual(b!.labels.data)
    expect(a!.volume.data).not.toEqual(b!.volume.data)
  })

  it('lies on a grid of axial slices that points left, posterior and superior', () => {
    expect(orientationOf(angiogram.volume.grid.affine).to).toBe('LPS')
    expect(orientationOf(perfusion.flow.grid.affine).to).toBe('LPS')
    expect(angiogram.labels.grid).toEqual(angiogramGrid([64, 64, 32]))
  })

  it('has all structures of the heart, and the myocardium of a human one', () => {
    expect(new Set(angiogram.labels.data)).toEqual(new Set(Object.values(HEART_LABEL)))
    const [sx, sy, sz] = [230 / 64, 230 / 64, 128 / 32]
    const ml = (label: number) =>
      (under(angiogram.labels, angiogram.labels, label).length * sx * sy * sz) / 1000
    expect(ml(HEART_LABEL.myocardium)).toBeGreaterThan(90)
    expect(ml(HEART_LABEL.myocardium)).toBeLessThan(180)
    expect(ml(HEART_LABEL.leftVentricle)).toBeGreaterThan(45)
    expect(ml(HEART_LABEL.leftVentricle)).toBeLessThan(110)
  })

  it('closes the left ventricle by myocardium everywhere but at its base', () => {
    const { grid, data } = angiogram.labels
    const [nx, ny] = grid.shape
    let open = 0
    data.forEach((label, n) => {
      if (label !== HEART_LABEL.leftVentricle) return
      for (const step of [-1, 1, -nx, nx, -nx * ny, nx * ny]) {
        const beside = data[n + step]!
        if (beside === HEART_LABEL.leftVentricle || beside === HEART_LABEL.myocardium) continue
        open++
        expect(alongVentricle(pointOf(grid, n + step))).toBeLessThan(BASE)
      }
    })
    expect(open).toBeGreaterThan(10)
  })

  it.each([
    ['leftVentricle', 350, 420],
    ['rightVentricle', 175, 235],
    ['leftAtrium', 370, 430],
    ['rightAtrium', 175, 235],
    ['aorta', 350, 430],
    ['myocardium', 80, 160],
    ['pulmonaryArtery', 255, 310],
  ] as const)('gives the %s between %i and %i HU', (structure, low, high) => {
    const hu = mean(under(angiogram.volume, angiogram.labels, HEART_LABEL[structure]))
    expect(hu).toBeGreaterThan(low)
    expect(hu).toBeLessThan(high)
  })

  it('has lungs, fat, soft tissue and bone in the proportions of a chest', () => {
    const { data } = angiogram.volume
    const share = (low: number, high: number) =>
      data.reduce((count, v) => count + (v >= low && v < high ? 1 : 0), 0) / data.length
    expect(share(-1024, -700)).toBeGreaterThan(0.25)
    expect(share(-1024, -700)).toBeLessThan(0.6)
    expect(share(-150, -50)).toBeGreaterThan(0.06)
    expect(share(0, 120)).toBeGreaterThan(0.12)
    expect(share(450, 3072)).toBeGreaterThan(0.008)
    expect(share(-1024, 3072)).toBe(1)
  })

  it('shows the same anatomy on another grid', () => {
    const { grid, data } = angiogram.labels
    const coarse: Grid = {
      shape: [32, 32, 16],
      affine: compose(grid.affine, affine([2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0])),
    }
    const { labels } = cardiacAngiogram({ grid: coarse, seed })
    labels.data.forEach((label, n) => {
      const [i, j, k] = [n % 32, Math.floor(n / 32) % 32, Math.floor(n / 1024)]
      expect(label).toBe(data[(2 * k * 64 + 2 * j) * 64 + 2 * i])
    })
  })

  it('is air outside the body', () => {
    const grid: Grid = { shape: [8, 8, 8], affine: affine([1, 0, 0, 400, 0, 1, 0, 0, 0, 0, 1, 0]) }
    const { volume, labels } = cardiacAngiogram({ grid, seed })
    expect(mean(Array.from(volume.data))).toBeLessThan(-980)
    expect(new Set(labels.data)).toEqual(new Set([0]))
  })
})

describe('cardiacPerfusion', () => {
  it('gives the same voxels on every machine', () => {
    const images = cardiacPerfusion({ grid: perfusionGrid([32, 32, 16]), seed: 2025 })
    expect([images.maximum, images.mean, images.flow, images.labels].map(({ data }) => sha256(data))).toEqual(
      [
        '04cce6f364aff33846261a975a5457f335d32fa6e02c816b7111c9c1614948f9',
        '022f93139e4e9e781c119602a6b01b32fe46c6cdd4590ac23ea8980cb7033943',
        '74f50d4d348651f2aaa56014c9f130f2fca043c29ef88bed89fe2f021d32ae78',
        'f791ab1efab304768c4547a3420da0afc1da5569f573bc932871271f5b2bad48',
      ],
    )
  })

  it('has a blood flow of 0 to 300, high in the myocardium but in the defect', () => {
    const flow = Array.from(perfusion.flow.data)
    expect(flow.every(v => v >= 0 && v <= 300)).toBe(true)
    const muscle = under(perfusion.flow, perfusion.labels, HEART_LABEL.myocardium)
    const low = muscle.filter(v => v < 80).length / muscle.length
    expect(low).toBeGreaterThan(0.04)
    expect(low).toBeLessThan(0.4)
    expect(mean(muscle.filter(v => v >= 80))).toBeGreaterThan(120)
    expect(mean(under(perfusion.flow, perfusion.labels, HEART_LABEL.leftVentricle))).toBeLessThan(60)
  })

  it('enhances myocardium by its blood flow, in all images', () => {
    const { flow, maximum, mean: average, labels } = perfusion
    const inMuscle = (low: boolean) => (n: number) =>
      labels.data[n] === HEART_LABEL.myocardium && (low ? flow.data[n]! < 70 : flow.data[n]! > 120)
    const contrast = (image: Volume) => {
      const values = (low: boolean) => Array.from(image.data).filter((_, n) => inMuscle(low)(n))
      return mean(values(false)) - mean(values(true))
    }
    expect(contrast(maximum)).toBeGreaterThan(30)
    expect(contrast(average)).toBeGreaterThan(15)
  })

  it('has a temporal maximum above the mean wherever blood flows', () => {
    for (const label of Object.values(HEART_LABEL).filter(one => one !== HEART_LABEL.background))
      expect(mean(under(perfusion.maximum, perfusion.labels, label))).toBeGreaterThan(
        40 + mean(under(perfusion.mean, perfusion.labels, label)),
      )
  })

  it('is the angiogram, displaced as it says', () => {
    const toAngiogram = perfusionToAngiogram(seed)
    const labelThere = ([x, y, z]: Point) => {
      const grid: Grid = { shape: [1, 1, 1], affine: affine([1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z]) }
      return cardiacAngiogram({ grid, seed }).labels.data[0]
    }
    const { grid, data } = perfusion.labels
    let [inHeart, movedAway] = [0, 0]
    for (let n = 0; n < data.length; n += 61) {
      const point = pointOf(grid, n)
      expect(labelThere(toAngiogram(point))).toBe(data[n])
      if (data[n] === HEART_LABEL.background) continue
      inHeart++
      if (labelThere(point) !== data[n]) movedAway++
    }
    expect(inHeart).toBeGreaterThan(100)
    expect(movedAway / inHeart).toBeGreaterThan(0.05)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is displaced smoothly, by some mm and without folds (seed %i)',
    other => {
      const toAngiogram = perfusionToAngiogram(other)
      let largest = 0
      for (let x = -80; x <= 40; x += 10)
        for (let y = -40; y <= 80; y += 10)
          for (let z = -50; z <= 50; z += 10) {
            const to = toAngiogram([x, y, z])
            largest = Math.max(largest, Math.hypot(to[0] - x, to[1] - y, to[2] - z))
            const [a, b, c] = (
              [
                [x + 0.01, y, z],
                [x, y + 0.01, z],
                [x, y, z + 0.01],
              ] as const
            ).map(at => toAngiogram(at).map((v, axis) => (v - to[axis]!) / 0.01))
            const jacobian =
              a![0]! * (b![1]! * c![2]! - b![2]! * c![1]!) -
              a![1]! * (b![0]! * c![2]! - b![2]! * c![0]!) +
              a![2]! * (b![0]! * c![1]! - b![1]! * c![0]!)
            expect(jacobian).toBeGreaterThan(0.3)
          }
      expect(largest).toBeGreaterThan(2)
      expect(largest).toBeLessThan(20)
    },
  )
})
