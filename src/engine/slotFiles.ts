import type { ArtifactKind } from '../core/artifact.ts'
import { existsSync } from '../storage/exists.ts'
import type { SlotPaths } from './job.ts'
import type { Slot } from './step.ts'

/** One file of a job, by the slot that it fills. */
export interface SlotFile {
  readonly slot: string
  readonly key: string | undefined
  /** Relative to the root. */
  readonly path: string
  readonly kind: ArtifactKind<unknown>
  readonly editable: Slot<unknown>['editable']
}

/** Name of one file among a job's inputs or outputs: its slot, and its key where the slot has several. */
export const fileLabel = (f: { slot: string; key?: string | undefined }): string =>
  f.key === undefined ? f.slot : `${f.slot}/${f.key}`

/** The key of a slot's paths under which a pattern stands: `{key}` in it is replaced by each key. */
const PATTERN = '*'

/**
 * Every file that fills the slots, in the order of the declaration.
 *
 * @param keysOf the keys of a slot whose number the step itself decides, and whose plan has a pattern in place of paths
 */
export function slotFiles(
  slots: Record<string, Slot<unknown>>,
  paths: Readonly<Record<string, SlotPaths>>,
  keysOf: (slot: string) => readonly string[] = () => [],
): SlotFile[] {
  return Object.entries(slots).flatMap(([slot, { kind, editable }]): SlotFile[] => {
    const p = paths[slot] ?? null
    if (p === null) return []
    if (typeof p === 'string') return [{ slot, key: undefined, path: p, kind, editable }]
    const pattern = p[PATTERN]
    if (pattern !== undefined)
      return keysOf(slot).map(key => ({ slot, key, path: pattern.replace('{key}', key), kind, editable }))
    return Object.entries(p).map(([key, path]) => ({ slot, key, path, kind, editable }))
  })
}

/** The path of one file of the slots, '' where there is none. */
export function slotPath(paths: Readonly<Record<string, SlotPaths>>, slot: string, key?: string): string {
  const p = paths[slot] ?? ''
  if (typeof p === 'string') return p
  return (key !== undefined && (p[key] ?? p[PATTERN]?.replace('{key}', key))) || ''
}

/** The keys under which a receipt lists outputs, by slot. */
export const receiptKeys =
  (receipt: { readonly outputs: readonly { slot: string; key?: string }[] } | undefined) =>
  (slot: string): string[] =>
    receipt?.outputs.flatMap(o => (o.slot === slot && o.key !== undefined ? [o.key] : [])) ?? []

/** Whether an artifact that is a folder is there; its path on this machine is given, since the slot has it relative. */
export const isFolderThere = (f: SlotFile, absolute: string): boolean =>
  f.kind.folder === true && existsSync(absolute)
