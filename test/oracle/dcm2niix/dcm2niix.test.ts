import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { assembleVolume } from '../../../src/imaging/dicom/assembleVolume.ts'
import { planVolumes } from '../../../src/imaging/dicom/planVolumes.ts'
import { type BrokenSeriesKind, brokenSeries } from '../../../src/pipelines/brokenCtSeries.ts'
import { ANNOTATED, phantomStudy } from '../../../src/pipelines/cta2mbfPhantom.ts'
import { disagreement, readReference, readSeries } from '../dicomVolumes/realSeries.ts'

const hasPeer = spawnSync('dcm2niix', ['--version']).error === undefined
const folder = mkdtempSync(path.join(tmpdir(), 'voxmill-dcm2niix-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SHAPE = [40, 36, 14] as const
/** dcm2niix stores positions of slices in float32. */
const POSITION_MM = 1e-3
const FLOAT32 = 2e-7

/** Our volume and dcm2niix's of the same files are the same in the world. */
async function expectEqual(name: string, files: readonly { make(): Uint8Array }[]) {
  const series = path.join(folder, name)
  const out = path.join(folder, `${name}-peer`)
  for (const made of [series, out]) mkdirSync(made, { recursive: true })
  for (const [i, file] of files.entries()) writeFileSync(path.join(series, `IM${i}`), file.make())
  const peer = spawnSync('dcm2niix', ['-z', 'i', '-b', 'n', '-f', 'peer', '-o', out, series], {
    encoding: 'utf8',
  })
  expect(peer.status, peer.stdout + peer.stderr).toBe(0)
  const images = readdirSync(out).filter(f => f.endsWith('.nii.gz'))
  expect(images).toEqual(['peer.nii.gz'])
  const { slices, pixels } = await readSeries(series)
  const { volumes } = planVolumes(slices)
  expect(volumes).toHaveLength(1)
  const { grid, data } = assembleVolume(volumes[0]!, pixels)
  const reference = readReference(path.join(out, images[0]!))
  const found = disagreement({ ...grid, data }, reference, reference.frames[0]!)
  expect(found.unmatched).toBe(0)
  expect(found.positionMm).toBeLessThan(POSITION_MM)
  // dcm2niix leaves the rescaling to the reader, and the header keeps a slope in float32.
  if (data instanceof Int16Array) expect(found.largest).toBe(0)
  else expect(found.largestRelative).toBeLessThan(FLOAT32)
}

describe.skipIf(!hasPeer)(
  'dcm2niix and voxmill give the same voxels in the world (skipped where dcm2niix is not installed)',
  () => {
    const study = phantomStudy({ seed: 11, patients: 2, shape: SHAPE })
    const annotated = study.patients.flatMap(patient => ANNOTATED.map(role => [patient, role] as const))

    it.each(annotated.map(([patient, role]) => [patient.pid, role, patient] as const))(
      'patient %s, %s of the phantom',
      async (pid, role, patient) => {
        const own = patient.series[role]
        const files = study.files.filter(f => f.kind === 'image' && f.truth?.series === own)
        await expectEqual(`${pid}-${role}`, files)
      },
    )

    // Of tilted and uneven series dcm2niix makes volumes by rules of its own; there ImagePositionPatient is the truth.
    // The deflated syntax it does not read.
    it.each<BrokenSeriesKind>(['big-endian', 'run-length', 'multi-frame', 'high-bits-set'])(
      'a series that is stored in a way that is seldom: %s',
      async kind => {
        await expectEqual(kind, brokenSeries(kind, { seed: 12, shape: SHAPE }).files)
      },
    )
  },
)
