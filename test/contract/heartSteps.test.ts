import path from 'node:path'
import { niftiImage } from '../../src/artifacts/niftiImage.ts'
import { labelMask, niftiMask } from '../../src/artifacts/niftiMask.ts'
import { affine } from '../../src/core/affine.ts'
import type { Shape } from '../../src/core/volume.ts'
import type { Job } from '../../src/engine/job.ts'
import { DATASET } from '../../src/engine/provenance.ts'
import { receiptName } from '../../src/engine/receipt.ts'
import { SeededRandom } from '../../src/imaging/phantom/seededRandom.ts'
import { descriptionOutputs } from '../../src/pipelines/describeJobs.ts'
import { CONTRACTED, holdToContract } from './contract.ts'

const PIDS = ['p1', 'p2']
const LABELS = [1, 2, 3, 4, 6]
const shape: Shape = [24, 20, 14]
const grid = { shape, affine: affine<'voxel', 'ras'>([-0.4, 0, 0, 90, 0, -0.4, 0, 80, 0, 0, 0.6, -40]) }
const size = shape[0] * shape[1] * shape[2]

/** A CTA, a registered blood flow, and a mask of five slabs side by side with single voxels of noise. */
async function writeHeart(root: string, pid: string): Promise<void> {
  const random = new SeededRandom(PIDS.indexOf(pid))
  const labels = new Uint8Array(size)
  for (let v = 0; v < size; v++) {
    const [i, j, k] = [
      v % shape[0],
      Math.floor(v / shape[0]) % shape[1],
      Math.floor(v / (shape[0] * shape[1])),
    ]
    if (random.between(0, 1) < 0.01) labels[v] = 7
    else if (i >= 3 && i < 18 && j >= 4 && j < 15 && k >= 2 && k < 11)
      labels[v] = LABELS[Math.floor((i - 3) / 3)]!
  }
  const at = (file: string) => path.join(root, file)
  await niftiMask.write!(
    at(`3.sorted_mask/${pid}/CTA/CTA_MASK.nii.gz`),
    labelMask({ grid, data: labels }, { qform: 1, sform: 1 }),
  )
  const hu = Int16Array.from({ length: size }, () => Math.round(random.between(-200, 500)))
  await niftiImage.write!(at(`3.sorted_mask/${pid}/CTA/CTA.nii.gz`), { volume: { grid, data: hu } })
  const flow = Float32Array.from({ length: size }, () => random.between(-5, 200))
  await niftiImage.write!(at(`4.registration_batch/${pid}/cta_mip_bf.nii.gz`), {
    volume: { grid, data: flow },
  })
}

function heartJobs(pid: string): Job[] {
  const common = { case: pid, fields: {}, params: {}, memory: 1, weight: 0 }
  const masks = `3.sorted_mask/${pid}/CTA`
  const flow = `5.mbf_myocardium/${pid}`
  const connected = `${masks}/CTA_MASK_connected.nii.gz`
  const myocardium = `${flow}/registration_cta_mip_bf_myocardium.nii.gz`
  return [
    {
      ...common,
      step: 'keep-largest-components',
      part: 'CTA',
      params: { labels: LABELS, connectivity: '6' },
      inputs: { mask: `${masks}/CTA_MASK.nii.gz` },
      outputs: { mask: connected },
    },
    {
      ...common,
      step: 'extract-mbf-myocardium',
      params: { label: 6, background: -1024 },
      inputs: { mbf: `4.registration_batch/${pid}/cta_mip_bf.nii.gz`, mask: connected },
      outputs: { mbf: myocardium },
    },
    {
      ...common,
      step: 'extract-pericardium-bbox',
      params: { marginMm: 1, background: -1024 },
      inputs: { cta: `${masks}/CTA.nii.gz`, mbf: myocardium, mask: connected },
      outputs: {
        cta: `${flow}/cropped_cta.nii.gz`,
        mbf: `${flow}/cropped_mbf.nii.gz`,
        mask: `${flow}/cropped_mask.nii.gz`,
        mbfMask: `${flow}/cropped_mbf_mask.nii.gz`,
        record: `.voxmill/records/extract-pericardium-bbox/${pid}.json`,
      },
    },
    {
      ...common,
      step: 'describe-crop',
      params: { labels: [], windowWidth: 700, windowLevel: 150, pictureSide: 48 },
      inputs: { cta: `${flow}/cropped_cta.nii.gz`, mask: `${flow}/cropped_mask.nii.gz` },
      outputs: descriptionOutputs('describe-crop', pid),
    },
  ]
}

function datasetJobs(): Job[] {
  const common = { case: DATASET, fields: {}, memory: 1, weight: 0 }
  const byPid = (of: (pid: string) => string) => Object.fromEntries(PIDS.map(pid => [pid, of(pid)]))
  return [
    {
      ...common,
      step: 'gen-crop-report',
      params: { failed: [] },
      inputs: {
        records: byPid(pid => `.voxmill/records/extract-pericardium-bbox/${pid}.json`),
        upstream: byPid(pid => receiptName({ step: 'extract-pericardium-bbox', case: pid })),
      },
      outputs: { report: '5.mbf_myocardium/crop_report.xlsx' },
    },
    {
      ...common,
      step: 'collect-ssl',
      params: { link: 'none' },
      inputs: { mbf: byPid(pid => `5.mbf_myocardium/${pid}/cropped_mbf.nii.gz`) },
      outputs: { copies: 'ssl/cropped_ori' },
    },
    {
      ...common,
      step: 'pack',
      params: { exclude: ['*.xlsx'] },
      inputs: { folders: { '5.mbf_myocardium': '5.mbf_myocardium', 'ssl/cropped_ori': 'ssl/cropped_ori' } },
      outputs: { archive: 'packed/heart.zip' },
    },
  ]
}

holdToContract(
  CONTRACTED.heart,
  async root => {
    for (const pid of PIDS) await writeHeart(root, pid)
  },
  async (_, oneByOne) => {
    for (const pid of PIDS) await oneByOne('heart', [{ case: pid, jobs: heartJobs(pid) }])
    for (const job of datasetJobs()) await oneByOne(job.step, [{ case: DATASET, jobs: [job] }])
  },
)
