import { encodedNode, encodedTensor, type OnnxNode, type OnnxTensor } from './encodeModel.ts'
import { bytesField, type Field, joined, messageField } from './protobuf.ts'
import { type ReadField, readFields, textOfField } from './protobufReader.ts'

/** Fields of ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto and OperatorSetIdProto (onnx.proto). */
const MODEL = { graph: 7, opset: 8 } as const
const GRAPH = { node: 1, constant: 5 } as const
const NODE = { input: 1, output: 2, op: 4, attribute: 5, domain: 7 } as const
const ATTRIBUTE = { name: 1, text: 4, tensor: 5 } as const
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8, raw: 9 } as const
const FLOAT = 1

/** Since these the operators have the inputs that are used here. */
const FIRST_OPSET = 13

/**
 * The same model with every doubling of a volume by its nearest voxel written as copies: `Resize` by (1, 1, 2, 2, 2) goes
 * voxel by voxel through a table in ONNX Runtime's CPU provider, for want of the shortcut that it has for pictures.
 * `Concat` of an array with itself, axis after axis, gives the same values at the speed of memory.
 *
 * @param model bytes of a ModelProto
 * @returns the bytes given where nothing of the kind is in it
 * @throws DamagedModelError
 */
export function withCopiedUpsampling(model: Uint8Array): Uint8Array {
  const fields = readFields(model)
  const graphs = fields.filter(f => f.number === MODEL.graph)
  if (graphs.length !== 1 || opsetOf(fields) < FIRST_OPSET) return model
  const graph = readFields(graphs[0]!.bytes)
  const scales = constantsOf(graph)
  let changed = 0
  const parts: Field[] = graph.flatMap(field => {
    const doubling = field.number === GRAPH.node ? doublingOf(field, scales) : undefined
    if (doubling === undefined) return [field.whole]
    changed++
    return doubledByCopies(doubling.input, doubling.output).map(node =>
      messageField(GRAPH.node, encodedNode(node)),
    )
  })
  if (changed === 0) return model
  for (const [name, tensor] of Object.entries(CONSTANTS))
    parts.push(messageField(GRAPH.constant, encodedTensor(name, tensor)))
  return joined(
    fields.map(field =>
      field.number === MODEL.graph ? bytesField(MODEL.graph, joined(parts)) : field.whole,
    ),
  )
}

const opsetOf = (model: readonly ReadField[]): number =>
  model
    .filter(f => f.number === MODEL.opset)
    .map(f => readFields(f.bytes))
    .filter(set => set.every(f => f.number !== 1 || textOfField(f) === ''))
    .map(set => set.find(f => f.number === 2)?.value ?? 0)[0] ?? 0

const textsOf = (fields: readonly ReadField[], number: number): string[] =>
  fields.filter(f => f.number === number).map(textOfField)

/** Numbers of the small float32 constants of a graph, by name. */
function constantsOf(graph: readonly ReadField[]): Map<string, Float32Array> {
  const constants = new Map<string, Float32Array>()
  const take = (name: string | undefined, tensor: ReadField) => {
    const fields = readFields(tensor.bytes)
    const values = floatsOf(fields)
    const key = name ?? textsOf(fields, TENSOR.name)[0]
    if (key !== undefined && values !== undefined) constants.set(key, values)
  }
  for (const field of graph)
    if (field.number === GRAPH.constant) take(undefined, field)
    else if (field.number === GRAPH.node) {
      const node = readFields(field.bytes)
      if (textsOf(node, NODE.op)[0] !== 'Constant') continue
      for (const attribute of node.filter(f => f.number === NODE.attribute)) {
        const tensor = readFields(attribute.bytes).find(f => f.number === ATTRIBUTE.tensor)
        if (tensor !== undefined) take(textsOf(node, NODE.output)[0], tensor)
      }
    }
  return constants
}

