import { encodedNode } from './encodeModel.ts'
import { type Field, intField, joined, messageField, textField } from './protobuf.ts'
import { readFields, textOfField } from './protobufReader.ts'

/** Outputs that `withLabelOutput` gives a model. */
export const LABEL_OUTPUT = 'voxmill/labels'
export const SHAPE_OUTPUT = 'voxmill/shape'

const UINT8 = 2
const INT64 = 7

/**
 * The same model with two more outputs. `voxmill/labels`: the channel of the largest value at each voxel, of equal ones
 * the lowest, as uint8 of the shape N D H W. `voxmill/shape`: the five sizes of the values. The values themselves need
 * then not leave ONNX Runtime.
 *
 * A message that stands behind another is merged into it (protobuf.dev, Encoding, "Last One Wins"): what is added to
 * the graph is written behind the model.
 *
 * @param model bytes of a ModelProto
 * @param output name of its output of the shape N C D H W, at most 256 channels
 * @returns the bytes given where the model has no such output
 * @throws DamagedModelError
 */
export function withLabelOutput(model: Uint8Array, output: string): Uint8Array {
  if (!outputsOf(model).includes(output)) return model
  const largest = `${LABEL_OUTPUT}/int64`
  const added = [
    { op: 'ArgMax', inputs: [output], output: largest, attributes: { axis: 1, keepdims: 0 } },
    { op: 'Cast', inputs: [largest], output: LABEL_OUTPUT, attributes: { to: UINT8 } },
    { op: 'Shape', inputs: [output], output: SHAPE_OUTPUT },
  ]
  return joined([
    model,
    messageField(7, [
      ...added.map(node => messageField(1, encodedNode(node))),
      messageField(12, tensorValue(LABEL_OUTPUT, UINT8)),
      messageField(12, tensorValue(SHAPE_OUTPUT, INT64)),
    ]),
  ])
}

/** A ValueInfoProto of a tensor whose shape is left open. */
const tensorValue = (name: string, type: number): Field[] => [
  textField(1, name),
  messageField(2, [messageField(1, [intField(1, type)])]),
]

function outputsOf(model: Uint8Array): string[] {
  const graph = readFields(model).filter(field => field.number === 7)
  return graph
    .flatMap(field => readFields(field.bytes).filter(part => part.number === 12))
    .flatMap(value => readFields(value.bytes).filter(part => part.number === 1))
    .map(textOfField)
}
