import { createHash } from 'node:crypto'
import { VERSION } from '../core/version.ts'
import { encodeOnnxModel, type OnnxGraph } from '../formats/onnx/encodeModel.ts'
import { TISSUE_SHAPE, tissueGraph } from './phantomTissueGraph.ts'

/** A network for the project's own phantoms and nothing else, with its card. */
export interface PhantomModel {
  readonly name: 'phantom-tissues' | 'phantom-generator'
  /** Bytes of the .onnx file. */
  readonly onnx: Uint8Array
  /** JSON text of the card. */
  readonly card: string
}

const about = {
  source: 'made by voxmill (src/pipelines/phantomModels.ts); nothing was learnt',
  licence: 'MIT',
  notes: 'A model for the phantoms of `voxmill demo cta2mbf`. It means nothing on the image of a patient.',
}

/** The two networks of the demonstration; the same bytes on every machine. */
export const phantomModels = (): readonly PhantomModel[] => [phantomTissues(), phantomGenerator()]

/** A classifier of the cardiac phantom's tissues, voxel by voxel. */
export function phantomTissues(): PhantomModel {
  const [w, h, d] = TISSUE_SHAPE
  return model('phantom-tissues', tissueGraph(), sha256 => ({
    name: 'phantom-tissues',
    task: "labels the structures of the project's own cardiac phantom",
    ...about,
    sha256,
    input: {
      name: 'image',
      layout: 'N C D H W',
      axes: 'z y x, LPS',
      size: [d, h, w],
      resize: 'linear; volume edges coincide',
      intensity: 'raw HU',
      dtype: 'float32',
    },
    output: { name: 'logits', classes: 7, restore: 'linear logits, then arg max' },
    memory: { bytesPerVoxel: 400, bytes: 0 },
    labels: {
      0: 'background',
      1: 'left ventricle',
      2: 'left atrium',
      3: 'right ventricle',
      4: 'right atrium',
      5: 'aorta',
      6: 'left ventricular myocardium',
    },
  }))
}

/** Normalised values from −1 to 1 on both sides. */
const CTA = { clip: [-200, 500], mean: 150, sd: 350 }
const FLOW = { scale: 150, offset: 150, clip: [0, 300] }

/** HU that the phantom's myocardium has without blood flow, and what each ml/100 ml/min adds. */
const MYOCARDIUM = { value: 58, swing: 0.36 }

/** Blood flow as a linear function of HU, which is right for the phantom's myocardium and nowhere else. */
export function phantomGenerator(): PhantomModel {
  const slope = CTA.sd / MYOCARDIUM.swing / FLOW.scale
  const offset = ((CTA.mean - MYOCARDIUM.value) / MYOCARDIUM.swing - FLOW.offset) / FLOW.scale
  const dims = [1, 1, 'd', 'h', 'w']
  const graph: OnnxGraph = {
    name: 'phantom-generator',
    inputs: [{ name: 'cta', dims }],
    outputs: [{ name: 'mbf', dims }],
    constants: {
      slope: { dims: [], data: Float32Array.of(slope) },
      offset: { dims: [], data: Float32Array.of(offset) },
    },
    nodes: [
      { op: 'Mul', inputs: ['cta', 'slope'], output: 'scaled' },
      { op: 'Add', inputs: ['scaled', 'offset'], output: 'mbf' },
    ],
  }
  return model('phantom-generator', graph, sha256 => ({
    name: 'phantom-generator',
    task: "makes a flow map of the project's own cardiac phantom by a fixed linear function",
    ...about,
    sha256,
    input: {
      name: 'cta',
      layout: 'N C D H W',
      axes: 'z y x, LPS',
      intensity: CTA,
      dtype: 'float32',
    },
    output: { name: 'mbf', ...FLOW, unit: 'ml/100 ml/min' },
    memory: { bytesPerVoxel: 24, bytes: 0 },
  }))
}

function model(name: PhantomModel['name'], graph: OnnxGraph, card: (sha256: string) => object): PhantomModel {
  const onnx = encodeOnnxModel(graph, `voxmill ${VERSION}`)
  const sha256 = createHash('sha256').update(onnx).digest('hex')
  return { name, onnx, card: `${JSON.stringify(card(sha256), null, 2)}\n` }
}
