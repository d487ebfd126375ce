import type { StepFinding } from '../../core/datasetDescription.ts'
import type { FaultRecord } from '../../core/fault.ts'
import type { Receipt } from '../../engine/receipt.ts'
import { STATE_FOLDER, type Workspace } from '../../engine/workspace.ts'
import { existsSync } from '../../storage/exists.ts'
import { CaseImages } from './caseImages.ts'
import { shownFault, shownFinding } from './shownFinding.ts'
import type { JobFacts } from './stepProvenance.ts'

/** What the receipts of one case say, gathered one by one. */
export class CaseDraft {
  readonly images = new CaseImages()
  readonly findings: StepFinding[] = []
  readonly failures: { step: string; fault: FaultRecord }[] = []
  readonly jobs: JobFacts[] = []
  /** Labels that have a binary mask of their own, short form by index. */
  readonly labels = new Map<number, string>()
  /** Records of this case by step and part, as paths relative to the root. */
  readonly records = new Map<string, string>()
  /** When its last job was done, descriptions aside. */
  last = ''
  #isThere = false

  constructor(
    readonly id: string,
    readonly workspace: Workspace,
  ) {}

  /** Whether a file is there that a job of this case made, or one that a job failed on. */
  get isThere(): boolean {
    return this.#isThere
  }

  add(receipt: Receipt, facts: JobFacts): void {
    this.jobs.push(facts)
    this.images.add(receipt)
    this.#isThere ||= this.#leavesTrace(receipt)
    for (const found of receipt.findings) this.findings.push(shownFinding(found, receipt.step, this.id))
    const { step, part, status, finished } = receipt
    if (status === 'failed')
      this.failures.push({ step, fault: shownFault(receipt.fault, step, receipt.findings) })
    if (!step.startsWith('describe-') && finished > this.last) this.last = finished
    const record = receipt.outputs.find(o => o.slot === 'record')
    if (status === 'done' && record !== undefined)
      this.records.set(part === undefined ? step : `${step} ${part}`, record.path)
    if (step === 'extract-binary-masks' && status === 'done') {
      const { index, shortForm } = receipt.params as { index: number; shortForm: string }
      this.labels.set(index, shortForm)
    }
  }

  #leavesTrace({ status, inputs, outputs, step }: Receipt): boolean {
    if (step.startsWith('describe-')) return false
    if (status === 'failed')
      return inputs.length === 0 || inputs.some(f => existsSync(this.workspace.absolute(f.path)))
    return outputs.some(
      f => !f.path.startsWith(`${STATE_FOLDER}/`) && existsSync(this.workspace.absolute(f.path)),
    )
  }
}
