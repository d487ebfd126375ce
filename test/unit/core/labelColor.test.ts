import { describe, expect, test } from 'vitest'
import { colorChannels, labelColor } from '../../../src/core/labelColor.ts'

const ALL = Array.from({ length: 255 }, (_, i) => labelColor({ index: i + 1 }))

describe('labelColor', () => {
  test('the first six labels have the colours that ITK-SNAP gives them', () => {
    expect(ALL.slice(0, 6)).toEqual(['#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff', '#ff00ff'])
    expect(labelColor({ index: 0 })).toBe('#000000')
  })

  test('no two of the 255 labels have one colour, and none is near black', () => {
    expect(new Set(ALL).size).toBe(255)
    for (const color of ALL) {
      expect(color).toMatch(/^#[0-9a-f]{6}$/)
      expect(Math.max(...colorChannels(color))).toBeGreaterThan(200)
    }
  })

  test('labels in a row are far apart', () => {
    for (let i = 1; i < ALL.length; i++) {
      const [a, b] = [colorChannels(ALL[i - 1]!), colorChannels(ALL[i]!)]
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${i} and ${i + 1}`).toBeGreaterThan(60)
    }
  })

  test('the colour of the label map is taken, in lower case', () => {
    expect(labelColor({ index: 1, color: '#FF8800' })).toBe('#ff8800')
    expect(labelColor({ index: 0, color: '#123456' })).toBe('#123456')
  })
})

test('colorChannels', () => {
  expect(colorChannels('#0180ff')).toEqual([1, 128, 255])
})
