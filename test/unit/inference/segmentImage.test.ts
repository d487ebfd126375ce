import { describe, expect, it } from 'vitest'
import { affine } from '../../../src/core/affine.ts'
import { type Shape, type Volume, voxelCount } from '../../../src/core/volume.ts'
import { orderTowards } from '../../../src/imaging/axisView.ts'
import { permuteAxes } from '../../../src/imaging/permuteAxes.ts'
import { SeededRandom } from '../../../src/imaging/phantom/seededRandom.ts'
import { openNetwork } from '../../../src/inference/network.ts'
import { segmentationBytes, segmentImage } from '../../../src/inference/segmentImage.ts'
import { CPU, lopsidedMean, toyCard, toyModel } from './toyModels.ts'

/** Smooth blobs, axes left, posterior and superior. */
function blobs(shape: Shape, seed: number): Volume<Int16Array> {
  const random = new SeededRandom(seed)
  const waves = Array.from(
    { length: 6 },
    () =>
      [
        random.between(-0.4, 0.4),
        random.between(-0.4, 0.4),
        random.between(-0.4, 0.4),
        random.between(0, 6),
      ] as const,
  )
  const data = new Int16Array(voxelCount(shape))
  let n = 0
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++)
        data[n++] = Math.round(
          waves.reduce((sum, [a, b, c, p]) => sum + 100 * Math.sin(a * i + b * j + c * k + p), 400) +
            random.between(-20, 20),
        )
  return { grid: { shape, affine: affine([-0.8, 0, 0, 40, 0, -0.9, 0, 30, 0, 0, 1.5, -20]) }, data }
}

const model = toyModel(lopsidedMean(430))
const options = { ...CPU, mode: 'card', where: 'a.nii.gz', cardWhere: 'models/toy.json' } as const

const share = (a: Uint8Array, b: Uint8Array): number => a.filter((v, i) => v === b[i]).length / a.length

describe('a whole image', () => {
  const image = blobs([21, 18, 11], 1)

  it('is labelled on its own grid', async () => {
    const mask = await segmentImage(image, model, toyCard(model), options)
    expect(mask.grid).toBe(image.grid)
    expect(mask.data.filter(l => l === 1).length / mask.data.length).toBeGreaterThan(0.1)
    expect(mask.data.filter(l => l === 0).length / mask.data.length).toBeGreaterThan(0.1)
  })

  it.each(['RAS', 'SPL', 'AIR', 'PSL', 'IRA', 'LSA'])(
    'has the same labels in the world when its voxels are stored %s',
    async to => {
      const expected = await segmentImage(image, model, toyCard(model), options)
      const turned = permuteAxes(image, orderTowards(image.grid, to))
      const mask = await segmentImage(turned, model, toyCard(model), options)
      expect(mask.grid).toBe(turned.grid)
      const back = permuteAxes(mask, orderTowards(mask.grid, 'LPS'))
      expect(share(back.data, expected.data)).toBe(1)
    },
  )

  it('is seen by the network in the axes that the card names', async () => {
    const lps = await segmentImage(image, model, toyCard(model), options)
    const ras = await segmentImage(image, model, toyCard(model, { axes: 'z y x, RAS' }), options)
    expect(share(lps.data, ras.data)).toBeLessThan(0.98)
  })

  it('is padded to the multiple of the card, which changes nothing far from the border', async () => {
    const plain = await segmentImage(image, model, toyCard(model), options)
    const multiple = await segmentImage(image, model, toyCard(model, { multiple: 16 }), options)
    expect(share(plain.data, multiple.data)).toBe(1)
  })

  it('restored from logits and from labels agrees where nothing is resized', async () => {
    const nearest = await segmentImage(image, model, toyCard(model), options)
    const linear = await segmentImage(image, model, toyCard(model, {}, { restore: 'linear logits' }), options)
    expect(share(nearest.data, linear.data)).toBe(1)
  })

  it('resized to half and restored is near to what it is at full size', async () => {
    const smooth = blobs([24, 20, 12], 5)
    const full = await segmentImage(smooth, model, toyCard(model), options)
    for (const restore of ['arg max, then nearest', 'linear logits'])
      for (const resize of ['linear; volume edges coincide', 'linear; outer voxel centres coincide']) {
        const card = toyCard(model, { size: [18, 30, 36], resize }, { restore })
        expect(share((await segmentImage(smooth, model, card, options)).data, full.data)).toBeGreaterThan(
          0.85,
        )
      }
  })

  it('is resampled to the spacing of the card', async () => {
    const card = toyCard(model, { spacing: [1.5, 0.9, 0.8] })
    const plain = await segmentImage(image, model, toyCard(model), options)
    expect(share((await segmentImage(image, model, card, options)).data, plain.data)).toBe(1)
  })

  it('that holds NaN is refused', async () => {
    const data = Float32Array.from(image.data)
    data[17] = Number.NaN
    await expect(
      segmentImage({ grid: image.grid, data }, model, toyCard(model), options),
    ).rejects.toMatchObject({ code: 'volume-not-finite', message: expect.stringContaining('voxel 17') })
  })
})

