/** 256 colours, or 256 levels of grey. */
export interface ColourMap {
  readonly channels: 1 | 3
  /** 256 × `channels` bytes: red, green and blue, or grey. */
  readonly table: Uint8Array
}

export const COLOUR_MAPS = ['grey', 'jet'] as const
export type ColourMapName = (typeof COLOUR_MAPS)[number]

/**
 * Corners of jet's three channels as matplotlib draws them (its `_jet_data`): where on the scale of 0 to 1, and how
 * bright. Between two corners the channel is linear.
 */
const JET: readonly (readonly (readonly [at: number, level: number])[])[] = [
  [
    [0, 0],
    [0.35, 0],
    [0.66, 1],
    [0.89, 1],
    [1, 0.5],
  ],
  [
    [0, 0],
    [0.125, 0],
    [0.375, 1],
    [0.64, 1],
    [0.91, 0],
    [1, 0],
  ],
  [
    [0, 0.5],
    [0.11, 1],
    [0.34, 1],
    [0.65, 0],
    [1, 0],
  ],
]

/** The colour map of that name: level 0 is the first of the table, 255 the last. */
export function colourMap(name: ColourMapName): ColourMap {
  if (name === 'grey') return { channels: 1, table: Uint8Array.from({ length: 256 }, (_, level) => level) }
  const table = new Uint8Array(256 * 3)
  JET.forEach((corners, channel) => {
    for (let level = 0; level < 256; level++)
      table[level * 3 + channel] = Math.floor(255 * interpolated(corners, level))
  })
  return { channels: 3, table }
}

/** Between corners that lie at 255 times their place; so scaled, the last digits come out as matplotlib's. */
function interpolated(corners: readonly (readonly [number, number])[], level: number): number {
  const next = Math.max(
    1,
    corners.findIndex(corner => corner[0] * 255 >= level),
  )
  const [x0, y0] = corners[next - 1]!
  const [x1, y1] = corners[next]!
  return ((level - x0 * 255) / (x1 * 255 - x0 * 255)) * (y1 - y0) + y0
}
