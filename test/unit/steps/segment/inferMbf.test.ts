import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { affine, transformPoint } from '../../../../src/core/affine.ts'
import type { Grid, Shape, Volume } from '../../../../src/core/volume.ts'
import { orderTowards } from '../../../../src/imaging/axisView.ts'
import { permuteAxes } from '../../../../src/imaging/permuteAxes.ts'
import { phantomGenerator } from '../../../../src/pipelines/phantomModels.ts'
import { inferMbf } from '../../../../src/steps/segment/inferMbf.ts'

const SHAPE: Shape = [9, 7, 6]
const grid: Grid = { shape: SHAPE, affine: affine([-0.7, 0, 0, 12, 0, -0.7, 0, 8, 0, 0, 1.2, -30]) }
const cta: Volume<Int16Array> = { grid, data: Int16Array.from({ length: 378 }, (_, n) => 40 + (n % 120)) }
const mbf: Volume<Float32Array> = { grid, data: Float32Array.from({ length: 378 }, (_, n) => n / 2) }

const { onnx, card } = phantomGenerator()
const model = { bytes: onnx, sha256: createHash('sha256').update(onnx).digest('hex') }

const run = (inputs: object = {}, params: object = {}) =>
  inferMbf.run(
    { ...{ cta: { volume: cta }, mbf: { volume: mbf }, model, card }, ...inputs },
    inferMbf.params(z).parse({ device: 'cpu', threads: 1, cropSize: [4, 10, 6], ...params }),
    {
      case: 'p1',
      fields: {},
      source: slot => `${slot}.nii.gz`,
      destination: () => '',
      report: () => undefined,
    },
  )

const flowOf = (hu: number) => Math.min(300, Math.max(0, (Math.min(500, Math.max(-200, hu)) - 58) / 0.36))

describe('infer-mbf', () => {
  it('gives input, truth and result on one grid that overlays the image', async () => {
    const { real_a, real_b, fake_b } = await run()
    expect(real_a.volume.grid.shape).toEqual([4, 10, 6])
    expect(real_b!.volume.grid).toEqual(real_a.volume.grid)
    expect(fake_b.volume.grid).toEqual(real_a.volume.grid)
    // 9 to 4: three voxels off at the beginning; 7 to 10: two added there.
    expect(transformPoint(real_a.volume.grid.affine, [0, 2, 0])).toEqual(
      transformPoint(grid.affine, [3, 0, 0]),
    )
    expect(real_a.volume.data).toBeInstanceOf(Int16Array)
    expect(real_a.volume.data[(0 * 10 + 2) * 4]).toBe(cta.data[3])
    expect(real_b!.volume.data[(1 * 10 + 3) * 4 + 1]).toBe(mbf.data[(1 * 7 + 1) * 9 + 4])
    fake_b.volume.data.forEach((v, n) => {
      expect(v).toBeCloseTo(flowOf(real_a.volume.data[n]!), 3)
    })
  })

  it('pads with the value that is given', async () => {
    const { real_a, fake_b } = await run({}, { padValue: 130 })
    expect(real_a.volume.data[0]).toBe(130)
    expect(fake_b.volume.data[0]).toBeCloseTo(200, 3)
  })

  it('gives the same in the world however the image is stored', async () => {
    const straight = (await run({}, { cropSize: SHAPE })).fake_b.volume
    const volume = permuteAxes(cta, orderTowards(grid, 'SAR'))
    const turned = (await run({ cta: { volume }, mbf: undefined }, { cropSize: volume.grid.shape })).fake_b
      .volume
    expect(turned.grid).toEqual(volume.grid)
    expect(permuteAxes(turned, orderTowards(turned.grid, 'LPS')).data).toEqual(straight.data)
  })

  it('goes without a flow map', async () => {
    expect((await run({ mbf: undefined })).real_b).toBeUndefined()
  })

  it('refuses a flow map on another grid', async () => {
    const shape: Shape = [9, 7, 5]
    const smaller = { grid: { ...grid, shape }, data: mbf.data.subarray(0, 315) }
    await expect(run({ mbf: { volume: smaller } })).rejects.toMatchObject({ code: 'grids-differ' })
    const moved = {
      grid: { ...grid, affine: affine(grid.affine.map((v, n) => (n === 11 ? v + 1 : v))) },
      data: mbf.data,
    }
    await expect(run({ mbf: { volume: moved } })).rejects.toMatchObject({ code: 'grids-differ' })
  })

  it('refuses a card of another size than the crop', async () => {
    const parsed = JSON.parse(card)
    const fixed = JSON.stringify({ ...parsed, input: { ...parsed.input, size: [160, 384, 384] } })
    await expect(run({ card: fixed })).rejects.toMatchObject({
      name: 'ModelCardError',
      message: expect.stringMatching(/160×384×384.*6×10×4.*--crop_size/),
    })
  })

  it('crops to 384 384 160 by default', () => {
    expect(inferMbf.params(z).parse({}).cropSize).toEqual([384, 384, 160])
  })
})
