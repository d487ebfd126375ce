import { createHash } from 'node:crypto'
import { encodeOnnxModel, type OnnxGraph } from '../../../src/formats/onnx/encodeModel.ts'
import type { SegmentationCard } from '../../../src/inference/cardSchema.ts'
import { parseSegmentationCard } from '../../../src/inference/modelCard.ts'
import type { ModelFile, NetworkOptions } from '../../../src/inference/network.ts'

export const CPU: NetworkOptions = { device: 'cpu', threads: 1, availableBytes: 8e9 }

const DIMS = [1, 1, 'd', 'h', 'w']

/** Two classes by a mean over a window of unequal arms, so that a wrong axis or direction gives other labels. */
export function lopsidedMean(threshold: number): OnnxGraph {
  const kernel = new Float32Array(3 * 3 * 5)
  // D, H, W: more weight towards rising z, falling y and rising x.
  for (let k = 0; k < 3; k++)
    for (let j = 0; j < 3; j++)
      for (let i = 0; i < 5; i++) kernel[(k * 3 + j) * 5 + i] = (1 + k) * (3 - j) * (1 + i * i)
  const sum = kernel.reduce((a, b) => a + b, 0)
  return {
    name: 'lopsided-mean',
    inputs: [{ name: 'image', dims: DIMS }],
    outputs: [{ name: 'logits', dims: [1, 2, 'd', 'h', 'w'] }],
    constants: {
      kernel: { dims: [1, 1, 3, 3, 5], data: kernel.map(v => v / sum) },
      threshold: { dims: [], data: Float32Array.of(threshold) },
      zero: { dims: [], data: Float32Array.of(0) },
    },
    nodes: [
      {
        op: 'Conv',
        inputs: ['image', 'kernel'],
        output: 'mean',
        attributes: { kernel_shape: [3, 3, 5], pads: [1, 1, 2, 1, 1, 2] },
      },
      { op: 'Sub', inputs: ['mean', 'threshold'], output: 'excess' },
      { op: 'Mul', inputs: ['image', 'zero'], output: 'background' },
      { op: 'Concat', inputs: ['background', 'excess'], output: 'logits', attributes: { axis: 1 } },
    ],
  }
}

export function toyModel(graph: OnnxGraph): ModelFile {
  const bytes = encodeOnnxModel(graph, 'test')
  return {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    where: `models/${graph.name}.onnx`,
  }
}

export function toyCard(model: ModelFile, input: object = {}, output: object = {}): SegmentationCard {
  return parseSegmentationCard(
    JSON.stringify({
      name: 'toy',
      licence: 'MIT',
      sha256: model.sha256,
      input: { name: 'image', layout: 'N C D H W', axes: 'z y x, LPS', intensity: 'raw HU', ...input },
      output: { name: 'logits', classes: 2, ...output },
      memory: { bytesPerVoxel: 40 },
      labels: { 0: 'background', 1: 'bright' },
    }),
    'models/toy.json',
  )
}
