import { describe, expect, it } from 'vitest'
import type { Picture } from '../../../../src/core/picture.ts'
import { colourMap } from '../../../../src/imaging/render/colourMaps.ts'
import {
  drawOutlines,
  greyPicture,
  inSquares,
  layColours,
} from '../../../../src/imaging/render/slicePicture.ts'

const RED = [255, 0, 0] as const
const BLUE = [0, 0, 255] as const

const black = (width: number, height: number): Picture => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(3 * width * height),
})

/** Rows of a picture as letters: r and b for red and blue, . for black, ? for all else. */
function letters({ width, data }: Picture): string[] {
  const pixels = Array.from({ length: data.length / 3 }, (_, p) => {
    const colour = data.subarray(3 * p, 3 * p + 3).join()
    return colour === '255,0,0' ? 'r' : colour === '0,0,255' ? 'b' : colour === '0,0,0' ? '.' : '?'
  })
  return Array.from({ length: pixels.length / width }, (_, y) =>
    pixels.slice(y * width, (y + 1) * width).join(''),
  )
}

function outlined(rows: readonly string[]): string[] {
  const width = rows[0]!.length
  const labels = Uint8Array.from(rows.join(''), c => (c === '.' ? 0 : Number(c)))
  const picture = black(width, rows.length)
  drawOutlines(picture, labels, label => (label === 1 ? RED : BLUE))
  return letters(picture)
}

describe('drawOutlines', () => {
  it('goes round a label on the background, and leaves what it encloses', () => {
    expect(outlined(['......', '..11..', '..11..', '......'])).toEqual([
      '..rr..',
      '.r..r.',
      '.r..r.',
      '..rr..',
    ])
  })

  it('shows a single pixel', () => {
    expect(outlined(['...', '.1.', '...'])).toEqual(['.r.', 'r.r', '.r.'])
  })

  it('is in the colour of each label, with one line between two', () => {
    expect(outlined(['......', '.1122.', '......'])).toEqual(['.rrbb.', 'r.r..b', '.rrbb.'])
  })

  it('is within the lower of two labels, whichever side that is on', () => {
    expect(outlined(['2222', '2112', '2112', '2222'])).toEqual(['....', '.rr.', '.rr.', '....'])
    expect(outlined(['2211'])).toEqual(['..r.'])
  })

  it('is open where a label reaches the edge', () => {
    expect(outlined(['11.', '11.', '...'])).toEqual(['..r', '..r', 'rr.'])
  })

  it('draws nothing where there is no label', () => {
    expect(outlined(['..', '..'])).toEqual(['..', '..'])
  })
})

describe('greyPicture', () => {
  it('is black and white at the ends, NaN black', () => {
    const values = Float32Array.of(-5, 0, 5, 10, 99, Number.NaN)
    const { data, channels } = greyPicture({ width: 6, height: 1 }, values, [0, 10])
    expect(channels).toBe(3)
    expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 0, 128, 255, 255, 0])
    expect([...data].filter((_, i) => i % 3 === 2)).toEqual([0, 0, 128, 255, 255, 0])
  })
})

describe('layColours', () => {
  it('mixes in the colour of values above 0 and leaves the others', () => {
    const picture = greyPicture({ width: 4, height: 1 }, Float32Array.of(10, 10, 10, 10), [0, 10])
    layColours(picture, Float32Array.of(0, -3, Number.NaN, 100), [0, 100], colourMap('jet'), 0.5)
    // The last of jet is half red: (127, 0, 0).
    expect([...picture.data]).toEqual([...new Array(9).fill(255), 191, 128, 128])
  })
})

describe('inSquares', () => {
  it('begins with the first image at the upper left', () => {
    const one = new Float32Array(16).fill(1)
    const other = new Float32Array(16).fill(2)
    expect([...inSquares({ width: 4, height: 4 }, one, other, 2)]).toEqual([
      ...[1, 1, 2, 2],
      ...[1, 1, 2, 2],
      ...[2, 2, 1, 1],
      ...[2, 2, 1, 1],
    ])
  })
})
