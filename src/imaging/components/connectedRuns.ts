import type { Shape } from '../../core/volume.ts'
import type { VoxelRuns } from './voxelRuns.ts'

/** Voxels that touch: by faces (6), by faces and edges (18), or by corners too (26). */
export type Connectivity = 6 | 18 | 26

/**
 * Which runs hang together: `root[r]` is the first run, in voxel order, of the component that run r belongs to.
 * Components of different labels are told apart.
 *
 * Runs are joined with those of the rows before theirs by union and find with the smaller index as root and path
 * halving; after Lifeng He et al., "A run-based two-scan labeling algorithm", IEEE Trans. Image Process. 17(5), 2008,
 * in three dimensions.
 */
export function connectedRuns(runs: VoxelRuns, shape: Shape, connectivity: Connectivity): Int32Array {
  const [width, rows, slices] = shape
  const root = new Int32Array(runs.count)
  for (let r = 0; r < runs.count; r++) root[r] = r
  // How far runs of two rows may lie apart along i and still touch: rows that share a face, rows that share an edge.
  const besideReach = connectivity === 6 ? 0 : 1
  const diagonalReach = connectivity === 26 ? 1 : 0
  for (let slice = 0; slice < slices; slice++)
    for (let row = 0; row < rows; row++) {
      const here = slice * rows + row
      if (runs.before[here] === runs.before[here + 1]) continue
      if (row > 0) joinRows(runs, root, here, here - 1, width, besideReach)
      if (slice === 0) continue
      const below = here - rows
      joinRows(runs, root, here, below, width, besideReach)
      if (connectivity === 6) continue
      if (row > 0) joinRows(runs, root, here, below - 1, width, diagonalReach)
      if (row < rows - 1) joinRows(runs, root, here, below + 1, width, diagonalReach)
    }
  // Roots precede what hangs on them, so one step a run leads all the way.
  for (let r = 0; r < runs.count; r++) root[r] = root[root[r]!]!
  return root
}

/** Joins each run of row `a` with the runs of row `b` that it touches and that have its label. */
function joinRows(
  { start, end, label, before }: VoxelRuns,
  root: Int32Array,
  a: number,
  b: number,
  width: number,
  reach: number,
): void {
  // Positions of row `b` as if it lay in row `a`.
  const shift = (a - b) * width
  const lastA = before[a + 1]!
  const lastB = before[b + 1]!
  let q = before[b]!
  for (let p = before[a]!; p < lastA && q < lastB; p++) {
    const from = start[p]! - shift - reach
    const to = end[p]! - shift + reach
    while (q < lastB && end[q]! <= from) q++
    // The last one that touches may touch the next run of `a` too.
    for (let n = q; n < lastB && start[n]! < to; n++) if (label[n] === label[p]) join(root, p, n)
  }
}

function join(root: Int32Array, p: number, q: number): void {
  const a = find(root, p)
  const b = find(root, q)
  if (a < b) root[b] = a
  else root[a] = b
}

function find(root: Int32Array, run: number): number {
  let at = run
  for (let above = root[at]!; above !== at; above = root[at]!) {
    const next = root[above]!
    root[at] = next
    at = next
  }
  return at
}
