import { describe, expect, it } from 'vitest'
import type { DicomSeries } from '../../../../src/artifacts/dicomSeries.ts'
import { NotInt16 } from '../../../../src/artifacts/niftiImage.ts'
import type { Finding } from '../../../../src/core/finding.ts'
import type { VoxelArray } from '../../../../src/core/volume.ts'
import { assembleVolume } from '../../../../src/imaging/dicom/assembleVolume.ts'
import { planVolumes } from '../../../../src/imaging/dicom/planVolumes.ts'
import { SlicedImage } from '../../../../src/steps/ingest/slicedImage.ts'
import { stack } from '../../imaging/dicom/sliceSeries.ts'

const PIXELS = 30

/** A series whose frames are given; the words of those that `plain` names can be had as they lie. */
function seriesOf(frames: readonly VoxelArray[], plain: (index: number) => boolean): DicomSeries {
  return {
    words: async (index: number, into: Int16Array) => {
      if (!plain(index)) return undefined
      const stored = frames[index] as Uint16Array | Int16Array
      await new Promise(resolve => setTimeout(resolve, (index * 7) % 3))
      into.set(stored)
      const signed = stored instanceof Int16Array
      return { offset: 0, frameBytes: 2 * PIXELS, bitsStored: 16, signed }
    },
    pixels: async (index: number) => frames[index]!,
  } as unknown as DicomSeries
}
const planOf = (changes: Parameters<typeof stack>[1] = {}) => planVolumes(stack({}, changes)).volumes[0]!
const frames = (make: (index: number, p: number) => number, Type: typeof Uint16Array | typeof Int16Array) =>
  [0, 1, 2, 3].map(i => Type.from(Array.from({ length: PIXELS }, (_, p) => make(i, p))))
const gathered = async (image: SlicedImage) => {
  const voxels: number[] = []
  for await (const piece of image.int16()) voxels.push(...piece)
  return voxels
}

describe('SlicedImage', () => {
  it.each([
    ['all as they lie', () => true],
    ['none', () => false],
    ['some', (i: number) => i % 2 === 1],
  ])('gives what the assembly of its frames gives, words had of %s', async (_, plain) => {
    const plan = planOf({ intercept: -1024 })
    const stored = frames((i, p) => 1000 * i + p, Uint16Array)
    const { data } = assembleVolume(plan, i => stored[i]!)
    const coming = new SlicedImage(seriesOf(stored, plain), plan, () => undefined)
    expect(() => coming.volume).toThrow('not there yet')
    expect(await gathered(coming)).toEqual([...data])
    expect(coming.volume.data).toEqual(data)
    const whole = new SlicedImage(seriesOf(stored, plain), plan, () => undefined)
    await whole.complete()
    expect(whole.volume).toEqual({ grid: plan.grid, data, voxelType: 'int16' })
  })

  it.each([
    ['an unsigned value', 0, 40000, Uint16Array],
    ['a sum below', -1024, -32000, Int16Array],
  ] as const)(
    'becomes float32 at a late slice for %s, and is completed then',
    async (_, intercept, value, Type) => {
      const plan = planOf({ intercept })
      const stored = frames((i, p) => (i === 3 && p === 17 ? value : p), Type)
      const { data } = assembleVolume(plan, i => stored[i]!)
      expect(data).toBeInstanceOf(Float32Array)
      const image = new SlicedImage(
        seriesOf(stored, () => true),
        plan,
        () => undefined,
      )
      await expect(gathered(image)).rejects.toThrow(NotInt16)
      await image.complete()
      expect(image.volume.data).toEqual(data)
    },
  )

  it('reports lost precision once', async () => {
    const reported: Finding[] = []
    const stored = [0, 1, 2, 3].map(() => new Int32Array(PIXELS).fill(2 ** 24 + 1))
    const image = new SlicedImage(
      seriesOf(stored, () => false),
      planOf(),
      f => reported.push(f),
    )
    await image.complete()
    await image.complete()
    expect(reported.map(f => f.code)).toEqual(['volume-precision-lost'])
  })

  it('tells of a frame that cannot be read', async () => {
    const series = {
      words: async () => undefined,
      pixels: async () => {
        throw new Error('frame lost')
      },
    } as unknown as DicomSeries
    await expect(gathered(new SlicedImage(series, planOf(), () => undefined))).rejects.toThrow('frame lost')
  })
})
