import { describe, expect, it } from 'vitest'
import { LatticeNoise } from '../../../../src/imaging/phantom/latticeNoise.ts'
import { SeededRandom } from '../../../../src/imaging/phantom/seededRandom.ts'

const fill = (noise: LatticeNoise, [nx, ny, nz]: [number, number, number]): number[] => {
  const all: number[] = []
  const row = new Float64Array(nx)
  for (let k = 0; k < nz; k++) {
    noise.enterSlice(k)
    for (let j = 0; j < ny; j++) {
      noise.fillRow(j, row)
      all.push(...row)
    }
  }
  return all
}

describe('LatticeNoise', () => {
  it('has mean 0 and variance 1', () => {
    const values = fill(
      new LatticeNoise(new SeededRandom(3), [60, 60, 60], [1, 1, 1], [2, 3, 2]),
      [60, 60, 60],
    )
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.05)
    expect(variance).toBeGreaterThan(0.9)
    expect(variance).toBeLessThan(1.1)
  })

  it('is smooth: a step of a twentieth of a cell changes little', () => {
    const values = fill(
      new LatticeNoise(new SeededRandom(4), [200, 2, 1], [1, 1, 1], [20, 20, 20]),
      [200, 2, 1],
    )
    let largest = 0
    for (let i = 1; i < 200; i++) largest = Math.max(largest, Math.abs(values[i]! - values[i - 1]!))
    expect(largest).toBeGreaterThan(0)
    expect(largest).toBeLessThan(0.25)
  })

  it('can be entered at any slice and row', () => {
    const make = () => new LatticeNoise(new SeededRandom(5), [9, 8, 7], [1, 2, 3], [5, 5, 5])
    const all = fill(make(), [9, 8, 7])
    const noise = make()
    const row = new Float64Array(9)
    noise.enterSlice(6)
    noise.fillRow(7, row)
    expect([...row]).toEqual(all.slice(-9))
    noise.enterSlice(2)
    noise.fillRow(0, row)
    expect([...row]).toEqual(all.slice(2 * 72, 2 * 72 + 9))
  })
})
