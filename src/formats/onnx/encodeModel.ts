import { bytesField, type Field, floatField, intField, joined, messageField, textField } from './protobuf.ts'

/** A tensor of constants, float32 or int64, last dimension fastest. */
export interface OnnxTensor {
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

/** A float32 tensor that goes in or out; a dimension given by a name may have any size. */
export interface OnnxValue {
  readonly name: string
  readonly dims: readonly (number | string)[]
}

/** A whole number stands for INT, a list for INTS, a text for STRING, `{ float }` for FLOAT. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number }

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxGraph {
  readonly name: string
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly constants: Readonly<Record<string, OnnxTensor>>
  /** In the order in which they can be computed. */
  readonly nodes: readonly OnnxNode[]
}

/** Known to every ONNX Runtime since 1.15. */
const IR_VERSION = 8
const OPSET = 17

const FLOAT = 1
const INT64 = 7

/**
 * An ONNX model of float32 values, as the bytes of a ModelProto (onnx.proto of ONNX 1.13; the numbers are those of its
 * fields).
 */
export function encodeOnnxModel(graph: OnnxGraph, producer: string): Uint8Array<ArrayBuffer> {
  return joined([
    intField(1, IR_VERSION),
    textField(2, producer),
    messageField(7, encodedGraph(graph)),
    messageField(8, [textField(1, ''), intField(2, OPSET)]),
  ])
}

const encodedGraph = ({ name, nodes, constants, inputs, outputs }: OnnxGraph): Field[] => [
  ...nodes.map(node => messageField(1, encodedNode(node))),
  textField(2, name),
  ...Object.entries(constants).map(([key, tensor]) => messageField(5, encodedTensor(key, tensor))),
  ...inputs.map(value => messageField(11, encodedValue(value))),
  ...outputs.map(value => messageField(12, encodedValue(value))),
]

/** A NodeProto. */
export const encodedNode = ({ op, inputs, output, attributes = {} }: OnnxNode): Field[] => [
  ...inputs.map(input => textField(1, input)),
  textField(2, output),
  textField(4, op),
  ...Object.entries(attributes).map(([name, value]) =>
    messageField(5, [textField(1, name), ...encodedAttribute(value)]),
  ),
]

function encodedAttribute(value: OnnxAttribute): Field[] {
  if (typeof value === 'number') return [intField(3, value), intField(20, 2)]
  if (typeof value === 'string') return [textField(4, value), intField(20, 3)]
  if ('float' in value) return [floatField(2, value.float), intField(20, 1)]
  return [...value.map(n => intField(8, n)), intField(20, 7)]
}

/** A TensorProto. */
export const encodedTensor = (name: string, { dims, data }: OnnxTensor): Field[] => [
  ...dims.map(n => intField(1, n)),
  intField(2, data instanceof Float32Array ? FLOAT : INT64),
  textField(8, name),
  bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
]

const encodedValue = ({ name, dims }: OnnxValue): Field[] => {
  const shape = dims.map(n => messageField(1, [typeof n === 'number' ? intField(1, n) : textField(2, n)]))
  return [
    textField(1, name),
    messageField(2, [messageField(1, [intField(1, FLOAT), messageField(2, shape)])]),
  ]
}
