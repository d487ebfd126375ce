import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { niftiVolume } from '../../src/artifacts/niftiVolume.ts'
import { compose, farthestCornerShift, invert, transformPoint, voxelSizes } from '../../src/core/affine.ts'
import { type BrokenSeriesKind, brokenSeries } from '../../src/pipelines/brokenCtSeries.ts'
import { ANNOTATED, phantomStudy } from '../../src/pipelines/cta2mbfPhantom.ts'
import { eventsOf, voxmill } from './cli.ts'
import { digestsBelow, filesBelow, newFolder, stampsBelow } from './phantomRoot.ts'

const SHAPE = [24, 20, 10] as const

describe('run cta2mbf until convert-dicom on the dump of the demo', () => {
  let root: string
  beforeAll(async () => {
    root = path.join(newFolder(), 'demo')
    const made = await voxmill([
      ...['demo', 'cta2mbf', root, '--archive_only'],
      ...['--samples', '2', '--shape', SHAPE.join('x'), '--seed', '5'],
    ])
    expect(made.code, made.all).toBe(0)
    const run = await voxmill(['run', 'cta2mbf', '--root_dir', root, '--until', 'convert-dicom'])
    // The dump holds an empty file.
    expect(run.code, run.all).toBe(4)
  })

  it('gives every annotated series of every patient, voxel for voxel, in its place', async () => {
    const study = phantomStudy({ seed: 5, patients: 2, shape: SHAPE })
    for (const patient of study.patients)
      for (const role of ANNOTATED) {
        const series = patient.series[role]
        const { value } = await niftiVolume.read(
          path.join(root, '3.sorted_nii', patient.pid, `${role}.nii.gz`),
        )
        const { grid, data } = value.volume
        expect(grid.shape).toEqual(series.grid.shape)
        expect(farthestCornerShift(grid.affine, series.grid.affine, grid.shape)).toBeLessThan(1e-4)
        const { slope, intercept } = series.storage
        const expected = Float32Array.from(series.stored(), v => v * slope + intercept)
        expect(Buffer.from(data.buffer).equals(Buffer.from(expected.buffer)), `${patient.pid} ${role}`).toBe(
          true,
        )
      }
  })

  it('writes technical tags beside each image, and no name of a patient anywhere', () => {
    const made = filesBelow(path.join(root, '3.sorted_nii'))
    expect(made.filter(f => f.endsWith('.nii.gz')).length).toBe(8)
    const sidecar = JSON.parse(
      readFileSync(path.join(root, '3.sorted_nii', made.find(f => f.endsWith('.json'))!), 'utf8'),
    )
    expect(sidecar.Modality).toBe('CT')
    for (const folder of ['3.sorted_nii', '.voxmill'])
      for (const file of filesBelow(path.join(root, folder))) {
        const bytes = readFileSync(path.join(root, folder, file))
        const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
        expect(text.includes('CANARY'), file).toBe(false)
      }
  })

  it('is fresh the second time, and a copy of NumPy arrays can be had', async () => {
    const folder = path.join(root, '3.sorted_nii')
    const args = ['convert-dicom', '-r', path.join(root, '3.sorted_dcm'), '-o', folder]
    const before = stampsBelow(folder)
    const again = await voxmill(args)
    expect(again.out).toContain('0 done, 8 fresh')
    expect(stampsBelow(folder)).toEqual(before)
    const digests = digestsBelow(folder)
    expect((await voxmill([...args, '--also', 'npy'])).code).toBe(0)
    expect(digestsBelow(folder)).toEqual(digests)
    const array = readFileSync(
      path.join(root, '3.sorted_npy', filesBelow(path.join(root, '3.sorted_npy'))[0]!),
    )
    expect(array.subarray(1, 6).toString('latin1')).toBe('NUMPY')
    expect(array.toString('latin1', 10, 128)).toMatch(/'fortran_order': False, 'shape': \(\d+, \d+, \d+\)/)
    expect((array.readUInt16LE(8) + 10) % 64).toBe(0)
  })
})

