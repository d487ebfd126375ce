import { chownSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect } from 'vitest'
import { type StartOptions, voxmill } from './cli.ts'
import {
  ARCHIVE_MANIFEST,
  copyOf,
  DATASET_MANIFEST,
  expectNothingHalfWritten,
  filesBelow,
  findingsIn,
  phantomRoot,
  samplesOf,
} from './phantomRoot.ts'

export const GOOD = 2
/** The sample that is broken in most tests; beside the good ones, in a collection of theirs. */
export const [volume, mask] = samplesOf(1, 99) as [Victim, Victim]
export type Victim = ReturnType<typeof samplesOf>[number]
export const victimFolder = `Tongji/train-val/train/${volume.seq}_${volume.pid}`

export let sound: string
export let withVictim: string
beforeAll(async () => {
  sound = await phantomRoot(GOOD)
  withVictim = await phantomRoot(GOOD, [volume, mask])
})

/** What a command is expected to make of a defect. */
export interface Expected {
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

export const WHOLE = [
  '_info.yaml',
  '_mask.nii.gz',
  '_mask_00_Bg.nii.gz',
  '_mask_01_NME.nii.gz',
  '_volume.nii.gz',
]

export const stepCommands = (root: string): string[][] => {
  const at = (p: string) => path.join(root, p)
  return [
    ['gen-archive-manifest', '-r', at('archive'), '-o', at(ARCHIVE_MANIFEST)],
    ['confirm-pairs', '-r', at('archive'), '-o', at('grouped'), '-am', at(ARCHIVE_MANIFEST)],
    ['extract-binary-masks', '-r', at('grouped'), '-e', at('descriptor/label_map.yaml')],
    ['gen-dataset-manifest', '-r', at('grouped'), '-o', at(DATASET_MANIFEST)],
  ]
}

/** @param steps how many of the routines were carried out */
export async function expectOutcome(root: string, expected: Expected, steps = 4): Promise<void> {
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
export async function bothWays(root: string, expected: Expected): Promise<string> {
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

export const inArchive = (file: { path: string }) => file.path.slice('archive/'.length)
/** Replaces the bytes of a file of the archive. */
export const put = (root: string, file: { path: string }, bytes: Uint8Array) =>
  writeFileSync(path.join(root, file.path), bytes)
export const bytesOf = (root: string, file: { path: string }) => readFileSync(path.join(root, file.path))

// What follows confirm-pairs is the same for all samples that it refuses, and is followed in one test of each kind.
const REFUSED_BY_SCAN = { run: 8, steps: [4, 8] }
export const REFUSED_BY_PAIRING = { run: 8, steps: [0, 8] }
export const toTheEnd = (expected: Expected): Expected => ({
  ...expected,
  exit: { ...expected.exit, steps: [...expected.exit.steps, 0, 0] },
})

/** A file that the scan of the archive finds unusable: its sample is refused, though the other file is sound. */
export const scannedAs = (code: string, file = volume): Expected => ({
  exit: REFUSED_BY_SCAN,
  scanned: `${code} error ${inArchive(file)}`,
  listed: `${code} error ${inArchive(file)}`,
  made: [],
})

/** A file that proves unusable only when its voxels are read. */
export const pairedAs = (code: string, where: string, folder?: string): Expected => ({
  exit: REFUSED_BY_PAIRING,
  listed: `${code} error ${where}`,
  made: [],
  ...(folder === undefined ? {} : { folder }),
})
