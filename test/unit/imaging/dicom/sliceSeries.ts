import type { SliceHeader } from '../../../../src/core/sliceHeader.ts'

export type Vector = [number, number, number]

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

export interface SeriesGeometry {
  row?: Vector
  column?: Vector
  origin?: Vector
  /** Distances of the slices along the normal, mm. */
  along?: readonly number[]
  /** Shift of the origin per mm along the normal, along row and column. */
  shear?: readonly [number, number]
}

export const AXIAL: Required<SeriesGeometry> = {
  row: [1, 0, 0],
  column: [0, 1, 0],
  origin: [-10, -20, 30],
  along: [0, 2, 4, 6],
  shear: [0, 0],
}

/** One header; 6 columns, 5 rows, pixels 0.5 mm wide and 0.75 mm high. */
export function slice(index: number, changes: Partial<SliceHeader> = {}): SliceHeader {
  return {
    index,
    frame: 0,
    frames: 1,
    sopInstanceUid: `1.2.${index}`,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    seriesInstanceUid: '1.2',
    modality: 'CT',
    imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    rows: 5,
    columns: 6,
    position: [0, 0, index],
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacing: [0.75, 0.5],
    spacingBetweenSlices: undefined,
    sliceThickness: 99,
    slope: 1,
    intercept: 0,
    modalityLut: false,
    units: undefined,
    samplesPerPixel: 1,
    photometric: 'MONOCHROME2',
    bitsAllocated: 16,
    bitsStored: 12,
    signed: false,
    paddingValue: undefined,
    instanceNumber: 1,
    acquisitionNumber: undefined,
    temporalPosition: undefined,
    echoTime: undefined,
    triggerTime: undefined,
    bValue: undefined,
    stackId: undefined,
    inStackPosition: undefined,
    dimensionIndexValues: [],
    ...changes,
  }
}

/** Headers of a stack, indices from `first`. */
export function stack(
  geometry: SeriesGeometry = {},
  changes: Partial<SliceHeader> = {},
  first = 0,
): SliceHeader[] {
  const { row, column, origin, along, shear } = { ...AXIAL, ...geometry }
  const normal = cross(row, column)
  return along.map((t, k) => {
    const at = (axis: 0 | 1 | 2) =>
      origin[axis] + t * (normal[axis] + shear[0] * row[axis] + shear[1] * column[axis])
    return slice(first + k, {
      position: [at(0), at(1), at(2)],
      orientation: [...row, ...column],
      ...changes,
    })
  })
}
