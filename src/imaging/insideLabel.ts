/** How the voxels inside a label were written. */
export interface InsideLabel {
  readonly data: Int16Array
  /** Voxels that have the label. */
  readonly voxels: number
  /** Of these: NaN or infinite, below 0, above 32767. */
  readonly notFinite: number
  readonly negative: number
  readonly clipped: number
}

const LARGEST_INT16 = 32767

/**
 * The values of an image where a label map has a label, `background` everywhere else. Values are cut off towards zero,
 * as a cast of C does; those that are then below 0, and those that are not finite, become `background` too, those above
 * 32767 become that.
 *
 * @param image and @param mask on one grid.
 * @param background a negative int16.
 */
export function insideLabel(
  image: Int16Array | Float32Array,
  mask: Uint8Array,
  label: number,
  background: number,
): InsideLabel {
  const data = new Int16Array(mask.length).fill(background)
  let voxels = 0
  let notFinite = 0
  let negative = 0
  let clipped = 0
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== label) continue
    voxels++
    const value = image[i]!
    // −0.5 is cut off to 0, so only what reaches −1 is negative.
    if (value > -1) {
      if (value < LARGEST_INT16 + 1) data[i] = Math.trunc(value)
      else if (value === Number.POSITIVE_INFINITY) notFinite++
      else {
        data[i] = LARGEST_INT16
        clipped++
      }
    } else if (value > Number.NEGATIVE_INFINITY) negative++
    else notFinite++
  }
  return { data, voxels, notFinite, negative, clipped }
}
