import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { affine } from '../../src/core/affine.ts'
import type { CaseDescription } from '../../src/core/caseDescription.ts'
import { Receipts } from '../../src/engine/receipt.ts'
import { checkJob, openDigests } from '../../src/engine/run.ts'
import { workspaceAt } from '../../src/engine/workspace.ts'
import { putWorksheets } from '../../src/formats/table/putWorksheets.ts'
import { ANNOTATED } from '../../src/pipelines/cta2mbfPhantom.ts'
import { descriptionPath } from '../../src/pipelines/describeJobs.ts'
import { describePlans } from '../../src/pipelines/describePlans.ts'
import { STEPS } from '../../src/steps/registry.ts'
import type { Ended } from './cli.ts'
import { eventsOf, voxmill } from './cli.ts'
import {
  cta2mbfRoot,
  editPipeline,
  pids,
  pipelineOf,
  rewriteSeries,
  runStudy,
  study,
  studyFinishedInPlace,
  tally,
} from './cta2mbfRoot.ts'
import { copyOf, digestsBelow, expectNothingHalfWritten, newFolder } from './phantomRoot.ts'

const [first, second, third] = pids as [string, string, string]
const INFERENCE = '6.inference_24x24x16'
const MAE = '7.analysis_result/mae_24x24x16'

let finished: string
let expected: Record<string, string>
let run: Ended
beforeAll(async () => {
  ;({ root: finished, run } = await studyFinishedInPlace())
  expect(run.code, run.all).toBe(0)
  expected = digestsBelow(finished)
}, 600_000)

/** What the steps made, without receipts, which have times in them. */
const results = (root: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(digestsBelow(root)).filter(([f]) => /^[3-7]\..*\.(gz|csv|jpg|png|txt|log)$/.test(f)),
  )

const csvRow = (root: string, pid: string): string =>
  readFileSync(path.join(root, `${MAE}.csv`), 'utf8')
    .split('\n')
    .find(line => line.startsWith(`${pid},`)) ?? ''

/** One patient is broken: it is named with a reason, the other two have all they had. */
function expectOneLost(broken: Ended, root: string, pid: string, reason: RegExp): void {
  expect(broken.code, broken.all).toBe(8)
  expect(broken.err).toMatch(reason)
  expect(csvRow(root, pid)).toMatch(/,,,,,?.+/)
  for (const other of pids.filter(p => p !== pid)) {
    expect(csvRow(root, other)).toMatch(/^[^,]+,\d/)
    const own = (all: Record<string, string>) =>
      Object.entries(all).filter(([f]) => f.includes(`/${other}/`) && !f.startsWith('.voxmill'))
    expect(own(digestsBelow(root))).toEqual(own(expected))
  }
}