describe('a series with a fault', () => {
  const outcomes = new Map<string, { status: string; codes: string[] }>()
  let root: string
  const KINDS: Readonly<Partial<Record<BrokenSeriesKind, readonly string[]>>> = {
    'slice-missing': ['slice-gap-uneven'],
    'spacing-uneven': ['slice-gap-uneven'],
    'gantry-tilt': ['gantry-tilt'],
    'orientation-mixed': ['slice-orientation-mixed'],
    'size-mixed': ['slice-size-mixed'],
    'position-repeated': ['slice-position-repeated'],
    'pixels-truncated': ['dicom-truncated'],
    'header-truncated': ['dicom-truncated'],
  }
  const SOUND: readonly BrokenSeriesKind[] = [
    'high-bits-set',
    'big-endian',
    'deflated',
    'run-length',
    'multi-frame',
  ]

  beforeAll(async () => {
    root = newFolder()
    for (const kind of [...(Object.keys(KINDS) as BrokenSeriesKind[]), ...SOUND])
      for (const [i, file] of brokenSeries(kind, { seed: 9, shape: SHAPE }).files.entries()) {
        mkdirSync(path.join(root, 'dcm', kind), { recursive: true })
        writeFileSync(path.join(root, 'dcm', kind, `IM${i}`), file.make())
      }
    const run = await voxmill([
      'convert-dicom',
      '-r',
      path.join(root, 'dcm'),
      '-o',
      path.join(root, 'nii'),
      '--json',
    ])
    expect(run.code, run.all).toBe(8)
    for (const event of eventsOf(run) as {
      event: string
      case: string
      status: string
      findings: { code: string }[]
    }[])
      if (event.event === 'job')
        outcomes.set(event.case, { status: event.status, codes: event.findings.map(f => f.code) })
  })

  it.each(Object.entries(KINDS))('%s is refused by name, and nothing of it is written', (kind, codes) => {
    expect(outcomes.get(kind)).toMatchObject({ status: 'failed', codes: expect.arrayContaining([...codes]) })
    expect(existsSync(path.join(root, 'nii', `${kind}.nii.gz`))).toBe(false)
  })

  it.each(SOUND)('%s is converted to the voxels of its truth', async kind => {
    expect(outcomes.get(kind)?.status).toBe('done')
    const { truth } = brokenSeries(kind, { seed: 9, shape: SHAPE })
    const { value } = await niftiVolume.read(path.join(root, 'nii', `${kind}.nii.gz`))
    const { slope, intercept } = truth.storage
    const expected = Float32Array.from(truth.stored(), v => v * slope + intercept)
    expect(Buffer.from(value.volume.data.buffer).equals(Buffer.from(expected.buffer))).toBe(true)
  })

  it('or sound: the same bytes without compression, which are written while slices are read', async () => {
    const args = ['convert-dicom', '-r', path.join(root, 'dcm'), '-o', path.join(root, 'plain')]
    const run = await voxmill([...args, '--uncompressed', ...SOUND.flatMap(kind => ['--only', kind])])
    expect(run.code, run.all).toBe(0)
    for (const kind of SOUND) {
      const inflated = gunzipSync(readFileSync(path.join(root, 'nii', `${kind}.nii.gz`)))
      expect(inflated.equals(readFileSync(path.join(root, 'plain', `${kind}.nii`))), kind).toBe(true)
    }
  })

  it('is taken by the command that the run lists for it, and by that alone', async () => {
    const args = ['convert-dicom', '-r', path.join(root, 'dcm'), '-o', path.join(root, 'nii')]
    const refused = await voxmill(args)
    const end = eventsOf(await voxmill([...args, '--json'])).find(e => e.event === 'end') as unknown as {
      accept: { cases: string[]; command: string }[]
    }
    expect(end.accept.map(({ cases }) => cases)).toEqual([
      ['gantry-tilt'],
      ['slice-missing', 'spacing-uneven'],
    ])
    for (const { cases, command } of end.accept) {
      expect(refused.out).toContain(`\n  ${command}\n`)
      const [program, ...words] = command.split(' ')
      expect(program).toBe('voxmill')
      const run = await voxmill([...words, '--json'])
      expect(run.code, run.all).toBe(0)
      const done = eventsOf(run).filter(e => e.event === 'job')
      expect(done.map(e => [e.case, e.status]).sort()).toEqual(cases.map(name => [name, 'done']))
      for (const name of cases) expect(existsSync(path.join(root, 'nii', `${name}.nii.gz`)), name).toBe(true)
    }
    const gap = ['convert-dicom', '-r', path.join(root, 'dcm/slice-missing'), '-o', path.join(root, 'gap')]
    expect((await voxmill([...gap, '--on_uneven', 'accept'])).code).toBe(0)
  })

  it('and a series that is not there cannot be asked for', async () => {
    const args = ['convert-dicom', '-r', path.join(root, 'dcm'), '-o', path.join(root, 'nii')]
    const run = await voxmill([...args, '--only', 'gantry-tlt'])
    expect([run.code, run.err]).toEqual([2, expect.stringContaining('such as gantry-tilt')])
  })
})

const PUBLIC = path.resolve('../shared/data/real/theibsi+data_sets/ibsi_validation')

describe.skipIf(!existsSync(PUBLIC))(
  'the IBSI validation data (skipped where ../shared/data is absent)',
  () => {
    const out = newFolder()
    beforeAll(async () => {
      const run = await voxmill(['convert-dicom', '-r', path.join(PUBLIC, 'dicom'), '-o', out])
      expect(run.code, run.all).toBe(0)
    })

    it.each([
      ['STS_008', 'CT', 0],
      ['STS_008', 'MR_T1', 0],
      ['STS_008', 'PET', 2e-6],
      ['STS_002', 'MR_T1', 0],
      ['STS_002', 'PET', 2e-6],
    ] as const)('%s %s equals the NIfTI beside it in world space', async (patient, modality, relative) => {
      const theirs = (await niftiVolume.read(path.join(PUBLIC, 'nifti', patient, `${modality}_image.nii.gz`)))
        .value.volume
      const ours = (await niftiVolume.read(path.join(out, patient, modality, 'image.nii.gz'))).value.volume
      expect(ours.data.length).toBe(theirs.data.length)
      const toOurs = compose(invert(ours.grid.affine), theirs.grid.affine)
      const sizes = voxelSizes(ours.grid.affine)
      const [nx, ny] = ours.grid.shape
      let [at, farthest, worst] = [0, 0, 0]
      const [tx, ty, tz] = theirs.grid.shape
      for (let k = 0; k < tz; k++)
        for (let j = 0; j < ty; j++)
          for (let i = 0; i < tx; i++, at++) {
            const place = transformPoint(toOurs, [i, j, k])
            const [x, y, z] = place.map(Math.round) as [number, number, number]
            for (let axis = 0; axis < 3; axis++)
              farthest = Math.max(farthest, Math.abs(place[axis]! - [x, y, z][axis]!) * sizes[axis]!)
            const [a, b] = [theirs.data[at]!, ours.data[(z * ny + y) * nx + x]!]
            worst = Math.max(worst, a === b ? 0 : Math.abs(a - b) / Math.abs(a))
          }
      expect(farthest).toBeLessThan(1e-4)
      expect(worst).toBeLessThanOrEqual(relative)
    })
  },
)
