import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../src/core/volume.ts'
import { addWindow, axisWindows, copyWindow } from '../../../src/imaging/slidingWindow.ts'

describe('windows along an axis', () => {
  it.each([
    [100, 32, 0.5],
    [33, 32, 0.5],
    [32, 32, 0.5],
    [97, 16, 0],
    [64, 9, 0.75],
  ])('%i voxels by %i with overlap %f are covered, and the weights add up to 1', (size, window, overlap) => {
    const { starts, weights } = axisWindows(size, window, overlap)
    expect(starts[0]).toBe(0)
    expect(starts.at(-1)).toBe(size - window)
    const steps = starts.slice(1).map((start, n) => start - starts[n]!)
    for (const step of steps) expect(step).toBeLessThanOrEqual(Math.ceil(window * (1 - overlap)))
    const sum = new Float64Array(size)
    starts.forEach((start, n) => {
      weights[n]!.forEach((w, i) => {
        sum[start + i]! += w
      })
    })
    for (const s of sum) expect(s).toBeCloseTo(1, 5)
  })

  it('are weighted by a Gaussian of an eighth of the window', () => {
    // Alone at its place a window has all the weight; between two it is shared as exp(−d²/2σ²).
    const { weights } = axisWindows(24, 16, 0.5)
    const bell = (i: number) => Math.exp(-0.5 * ((i - 7.5) / 2) ** 2)
    expect(weights[0]![3]).toBe(1)
    expect(weights[0]![10]).toBeCloseTo(bell(10) / (bell(10) + bell(2)), 6)
  })
})

it('windows that are copied out and added give the image again, channel by channel', () => {
  const shape: Shape = [13, 11, 9]
  const window: Shape = [6, 5, 4]
  const image = Float32Array.from({ length: 13 * 11 * 9 }, (_, n) => Math.cos(n) * 100)
  const [x, y, z] = shape.map((n, axis) => axisWindows(n, window[axis]!, 0.5))
  const sums = new Float32Array(2 * image.length)
  const patch = new Float32Array(120)
  const values = new Float32Array(240)
  z!.starts.forEach((k, c) => {
    y!.starts.forEach((j, b) => {
      x!.starts.forEach((i, a) => {
        copyWindow(image, shape, [i, j, k], window, patch)
        values.set(patch)
        values.set(
          patch.map(v => -3 * v),
          120,
        )
        addWindow(values, window, [x!.weights[a]!, y!.weights[b]!, z!.weights[c]!], [i, j, k], sums, shape)
      })
    })
  })
  image.forEach((v, n) => {
    expect(sums[n]).toBeCloseTo(v, 3)
    expect(sums[image.length + n]).toBeCloseTo(-3 * v, 3)
  })
})