describe('run cta2mbf on a study of three phantoms', () => {
  it('goes from raw DICOM to error tables, in the folders of the readme', () => {
    const made = Object.keys(expected)
    for (const pid of pids)
      for (const file of [
        ...['CTA', 'MIP', 'AVG', 'BF'].map(m => `3.sorted_nii/${pid}/${m}.nii.gz`),
        ...['cta', 'cta_mip_mip', 'cta_mip_avg', 'cta_mip_bf'].map(
          n => `4.registration_batch/${pid}/${n}.nii.gz`,
        ),
        ...[0, 1, 2].map(n => `4.registration_batch/${pid}/transform/TransformParameters.${n}.txt`),
        ...['CTA', 'AVG'].flatMap(m =>
          ['', '_MASK', '_MASK_connected'].map(s => `3.sorted_mask/${pid}/${m}/${m}${s}.nii.gz`),
        ),
        `5.mbf_myocardium/${pid}/registration_cta_mip_bf_myocardium.nii.gz`,
        ...['cta', 'mbf', 'mask', 'mbf_mask'].map(n => `5.mbf_myocardium/${pid}/cropped_${n}.nii.gz`),
        ...['real_a', 'real_b', 'fake_b'].map(n => `${INFERENCE}/${pid}/${n}.nii.gz`),
        `${INFERENCE}_slicemap/${pid}/fake_b/x_15.jpg`,
      ])
        expect(made, file).toContain(file)
    for (const file of [
      `${MAE}.csv`,
      `${MAE}.xlsx`,
      '4.registration_batch/quality.xlsx',
      '5.mbf_myocardium/crop_report.xlsx',
    ])
      expect(made).toContain(file)
    expect(made.filter(f => f.startsWith('ssl'))).toEqual([])
  })

  it('describes each patient in the same pass, from memory', async () => {
    const steps = ['describe-registration', 'describe-crop'] as const
    for (const step of steps) {
      const jobs = eventsOf(run).filter(e => e.event === 'job' && e.step === step)
      expect(jobs.map(j => [j.case, j.status, j.inflated]).sort()).toEqual(
        pids.map(pid => [pid, 'done', []]).sort(),
      )
    }
    for (const pid of pids) {
      const [registration, crop] = steps.map(step =>
        JSON.parse(readFileSync(path.join(finished, descriptionPath(step, pid)), 'utf8')),
      ) as [CaseDescription, CaseDescription]
      expect(registration.pictures.map(p => p.key)).toEqual(['checkerboard', 'bloodFlow'])
      expect(registration.figures.similarityAfter).toBeGreaterThan(registration.figures.similarityBefore!)
      expect(crop.pictures.map(p => p.key)).toEqual(['crop'])
      expect(crop.labels.map(l => l.shortForm)).toEqual(['LV', 'LA', 'RV', 'RA', 'AO', 'MYO'])
      for (const { path: file } of [...registration.pictures, ...crop.pictures])
        expect(expected, file).toHaveProperty([file])
    }
    // What a report asks for before it is made is there.
    const workspace = workspaceAt(finished)
    const plans = await describePlans(workspace)
    expect(plans.map(p => [p.case, p.jobs.map(j => j.step)])).toEqual(
      pids.toSorted().map(pid => [pid, [...steps]]),
    )
    const loaded = await STEPS.load(steps)
    for (const job of plans.flatMap(p => p.jobs))
      expect(checkJob(job, new Receipts(workspace), loaded, openDigests(workspace)).stale).toBeUndefined()
  })

  it('keeps a patient whose description fails in all tables', async () => {
    const root = copyOf(finished)
    const pictures = path.join(root, `.voxmill/pictures/${second}`)
    rmSync(pictures, { recursive: true })
    writeFileSync(pictures, '')
    const broken = await runStudy(root)
    expect(broken.code, broken.all).toBe(8)
    expect(tally(broken)).toMatchObject({ done: 0, failed: 2 })
    expect(results(root)).toEqual(results(finished))
  })

  it('does nothing the second time, and what it made is verified', async () => {
    const again = await runStudy(finished)
    expect(again.code, again.all).toBe(0)
    expect(tally(again)).toMatchObject({ done: 0, failed: 0 })
    // What was read within milliseconds of being written is noted only now; these notes save time and decide nothing.
    const notes = '.voxmill/digests.jsonl'
    expect({ ...digestsBelow(finished), [notes]: '' }).toEqual({ ...expected, [notes]: '' })
    expect((await voxmill(['verify', finished])).code).toBe(0)
    const status = await voxmill(['status', finished])
    expect(status.out).toMatch(/register +3 +0/)
  })

  it('gives the same bytes by single commands on one worker', async () => {
    const root = await cta2mbfRoot()
    const { code, all } = await runStudy(root, '--until', 'convert-dicom', '-j', '1')
    expect(code, all).toBe(0)
    for (const step of [
      'register',
      'segment-chambers',
      'keep-largest-components',
      'extract-mbf-myocardium',
      'extract-pericardium-bbox',
      'infer-mbf',
      'export-slicemap',
      'calc-mae',
    ]) {
      const one = await voxmill([step, '--root_dir', root, '--pipeline', pipelineOf(root), '-j', '1'])
      expect(one.code, one.all).toBe(0)
    }
    expect(results(root)).toEqual(results(finished))
  })

  it('carries a further image over by --apply, to the same voxels', async () => {
    const root = copyOf(finished)
    const before = digestsBelow(root)[`4.registration_batch/${first}/cta_mip_bf.nii.gz`]
    const moved = `3.sorted_nii/{pid}/TTP.nii.gz`
    for (const pid of pids)
      cpSync(path.join(root, `3.sorted_nii/${pid}/BF.nii.gz`), path.join(root, moved.replace('{pid}', pid)))
    const { code, all } = await voxmill([
      'register',
      '--root',
      root,
      '--pipeline',
      pipelineOf(root),
      '--apply',
      moved,
    ])
    expect(code, all).toBe(0)
    expect(digestsBelow(root)[`4.registration_batch/${first}/cta_mip_ttp.nii.gz`]).toBe(before)
  })

  it('collects crops for self-supervised learning and packs folders when asked', async () => {
    const root = copyOf(finished)
    const collected = await voxmill(['collect-ssl', '--root', root, '--pipeline', pipelineOf(root)])
    expect(collected.code, collected.all).toBe(0)
    const digests = digestsBelow(root)
    for (const pid of pids)
      expect(digests[`ssl/cropped_ori/${pid}_cropped_mbf.nii.gz`]).toBe(
        digests[`5.mbf_myocardium/${pid}/cropped_mbf.nii.gz`],
      )
    const zip = path.join(root, 'study.zip')
    const packed = await voxmill(['pack', '-r', root, '-o', zip, '5.mbf_myocardium', 'annotation'])
    expect(packed.code, packed.all).toBe(0)
    expect(existsSync(zip)).toBe(true)
    const refused = await voxmill(['pack', '-r', root, '-o', zip, '9.nothing'])
    expect(refused.code).toBe(2)
  })
})

