import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { brokenSample } from '../../src/pipelines/nmePhantom.ts'
import { type StartOptions, voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  addImages,
  copyOf,
  DATASET_MANIFEST,
  expectNothingHalfWritten,
  filesBelow,
  findingsIn,
  phantomRoot,
  SHAPE,
  samplesOf,
} from './phantomRoot.ts'

const GOOD = 2
/** The sample that is broken in most tests; beside the good ones, in a collection of theirs. */
const [volume, mask] = samplesOf(1, 99) as [Victim, Victim]
type Victim = ReturnType<typeof samplesOf>[number]
const victimFolder = `Tongji/train-val/train/${volume.seq}_${volume.pid}`

let sound: string
let withVictim: string
beforeAll(async () => {
  sound = await phantomRoot(GOOD)
  withVictim = await phantomRoot(GOOD, [volume, mask])
})

/** What a command is expected to make of a defect. */
interface Expected {
  /** Exit codes of `run nme` and of the routines 01 to 04 one by one, as far as they are followed. */
  readonly exit: { readonly run: number; readonly steps: readonly number[] }
  /** Finding in the archive manifest, if there is one. */
  readonly scanned?: string | undefined
  /** Finding in the dataset manifest, if there is one. */
  readonly listed?: string | undefined
  /** The files of the broken sample that are made: by the ends of their names. */
  readonly made: readonly string[]
  /** Folder of the sample. */
  readonly folder?: string
  readonly as?: StartOptions
}

const WHOLE = ['_info.yaml', '_mask.nii.gz', '_mask_00_Bg.nii.gz', '_mask_01_NME.nii.gz', '_volume.nii.gz']

const stepCommands = (root: string): string[][] => {
  const at = (p: string) => path.join(root, p)
  return [
    ['gen-archive-manifest', '-r', at('archive'), '-o', at(ARCHIVE_MANIFEST)],
    ['confirm-pairs', '-r', at('archive'), '-o', at('grouped'), '-am', at(ARCHIVE_MANIFEST)],
    ['extract-binary-masks', '-r', at('grouped'), '-e', at('descriptor/label_map.yaml')],
    ['gen-dataset-manifest', '-r', at('grouped'), '-o', at(DATASET_MANIFEST)],
  ]
}

/** @param steps how many of the routines were carried out */
async function expectOutcome(root: string, expected: Expected, steps = 4): Promise<void> {
  expectNothingHalfWritten(root)
  const folder = expected.folder ?? victimFolder
  const images = filesBelow(path.join(root, 'grouped')).filter(f => /\.(nii\.gz|yaml)$/.test(f))
  const own = images.filter(f => f.startsWith(`${folder}/`))
  expect(own.map(f => path.basename(f).replace(path.basename(folder), ''))).toEqual([...expected.made])
  // The others are whole, and listed.
  expect(images.length - own.length).toBe(GOOD * (steps < 3 ? WHOLE.length - 2 : WHOLE.length))
  const scanned = await findingsIn(root, ARCHIVE_MANIFEST)
  if (expected.scanned !== undefined) expect(scanned).toContain(expected.scanned)
  else expect(scanned.filter(f => f.includes(' error '))).toEqual([])
  if (steps < 4) return
  const listed = await findingsIn(root, DATASET_MANIFEST)
  if (expected.listed !== undefined) expect(listed).toContain(expected.listed)
  else expect(listed.filter(f => f.includes(' error '))).toEqual([])
}

/** The same root through `run nme` and through the single routines. */
async function bothWays(root: string, expected: Expected): Promise<string> {
  const { as = {} } = expected
  const stepwise = copyOf(root)
  if (as.uid !== undefined) giveTo(as.uid, root, stepwise)
  const run = await voxmill(['run', 'nme', '-r', root, '-j', '1'], as)
  expect(run.code, run.all).toBe(expected.exit.run)
  await expectOutcome(root, expected)
  const codes: (number | null)[] = []
  const steps = expected.exit.steps.length
  for (const command of stepCommands(stepwise).slice(0, steps))
    codes.push((await voxmill([...command, '-j', '1'], as)).code)
  expect(codes).toEqual(expected.exit.steps)
  await expectOutcome(stepwise, expected, steps)
  return run.all
}

function giveTo(uid: number, ...roots: string[]): void {
  for (const root of roots) {
    chownSync(root, uid, uid)
    for (const f of ['archive', 'descriptor']) chownSync(path.join(root, f), uid, uid)
  }
}

const inArchive = (file: { path: string }) => file.path.slice('archive/'.length)
/** Replaces the bytes of a file of the archive. */
const put = (root: string, file: { path: string }, bytes: Uint8Array) =>
  writeFileSync(path.join(root, file.path), bytes)
const bytesOf = (root: string, file: { path: string }) => readFileSync(path.join(root, file.path))

// What follows confirm-pairs is the same for all samples that it refuses, and is followed in one test of each kind.
const REFUSED_BY_SCAN = { run: 8, steps: [4, 8] }
const REFUSED_BY_PAIRING = { run: 8, steps: [0, 8] }
const toTheEnd = (expected: Expected): Expected => ({
  ...expected,
  exit: { ...expected.exit, steps: [...expected.exit.steps, 0, 0] },
})

/** A file that the scan of the archive finds unusable: its sample is refused, though the other file is sound. */
const scannedAs = (code: string, file = volume): Expected => ({
  exit: REFUSED_BY_SCAN,
  scanned: `${code} error ${inArchive(file)}`,
  listed: `${code} error ${inArchive(file)}`,
  made: [],
})

