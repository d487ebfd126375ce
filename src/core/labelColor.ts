/**
 * Colours of label values where a label map gives none. The first six are those of ITK-SNAP's default label
 * description file; further values go around the hue circle by the golden angle, so that neighbours differ.
 */
const FIRST = ['#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff', '#ff00ff'] as const

const GOLDEN_ANGLE = 137.50776405003785

/**
 * Colour of a label as `#rrggbb`: the one its label map gives, else one by its index. Background (0) is black.
 *
 * @param label `color` is `#rrggbb` in any case of letters
 */
export function labelColor(label: { readonly index: number; readonly color?: string | undefined }): string {
  if (label.color !== undefined) return label.color.toLowerCase()
  if (label.index === 0) return '#000000'
  return FIRST[label.index - 1] ?? hueColor((label.index - 1) * GOLDEN_ANGLE)
}

/** The three channels of `#rrggbb`, 0 to 255. */
export const colorChannels = (color: string): [red: number, green: number, blue: number] => [
  Number.parseInt(color.slice(1, 3), 16),
  Number.parseInt(color.slice(3, 5), 16),
  Number.parseInt(color.slice(5, 7), 16),
]

/** A saturated, light colour of that hue in degrees. */
function hueColor(degrees: number): string {
  const hue = (((degrees % 360) + 360) % 360) / 60
  const channel = (shift: number): string => {
    const k = (hue + shift) % 6
    const level = 0.95 - 0.75 * Math.max(0, Math.min(k, 4 - k, 1))
    return Math.round(level * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(5)}${channel(3)}${channel(1)}`
}