describe('a sliding window', () => {
  const patch = (overlap: number) => ({ patch: { size: [8, 12, 16], overlap } })

  it('gives what the whole image gives, but for borders of windows', async () => {
    const image = blobs([40, 30, 20], 2)
    const whole = await segmentImage(image, model, toyCard(model), options)
    const shares = []
    for (const overlap of [0, 0.5, 0.75]) {
      const sliding = await segmentImage(image, model, toyCard(model, patch(overlap)), options)
      shares.push(share(sliding.data, whole.data))
    }
    // Without overlap the zeros round each window show; the Gaussian takes their weight away.
    expect(shares[0]).toBeLessThan(0.995)
    expect(shares[1]).toBeGreaterThan(0.997)
    expect(shares[2]).toBeGreaterThan(0.997)
  })

  it('larger than the image takes it with zeros round it', async () => {
    const image = blobs([10, 9, 7], 3)
    const whole = await segmentImage(image, model, toyCard(model), options)
    const sliding = await segmentImage(image, model, toyCard(model, patch(0.5)), options)
    expect(share(sliding.data, whole.data)).toBe(1)
  })

  it('is not used where the whole image is asked for, and is refused where the card has none', async () => {
    const image = blobs([20, 14, 9], 4)
    const whole = await segmentImage(image, model, toyCard(model), options)
    const asked = await segmentImage(image, model, toyCard(model, patch(0)), { ...options, mode: 'whole' })
    expect(share(asked.data, whole.data)).toBe(1)
    await expect(
      segmentImage(image, model, toyCard(model), { ...options, mode: 'sliding' }),
    ).rejects.toMatchObject({ name: 'ModelCardError', message: expect.stringContaining('input.patch') })
  })
})

describe('a network', () => {
  const image = blobs([20, 14, 9], 4)

  it('gives the same labels in the WebAssembly build', async () => {
    const native = await segmentImage(image, model, toyCard(model), { ...options, runtime: 'native' })
    const web = await segmentImage(image, model, toyCard(model), { ...options, runtime: 'web' })
    expect(share(native.data, web.data)).toBe(1)
  })

  it('that is not the one of its card is refused, both hashes named', async () => {
    const other = toyModel(lopsidedMean(431))
    await expect(segmentImage(image, other, toyCard(model), options)).rejects.toMatchObject({
      name: 'ModelAlteredError',
      message: expect.stringMatching(new RegExp(`${other.sha256}.*${model.sha256}`)),
    })
  })

  it('that needs more memory than there is is refused before it is opened', async () => {
    const card = toyCard(model)
    const needed = segmentationBytes(image.grid, card, model.bytes.length, 'card', 'card')
    const run = (availableBytes: number) => segmentImage(image, model, card, { ...options, availableBytes })
    await expect(run(needed - 1)).rejects.toMatchObject({
      name: 'NetworkMemoryError',
      remedy: expect.stringContaining('memory.bytesPerVoxel'),
    })
    expect((await run(needed)).data.length).toBe(image.data.length)
  })

  it('beyond 4 GiB is refused by the WebAssembly build', async () => {
    const card = toyCard(model)
    const opened = openNetwork(model, card, 5e9, { ...CPU, runtime: 'web', availableBytes: 6e9 })
    await expect(opened).rejects.toMatchObject({
      name: 'NetworkMemoryError',
      remedy: expect.stringContaining('onnxruntime-node'),
    })
  })

  it('is refused where CUDA is asked for and cannot be had', async () => {
    const opened = openNetwork(model, toyCard(model), 0, { ...CPU, device: 'cuda', runtime: 'web' })
    await expect(opened).rejects.toMatchObject({
      name: 'NetworkError',
      message: expect.stringContaining('CUDA'),
      remedy: expect.stringContaining('--device cpu'),
    })
  })

  it('runs on the CPU or on CUDA with device auto, the same', async () => {
    const auto = await segmentImage(image, model, toyCard(model), { ...options, device: 'auto' })
    const cpu = await segmentImage(image, model, toyCard(model), options)
    expect(share(auto.data, cpu.data)).toBe(1)
  })

  it('whose card names another input, output or number of classes is refused', async () => {
    const refused = (card: ReturnType<typeof toyCard>, message: string) =>
      expect(segmentImage(image, model, card, options)).rejects.toMatchObject({
        name: 'NetworkError',
        message: expect.stringContaining(message),
      })
    await refused(toyCard(model, { name: 'ct' }), "no input 'ct'; it has image")
    await refused(toyCard(model, {}, { name: 'out' }), "no output 'out'; it has logits")
    await refused(toyCard(model, {}, { classes: 3 }), 'not float32 1×3×9×14×20')
  })

  it('that is no ONNX model is refused', async () => {
    const broken = { ...model, bytes: new TextEncoder().encode('version https://git-lfs.github.com/spec/v1') }
    await expect(segmentImage(image, broken, toyCard(model), options)).rejects.toMatchObject({
      name: 'NetworkError',
      where: model.where,
    })
  })
})
