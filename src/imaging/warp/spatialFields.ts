import { voxelCount } from '../../core/volume.ts'
import { ALONE, type Staff } from './crew.ts'
import { jobMemory, performSlabs } from './jobMemory.ts'
import type { FieldFigures } from './seat.ts'
import { layOutFields } from './warpJob.ts'
import type { FieldRequest } from './warpRequest.ts'

/** What a chain does to space on the voxels of a grid. */
export interface SpatialFields {
  readonly summary: FieldFigures & {
    /** Share of the voxels with a determinant not above 0. */
    readonly foldedShare: number
  }
  /** Determinant of the derivative of moving by fixed position, a number a voxel; transformix -jac. */
  readonly jacobian?: Float32Array
  /** Moving minus fixed position, LPS mm: x of all voxels, then y, then z; transformix -def. */
  readonly displacement?: Float32Array
}

/**
 * The spatial Jacobian and the displacement of a chain at every voxel of a grid, from the derivatives of the B-splines.
 * The summary needs no memory beyond a few planes.
 * @throws RangeError for a grid without an inverse.
 */
export async function spatialFields(request: FieldRequest, staff: Staff = ALONE): Promise<SpatialFields> {
  const laidOut = layOutFields(request, staff.seats)
  const { job } = laidOut
  const memory = jobMemory(laidOut)
  const count = voxelCount(job.shape)
  const jacobian = job.fields?.jacobian ? new Float32Array(count) : undefined
  const displacement = job.fields?.displacement ? new Float32Array(3 * count) : undefined
  let summary: FieldFigures = {
    folded: 0,
    least: Number.POSITIVE_INFINITY,
    most: Number.NEGATIVE_INFINITY,
    farthestMm: 0,
  }
  const crew = staff.hire(job, memory)
  try {
    await performSlabs(job, memory, crew, (voxel, planes, figures) => {
      if (jacobian) jacobian.set(planes[0]!, voxel)
      if (displacement)
        for (let axis = 0; axis < 3; axis++) displacement.set(planes.at(axis - 3)!, axis * count + voxel)
      if (figures) summary = together(summary, figures)
    })
  } finally {
    await crew.dismiss()
  }
  return {
    summary: { ...summary, foldedShare: summary.folded / count },
    ...(jacobian && { jacobian }),
    ...(displacement && { displacement }),
  }
}

const together = (a: FieldFigures, b: FieldFigures): FieldFigures => ({
  folded: a.folded + b.folded,
  least: Math.min(a.least, b.least),
  most: Math.max(a.most, b.most),
  farthestMm: Math.max(a.farthestMm, b.farthestMm),
})
