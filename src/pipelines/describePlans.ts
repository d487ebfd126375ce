import { z } from 'zod'
import type { CasePlan, Job } from '../engine/job.ts'
import { type Receipt, readReceipt, receiptPath, receiptsOf } from '../engine/receipt.ts'
import type { AnyStep } from '../engine/step.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { Label } from '../profiles/labels.ts'
import { describeCrop } from '../steps/check/describeCrop.ts'
import { describeRegistration } from '../steps/check/describeRegistration.ts'
import { existsSync } from '../storage/exists.ts'
import { readText } from '../storage/readText.ts'
import { describeSampleJob, describeSampleParams, descriptionOutputs } from './describeJobs.ts'
import { imageVoxels } from './imageVoxels.ts'
import { NME_FOLDERS } from './nme.ts'

/**
 * The jobs that describe every case of a data set, told from receipts alone: samples that confirm-pairs has written, and
 * patients that register and extract-pericardium-bbox have. What `run` has described already is planned as it was, so
 * that it is fresh and costs no more than a look at the stamps of its files.
 *
 * @throws LabelMapError when the root has a label map that cannot be used
 */
export async function describePlans(workspace: Workspace): Promise<readonly CasePlan[]> {
  const samples: Receipt[] = []
  const extracted = new Map<number, Receipt>()
  const jobs: Job[] = []
  for (const receipt of receiptsOf(workspace)) {
    if (receipt.status !== 'done') continue
    if (receipt.step === 'confirm-pairs') samples.push(receipt)
    else if (receipt.step === 'extract-binary-masks') {
      const { index } = receipt.params as { index: number }
      if ((extracted.get(index)?.finished ?? '') < receipt.finished) extracted.set(index, receipt)
    } else if (receipt.step === 'register') jobs.push(...registrationJobs(workspace, receipt))
    else if (receipt.step === 'extract-pericardium-bbox') jobs.push(...cropJobs(workspace, receipt))
  }
  if (samples.length > 0) {
    const labels = await labelMapOf(workspace)
    const told = [...extracted.values()].map(labelOf).sort((a, b) => a.index - b.index)
    for (const receipt of samples) jobs.push(...sampleJobs(workspace, receipt, labels, told))
  }
  const plans = new Map<string, Job[]>()
  for (const job of jobs) {
    const own = plans.get(job.case)
    if (own === undefined) plans.set(job.case, [job])
    else own.push(job)
  }
  return [...plans]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => ({
      case: name,
      jobs: own.sort((a, b) => (a.step < b.step ? 1 : -1)),
      independent: true,
    }))
}

/** The label map in the data set, where there is one: `run nme` goes by it too. */
async function labelMapOf(workspace: Workspace): Promise<readonly Label[] | undefined> {
  const file = workspace.absolute(NME_FOLDERS.labelMap)
  if (!existsSync(file)) return undefined
  const { parseLabelMap } = await import('../profiles/labelMap.ts')
  return parseLabelMap(readText(file), file)
}

/** All that a binary mask tells of its label. */
function labelOf({ params }: Receipt): Label {
  const { index, shortForm } = params as { index: number; shortForm: string }
  return { index, name: shortForm, shortForm }
}

/** An output of a receipt that is still there. */
function written(workspace: Workspace, { outputs }: Receipt, slot: string, key?: string): string | null {
  const file = outputs.find(o => o.slot === slot && (key === undefined || o.key === key))
  return file !== undefined && existsSync(workspace.absolute(file.path)) ? file.path : null
}

const earlierOf = (workspace: Workspace, step: string, name: string): Receipt | undefined =>
  readReceipt(receiptPath(workspace, { step, case: name }))

function sampleJobs(
  workspace: Workspace,
  receipt: Receipt,
  labels: readonly Label[] | undefined,
  told: readonly Label[],
): Job[] {
  const files = {
    volume: written(workspace, receipt, 'volume'),
    mask: written(workspace, receipt, 'mask'),
  }
  const image = files.volume ?? files.mask
  if (image === null) return []
  const earlier = earlierOf(workspace, 'describe-sample', receipt.case)
  const params = labels === undefined ? earlier?.params : undefined
  return [
    describeSampleJob(receipt.case, files, params ?? describeSampleParams(labels ?? told), {
      voxels: voxelsToRead(workspace, image, earlier),
    }),
  ]
}

/** Voxels of an image that is yet to be described; of one that is, the header need not be read to plan it. */
function voxelsToRead(workspace: Workspace, image: string, earlier: Receipt | undefined): number {
  return earlier?.status === 'done' ? 0 : imageVoxels(workspace.absolute(image))
}

function registrationJobs(workspace: Workspace, receipt: Receipt): Job[] {
  const { movingKey } = receipt.params as { movingKey: string }
  const fixed = written(workspace, receipt, 'fixed')
  const warped = written(workspace, receipt, 'warped', movingKey)
  const record = written(workspace, receipt, 'record')
  if (fixed === null || warped === null || record === null) return []
  const flow = written(workspace, receipt, 'warped', 'bf')
  return [imageJob(workspace, describeRegistration, receipt.case, { fixed, warped, flow, record })]
}

function cropJobs(workspace: Workspace, receipt: Receipt): Job[] {
  const cta = written(workspace, receipt, 'cta')
  const mask = written(workspace, receipt, 'mask')
  return cta === null || mask === null ? [] : [imageJob(workspace, describeCrop, receipt.case, { cta, mask })]
}

function imageJob(
  workspace: Workspace,
  step: typeof describeRegistration | typeof describeCrop,
  name: string,
  inputs: Readonly<Record<string, string | null>>,
): Job {
  const earlier = earlierOf(workspace, step.name, name)
  const images = Object.values(inputs).filter(p => p !== null && !p.endsWith('.json')) as string[]
  const voxels = images.reduce((sum, image) => sum + voxelsToRead(workspace, image, earlier), 0)
  return {
    step: step.name,
    case: name,
    fields: {},
    params: earlier?.params ?? (step as AnyStep).params(z).parse({}),
    inputs,
    outputs: descriptionOutputs(step === describeCrop ? 'describe-crop' : 'describe-registration', name),
    memory: step.memory({ voxels, inputBytes: 0 }),
    weight: 0,
  }
}
