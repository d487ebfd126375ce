import { orientationOf } from '../../core/orientation.ts'
import type { Picture } from '../../core/picture.ts'
import type { Volume } from '../../core/volume.ts'
import type { ColourMap } from './colourMaps.ts'

/** Which intensities are told apart, as radiologists set it. */
export interface Window {
  readonly width: number
  readonly level: number
}

/** The axial slices of a volume, drawn when they are asked for. */
export interface AxialSlices {
  /** How many there are: voxels along the axis that is nearest to the body's. */
  readonly count: number
  /** Pixels of each. */
  readonly width: number
  readonly height: number
  /**
   * A slice that is drawn each time its data are asked for, so that hundreds of them take no memory.
   *
   * @param index along that voxel axis, from 0 as in the file.
   */
  slice(index: number): Picture
}

/**
 * Axial slices as radiologists look at them: the patient's right is on the left of the picture, the front at its top.
 * Voxel axes count as those of the body that they are nearest to; one pixel is one voxel, whatever its size.
 *
 * The window, from `level - width / 2` to `level + width / 2`, is divided into 256 equal steps, one for each level of
 * the colour map; intensities beyond take the first or the last: DICOM's function LINEAR_EXACT (PS3.3, C.11.2.1.3.2),
 * not its LINEAR, whose window is narrower by 1. What is not a number takes the first.
 *
 * @throws RangeError when the window has no width.
 */
export function axialSlices(
  { grid, data }: Volume<Int16Array | Float32Array>,
  { width, level }: Window,
  { channels, table }: ColourMap,
): AxialSlices {
  if (!(width > 0) || !Number.isFinite(level))
    throw new RangeError(`a window of width ${width} and level ${level} shows nothing`)
  const ends = orientationOf(grid.affine).to
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]]
  /** A voxel axis by the end that it goes to in the picture, and whether it goes there or comes from there. */
  const along = (end: string, opposite: string) => {
    const axis = Math.max(ends.indexOf(end), ends.indexOf(opposite))
    return { size: grid.shape[axis]!, step: strides[axis]!, reversed: ends[axis] === opposite }
  }
  const [columns, rows, slices] = [along('L', 'R'), along('P', 'A'), along('S', 'I')]
  const columnStep = columns.reversed ? -columns.step : columns.step
  const rowStep = rows.reversed ? -rows.step : rows.step
  const first =
    (columns.reversed ? (columns.size - 1) * columns.step : 0) +
    (rows.reversed ? (rows.size - 1) * rows.step : 0)
  const bottom = level - width / 2
  const levels = 256 / width
  const draw = (index: number): Uint8Array => {
    const picture = new Uint8Array(columns.size * rows.size * channels)
    let out = 0
    for (let y = 0; y < rows.size; y++) {
      let from = first + index * slices.step + y * rowStep
      for (let x = 0; x < columns.size; x++, from += columnStep) {
        const scaled = (data[from]! - bottom) * levels
        // Written so that NaN, which compares with nothing, is level 0.
        const at = scaled >= 255 ? 255 : scaled > 0 ? Math.floor(scaled) : 0
        if (channels === 1) picture[out++] = table[at]!
        else {
          picture[out++] = table[3 * at]!
          picture[out++] = table[3 * at + 1]!
          picture[out++] = table[3 * at + 2]!
        }
      }
    }
    return picture
  }
  return {
    count: slices.size,
    width: columns.size,
    height: rows.size,
    slice(index) {
      if (!(index >= 0 && index < slices.size)) throw new RangeError(`there is no slice ${index}`)
      return {
        width: columns.size,
        height: rows.size,
        channels,
        get data() {
          return draw(index)
        },
      }
    },
  }
}
