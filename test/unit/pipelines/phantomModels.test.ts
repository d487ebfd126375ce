import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Shape, Volume } from '../../../src/core/volume.ts'
import { HEART_LABEL } from '../../../src/imaging/phantom/cardiacAnatomy.ts'
import {
  angiogramGrid,
  cardiacAngiogram,
  cardiacPerfusion,
  perfusionGrid,
} from '../../../src/imaging/phantom/cardiacCt.ts'
import { generateImage } from '../../../src/inference/generateImage.ts'
import { parseGeneratorCard, parseSegmentationCard } from '../../../src/inference/modelCard.ts'
import type { RuntimeChoice } from '../../../src/inference/runtime.ts'
import { segmentImage } from '../../../src/inference/segmentImage.ts'
import {
  type PhantomModel,
  phantomGenerator,
  phantomModels,
  phantomTissues,
} from '../../../src/pipelines/phantomModels.ts'
import { HEART_STRUCTURES } from '../../../src/steps/segment/labelMaps.ts'

const DEMO: Shape = [64, 64, 32]

const file = ({ name, onnx }: PhantomModel) => ({
  bytes: onnx,
  sha256: createHash('sha256').update(onnx).digest('hex'),
  where: `models/${name}.onnx`,
})

const options = (runtime: RuntimeChoice) =>
  ({
    device: 'cpu',
    threads: 1,
    availableBytes: 4e9,
    mode: 'card',
    where: 'a',
    cardWhere: 'b',
    runtime,
  }) as const

function segment(volume: Volume<Int16Array>, runtime: RuntimeChoice = 'auto') {
  const model = phantomTissues()
  return segmentImage(volume, file(model), parseSegmentationCard(model.card, 'card'), options(runtime))
}

function dice(labels: Uint8Array, label: number, truth: Uint8Array, truthLabel: number): number {
  let [both, one] = [0, 0]
  for (let i = 0; i < labels.length; i++) {
    const [a, b] = [labels[i] === label, truth[i] === truthLabel]
    one += Number(a) + Number(b)
    both += Number(a && b)
  }
  return (2 * both) / one
}

const structures = Object.keys(HEART_STRUCTURES) as (keyof typeof HEART_STRUCTURES)[]

describe('phantom-tissues', () => {
  it.each([1, 2, 3, 21, 77])('finds every structure in the angiogram of phantom %i', async seed => {
    const { volume, labels } = cardiacAngiogram({ grid: angiogramGrid(DEMO), seed })
    const mask = await segment(volume)
    expect(mask.grid).toBe(volume.grid)
    for (const name of structures)
      expect(dice(mask.data, HEART_STRUCTURES[name], labels.data, HEART_LABEL[name]), name).toBeGreaterThan(
        name === 'myocardium' ? 0.85 : 0.7,
      )
  })

  it('finds every structure in the mean image of a perfusion scan too', async () => {
    const { mean, labels } = cardiacPerfusion({ grid: perfusionGrid([64, 64, 28]), seed: 4 })
    const mask = await segment(mean)
    for (const name of structures)
      expect(dice(mask.data, HEART_STRUCTURES[name], labels.data, HEART_LABEL[name]), name).toBeGreaterThan(
        0.7,
      )
  })

  it('finds them at other sizes, which are resized', async () => {
    const { volume, labels } = cardiacAngiogram({ grid: angiogramGrid([96, 80, 50]), seed: 9 })
    const mask = await segment(volume)
    expect(dice(mask.data, 6, labels.data, HEART_LABEL.myocardium)).toBeGreaterThan(0.8)
  })

  it('gives the same labels in both builds of ONNX Runtime', async () => {
    for (const seed of [5, 6]) {
      const { volume } = cardiacAngiogram({ grid: angiogramGrid(DEMO), seed })
      const [native, web] = [await segment(volume, 'native'), await segment(volume, 'web')]
      expect(native.data.filter((l, i) => l !== web.data[i]).length).toBe(0)
    }
  })
})

describe('phantom-generator', () => {
  it('gives the blood flow of the myocardium of a phantom', async () => {
    const { volume, labels } = cardiacAngiogram({ grid: angiogramGrid(DEMO), seed: 1 })
    const model = phantomGenerator()
    const flow = await generateImage(
      volume,
      file(model),
      parseGeneratorCard(model.card, 'card'),
      options('auto'),
    )
    expect(flow.grid).toBe(volume.grid)
    let checked = 0
    flow.data.forEach((v, i) => {
      const expected = Math.min(
        300,
        Math.max(0, (Math.min(500, Math.max(-200, volume.data[i]!)) - 58) / 0.36),
      )
      if (Math.abs(v - expected) > 0.01) throw new Error(`voxel ${i}: ${v}, not ${expected}`)
      checked += labels.data[i] === HEART_LABEL.myocardium ? 1 : 0
    })
    expect(checked).toBeGreaterThan(1000)
  })
})

describe('the models of the demonstration', () => {
  it('are the same bytes each time, small, and named as what they are', () => {
    expect(phantomModels()).toEqual(phantomModels())
    for (const { name, onnx, card } of phantomModels()) {
      expect(onnx.length).toBeLessThan(10_000)
      const parsed = JSON.parse(card)
      expect(parsed.name).toBe(name)
      expect(parsed.name).toMatch(/^phantom-/)
      expect(parsed.notes).toMatch(/nothing on the image of a patient/)
    }
  })
})
