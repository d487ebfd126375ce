import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { niftiImage } from '../../../../src/artifacts/niftiImage.ts'
import { onnxModel } from '../../../../src/artifacts/onnxModel.ts'
import type { Finding } from '../../../../src/core/finding.ts'
import { usableMemory } from '../../../../src/engine/usableMemory.ts'
import { segmentChambers } from '../../../../src/steps/segment/segmentChambers.ts'

const IMAGE =
  '../shared/data/real/wasserth+TotalSegmentator/tests/reference_files/pulmonary_report/models/ct_cropped.nii.gz'
const MODEL = '../shared/models/chamber-unet3d'
const NEEDED = 4e9

const missing = [IMAGE, `${MODEL}.onnx`].find(f => !existsSync(f))
const why =
  missing === undefined
    ? usableMemory() < NEEDED
      ? 'skipped: less than 4 GB of memory'
      : undefined
    : `skipped: no ${missing}`

/** Voxels of one slice that are not label 6 and from which no path without label 6 leads to its border. */
function enclosed(slice: Uint8Array, width: number, height: number): number[] {
  const seen = new Uint8Array(slice.length)
  const queue: number[] = []
  const visit = (n: number) => {
    if (seen[n] || slice[n] === 6) return
    seen[n] = 1
    queue.push(n)
  }
  for (let i = 0; i < width; i++) for (const j of [0, height - 1]) visit(j * width + i)
  for (let j = 0; j < height; j++) for (const i of [0, width - 1]) visit(j * width + i)
  for (let n = queue.pop(); n !== undefined; n = queue.pop()) {
    const i = n % width
    if (i > 0) visit(n - 1)
    if (i < width - 1) visit(n + 1)
    if (n >= width) visit(n - width)
    if (n < slice.length - width) visit(n + width)
  }
  return [...slice.keys()].filter(n => !seen[n] && slice[n] !== 6)
}

describe.skipIf(why !== undefined)(`a real network on a real heart${why ? ` (${why})` : ''}`, () => {
  it('labels the myocardium as a closed ring round the left ventricle', { timeout: 600_000 }, async () => {
    const image = (await niftiImage.read(IMAGE)).value
    const model = (await onnxModel.read(`${MODEL}.onnx`)).value
    const findings: Finding[] = []
    const params = segmentChambers.params(z).parse({ device: 'cpu' })
    const card = readFileSync(`${MODEL}.json`, 'utf8')
    const outputs = await segmentChambers.run(
      { image, model, card, imported: undefined, dataset: undefined },
      params,
      {
        case: 'heart',
        fields: {},
        source: slot => slot,
        destination: () => '',
        report: f => findings.push(f),
      },
    )
    expect(findings).toEqual([])
    expect(outputs.image).toBe(image)
    const { grid, data } = outputs.mask.mask
    expect(grid).toEqual(image.volume.grid)

    const values = [...image.volume.data].filter((_, i) => data[i] === 6)
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
    expect((100 * values.length) / data.length).toBeGreaterThan(2.2)
    expect((100 * values.length) / data.length).toBeLessThan(3)
    expect(Math.abs(mean - 133)).toBeLessThan(10)
    expect(sd).toBeLessThan(55)

    // Between the apex and the mitral valve, where an axial slice cuts the ventricle all round.
    const [width, height] = grid.shape
    for (let k = 24; k <= 34; k++) {
      const slice = data.subarray(k * width * height, (k + 1) * width * height)
      const inside = enclosed(slice, width, height)
      expect(inside.length, `slice ${k}`).toBeGreaterThan(700)
      expect(inside.filter(n => slice[n] === 1).length / inside.length, `slice ${k}`).toBeGreaterThan(0.95)
    }
  })
})
