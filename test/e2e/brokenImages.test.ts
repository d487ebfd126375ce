import { rmSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { brokenSample } from '../../src/pipelines/nmePhantom.ts'
import {
  bothWays,
  bytesOf,
  GOOD,
  inArchive,
  mask,
  pairedAs,
  put,
  scannedAs,
  sound,
  stepCommands,
  toTheEnd,
  type Victim,
  victimFolder,
  volume,
  WHOLE,
  withVictim,
} from './brokenArchive.ts'
import { voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  addImages,
  copyOf,
  DATASET_MANIFEST,
  expectNothingHalfWritten,
  filesBelow,
  findingsIn,
  SHAPE,
} from './phantomRoot.ts'

describe('an image of the wrong kind', () => {
  const broken = async (kind: Parameters<typeof brokenSample>[0]) => {
    const files = brokenSample(kind, { seed: 5, shape: SHAPE })
    const root = copyOf(sound)
    addImages(root, files)
    const { seq, pid } = files[0]!
    return { root, files, folder: `Yunnan/test-outer-02/test/${seq}_${pid}` }
  }

  it('several frames', async () => {
    const { root, files, folder } = await broken('volume-4d')
    await bothWays(root, { ...scannedAs('volume-not-3d', files[0]), folder })
  })

  for (const [name, datatype, bitpix] of [
    ['complex', 32, 64],
    ['RGB', 128, 24],
  ] as const)
    it(`${name} voxels`, async () => {
      const root = copyOf(withVictim)
      const bytes = gunzipSync(bytesOf(root, volume))
      bytes.writeInt16LE(datatype, 70)
      bytes.writeInt16LE(bitpix, 72)
      put(root, volume, gzipSync(bytes))
      await bothWays(root, scannedAs('nifti-type-unsupported'))
    })

  it('a volume and a mask of different sizes', async () => {
    const { root, folder } = await broken('shape-mismatch')
    await bothWays(root, toTheEnd(pairedAs('shape-mismatch', folder, folder)))
  })

  it('a mask with fractions', async () => {
    const { root, files, folder } = await broken('mask-fraction')
    await bothWays(root, pairedAs('mask-not-whole', files[1]!.path, folder))
  })

  it('a mask with 300', async () => {
    const { root, files, folder } = await broken('mask-300')
    await bothWays(root, pairedAs('mask-out-of-range', files[1]!.path, folder))
  })

  it('a mask with NaN', async () => {
    const root = copyOf(withVictim)
    const bytes = gunzipSync(bytesOf(root, mask))
    const floats = Float32Array.from(bytes.subarray(352), (v, i) => (i === 3 ? Number.NaN : v))
    bytes.writeInt16LE(16, 70)
    bytes.writeInt16LE(32, 72)
    put(root, mask, gzipSync(Buffer.concat([bytes.subarray(0, 352), new Uint8Array(floats.buffer)])))
    await bothWays(root, pairedAs('mask-not-finite', mask.path))
  })

  it('a volume with NaN is kept, with a warning', async () => {
    const { root, files, folder } = await broken('volume-nan')
    await bothWays(root, { exit: { run: 0, steps: [0, 0, 0, 0] }, made: WHOLE, folder })
    expect(await findingsIn(root, DATASET_MANIFEST)).toContain(`volume-not-finite warning ${files[0]!.path}`)
  })

  it('a label that the label map lacks: no binary mask, but volume and mask stay', async () => {
    const { root, folder } = await broken('mask-label-7')
    const said = await bothWays(root, {
      exit: { run: 8, steps: [0, 0, 8, 4] },
      listed: `label-unknown error grouped/${folder}/${path.basename(folder)}_mask.nii.gz`,
      made: ['_info.yaml', '_mask.nii.gz', '_volume.nii.gz'],
      folder,
    })
    expect(said).toMatch(/7 \(\d+ voxels\)/)
  })
})

describe('a sample that is not one volume and one mask', () => {
  it('a volume alone is kept alone, and that is no violation', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, mask.path))
    await bothWays(root, {
      exit: { run: 0, steps: [0, 0, 0, 0] },
      made: ['_info.yaml', '_volume.nii.gz'],
    })
    expect(await findingsIn(root, DATASET_MANIFEST)).toContain(`mask-missing warning ${volume.path}`)
  })

  it('a mask alone is kept alone, and that is no violation', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, volume.path))
    await bothWays(root, {
      exit: { run: 0, steps: [0, 0, 0, 0] },
      made: ['_info.yaml', '_mask.nii.gz', '_mask_00_Bg.nii.gz', '_mask_01_NME.nii.gz'],
    })
    expect(await findingsIn(root, DATASET_MANIFEST)).toContain(`volume-missing warning ${mask.path}`)
  })

  it('a mask that was made and is lost is a violation, unlike one that never was', async () => {
    const root = copyOf(withVictim)
    expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(0)
    const made = filesBelow(path.join(root, 'grouped', victimFolder)).find(f => f.endsWith('_mask.nii.gz'))
    rmSync(path.join(root, 'grouped', victimFolder, made!))
    const [, , , check] = stepCommands(root)
    const ended = await voxmill([...check!, '-j', '1'])
    expect(ended.code, ended.all).toBe(4)
    expect(await findingsIn(root, DATASET_MANIFEST)).toContain(`sample-file-missing error ${victimFolder}`)
  })

  it('one sample in two subsets of a collection: neither is chosen', async () => {
    const root = copyOf(withVictim)
    const twin = { ...volume, path: volume.path.replace('imagesTr', 'imagesTs') }
    addImages(root, [twin])
    const said = await bothWays(root, {
      exit: { run: 8, steps: [4, 8, 0, 0] },
      scanned: `sample-id-repeated error ${inArchive(twin)}`,
      listed: `sample-id-repeated error ${victimFolder}`,
      made: [],
    })
    expect(said).toContain('Correct the names, or delete the wrong row')
  })

  it('one id in two collections: both are made, and listed as one id too many', async () => {
    const root = copyOf(withVictim)
    const elsewhere = (f: Victim) => ({
      ...f,
      path: f.path.replace('train-val', 'test-outer-03').replace('Tr/', 'Ts/'),
    })
    addImages(root, [elsewhere(volume), elsewhere(mask)])
    const run = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
    expect(run.code, run.all).toBe(4)
    expectNothingHalfWritten(root)
    expect(filesBelow(path.join(root, 'grouped')).filter(f => /\.(nii\.gz|yaml)$/.test(f))).toHaveLength(
      (GOOD + 2) * WHOLE.length,
    )
    const [id] = victimFolder.split('/').slice(-1)
    expect(await findingsIn(root, ARCHIVE_MANIFEST)).toContain(
      `sample-id-repeated warning ${inArchive(volume)}`,
    )
    expect(await findingsIn(root, DATASET_MANIFEST)).toContain(
      `sample-id-repeated error Zhongnan/test-outer-03/test/${id}`,
    )
  })

  it('a file that does not fit the profile is listed and left out', async () => {
    const root = copyOf(withVictim)
    const stray = { ...volume, path: 'archive/NME-Seg-2025.8.25-train-val/imagesTr/backup of 01A001.nii.gz' }
    addImages(root, [stray])
    await bothWays(root, {
      exit: { run: 0, steps: [0, 0, 0, 0] },
      scanned: `file-unmatched warning ${inArchive(stray)}`,
      made: WHOLE,
    })
  })
})
