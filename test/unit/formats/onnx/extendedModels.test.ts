import { describe, expect, it } from 'vitest'
import { withCopiedUpsampling } from '../../../../src/formats/onnx/copiedUpsampling.ts'
import {
  encodeOnnxModel,
  type OnnxAttribute,
  type OnnxNode,
} from '../../../../src/formats/onnx/encodeModel.ts'
import { LABEL_OUTPUT, SHAPE_OUTPUT, withLabelOutput } from '../../../../src/formats/onnx/labelOutput.ts'
import { SeededRandom } from '../../../../src/imaging/phantom/seededRandom.ts'
import { loadRuntime } from '../../../../src/inference/runtime.ts'

const { ort } = await loadRuntime('auto')

/** A model of these nodes from x to y, with the factors 1, 1, 2, 2, 2 as the constant `factors`. */
const modelOf = (nodes: readonly OnnxNode[], factors = [1, 1, 2, 2, 2]): Uint8Array =>
  encodeOnnxModel(
    {
      name: 'g',
      inputs: [{ name: 'x', dims: ['n', 'c', 'd', 'h', 'w'] }],
      outputs: [{ name: 'y', dims: ['n', 'c', '2d', '2h', '2w'] }],
      constants: { factors: { dims: [factors.length], data: Float32Array.from(factors) } },
      nodes,
    },
    'test',
  )

const NEAREST = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
const resize = (attributes: Readonly<Record<string, OnnxAttribute>> = NEAREST): OnnxNode[] => [
  { op: 'Resize', inputs: ['x', '', 'factors'], output: 'y', attributes },
]

async function valuesOf(model: Uint8Array, dims: readonly number[], outputs: readonly string[] = ['y']) {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 1 })
  const random = new SeededRandom(5)
  const x = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => random.between(-9, 9))
  const results = await session.run({ x: new ort.Tensor('float32', x, dims) }, outputs)
  await session.release()
  return results
}

describe('doubling by copies', () => {
  it.each([[[1, 3, 4, 5, 6]], [[1, 1, 1, 1, 1]], [[2, 5, 1, 7, 2]], [[1, 2, 3, 1, 9]]])(
    'gives the values of Resize for %j',
    async dims => {
      const model = modelOf(resize())
      const copied = withCopiedUpsampling(model)
      expect(copied.length).toBeGreaterThan(model.length)
      const [before, after] = [(await valuesOf(model, dims)).y!, (await valuesOf(copied, dims)).y!]
      expect(after.dims).toEqual(before.dims)
      expect(after.data).toEqual(before.data)
    },
  )

  it('takes the place of every doubling, one after the other', async () => {
    const twice: OnnxNode[] = [
      { op: 'Resize', inputs: ['x', '', 'factors'], output: 'middle', attributes: NEAREST },
      { op: 'LeakyRelu', inputs: ['middle'], output: 'bent', attributes: { alpha: { float: 0.1 } } },
      { op: 'Resize', inputs: ['bent', '', 'factors'], output: 'y', attributes: NEAREST },
    ]
    const model = modelOf(twice)
    const copied = withCopiedUpsampling(model)
    expect(new TextDecoder('latin1').decode(copied)).not.toContain('Resize')
    const [before, after] = [await valuesOf(model, [1, 2, 3, 2, 4]), await valuesOf(copied, [1, 2, 3, 2, 4])]
    expect(after.y!.data).toEqual(before.y!.data)
  })

  it.each([
    ['linear', resize({ ...NEAREST, mode: 'linear' }), undefined],
    ['rounded to the next', resize({ ...NEAREST, nearest_mode: 'round_prefer_ceil' }), undefined],
    [
      'placed by voxel centres',
      resize({ ...NEAREST, coordinate_transformation_mode: 'half_pixel' }),
      undefined,
    ],
    ['by other factors', resize(), [1, 1, 1, 2, 2]],
    ['of a picture', resize(), [1, 1, 2, 2]],
  ] as const)('leaves a Resize that is %s as it is', (_, nodes, factors) => {
    const model = modelOf(nodes, factors === undefined ? undefined : [...factors])
    expect(withCopiedUpsampling(model)).toBe(model)
  })

  it('refuses a model that is cut', () => {
    const model = modelOf(resize())
    expect(() => withCopiedUpsampling(model.subarray(0, 60))).toThrow(/goes beyond the end/)
    expect(() => withCopiedUpsampling(Uint8Array.of(0xff, 0xff))).toThrow(/a number has no end/)
    expect(() => withCopiedUpsampling(Uint8Array.of(0x0b))).toThrow(/no tag/)
  })
})

describe('label output', () => {
  const model = modelOf(resize())

  it('is the channel of the largest value', async () => {
    const results = await valuesOf(
      withLabelOutput(model, 'y'),
      [1, 5, 2, 3, 4],
      ['y', LABEL_OUTPUT, SHAPE_OUTPUT],
    )
    const { y, [LABEL_OUTPUT]: labels, [SHAPE_OUTPUT]: shape } = results
    expect([...(shape!.data as BigInt64Array)].map(Number)).toEqual([1, 5, 4, 6, 8])
    expect(labels!.type).toBe('uint8')
    expect(labels!.dims).toEqual([1, 4, 6, 8])
    const voxels = 4 * 6 * 8
    const values = y!.data as Float32Array
    const expected = Uint8Array.from({ length: voxels }, (_, n) => {
      const channels = Array.from({ length: 5 }, (_, c) => values[c * voxels + n]!)
      return channels.indexOf(Math.max(...channels))
    })
    expect(labels!.data).toEqual(expected)
    expect(new Set(expected).size).toBe(5)
  })

  it('is the lowest of channels that are equal', async () => {
    const equal = modelOf([{ op: 'Concat', inputs: ['x', 'x'], output: 'y', attributes: { axis: 1 } }])
    const { [LABEL_OUTPUT]: labels } = await valuesOf(
      withLabelOutput(equal, 'y'),
      [1, 1, 2, 2, 2],
      [LABEL_OUTPUT],
    )
    expect(labels!.data).toEqual(new Uint8Array(8))
  })

  it('is not added to a model without the output named', () => {
    expect(withLabelOutput(model, 'logits')).toBe(model)
  })
})