describe('one of three is broken; the others finish, the reason is told, and the rerun does what is left', () => {
  it('a series that the table does not name', async () => {
    const root = copyOf(finished)
    const table = path.join(root, study.annotation.path)
    const whole = readFileSync(table)
    const rows = study.patients.map(p => [
      p.pid,
      ...ANNOTATED.map(role => (p.pid === second && role === 'BF' ? '' : p.series[role].seriesUid)),
    ])
    const header = ['病人编号（Patient ID）', ...ANNOTATED]
    const sheet = {
      name: '数据',
      columns: header.map(() => ({ name: '', kind: 'text' as const })),
      rows: [header, ...rows],
    }
    writeFileSync(table, await putWorksheets(new Uint8Array(whole), [sheet], { source: table }))
    const broken = await runStudy(root)
    expectOneLost(broken, root, second, new RegExp(`${second}.*BF`))
    writeFileSync(table, whole)
    const again = await runStudy(root)
    expect(again.code, again.all).toBe(0)
    expect(results(root)).toEqual(results(finished))
  })

  it('a tilted CTA', async () => {
    const root = copyOf(finished)
    const undo = rewriteSeries(root, second, 'CTA', {
      grid: ({ shape, affine: a }) => ({
        shape,
        affine: affine(a.map((v, n) => (n === 6 ? v + 0.3 * a[10]! : v))),
      }),
    })
    const broken = await runStudy(root)
    expectOneLost(broken, root, second, /gantry-tilt[\s\S]*--on_tilt resample/)
    undo()
    const again = await runStudy(root)
    expect(again.code, again.all).toBe(0)
    expect(tally(again).failed).toBe(0)
    expect(results(root)).toEqual(results(finished))
  })

  it('a registration that diverges', async () => {
    const root = copyOf(finished)
    const undo = rewriteSeries(root, third, 'MIP', { stored: stored => stored.fill(1000) })
    const broken = await runStudy(root)
    expectOneLost(broken, root, third, /registration-failed/)
    // The chambers do not depend on it.
    expect(existsSync(path.join(root, `3.sorted_mask/${third}/CTA/CTA_MASK_connected.nii.gz`))).toBe(true)
    undo()
    expect((await runStudy(root)).code).toBe(0)
    expect(results(root)).toEqual(results(finished))
  })

  it('an empty mask among imported ones', async () => {
    const root = copyOf(finished)
    const masks = path.join(root, 'masks')
    const maskOf = (pid: string) => path.join(masks, `${pid}.nii.gz`)
    for (const pid of pids) cpSync(path.join(root, `3.sorted_mask/${pid}/CTA/CTA_MASK.nii.gz`), maskOf(pid))
    const sound = readFileSync(maskOf(first))
    writeFileSync(maskOf(first), gzipSync(gunzipSync(sound).fill(0, 352)))
    editPipeline(root, text =>
      text
        .replace('variables:\n', 'variables:\n  imported_cta: masks/{pid}.nii.gz\n')
        .replace(
          'params:\n',
          "params:\n  segment-chambers: { labelMap: { '1': 1, '2': 2, '3': 3, '4': 4, '5': 5, '6': 6 } }\n",
        ),
    )
    const broken = await runStudy(root)
    expectOneLost(broken, root, first, /segmentation-empty/)
    writeFileSync(maskOf(first), sound)
    expect((await runStudy(root)).code).toBe(0)
    expect(results(root)).toEqual(results(finished))
  })

  it('a model that is missing, and one that is not that of its card', async () => {
    const root = copyOf(finished)
    const model = path.join(root, 'models/phantom-generator.onnx')
    renameSync(model, `${model}.away`)
    rmSync(path.join(root, INFERENCE), { recursive: true })
    const broken = await runStudy(root)
    expect(broken.code, broken.all).toBe(8)
    expect(broken.err).toMatch(/model-missing/)
    expect(tally(broken)).toMatchObject({ failed: 3 })
    expect(existsSync(path.join(root, `5.mbf_myocardium/${first}/cropped_cta.nii.gz`))).toBe(true)
    const bytes = readFileSync(`${model}.away`)
    writeFileSync(model, Buffer.concat([bytes, Buffer.from([0])]))
    const altered = await runStudy(root)
    expect(altered.code, altered.all).toBe(8)
    expect(altered.err).toMatch(/sha256|SHA-256/i)
    renameSync(`${model}.away`, model)
    const again = await runStudy(root)
    expect(again.code, again.all).toBe(0)
    expect(results(root)).toEqual(results(finished))
  })
})

const command = (name: string, ...args: string[]) => spawnSync(name, args, { encoding: 'utf8' })
const disk = newFolder()
const isMounted = command('mount', '-t', 'tmpfs', '-o', 'size=24m', 'voxmill-test', disk).status === 0
afterAll(() => {
  if (isMounted) command('umount', disk)
})

describe.skipIf(!isMounted)('a disk that is full (skipped where no tmpfs can be mounted)', () => {
  it('ends the run with nothing half-written, and the rerun does what is left', async () => {
    const root = path.join(disk, 'study')
    cpSync(finished, root, { recursive: true, preserveTimestamps: true })
    for (const folder of ['5.mbf_myocardium', INFERENCE, `${INFERENCE}_slicemap`])
      rmSync(path.join(root, folder), { recursive: true })
    const ballast = path.join(disk, 'ballast')
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - 200 * 1024)))
    const full = await runStudy(root, '-j', '1')
    expect(full.code, full.all).toBe(8)
    expect(full.err).toMatch(/no space is left on the device/)
    expectNothingHalfWritten(root)
    rmSync(ballast)
    const again = await runStudy(root)
    expect(again.code, again.all).toBe(0)
    expect(results(root)).toEqual(results(finished))
  })
})
