import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type NiftiImage, niftiImage } from '../../../../src/artifacts/niftiImage.ts'
import { affine } from '../../../../src/core/affine.ts'
import { HandOver } from '../../../../src/engine/handOver.ts'
import type { Job } from '../../../../src/engine/job.ts'
import { runJob } from '../../../../src/engine/runJob.ts'
import { workspaceAt } from '../../../../src/engine/workspace.ts'
import { encodePng } from '../../../../src/formats/png/encodePng.ts'
import { axialSlices } from '../../../../src/imaging/render/axialSlices.ts'
import { colourMap } from '../../../../src/imaging/render/colourMaps.ts'
import { exportSlicemap } from '../../../../src/steps/check/exportSlicemap.ts'

const image = (scale: number): NiftiImage => ({
  volume: {
    grid: { shape: [6, 5, 3], affine: affine([-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 2, 0]) },
    data: Int16Array.from({ length: 90 }, (_, n) => n * scale),
  },
})
const images = { real_a: image(2), real_b: image(3), fake_b: image(-1) }

describe('export-slicemap', () => {
  let root: string
  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'voxmill-slicemap-'))
    for (const [name, value] of Object.entries(images))
      await niftiImage.write!(path.join(root, `${name}.nii.gz`), value)
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const job = (more: Partial<Job> = {}): Job => ({
    step: 'export-slicemap',
    case: 'p1',
    fields: {},
    params: exportSlicemap.params(z).parse({}),
    inputs: { images: { real_a: 'real_a.nii.gz', real_b: 'real_b.nii.gz', fake_b: 'fake_b.nii.gz' } },
    outputs: { slices: { '*': 'map/p1/{key}.png' }, sheet: 'map/p1/sheet.png' },
    memory: 0,
    weight: 0,
    ...more,
  })
  const run = (j: Job) =>
    runJob(j, {
      workspace: workspaceAt(root),
      steps: new Map([[exportSlicemap.name, exportSlicemap]]),
      handOver: new HandOver(),
      known: new Map(),
    })

  it('writes a picture a slice and one sheet, the CTA grey and the maps coloured', async () => {
    expect(await run(job())).toMatchObject({ status: 'done', findings: [] })
    expect(readdirSync(path.join(root, 'map/p1')).toSorted()).toEqual([
      'fake_b',
      'real_a',
      'real_b',
      'sheet.png',
    ])
    for (const name of Object.keys(images))
      expect(readdirSync(path.join(root, 'map/p1', name)).toSorted()).toEqual([
        'x_0.png',
        'x_1.png',
        'x_2.png',
      ])
    const picture = (name: string) => new Uint8Array(readFileSync(path.join(root, 'map/p1', name)))
    const grey = axialSlices(images.real_a.volume, { width: 150, level: 75 }, colourMap('grey'))
    const jet = axialSlices(images.real_b.volume, { width: 200, level: 100 }, colourMap('jet'))
    expect(picture('real_a/x_1.png')).toEqual(encodePng(grey.slice(1)))
    expect(picture('real_b/x_2.png')).toEqual(encodePng(jet.slice(2)))
    expect(await run(job())).toMatchObject({ status: 'fresh' })
  })

  it('takes windows and colour maps from its parameters', async () => {
    const params = exportSlicemap.params(z).parse({ srcWw: 50, srcWl: 100, srcLut: 'jet', dstLut: 'grey' })
    await run(job({ params }))
    const expected = axialSlices(images.real_a.volume, { width: 50, level: 100 }, colourMap('jet'))
    expect(new Uint8Array(readFileSync(path.join(root, 'map/p1/real_a/x_1.png')))).toEqual(
      encodePng(expected.slice(1)),
    )
  })
})