/** A file that proves unusable only when its voxels are read. */
const pairedAs = (code: string, where: string, folder?: string): Expected => ({
  exit: REFUSED_BY_PAIRING,
  listed: `${code} error ${where}`,
  made: [],
  ...(folder === undefined ? {} : { folder }),
})

describe('a file that is no whole gzip stream', () => {
  it('cut off in the middle: refused with its mask, told by the scan', async () => {
    const root = copyOf(withVictim)
    put(root, volume, bytesOf(root, volume).subarray(0, 900))
    const said = await bothWays(root, toTheEnd(scannedAs('gzip-truncated')))
    expect(said).toContain('Copy the file again from its source')
  })

  it('cut off by its last four bytes', async () => {
    const root = copyOf(withVictim)
    put(root, volume, bytesOf(root, volume).subarray(0, -4))
    await bothWays(root, scannedAs('gzip-truncated'))
  })

  it('one bit flipped in the voxels', async () => {
    const root = copyOf(withVictim)
    const bytes = bytesOf(root, volume)
    bytes[Math.floor(bytes.length * 0.8)]! ^= 4
    put(root, volume, bytes)
    await bothWays(root, pairedAs('gzip-corrupt', volume.path))
  })

  it('one bit flipped in the CRC', async () => {
    const root = copyOf(withVictim)
    const bytes = bytesOf(root, volume)
    bytes[bytes.length - 8]! ^= 1
    put(root, volume, bytes)
    await bothWays(root, pairedAs('gzip-corrupt', volume.path))
  })

  it('one bit flipped in the length: the scan looks into the whole file', async () => {
    const root = copyOf(withVictim)
    const bytes = bytesOf(root, volume)
    bytes[bytes.length - 4]! ^= 1
    put(root, volume, bytes)
    await bothWays(root, scannedAs('gzip-corrupt'))
  })

  it('no bytes at all', async () => {
    const root = copyOf(withVictim)
    put(root, mask, new Uint8Array(0))
    await bothWays(root, scannedAs('file-empty', mask))
  })

  it('a web page named .nii.gz', async () => {
    const root = copyOf(withVictim)
    put(root, mask, Buffer.from('<!DOCTYPE html><html><body>Please log in</body></html>'))
    await bothWays(root, scannedAs('nifti-invalid', mask))
  })

  it('fewer voxels than the header promises', async () => {
    const root = copyOf(withVictim)
    put(root, volume, gzipSync(gunzipSync(bytesOf(root, volume)).subarray(0, 1000)))
    await bothWays(root, scannedAs('nifti-voxels-missing'))
  })
})

describe('a path that is no file', () => {
  it('a folder named .nii.gz', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, volume.path))
    mkdirSync(path.join(root, volume.path))
    await bothWays(root, {
      ...scannedAs('file-not-regular'),
      exit: REFUSED_BY_PAIRING,
      scanned: `file-not-regular warning ${inArchive(volume)}`,
    })
  })

  it('a link that leads to itself', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, volume.path))
    symlinkSync(path.basename(volume.path), path.join(root, volume.path))
    await bothWays(root, {
      ...scannedAs('symlink-loop'),
      exit: REFUSED_BY_PAIRING,
      scanned: `symlink-loop warning ${inArchive(volume)}`,
    })
  })

  it('a link to the folder that it lies in: told, not followed, and nothing is missing', async () => {
    const root = copyOf(withVictim)
    symlinkSync('.', path.join(root, 'archive/again'))
    await bothWays(root, {
      exit: { run: 0, steps: [0, 0, 0, 0] },
      scanned: 'symlink-loop warning again',
      made: WHOLE,
    })
  })

  it('a link that leads nowhere', async () => {
    const root = copyOf(withVictim)
    rmSync(path.join(root, volume.path))
    symlinkSync('/nowhere/at/all.nii.gz', path.join(root, volume.path))
    await bothWays(root, scannedAs('symlink-broken'))
  })

  it('a link to a sound file elsewhere is as good as the file', async () => {
    const root = copyOf(withVictim)
    const elsewhere = path.join(root, 'elsewhere.nii.gz')
    writeFileSync(elsewhere, bytesOf(root, volume))
    rmSync(path.join(root, volume.path))
    symlinkSync(elsewhere, path.join(root, volume.path))
    await bothWays(root, { exit: { run: 0, steps: [0, 0, 0, 0] }, made: WHOLE })
  })

  // Root may read everything, so as root the commands run as a user who owns the root but not the file.
  it('a file that may not be read', async () => {
    const root = copyOf(withVictim)
    chmodSync(path.join(root, volume.path), 0)
    const as = process.getuid?.() === 0 ? { as: { uid: 65534 } } : {}
    await bothWays(root, { ...scannedAs('file-unreadable'), ...as })
  })
})

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

it('a file that is mended makes its sample whole on the next run', async () => {
  const root = copyOf(withVictim)
  const sane = bytesOf(root, volume)
  put(root, volume, sane.subarray(0, 900))
  expect((await voxmill(['run', 'nme', '-r', root, '-j', '1'])).code).toBe(8)
  put(root, volume, sane)
  const again = await voxmill(['run', 'nme', '-r', root, '-j', '1'])
  expect(again.code, again.all).toBe(0)
  await expectOutcome(root, { exit: { run: 0, steps: [0, 0, 0, 0] }, made: WHOLE })
})
