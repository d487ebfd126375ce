import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { niftiImage } from '../../../src/artifacts/niftiImage.ts'
import type { Point } from '../../../src/core/affine.ts'
import { transformPoint } from '../../../src/core/affine.ts'
import type { TransformChain } from '../../../src/core/spatialTransform.ts'
import type { Volume } from '../../../src/core/volume.ts'
import { nonrigidMaps } from '../../../src/formats/elastix/defaultMaps.ts'
import {
  type ParameterMap,
  parseParameterMap,
  withParameters,
} from '../../../src/formats/elastix/parameterMap.ts'
import { readTransformChain } from '../../../src/formats/elastix/transformChain.ts'
import { registrationQuality } from '../../../src/imaging/registrationQuality.ts'
import { pointMover } from '../../../src/imaging/warp/pointMover.ts'
import { nativeEngine } from '../../../src/registration/native.ts'
import { registerImages, transformFileName, usedMaps } from '../../../src/registration/registerImages.ts'
import { blobGrid } from './blobs.ts'

const real = '../shared/data/real'
const nibabel = `${real}/nipy+nibabel/nibabel/tests/data`
const example = `${real}/SuperElastix+elastix/dox/exampleinput`
const native = await nativeEngine()
const missing = !existsSync(real)
  ? `no ${real}`
  : native === undefined
    ? 'elastix is not installed'
    : undefined
const title = 'a real pair is registered alike by both engines'

type Image = Volume<Int16Array | Float32Array>

async function registered(
  fixed: Image,
  moving: Image,
  maps: readonly ParameterMap[],
  engine: 'native' | 'wasm',
) {
  const { transforms } = await registerImages({
    ...{ fixed, moving, engine, maps: usedMaps(maps), threads: 1, timeoutSeconds: 300, where: 'pair' },
    marginMm: 20,
  })
  return readTransformChain(new Map(transforms.map((text, i) => [transformFileName(i), text]))).chain
}

/** The largest distance, mm, between what two chains make of the corners and the middle of a grid. */
function farthest({ grid: { shape, affine } }: Image, a: TransformChain, b: TransformChain): number {
  let most = 0
  for (let at = 0; at < 27; at++) {
    const share = [at % 3, Math.floor(at / 3) % 3, Math.floor(at / 9)]
    const [x, y, z] = transformPoint(
      affine,
      share.map((s, axis) => (s / 2) * (shape[axis]! - 1)) as unknown as Point,
    )
    const [p, q]: [number, number, number][] = [
      [-x, -y, z],
      [-x, -y, z],
    ]
    pointMover(a)(p!)
    pointMover(b)(q!)
    most = Math.max(most, Math.hypot(p![0] - q![0], p![1] - q![1], p![2] - q![2]))
  }
  return most
}

async function holdsFor(
  fixed: Image,
  moving: Image,
  maps: readonly ParameterMap[],
  withinMm: number,
): Promise<void> {
  const [ours, theirs] = [
    await registered(fixed, moving, maps, 'wasm'),
    await registered(fixed, moving, maps, 'native'),
  ]
  expect(farthest(fixed, ours, theirs)).toBeLessThan(withinMm)
  const { before, after } = await registrationQuality({ chain: ours, fixed, moving })
  expect(after.mutualInformation!).toBeGreaterThan(before.mutualInformation!)
  expect(after.correlation!).toBeGreaterThan(before.correlation!)
}

describe.skipIf(missing !== undefined)(
  missing === undefined ? title : `${title} (skipped: ${missing})`,
  () => {
    it('of nibabel: a head and its copy that was turned and moved, rigid', async () => {
      const read = async (name: string) => (await niftiImage.read(`${nibabel}/${name}`)).value.volume
      const rigid = withParameters(nonrigidMaps()[1]!, {
        Transform: ['EulerTransform'],
        NumberOfResolutions: ['2'],
        AutomaticTransformInitialization: ['true'],
      })
      await holdsFor(await read('anatomical.nii'), await read('reoriented_anat_moved.nii'), [rigid], 1e-3)
    }, 300_000)

    it('of elastix: its example of two chest slices, by its own translation file', async () => {
      // Planes of 256 × 256; eight equal ones make a volume that elastix can smooth.
      const read = (name: string): Image => {
        const plane = readFileSync(`${example}/${name}.raw`)
        const data = new Int16Array(8 * 256 * 256)
        for (let k = 0; k < 8; k++)
          for (let i = 0; i < 256 * 256; i++) data[k * 65536 + i] = plane.readInt16LE(2 * i)
        return { grid: blobGrid([256, 256, 8], [1, 1, 1], [0, 0, 0]), data }
      }
      const file = parseParameterMap(readFileSync(`${example}/parameters_Translation.txt`, 'utf8'))
      // Observed: with the recursive pyramids and B-spline interpolation of this file the engines differ by 0.05 voxels.
      const map = withParameters(file, {
        MaximumNumberOfIterations: ['100'],
        ImageSampler: ['RandomCoordinate'],
      })
      await holdsFor(read('fixed'), read('moving'), [map], 0.1)
    }, 300_000)
  },
)
