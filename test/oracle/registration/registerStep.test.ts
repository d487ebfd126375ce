import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { niftiImage } from '../../../src/artifacts/niftiImage.ts'
import { labelMask, niftiMask } from '../../../src/artifacts/niftiMask.ts'
import { workbook } from '../../../src/artifacts/workbook.ts'
import type { Volume } from '../../../src/core/volume.ts'
import { inlineExecutor } from '../../../src/engine/executors/inline.ts'
import type { Job, JobOutcome } from '../../../src/engine/job.ts'
import { Run } from '../../../src/engine/run.ts'
import { workspaceAt } from '../../../src/engine/workspace.ts'
import { nonrigidMaps } from '../../../src/formats/elastix/defaultMaps.ts'
import { formatParameterMap, withParameters } from '../../../src/formats/elastix/parameterMap.ts'
import { nativeEngine } from '../../../src/registration/native.ts'
import type { RegistrationRecord } from '../../../src/steps/align/registrationRecord.ts'
import { STEPS } from '../../../src/steps/registry.ts'
import { blobGrid, blobs } from './blobs.ts'

const native = await nativeEngine()
const root = mkdtempSync(path.join(tmpdir(), 'voxmill-register-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const at = (name: string) => path.join(root, name)
const bytes = (name: string) => readFileSync(at(name)).toString('base64')

const fixed = blobs(blobGrid([44, 40, 40], [1.5, 1.5, 2], [-33, -30, -39]))
/** Shows at q the tissue of q - (3, -4, 2): the fixed point p lies at p + (3, -4, 2). */
const moving = blobs(blobGrid([40, 40, 15], [1.7, 1.7, 3.5], [-30, -35, -22]), ([x, y, z]) => [
  x - 3,
  y + 4,
  z - 2,
])
const halved: Volume<Float32Array> = { grid: moving.grid, data: Float32Array.from(moving.data, v => v / 2) }
const bright = {
  grid: moving.grid,
  data: Uint8Array.from(moving.data, v => (v > 500 ? 2 : v > 200 ? 1 : 0)),
}

const maps = nonrigidMaps()
  .slice(0, 2)
  .map(map =>
    formatParameterMap(
      withParameters(map, { NumberOfResolutions: ['2'], MaximumNumberOfIterations: ['120'] }),
    ),
  )

const params = {
  engine: 'wasm',
  threads: 1,
  parameterMaps: maps,
  overrides: {},
  timeoutSeconds: 300,
  marginMm: 8,
  finalOrder: 3,
  movingKey: 'mip',
  squareMm: 10,
  jacobian: true,
  field: true,
  gate: { maxFoldedShare: 0.001, minFieldOverlap: 0.5, maxDisplacementMm: 20, minSimilarityGain: 0 },
}

const registerJob = (out: string, movingFile = 'moving.nii', changes: object = {}): Job => ({
  step: 'register',
  case: out,
  fields: {},
  params: { ...params, ...changes },
  inputs: {
    fixed: 'fixed.nii',
    moving: movingFile,
    others: { half: 'half.nii' },
    labels: { bright: 'bright.nii.gz' },
  },
  outputs: {
    fixed: `${out}/cta.nii.gz`,
    warped: { mip: `${out}/mip.nii.gz`, half: `${out}/half.nii` },
    labels: { bright: `${out}/bright.nii.gz` },
    transforms: { '*': `${out}/transform/TransformParameters.{key}.txt` },
    parameters: { '*': `${out}/transform/parameters.{key}.txt` },
    log: `${out}/transform/elastix.log`,
    record: `${out}/record.json`,
    checkerboard: `${out}/checkerboard.png`,
    jacobian: `${out}/jacobian.nii`,
    field: `${out}/field.nii.gz`,
  },
  memory: 1,
  weight: 1,
})

async function carryOut(job: Job): Promise<JobOutcome> {
  const workspace = workspaceAt(root)
  const run = new Run({
    workspace,
    steps: STEPS,
    executor: () => inlineExecutor(workspace, STEPS),
    listener: { stageStarted() {}, jobEnded() {}, stageEnded() {} },
    signal: new AbortController().signal,
    command: 'test',
    writes: [],
  })
  const [outcome] = await run.stage('test', [{ case: job.case, jobs: [job] }])
  run.close()
  return outcome!
}

const recordOf = (out: string): RegistrationRecord =>
  JSON.parse(readFileSync(at(`${out}/record.json`), 'utf8'))

beforeAll(async () => {
  await niftiImage.write!(at('fixed.nii'), { volume: fixed })
  await niftiImage.write!(at('moving.nii'), { volume: moving })
  await niftiImage.write!(at('half.nii'), { volume: halved })
  await niftiMask.write!(at('bright.nii.gz'), labelMask(bright, { qform: 1, sform: 1 }))
})

describe('register', () => {
  let done: JobOutcome
  beforeAll(async () => {
    done = await carryOut(registerJob('a'))
  }, 300_000)

  it('carries the images over to where the fixed image has them', async () => {
    expect(done).toMatchObject({ status: 'done', findings: [] })
    const warped = (await niftiImage.read(at('a/mip.nii.gz'))).value.volume
    expect(warped.data).toBeInstanceOf(Int16Array)
    expect(warped.grid).toEqual((await niftiImage.read(at('a/cta.nii.gz'))).value.volume.grid)
    // Within the moving image's field: voxels 10 to 30 along z.
    const [nx, ny] = fixed.grid.shape
    const differences: number[] = []
    for (let v = 12 * nx * ny; v < 28 * nx * ny; v++)
      if (warped.data[v] !== 0) differences.push(Math.abs(warped.data[v]! - fixed.data[v]!))
    differences.sort((a, b) => a - b)
    expect(differences.length).toBeGreaterThan(10_000)
    // The tissue ranges over some 1000 HU; before, the median is 47 HU.
    expect(differences[differences.length >> 1]).toBeLessThan(10)
    const half = (await niftiImage.read(at('a/half.nii'))).value.volume
    expect(half.data).toBeInstanceOf(Float32Array)
    const labels = (await niftiMask.read(at('a/bright.nii.gz'))).value
    expect(labels.counts[2]).toBeGreaterThan(100)
    expect([...labels.counts].slice(3).every(n => n === 0)).toBe(true)
  })

  it('keeps the chain, the maps, the record with what was restricted, and its figures', () => {
    const transform = readFileSync(at('a/transform/TransformParameters.1.txt'), 'utf8')
    expect(transform).toContain('(InitialTransformParametersFileName "TransformParameters.0.txt")')
    expect(transform).toContain('(Size 44 40 40)')
    expect(readFileSync(at('a/transform/parameters.1.txt'), 'utf8')).toContain('(WriteResultImage "false")')
    const record = recordOf('a')
    expect(record).toMatchObject({
      engine: 'wasm',
      threads: 1,
      // Faces of the moving image at z -23.75 and 28.75, centred at -26.25 and 26.25; 8 mm more; voxels of 2 mm from -39.
      restriction: { start: [0, 0, 2], size: [44, 40, 37], of: [44, 40, 40], marginMm: 8 },
      gate: { verdict: 'ok', reasons: [] },
    })
    expect(record.quality.after.correlation).toBeGreaterThan(0.97)
    expect(record.quality.before.correlation).toBeLessThan(0.9)
    expect(record.quality.foldedShare).toBe(0)
    expect(Math.abs(record.quality.farthestMm - Math.hypot(3, 4, 2))).toBeLessThan(1.5)
  })

  it('is finished when asked again, and gives the same bytes elsewhere', async () => {
    expect((await carryOut(registerJob('a'))).status).toBe('fresh')
    await carryOut(registerJob('b'))
    for (const name of [
      'mip.nii.gz',
      'half.nii',
      'checkerboard.png',
      'transform/elastix.log',
      'field.nii.gz',
    ])
      expect(bytes(`b/${name}`), name).toBe(bytes(`a/${name}`))
  })

  it.each([
    ['the grid of the fixed image', 'fixed.nii'],
    ['the grid that the files name', null],
  ])('is repeated bit for bit by apply-transform on %s', async (_, grid) => {
    const outcome = await carryOut({
      step: 'apply-transform',
      case: `applied-${grid}`,
      fields: {},
      params: { finalOrder: 3, threads: 2 },
      inputs: {
        transforms: {
          0: 'a/transform/TransformParameters.0.txt',
          1: 'a/transform/TransformParameters.1.txt',
        },
        images: { mip: 'moving.nii', half: 'half.nii' },
        labels: { bright: 'bright.nii.gz' },
        grid,
      },
      outputs: {
        images: { mip: 'c/mip.nii.gz', half: 'c/half.nii' },
        labels: { bright: 'c/bright.nii.gz' },
      },
      memory: 1,
      weight: 1,
      remake: true,
    })
    expect(outcome.fault).toBeUndefined()
    for (const name of ['mip.nii.gz', 'half.nii', 'bright.nii.gz'])
      expect(bytes(`c/${name}`)).toBe(bytes(`a/${name}`))
  })

  it.skipIf(native === undefined)(
    native === undefined
      ? 'writes transforms that transformix reads (skipped: elastix is not installed)'
      : 'writes transforms that transformix reads, with the same result',
    async () => {
      mkdirSync(at('t'))
      execFileSync(
        'transformix',
        ['-in', at('half.nii'), '-out', at('t'), '-tp', 'TransformParameters.1.txt', '-threads', '1'],
        { cwd: at('a/transform'), stdio: 'ignore' },
      )
      const theirs = (await niftiImage.read(at('t/result.nii'))).value.volume.data
      const ours = (await niftiImage.read(at('a/half.nii'))).value.volume.data
      let farthest = 0
      theirs.forEach((v, i) => {
        // At the rim of the field the two may disagree on whether a voxel is inside.
        if (v !== 0 && ours[i] !== 0) farthest = Math.max(farthest, Math.abs(v - ours[i]!))
      })
      expect(ours.some(v => v !== 0)).toBe(true)
      expect(farthest).toBeLessThan(0.5)
    },
  )

  it('marks a case for review that goes beyond the gate, and writes it all the same', async () => {
    const gate = { ...params.gate, maxDisplacementMm: 2, minFieldOverlap: 1 }
    const outcome = await carryOut(registerJob('review', 'moving.nii', { gate }))
    expect(outcome.status).toBe('done')
    expect(outcome.findings).toMatchObject([{ code: 'registration-doubtful', severity: 'high' }])
    expect(outcome.findings[0]!.message).toMatch(
      /^the largest displacement is 5\.\d mm, more than 2 mm; .*field/,
    )
    expect(recordOf('review').gate.verdict).toBe('review')
  })

  it('refuses an image that holds one value', async () => {
    const flat = { grid: moving.grid, data: new Int16Array(moving.data.length).fill(7) }
    await niftiImage.write!(at('flat.nii'), { volume: flat })
    const outcome = await carryOut(registerJob('flat', 'flat.nii'))
    expect(outcome).toMatchObject({
      status: 'failed',
      findings: [
        { code: 'registration-failed', message: 'flat.nii: the moving image has one value throughout' },
      ],
    })
  })

  it.each(['wasm', ...(native === undefined ? [] : ['native'])])(
    'fails by %s with reason and log when the images lie apart and are not brought together',
    async engine => {
      const apart = blobGrid([40, 40, 15], [1.7, 1.7, 3.5], [470, -35, -22])
      await niftiImage.write!(at('apart.nii'), { volume: { grid: apart, data: moving.data } })
      const changes = {
        engine,
        parameterMaps: maps.map(map => map.replace('(AutomaticTransformInitialization "true")\n', '')),
      }
      const outcome = await carryOut(registerJob(`apart-${engine}`, 'apart.nii', changes))
      expect(outcome.status).toBe('failed')
      expect(outcome.findings).toMatchObject([{ code: 'registration-failed', severity: 'error' }])
      const log = `.voxmill/logs/register/apart-${engine}.log`
      const message = outcome.findings[0]!.message
      expect(message).toContain('too many samples fell outside the moving image')
      expect(message).toContain(`its log is ${log}`)
      // The WebAssembly build raises an exception without a text.
      const words = engine === 'native' ? 'Too many samples map outside' : 'exception'
      expect(readFileSync(at(log), 'utf8')).toContain(words)
    },
  )
})

describe('gen-registration-report', () => {
  it('has a row a case, with the verdict and its reasons', async () => {
    writeFileSync(at('receipt.json'), '{}')
    await carryOut({
      step: 'gen-registration-report',
      case: 'report',
      fields: {},
      params: { failed: [{ case: 'z', reason: 'it diverged' }], findings: [] },
      inputs: {
        records: { a: 'a/record.json', review: 'review/record.json' },
        upstream: { a: 'receipt.json' },
      },
      outputs: { report: 'quality.xlsx' },
      memory: 1,
      weight: 1,
    })
    const { value } = await workbook.read(at('quality.xlsx'))
    if (!('book' in value)) throw new Error('a workbook was expected')
    const rows = (await value.book.sheet('Quality')).rows
    expect(rows.map(row => row.slice(0, 2))).toEqual([
      ['a', 'ok'],
      ['review', 'review'],
      ['z', 'failed'],
    ])
    expect(rows[2]![2]).toBe('it diverged')
    expect(rows[1]![2]).toContain('the largest displacement')
  })
})
