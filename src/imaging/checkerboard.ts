import { type Point, voxelSizes } from '../core/affine.ts'
import { orientationOf } from '../core/orientation.ts'
import type { Picture } from '../core/picture.ts'
import type { Grid } from '../core/volume.ts'

export interface CheckerboardRequest {
  /** The grid of both images. */
  readonly grid: Grid
  readonly fixed: ArrayLike<number>
  /** The moving image as carried over. */
  readonly warped: ArrayLike<number>
  /** The voxel that the three planes go through, such as the `commonCentre` of registrationQuality. */
  readonly centre: Point
  /** Values that are black and white in both images. */
  readonly window: readonly [black: number, white: number]
  /** Side of a square, mm. */
  readonly squareMm?: number
  /** Side of a pixel, mm; that of the smallest voxel side if not given. */
  readonly pixelMm?: number
}

const GAP = 4
const SQUARE_MM = 20

/** A voxel axis and the way along it, for a direction of the picture. */
interface Way {
  readonly axis: 0 | 1 | 2
  readonly rising: boolean
}

interface Panel {
  readonly right: Way
  readonly down: Way
}

/** The way along the voxel axes that leads closest to an end of the body. */
function wayTo(grid: Grid, end: 'L' | 'P' | 'I'): Way {
  const { to, from } = orientationOf(grid.affine)
  const rising = to.includes(end)
  return { axis: (rising ? to : from).indexOf(end) as 0 | 1 | 2, rising }
}

/**
 * Fixed and carried-over image in turn as squares of a checkerboard: structures that go on across the squares' sides
 * agree. Axial, coronal and sagittal plane side by side, as radiologists look at them: the patient's left is on the
 * right, in the sagittal plane the back; pixels are square, whatever the voxels. Grey.
 */
export function checkerboard(request: CheckerboardRequest): Picture {
  const { grid, squareMm = SQUARE_MM } = request
  const sizes = voxelSizes(grid.affine)
  const pixelMm = request.pixelMm ?? Math.min(...sizes)
  const left = wayTo(grid, 'L')
  const back = wayTo(grid, 'P')
  const feet = wayTo(grid, 'I')
  const panels: Panel[] = [
    { right: left, down: back },
    { right: left, down: feet },
    { right: back, down: feet },
  ]
  const pixels = ({ axis }: Way) => Math.max(1, Math.round((grid.shape[axis] * sizes[axis]) / pixelMm))
  const height = Math.max(...panels.map(panel => pixels(panel.down)))
  const width = panels.reduce((sum, panel) => sum + pixels(panel.right) + GAP, -GAP)
  const data = new Uint8Array(width * height)
  let column = 0
  for (const panel of panels) {
    const extent = [pixels(panel.right), pixels(panel.down)] as const
    drawPanel(request, panel, extent, squareMm / pixelMm, data.subarray(column), width)
    column += extent[0] + GAP
  }
  return { width, height, channels: 1, data }
}

function drawPanel(
  { grid, fixed, warped, centre, window: [black, white] }: CheckerboardRequest,
  { right, down }: Panel,
  [columns, rows]: readonly [number, number],
  square: number,
  data: Uint8Array,
  width: number,
): void {
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]] as const
  const across = ([0, 1, 2] as const).find(axis => axis !== right.axis && axis !== down.axis)!
  const plane = Math.min(grid.shape[across] - 1, Math.max(0, Math.round(centre[across]))) * strides[across]
  const scale = 255 / Math.max(white - black, Number.MIN_VALUE)
  const x = linearTaps(columns, grid.shape[right.axis], right.rising)
  const y = linearTaps(rows, grid.shape[down.axis], down.rising)
  const [stepX, stepY] = [strides[right.axis], strides[down.axis]]
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const isFixed = (Math.floor(row / square) + Math.floor(column / square)) % 2 === 0
      const source = isFixed ? fixed : warped
      const [x0, x1, tx] = [x.first[column]! * stepX, x.second[column]! * stepX, x.share[column]!]
      const [y0, y1, ty] = [y.first[row]! * stepY, y.second[row]! * stepY, y.share[row]!]
      const upper = (1 - tx) * source[plane + y0 + x0]! + tx * source[plane + y0 + x1]!
      const lower = (1 - tx) * source[plane + y1 + x0]! + tx * source[plane + y1 + x1]!
      const value = (1 - ty) * upper + ty * lower
      data[row * width + column] = Math.min(255, Math.max(0, Math.round((value - black) * scale)))
    }
}

/** For each pixel of a line the two voxels between whose centres its own lies, and the share of the second. */
function linearTaps(pixels: number, voxels: number, rising: boolean) {
  const first = new Int32Array(pixels)
  const second = new Int32Array(pixels)
  const share = new Float64Array(pixels)
  for (let p = 0; p < pixels; p++) {
    const along = ((p + 0.5) * voxels) / pixels - 0.5
    const at = Math.min(voxels - 1, Math.max(0, rising ? along : voxels - 1 - along))
    first[p] = Math.floor(at)
    second[p] = Math.min(voxels - 1, first[p]! + 1)
    share[p] = at - first[p]!
  }
  return { first, second, share }
}
