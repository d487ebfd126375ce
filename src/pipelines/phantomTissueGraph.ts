import type { Point } from '../core/affine.ts'
import type { Shape } from '../core/volume.ts'
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../formats/onnx/encodeModel.ts'
import { BASE, CAVITY, cross, dot, EPICARDIUM, unit } from '../imaging/phantom/cardiacAnatomy.ts'
import { angiogramGrid } from '../imaging/phantom/cardiacCt.ts'

/** Voxels along x, y and z that the classifier sees, over the field of view of the phantom's angiogram. */
export const TISSUE_SHAPE: Shape = [64, 64, 32]

/** A surface on which a quadric is 1, in the mean anatomy of the phantom; inside it is less. */
interface Quadric {
  /** Unit vectors and half lengths of the axes along which it ends. */
  readonly axes: readonly (readonly [Point, number])[]
  readonly centre: Point
  /** mm from its middle to its surface, about. */
  readonly radius: number
  /** mm by which the structure may be larger than the mean. */
  readonly tolerance: number
}

const BODY: readonly Point[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

const ellipsoid = (centre: Point, half: Point, radius: number, tolerance: number): Quadric => ({
  axes: BODY.map((axis, n) => [axis, half[n]!] as const),
  ...{ centre, radius, tolerance },
})

function tube(from: Point, to: Point, radius: number, tolerance: number): Quadric {
  const along = unit([to[0] - from[0], to[1] - from[1], to[2] - from[2]])
  const across = unit(cross(along, [1, 0, 0]))
  return {
    axes: [
      [across, radius],
      [cross(along, across), radius],
    ],
    ...{ centre: from, radius, tolerance },
  }
}

/** Middle and axis of the left ventricle in the mean of `drawCardiacAnatomy`. */
const VENTRICLE: Point = [36, -24, -6]
const AXIS = unit([0.66, -0.6, -0.46])

function ventricle(across: number, along: number, tolerance: number): Quadric {
  const side = unit(cross(AXIS, [0, 0, 1]))
  return {
    axes: [
      [side, across],
      [cross(AXIS, side), across],
      [AXIS, along],
    ],
    centre: VENTRICLE,
    radius: Math.sqrt(across * Math.sqrt(across * along)),
    tolerance,
  }
}

const SHAPES = {
  cavity: ventricle(CAVITY.across, CAVITY.along, 5),
  epicardium: ventricle(EPICARDIUM.across, EPICARDIUM.along, 3),
  leftAtrium: ellipsoid([3, 16, 17], [32, 19, 24], 24, 2),
  rightVentricle: ellipsoid([0, -46, -8], [42, 28, 40], 36, 1),
  rightAtrium: ellipsoid([-37, -14, 2], [25, 28, 34], 29, 1),
  ascendingAorta: tube([7, -10, 12], [-16, -16, 90], 15, 2),
  descendingAorta: tube([25, 44, 0], [25, 44, 100], 11.5, 3),
} as const satisfies Record<string, Quadric>

/** HU: blood with contrast medium is above, muscle between `tissue` and it. 30 HU are as sure as 3 mm. */
const HU = { tissue: 20, blood: 165, sure: 30, weight: 3 }

/** Coordinates are in units of 100 mm, so that their squares are near 1. */
const UNIT = 100

/** Coefficients of a quadric or a plane over x², y², z², xy, xz, yz, x, y, z, and its constant. */
interface Polynomial {
  readonly weights: readonly number[]
  readonly constant: number
}

function quadricPolynomial({ axes, centre }: Quadric): Polynomial {
  const weights = new Array<number>(9).fill(0)
  let constant = 0
  for (const [axis, half] of axes) {
    const [a, b, c] = axis.map(v => (v * UNIT) / half) as [number, number, number]
    const d = -dot(axis, centre) / half
    const terms = [a * a, b * b, c * c, 2 * a * b, 2 * a * c, 2 * b * c, 2 * a * d, 2 * b * d, 2 * c * d]
    for (let n = 0; n < 9; n++) weights[n]! += terms[n]!
    constant += d * d
  }
  return { weights, constant }
}

const planePolynomial = (normal: Point, offset: number): Polynomial => ({
  weights: [0, 0, 0, 0, 0, 0, ...normal.map(v => v * UNIT)],
  constant: offset,
})

/** Collects nodes and constants under names of their own. */
class GraphDraft {
  readonly nodes: OnnxNode[] = []
  readonly constants: Record<string, OnnxTensor> = {}

  op(op: string, inputs: readonly string[], attributes?: OnnxNode['attributes']): string {
    const output = `t${this.nodes.length}`
    this.nodes.push({ op, inputs, output, ...(attributes ? { attributes } : {}) })
    return output
  }

  constant(values: readonly number[], dims: readonly number[] = []): string {
    const name = `c${Object.keys(this.constants).length}`
    this.constants[name] = { dims, data: Float32Array.from(values) }
    return name
  }

  /** value · scale + offset */
  scaled(value: string, scale: number, offset: number): string {
    return this.op('Add', [this.op('Mul', [value, this.constant([scale])]), this.constant([offset])])
  }

  polynomial(features: string, { weights, constant }: Polynomial): string {
    return this.op(
      'Conv',
      [features, this.constant(weights, [1, 9, 1, 1, 1]), this.constant([constant], [1])],
      {
        kernel_shape: [1, 1, 1],
      },
    )
  }
}

/**
 * A classifier of the cardiac phantom: at each voxel a label's logit is the least of how far (mm) the voxel is inside
 * the structure of the mean anatomy, and how well its HU fit. Labels are those of the pipeline (`HEART_STRUCTURES`).
 */
export function tissueGraph(): OnnxGraph {
  const draft = new GraphDraft()
  const zero = draft.op('Mul', ['image', draft.constant([0])])
  const features = coordinateFeatures(draft, zero)
  const inside = (shape: Quadric): string => {
    const square = draft.op('Relu', [draft.polynomial(features, quadricPolynomial(shape))])
    return draft.scaled(draft.op('Sqrt', [square]), -shape.radius, shape.radius + shape.tolerance)
  }
  const clipped = (v: string) => draft.op('Clip', [v, draft.constant([-2]), draft.constant([2])])
  const above = (hu: number) =>
    draft.op('Mul', [clipped(draft.scaled('image', 1 / HU.sure, -hu / HU.sure)), draft.constant([HU.weight])])
  const blood = above(HU.blood)
  const muscle = draft.op('Min', [above(HU.tissue), draft.op('Neg', [blood])])
  const base = draft.polynomial(features, planePolynomial(AXIS, -dot(AXIS, VENTRICLE) - BASE))
  const root = draft.polynomial(features, planePolynomial([0, 0, 1], -14))
  const least = (...values: string[]) => draft.op('Min', values)
  const logits = [
    zero,
    least(inside(SHAPES.cavity), base, blood),
    least(inside(SHAPES.leftAtrium), blood),
    least(inside(SHAPES.rightVentricle), blood),
    least(inside(SHAPES.rightAtrium), blood),
    draft.op('Max', [
      least(inside(SHAPES.ascendingAorta), root, blood),
      least(inside(SHAPES.descendingAorta), blood),
    ]),
    least(inside(SHAPES.epicardium), draft.scaled(base, 1, 1), muscle),
  ]
  const [w, h, d] = TISSUE_SHAPE
  return {
    name: 'phantom-tissues',
    inputs: [{ name: 'image', dims: [1, 1, d, h, w] }],
    outputs: [{ name: 'logits', dims: [1, logits.length, d, h, w] }],
    constants: draft.constants,
    nodes: [...draft.nodes, { op: 'Concat', inputs: logits, output: 'logits', attributes: { axis: 1 } }],
  }
}

/** x², y², z², xy, xz, yz, x, y, z of each voxel, LPS in units of 100 mm, as nine channels. */
function coordinateFeatures(draft: GraphDraft, zero: string): string {
  const { shape, affine: toRas } = angiogramGrid(TISSUE_SHAPE)
  const lps = [-1, -1, 1]
  const [x, y, z] = [0, 1, 2].map(axis => {
    const steps = Array.from(
      { length: shape[axis]! },
      (_, n) => (lps[axis]! * (toRas[4 * axis + 3]! + n * toRas[5 * axis]!)) / UNIT,
    )
    const dims = [1, 1, 1, 1, 1]
    dims[4 - axis] = steps.length
    return draft.op('Add', [zero, draft.constant(steps, dims)])
  }) as [string, string, string]
  const product = (a: string, b: string) => draft.op('Mul', [a, b])
  const squares = [product(x, x), product(y, y), product(z, z), product(x, y), product(x, z), product(y, z)]
  return draft.op('Concat', [...squares, x, y, z], { axis: 1 })
}
