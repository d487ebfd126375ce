import { type Shape, voxelCount } from '../../core/volume.ts'

/** Runs of equal labels along i, in the order of the voxels. All arrays have one item a run. */
export interface VoxelRuns {
  readonly count: number
  /** Index of the first voxel. */
  readonly start: Int32Array
  /** Index after the last voxel. */
  readonly end: Int32Array
  readonly label: Uint8Array
  /** Runs before each row, and after the last: rows · slices + 1 items. */
  readonly before: Int32Array
}

const MOST_VOXELS = 2 ** 31 - 1
const FOUR_TIMES = 0x01010101

/**
 * The runs of a label map, in one pass over it; labels for which `wanted` holds 0 are passed over as background.
 *
 * @param data one label a voxel, i fastest.
 * @param wanted 256 items; that of label 0 must be 0.
 * @throws RangeError when the map has 2^31 voxels or more, or not as many as its shape says.
 */
export function voxelRuns(data: Uint8Array, shape: Shape, wanted: Uint8Array): VoxelRuns {
  if (data.length !== voxelCount(shape))
    throw new RangeError(`${data.length} voxels do not fill ${shape.join(' × ')}`)
  if (data.length > MOST_VOXELS) throw new RangeError('a label map of 2^31 voxels or more is not supported')
  const [width] = shape
  const rows = shape[1] * shape[2]
  const before = new Int32Array(rows + 1)
  let room = 1 << 16
  let start = new Int32Array(room)
  let end = new Int32Array(room)
  let label = new Uint8Array(room)
  let count = 0
  // Four voxels are compared at a time; an array that does not begin on a word has none.
  const words =
    data.byteOffset % 4 === 0 ? new Uint32Array(data.buffer, data.byteOffset, data.length >> 2) : undefined
  for (let row = 0, at = 0; row < rows; row++) {
    before[row] = count
    const rowEnd = (row + 1) * width
    // A row cannot have more runs than voxels.
    if (count + width > room) {
      room = Math.max(2 * room, count + width)
      start = grown(start, room)
      end = grown(end, room)
      label = grown(label, room)
    }
    while (at < rowEnd) {
      const value = data[at]!
      const first = at++
      if (words === undefined) while (at < rowEnd && data[at] === value) at++
      else {
        while (at < rowEnd && (at & 3) !== 0 && data[at] === value) at++
        if ((at & 3) === 0) {
          const four = Math.imul(value, FOUR_TIMES) >>> 0
          const lastWord = rowEnd >> 2
          let word = at >> 2
          while (word < lastWord && words[word] === four) word++
          at = word << 2
          while (at < rowEnd && data[at] === value) at++
        }
      }
      if (wanted[value] === 0) continue
      start[count] = first
      end[count] = at
      label[count++] = value
    }
  }
  before[rows] = count
  return { count, start, end, label, before }
}

function grown<T extends Int32Array | Uint8Array>(array: T, room: number): T {
  const larger = new (array.constructor as new (length: number) => T)(room)
  larger.set(array as never)
  return larger
}
