import path from 'node:path'
import { z } from 'zod'
import { niftiImage } from '../../src/artifacts/niftiImage.ts'
import type { CasePlan, Job } from '../../src/engine/job.ts'
import { descriptionOutputs } from '../../src/pipelines/describeJobs.ts'
import { STEPS } from '../../src/steps/registry.ts'
import { blobGrid, blobs } from '../oracle/registration/blobs.ts'
import { CONTRACTED, holdToContract } from './contract.ts'

const PATIENT = '95041446'
const loaded = await STEPS.load(CONTRACTED.align)

async function writeImages(root: string): Promise<void> {
  const write = (name: string, volume: ReturnType<typeof blobs>) =>
    niftiImage.write!(path.join(root, '3.sorted_nii', PATIENT, name), { volume })
  await write('CTA.nii.gz', blobs(blobGrid([32, 32, 32], [2, 2, 2.5], [-32, -32, -40])))
  await write(
    'MIP.nii.gz',
    blobs(blobGrid([32, 32, 16], [2, 2, 4], [-30, -34, -30]), ([x, y, zz]) => [x - 2, y + 3, zz - 1]),
  )
}

function plan(
  step: string,
  name: string,
  inputs: Job['inputs'],
  outputs: Job['outputs'],
  params = {},
): CasePlan {
  const parsed = loaded.get(step)!.params(z).parse(params)
  const job: Job = { step, case: name, fields: {}, params: parsed, inputs, outputs, memory: 1, weight: 0 }
  return { case: name, jobs: [job] }
}

const nifti = (name: string) => `3.sorted_nii/${PATIENT}/${name}.nii.gz`
const folder = `4.registration_batch/${PATIENT}`
const transform = (n: number) => `${folder}/transform/TransformParameters.${n}.txt`

// elastix as installed where it is, else as WebAssembly: the contract holds for both.
holdToContract(CONTRACTED.align, writeImages, async (_, oneByOne) => {
  await oneByOne('register', [
    plan(
      'register',
      PATIENT,
      { fixed: nifti('CTA'), moving: nifti('MIP'), others: {}, labels: {} },
      {
        fixed: `${folder}/cta.nii.gz`,
        warped: { mip: `${folder}/cta_mip_mip.nii.gz` },
        labels: {},
        transforms: { '*': `${folder}/transform/TransformParameters.{key}.txt` },
        parameters: { '*': `${folder}/transform/parameters.{key}.txt` },
        log: `${folder}/transform/elastix.log`,
        record: `${folder}/transform/registration.json`,
        checkerboard: `${folder}/checkerboard.png`,
        jacobian: null,
        field: null,
      },
      {
        movingKey: 'mip',
        iterations: 12,
        overrides: {
          NumberOfResolutions: [2],
          GridSpacingSchedule: [2, 1],
          FinalGridSpacingInPhysicalUnits: [24],
        },
      },
    ),
  ])
  await oneByOne('describe', [
    plan(
      'describe-registration',
      PATIENT,
      {
        fixed: `${folder}/cta.nii.gz`,
        warped: `${folder}/cta_mip_mip.nii.gz`,
        flow: `${folder}/cta_mip_mip.nii.gz`,
        record: `${folder}/transform/registration.json`,
      },
      descriptionOutputs('describe-registration', PATIENT),
    ),
  ])
  await oneByOne('apply', [
    plan(
      'apply-transform',
      PATIENT,
      {
        transforms: Object.fromEntries([0, 1, 2].map(n => [String(n), transform(n)])),
        images: { again: nifti('MIP') },
        labels: {},
        grid: `${folder}/cta.nii.gz`,
      },
      { images: { again: `${folder}/cta_mip_again.nii.gz` }, labels: {} },
    ),
  ])
  await oneByOne('report', [
    plan(
      'gen-registration-report',
      'dataset',
      { records: { [PATIENT]: `${folder}/transform/registration.json` }, upstream: {} },
      { report: '4.registration_batch/quality.xlsx' },
      { failed: [{ case: '95041447', reason: 'register: it diverged' }] },
    ),
  ])
})
