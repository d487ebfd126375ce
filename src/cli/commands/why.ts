import { Command } from 'commander'
import { UsageError } from '../../core/fault.ts'
import { claimedPath, makers, workspaceOf } from '../../engine/provenance.ts'
import type { Receipt, ReceiptFile } from '../../engine/receipt.ts'
import { openDigests } from '../../engine/run.ts'
import type { AnyStep, Slot } from '../../engine/step.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { existsSync } from '../../storage/exists.ts'
import { fileStamp } from '../../storage/fileStamp.ts'
import type { CommandContext } from '../context.ts'

export function whyCommand(context: CommandContext): Command {
  return new Command('why')
    .description('Tell what made a file, from what, with which parameters, and why it would be made again.')
    .argument('<file>', 'a file that voxmill made')
    .option('--json', 'JSON lines for programs')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill why grouped/Tongji/train-val/train/01A002_0004091054/01A002_0004091054_mask.nii.gz',
    )
    .action(async (file: string, options: { json?: boolean }) => {
      const { console } = context.open(options)
      const workspace = workspaceOf(file)
      const all = workspace === undefined ? undefined : makers(workspace)
      const relative = workspace && all && claimedPath(all, workspace.relative(file))
      if (workspace === undefined || all === undefined || relative === undefined)
        throw new UsageError(`no receipt claims ${file}`, {
          remedy: 'voxmill did not make it, or its receipt was removed; `voxmill verify` lists such files.',
        })
      const steps = await context.steps.load([...all.values()].map(({ receipt }) => receipt.step))
      const seen = new Set<string>()
      const tell = async (path: string, depth: number): Promise<void> => {
        const made = all.get(path)
        const pad = '  '.repeat(depth)
        if (made === undefined) {
          console.say(`${pad}${path}  (an input: no receipt made it)`)
          return
        }
        const { receipt } = made
        console.say(`${pad}${console.paint('bold', path)}`)
        if (seen.has(path)) return
        seen.add(path)
        console.say(
          `${pad}  by ${receipt.step} version ${receipt.version} (voxmill ${receipt.voxmill}), ${receipt.finished}, ${receipt.seconds} s`,
        )
        if (depth === 0) console.say(`${pad}  with ${parameters(receipt.params)}`)
        for (const f of receipt.findings) console.say(`${pad}  ${f.severity} ${f.code}: ${f.message}`)
        const reasons = await stalenessOf(receipt, path, workspace, steps.get(receipt.step))
        console.say(
          `${pad}  ${reasons.length === 0 ? 'up to date' : `would be made again: ${reasons.join('; ')}`}`,
        )
        console.emit({
          event: 'made',
          path,
          step: receipt.step,
          params: receipt.params,
          inputs: receipt.inputs,
          finished: receipt.finished,
          stale: reasons,
        })
        const inputs = [...new Set(receipt.inputs.map(i => i.path))]
        if (inputs.length <= MOST_INPUTS) for (const input of inputs) await tell(input, depth + 1)
        else {
          for (const input of inputs.slice(0, MOST_INPUTS)) console.say(`${pad}  ${input}`)
          console.say(`${pad}  … and ${inputs.length - MOST_INPUTS} more files`)
        }
      }
      await tell(relative, 0)
    })
}

/** A file made from more than these has its inputs listed, not told one by one. */
const MOST_INPUTS = 8

const parameters = (params: unknown): string => {
  const text = JSON.stringify(params)
  return text.length > 600 ? `${text.slice(0, 600)}… (whole in the receipt)` : text
}

/** What the receipt and the files on disk disagree about; parameters of a next run are not known here. */
async function stalenessOf(
  receipt: Receipt,
  output: string,
  workspace: Workspace,
  step: AnyStep | undefined,
): Promise<string[]> {
  const digests = openDigests(workspace)
  const reasons: string[] = []
  if (step === undefined) reasons.push(`the step ${receipt.step} is gone`)
  else if (step.version !== receipt.version) reasons.push(`${receipt.step} is now version ${step.version}`)
  const slots: Readonly<Record<string, Slot<unknown>>> = { ...step?.inputs, ...step?.outputs }
  const changed = async (f: ReceiptFile): Promise<string | undefined> => {
    if (!existsSync(workspace.absolute(f.path))) return `${f.path} is gone`
    const kind = slots[f.slot]?.kind
    const known = kind?.folder
      ? await kind.digest(workspace.absolute(f.path))
      : digests.lookUp(f.path, f.kind)
    return known !== undefined && known !== f.digest ? `${f.path} has changed` : undefined
  }
  /** A folder has no stamp that could tell. */
  const isTouched = (f: ReceiptFile): boolean =>
    fileStamp(workspace.absolute(f.path)) !== undefined && digests.lookUp(f.path, f.kind) === undefined
  // A workbook that a step adds to is its input and its output; what it was before says nothing about it now.
  const amended = new Set(receipt.outputs.map(o => o.path))
  for (const f of receipt.inputs) {
    if (amended.has(f.path)) continue
    const reason = await changed(f)
    if (reason !== undefined) reasons.push(reason)
    else if (isTouched(f)) reasons.push(`${f.path} was touched (its digest decides)`)
  }
  const own = receipt.outputs.find(o => o.path === output)
  if (own !== undefined) {
    const reason = await changed(own)
    if (reason !== undefined) reasons.push(reason)
    else if (isTouched(own)) reasons.push(`${own.path} was touched (its digest decides)`)
  }
  return reasons
}
