import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labelMask } from '../../../../src/artifacts/niftiMask.ts'
import { affine } from '../../../../src/core/affine.ts'
import type { Finding } from '../../../../src/core/finding.ts'
import type { Mask, Shape, Volume } from '../../../../src/core/volume.ts'
import { orderTowards } from '../../../../src/imaging/axisView.ts'
import { permuteAxes } from '../../../../src/imaging/permuteAxes.ts'
import { angiogramGrid, cardiacAngiogram } from '../../../../src/imaging/phantom/cardiacCt.ts'
import { phantomTissues } from '../../../../src/pipelines/phantomModels.ts'
import { nnunetLabelMap, structureLabel } from '../../../../src/steps/segment/labelMaps.ts'
import { segmentChambers } from '../../../../src/steps/segment/segmentChambers.ts'

const SHAPE: Shape = [5, 4, 3]
const image: Volume<Int16Array> = {
  grid: { shape: SHAPE, affine: affine([-0.7, 0, 0, 12, 0, -0.7, 0, 8, 0, 0, 1.2, -30]) },
  data: Int16Array.from({ length: 60 }, (_, n) => n),
}

const maskOf = (data: ArrayLike<number>, grid = image.grid): Mask => ({ grid, data: Uint8Array.from(data) })
/** Labels 0 to `most`, each in its turn. */
const cycling = (most: number) => maskOf(Array.from({ length: 60 }, (_, n) => n % (most + 1)))

async function imported(mask: Mask, params: object, dataset?: unknown) {
  const findings: Finding[] = []
  const { mask: result } = await segmentChambers.run(
    {
      ...{ image: { volume: image }, model: undefined, card: undefined, dataset },
      imported: labelMask(mask, { qform: 1, sform: 1 }),
    },
    segmentChambers.params(z).parse(params),
    {
      case: 'p1',
      fields: {},
      source: slot => `${slot}.nii.gz`,
      destination: () => '',
      report: f => findings.push(f),
    },
  )
  return { mask: result.mask, counts: result.counts, findings }
}

const turned = (to: string) => permuteAxes(cycling(7), orderTowards(image.grid, to))