function floatsOf(tensor: readonly ReadField[]): Float32Array | undefined {
  const raw = tensor.find(f => f.number === TENSOR.raw) ?? tensor.find(f => f.number === TENSOR.floats)
  const isFloat = tensor.some(f => f.number === TENSOR.type && f.value === FLOAT)
  if (raw === undefined || !isFloat || raw.wire !== 2) return undefined
  if (raw.bytes.length > 64 || raw.bytes.length % 4 !== 0) return undefined
  // A Buffer shares what it slices; its numbers need a place of their own.
  return new Float32Array(new Uint8Array(raw.bytes).buffer)
}

/** Input and output of a node that doubles a volume by its nearest voxel. */
function doublingOf(
  field: ReadField,
  scales: ReadonlyMap<string, Float32Array>,
): { input: string; output: string } | undefined {
  const node = readFields(field.bytes)
  const inputs = textsOf(node, NODE.input)
  const [output] = textsOf(node, NODE.output)
  if (textsOf(node, NODE.op)[0] !== 'Resize' || (textsOf(node, NODE.domain)[0] ?? '') !== '') return undefined
  if (inputs.length !== 3 || output === undefined) return undefined
  const attributes = new Map(
    node
      .filter(f => f.number === NODE.attribute)
      .map(f => readFields(f.bytes))
      .map(a => [textsOf(a, ATTRIBUTE.name)[0], textsOf(a, ATTRIBUTE.text)[0]]),
  )
  // Axes that a node names itself (opset 18) would give the scales another meaning.
  if (attributes.has('axes')) return undefined
  const nearest =
    (attributes.get('mode') ?? 'nearest') === 'nearest' &&
    attributes.get('coordinate_transformation_mode') === 'asymmetric' &&
    attributes.get('nearest_mode') === 'floor'
  const factors = scales.get(inputs[2]!)
  const twice = factors?.length === 5 && DOUBLED.every((n, axis) => n === factors[axis])
  return nearest && twice ? { input: inputs[0]!, output } : undefined
}

const DOUBLED = [1, 1, 2, 2, 2]
const whole = (...numbers: number[]): OnnxTensor => ({
  dims: [numbers.length],
  data: BigInt64Array.from(numbers, BigInt),
})
const PREFIX = 'voxmill/doubled'
const CONSTANTS = {
  [`${PREFIX}/factors`]: whole(...DOUBLED),
  [`${PREFIX}/column`]: whole(-1, 1),
  [`${PREFIX}/3`]: whole(3),
  [`${PREFIX}/4`]: whole(4),
  [`${PREFIX}/5`]: whole(5),
  [`${PREFIX}/0`]: whole(0),
}

/** Each voxel twice along x, then each row twice, then each slice twice. */
function doubledByCopies(input: string, output: string): OnnxNode[] {
  const constant = (name: string) => `${PREFIX}/${name}`
  const own = (name: string) => `${PREFIX}/${output}/${name}`
  const node = (op: string, inputs: string[], to: string, attributes?: OnnxNode['attributes']): OnnxNode => ({
    op,
    inputs,
    output: to,
    ...(attributes === undefined ? {} : { attributes }),
  })
  const size = (from: string, to: string, name: string) =>
    node('Slice', [own('shape'), constant(from), constant(to), constant('0')], own(name))
  const twice = (from: string, to: string) => node('Concat', [from, from], to, { axis: 1 })
  return [
    node('Shape', [input], own('before')),
    node('Mul', [own('before'), constant('factors')], own('shape')),
    size('4', '5', 'width'),
    size('3', '4', 'height'),
    node('Mul', [own('width'), own('height')], own('area')),
    node('Concat', [constant('column'), own('width')], own('rows'), { axis: 0 }),
    node('Concat', [constant('column'), own('area')], own('slices'), { axis: 0 }),
    node('Reshape', [input, constant('column')], own('a')),
    twice(own('a'), own('b')),
    node('Reshape', [own('b'), own('rows')], own('c')),
    twice(own('c'), own('d')),
    node('Reshape', [own('d'), own('slices')], own('e')),
    twice(own('e'), own('f')),
    node('Reshape', [own('f'), own('shape')], output),
  ]
}
