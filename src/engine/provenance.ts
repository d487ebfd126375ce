import path from 'node:path'
import { existsSync } from '../storage/exists.ts'
import { fileStamp } from '../storage/fileStamp.ts'
import { digestFile } from '../storage/readFile.ts'
import { walk } from '../storage/walk.ts'
import { type Receipt, type ReceiptFile, receiptsOf } from './receipt.ts'
import type { Slot, StepRegistry } from './step.ts'
import { STATE_FOLDER, type Workspace, workspaceAt } from './workspace.ts'

/** The case of steps that work on the data set as a whole. */
export const DATASET = 'dataset'

/** The workspace that a file or folder lies in: the nearest folder above it that has receipts. */
export function workspaceOf(file: string): Workspace | undefined {
  for (let folder = path.resolve(file); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, STATE_FOLDER, 'receipts'))) return workspaceAt(folder)
    if (path.dirname(folder) === folder) return undefined
  }
}

/** The newest receipt that claims each output path. */
export function makers(workspace: Workspace): Map<string, { receipt: Receipt; file: ReceiptFile }> {
  const found = new Map<string, { receipt: Receipt; file: ReceiptFile }>()
  for (const receipt of receiptsOf(workspace)) {
    if (receipt.status !== 'done') continue
    for (const file of receipt.outputs) {
      const other = found.get(file.path)
      if (other === undefined || other.receipt.finished < receipt.finished)
        found.set(file.path, { receipt, file })
    }
  }
  return found
}

/**
 * The claimed path that a file belongs to: its own, or that of a folder above it. The digest of a folder covers all that
 * lies in it.
 */
export function claimedPath(claimed: { has(path: string): boolean }, relative: string): string | undefined {
  for (let p = relative; p !== '.' && p !== '/'; p = path.posix.dirname(p)) if (claimed.has(p)) return p
  return undefined
}

export interface Verification {
  readonly checked: number
  readonly changed: readonly string[]
  /** Manifests that were edited since, as people may. */
  readonly edited: readonly string[]
  readonly missing: readonly string[]
  /** Files beside outputs that no receipt claims. */
  readonly strangers: readonly string[]
}

/**
 * Reads every output again and compares its digest with the receipt of its job; looks through the folders that hold
 * cases for files that no job made or read.
 */
export async function verifyOutputs(
  workspace: Workspace,
  steps: StepRegistry,
  onFile: (path: string) => void,
): Promise<Verification> {
  const claimed = makers(workspace)
  const loaded = await steps.load([...claimed.values()].map(({ receipt }) => receipt.step))
  const [changed, edited, missing]: [string[], string[], string[]] = [[], [], []]
  const folders = new Set<string>()
  const known = new Set(claimed.keys())
  for (const receipt of receiptsOf(workspace))
    for (const f of [...receipt.inputs, ...receipt.outputs]) known.add(f.path)
  for (const [relative, { receipt, file }] of claimed) {
    onFile(relative)
    const absolute = workspace.absolute(relative)
    if (receipt.case !== DATASET && relative.includes('/') && !relative.startsWith(STATE_FOLDER))
      folders.add(relative.split('/')[0]!)
    const slot = loaded.get(receipt.step)?.outputs[file.slot] as Slot<unknown> | undefined
    const folder = slot?.kind.folder === true
    const digest = folder ? slot.kind.digest : digestFile
    if (folder ? !existsSync(absolute) : fileStamp(absolute) === undefined) missing.push(relative)
    else if ((await digest(absolute).catch(() => '')) !== file.digest) {
      ;(slot?.editable === undefined ? changed : edited).push(relative)
    }
  }
  const strangers: string[] = []
  for (const folder of folders) {
    if (folder === '..') continue
    for (const entry of walk(workspace.absolute(folder))) {
      const relative = `${folder}/${entry.path}`
      if (!known.has(relative) && claimedPath(claimed, relative) === undefined) strangers.push(relative)
    }
  }
  return { checked: claimed.size, changed, edited, missing, strangers }
}
