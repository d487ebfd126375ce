import path from 'node:path'
import { z } from 'zod'
import { niftiImage } from '../../src/artifacts/niftiImage.ts'
import { labelMask, niftiMask } from '../../src/artifacts/niftiMask.ts'
import { affine } from '../../src/core/affine.ts'
import type { Grid } from '../../src/core/volume.ts'
import type { CasePlan, Job } from '../../src/engine/job.ts'
import { STEPS } from '../../src/steps/registry.ts'
import { CONTRACTED, holdToContract } from './contract.ts'

const PATIENTS = ['95041446', '95041447']
const grid: Grid = { shape: [12, 10, 8], affine: affine([-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 2, 0]) }
const VOXELS = 12 * 10 * 8

async function writeInference(root: string): Promise<void> {
  for (const [n, pid] of PATIENTS.entries()) {
    const file = (name: string) => path.join(root, '6.inference', pid, `${name}.nii.gz`)
    const whole = Int16Array.from({ length: VOXELS }, (_, i) => (i * 7 + n) % 200)
    await niftiImage.write!(file('real_a'), { volume: { grid, data: whole } })
    await niftiImage.write!(file('real_b'), { volume: { grid, data: whole.map(v => 200 - v) } })
    await niftiImage.write!(file('fake_b'), {
      volume: { grid, data: Float32Array.from(whole, v => 200.5 - v + n) },
    })
    const inside = Uint8Array.from({ length: VOXELS }, (_, i) => (i % 5 === 0 ? 6 : 0))
    await niftiMask.write!(file('mask'), labelMask({ grid, data: inside }, { qform: 1, sform: 1 }))
  }
}

/** A job with the parameters that a plan would leave at their defaults. */
function job(
  step: string,
  name: string,
  inputs: Job['inputs'],
  outputs: Job['outputs'],
  params = {},
): CasePlan {
  const parsed = STEP_BY_NAME.get(step)!.params(z).parse(params)
  const one: Job = { step, case: name, fields: {}, params: parsed, inputs, outputs, memory: 1, weight: 0 }
  return { case: name, jobs: [one] }
}

const STEP_BY_NAME = await STEPS.load(STEPS.names)

const image = (pid: string, name: string) => `6.inference/${pid}/${name}.nii.gz`
const record = (pid: string) => `.voxmill/mae/${pid}.json`

holdToContract(CONTRACTED.measure, writeInference, async (_, oneByOne) => {
  await oneByOne(
    'draw',
    PATIENTS.map(pid =>
      job(
        'export-slicemap',
        pid,
        {
          images: Object.fromEntries(['real_a', 'real_b', 'fake_b'].map(name => [name, image(pid, name)])),
        },
        { slices: { '*': `6.slicemap/${pid}/{key}.jpg` }, sheet: `6.slicemap/${pid}/sheet.png` },
      ),
    ),
  )
  await oneByOne(
    'measure',
    PATIENTS.map((pid, n) =>
      job(
        'measure-mae',
        pid,
        {
          realB: image(pid, 'real_b'),
          fakeB: image(pid, 'fake_b'),
          mask: n === 0 ? image(pid, 'mask') : null,
        },
        { record: record(pid) },
      ),
    ),
  )
  await oneByOne('table', [
    job(
      'calc-mae',
      'data set',
      { records: Object.fromEntries(PATIENTS.map(pid => [pid, record(pid)])) },
      { csv: '7.analysis_result/mae.csv', workbook: '7.analysis_result/mae.xlsx' },
      { failed: [{ case: '95041448', reason: 'no CTA' }] },
    ),
  ])
})