describe('an imported mask', () => {
  it("takes the pipeline's labels from TotalSegmentator's chambers", async () => {
    const { mask, counts, findings } = await imported(cycling(7), { labelMap: 'totalsegmentator' })
    const expected = [0, 6, 2, 1, 4, 3, 5, 0]
    expect([...mask.data]).toEqual([...cycling(7).data].map(l => expected[l]))
    expect(counts.reduce((a, b) => a + b)).toBe(60)
    expect(mask.grid).toBe(image.grid)
    expect(findings).toEqual([])
  })

  it('takes them from the indices of version 1, and of version 2 what it has', async () => {
    const v1 = maskOf(Array.from({ length: 60 }, (_, n) => [7, 44, 45, 46, 47, 48, 49, 5][n % 8]!))
    const { mask } = await imported(v1, { labelMap: 'totalsegmentator-v1' })
    expect([...mask.data.subarray(0, 8)]).toEqual([5, 6, 2, 1, 4, 3, 0, 0])
    const v2 = maskOf(Array.from({ length: 60 }, (_, n) => [51, 52, 61][n % 3]!))
    const result = await imported(v2, { labelMap: 'totalsegmentator-v2' })
    expect([...result.mask.data.subarray(0, 3)]).toEqual([0, 5, 2])
    expect(result.findings.map(f => [f.code, f.numbers!.label])).toEqual(
      [1, 3, 4, 6].map(l => ['segmentation-label-absent', l]),
    )
    expect(result.findings[3]!.message).toContain('label 6 (myocardium)')
  })

  it("takes them from the names in nnU-Net's dataset.json, of both versions", async () => {
    const labels = {
      background: 0,
      'LV myocardium': 1,
      LA: 2,
      'Left Ventricle': 3,
      right_atrium: 4,
      RV: 5,
      lung: 6,
    }
    const { mask } = await imported(cycling(7), { labelMap: 'nnunet' }, { labels })
    expect([...mask.data.subarray(0, 8)]).toEqual([0, 6, 2, 1, 4, 3, 0, 0])
    expect(nnunetLabelMap({ labels: { 0: 'background', 205: 'myo', 500: 'LV' } }, 'd')).toEqual({
      205: 6,
      500: 1,
    })
    expect(() => nnunetLabelMap({ labels: { LV: [1, 2] } }, 'd.json')).toThrow(/'LV' is \[1,2\]/)
    expect(() => nnunetLabelMap({ labels: { spleen: 1 } }, 'd.json')).toThrow(/no label of d.json/)
    expect(() => nnunetLabelMap({}, 'd.json')).toThrow(/no 'labels'/)
    await expect(imported(cycling(7), { labelMap: 'nnunet' })).rejects.toThrow(/needs the dataset.json/)
  })

  it('knows names of structures however they are written', () => {
    expect(structureLabel('heart_ventricle_left')).toBe(1)
    expect(structureLabel('Left-Atrium')).toBe(2)
    expect(structureLabel('left atrial appendage')).toBeUndefined()
  })

  it('takes a label map of its own', async () => {
    const { mask } = await imported(cycling(3), { labelMap: { 1: 6, 3: 1 }, expected: [1, 6] })
    expect([...mask.data.subarray(0, 4)]).toEqual([0, 6, 0, 1])
  })

  it.each(['RAS', 'SPL', 'AIR'])('stored %s is put in the order of the image, and told', async to => {
    const straight = await imported(cycling(7), {})
    const { mask, findings } = await imported(turned(to), {})
    expect(mask.data).toEqual(straight.mask.data)
    expect(findings.map(f => f.code)).toEqual(['imported-mask-reoriented'])
  })

  it('that lies a little beside the image takes its grid; one that lies far is refused', async () => {
    const shifted = (mm: number) => {
      const rows = image.grid.affine.map((v, n) => (n === 3 ? v + mm : v))
      return maskOf(cycling(7).data, { shape: SHAPE, affine: affine(rows) })
    }
    expect((await imported(shifted(0.3), {})).findings.map(f => f.code)).toEqual(['geometry-shift'])
    await expect(imported(shifted(0.4), {})).rejects.toMatchObject({
      code: 'geometry-mismatch',
      message: expect.stringContaining('0.400 mm'),
    })
  })

  it('of another size is refused', async () => {
    const other = maskOf(new Uint8Array(48), { ...image.grid, shape: [4, 4, 3] })
    await expect(imported(other, {})).rejects.toMatchObject({ code: 'shape-mismatch' })
  })

  it('that has nothing is an error', async () => {
    await expect(imported(maskOf(new Uint8Array(60)), {})).rejects.toMatchObject({
      code: 'segmentation-empty',
    })
  })
})

describe('a network', () => {
  const { volume } = cardiacAngiogram({ grid: angiogramGrid([64, 64, 32]), seed: 8 })
  const { onnx, card } = phantomTissues()
  const model = { bytes: onnx, sha256: createHash('sha256').update(onnx).digest('hex') }
  const run = (inputs: object, findings: Finding[] = []) =>
    segmentChambers.run(
      {
        ...{ image: { volume }, model, card, imported: undefined, dataset: undefined },
        ...inputs,
      },
      segmentChambers.params(z).parse({ device: 'cpu', threads: 1 }),
      {
        case: 'p1',
        fields: {},
        source: slot => `${slot}.file`,
        destination: () => '',
        report: f => findings.push(f),
      },
    )

  it('labels the image, which is given on as it is', async () => {
    const findings: Finding[] = []
    const { image: same, mask } = await run({}, findings)
    expect(same.volume).toBe(volume)
    expect(mask.mask.grid).toBe(volume.grid)
    expect(mask.counts[6]).toBeGreaterThan(1000)
    expect(findings).toEqual([])
  })

  it('that is missing, or whose card is, fails the case with what to do', async () => {
    for (const inputs of [{ model: undefined }, { card: undefined }])
      await expect(run(inputs)).rejects.toMatchObject({
        code: 'model-missing',
        remedy: expect.stringContaining('Put both files'),
      })
  })

  it('that was exchanged is refused', async () => {
    await expect(run({ model: { ...model, sha256: 'f'.repeat(64) } })).rejects.toMatchObject({
      name: 'ModelAlteredError',
      where: 'model.file',
    })
  })

  it('that finds nothing in an image of air is an error', async () => {
    const air = { grid: volume.grid, data: new Int16Array(volume.data.length).fill(-1000) }
    await expect(run({ image: { volume: air } })).rejects.toMatchObject({ code: 'segmentation-empty' })
  })
})
