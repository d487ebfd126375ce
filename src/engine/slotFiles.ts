import type { ArtifactKind } from '../core/artifact.ts'
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

/** Every file that fills the slots, in the order of the declaration. */
export function slotFiles(
  slots: Record<string, Slot<unknown>>,
  paths: Readonly<Record<string, SlotPaths>>,
): SlotFile[] {
  return Object.entries(slots).flatMap(([slot, { kind, editable }]): SlotFile[] => {
    const p = paths[slot] ?? null
    if (p === null) return []
    if (typeof p === 'string') return [{ slot, key: undefined, path: p, kind, editable }]
    return Object.entries(p).map(([key, path]) => ({ slot, key, path, kind, editable }))
  })
}
