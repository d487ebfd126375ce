import { describe, expect, it } from 'vitest'
import { firstPreset, presetsFor, valueRange, windowOf } from '../../../web/view/windowPresets.ts'

const preset = (unit: string, key: string) => presetsFor(unit).find(p => p.key === key)!

describe('windows', () => {
  it('are levels and widths in HU for CT', () => {
    const range = { min: -1024, max: 3071, p01: -1000, p99: 1200 }
    expect(windowOf(preset('HU', 'lung'), range)).toEqual({ min: -1350, max: 150 })
    expect(windowOf(preset('HU', 'soft-tissue'), range)).toEqual({ min: -160, max: 240 })
    expect(windowOf(preset('HU', 'full'), range)).toEqual({ min: -1024, max: 3071 })
    expect(presetsFor('HU').some(p => p.key === firstPreset('HU'))).toBe(true)
  })

  it('go by the values where these have no unit, and are never of width 0', () => {
    expect(firstPreset('')).toBe('percentiles')
    expect(windowOf(preset('', 'percentiles'), { min: 0, max: 10, p01: 1, p99: 9 })).toEqual({
      min: 1,
      max: 9,
    })
    expect(windowOf(preset('', 'full'), { min: 5, max: 5, p01: 5, p99: 5 })).toEqual({ min: 5, max: 6 })
    expect(presetsFor('mL').map(p => p.key)).toEqual(['percentiles', 'full'])
  })

  it('are found from scaled, finite values', () => {
    const values = Float32Array.from({ length: 1001 }, (_, i) => i)
    values[500] = Number.NaN
    const range = valueRange(values, 2, -10)
    expect(range).toEqual({ min: -10, max: 1990, p01: 10, p99: 1970 })
    expect(valueRange(new Float32Array([Number.NaN]), 1, 0)).toEqual({ min: 0, max: 1, p01: 0, p99: 1 })
  })
})
