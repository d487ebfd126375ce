import { EXIT, Fault } from '../core/fault.ts'
import { formatBytes } from '../core/formatBytes.ts'
import { diskOf, freeSpace } from '../storage/freeSpace.ts'
import type { Experience } from './experience.ts'
import { type Job, slotPaths } from './job.ts'
import type { LoadedSteps } from './step.ts'
import { STATE_FOLDER, type Workspace } from './workspace.ts'

/** What a stage is expected to write does not fit on the disk, so it was not begun. */
export class DiskShortError extends Fault {}

/** From so many jobs on, what they wrote is believed rather than what their step declares. */
const ENOUGH_JOBS = 3

/** Bytes that a job is expected to write; 0 where neither receipts nor the step tell. */
function bytesOf(job: Job, steps: LoadedSteps, experience: Experience): number {
  const taken = experience.taken(job.step)
  if (taken !== undefined && taken.jobs >= ENOUGH_JOBS && taken.weight > 0)
    return (job.weight * taken.written) / taken.weight
  return job.weight * (steps.get(job.step)?.writes?.(job.params) ?? 0)
}

/** Adds up what jobs are expected to write, by disk. */
export class DiskNeed {
  readonly #needs = new Map<string, { folder: string; bytes: number }>()
  readonly #disks = new Map<string, { disk: string; folder: string }>()

  constructor(
    readonly workspace: Workspace,
    readonly steps: LoadedSteps,
    readonly experience: Experience,
  ) {}

  /** @param job one whose outputs are not there yet */
  add(job: Job): void {
    const bytes = bytesOf(job, this.steps, this.experience)
    if (!(bytes > 0)) return
    const output = slotPaths(job.outputs).find(p => !p.startsWith(`${STATE_FOLDER}/`))
    if (output === undefined) return
    const top = topFolder(output)
    const place = this.#disks.get(top) ?? diskOf(this.workspace.absolute(top))
    this.#disks.set(top, place)
    const need = this.#needs.get(place.disk) ?? { folder: place.folder, bytes: 0 }
    need.bytes += bytes
    this.#needs.set(place.disk, need)
  }

  /** @throws DiskShortError with what is needed and what there is, if a disk has not the space */
  require(stage: string): void {
    for (const { folder, bytes } of this.#needs.values()) {
      const free = freeSpace(folder)
      if (bytes <= free) continue
      throw new DiskShortError(
        `${stage} is expected to write ${formatBytes(bytes)}, and the disk of ${folder} has ${formatBytes(free)} left`,
        {
          remedy:
            'Free space or choose another disk, then run again: finished work is kept. --any_space goes on all the same, until the disk is full.',
          exitCode: EXIT.someFailed,
          where: folder,
        },
      )
    }
  }
}

/** Where a path leaves the root, or its first folder: a disk is seldom mounted deeper. */
function topFolder(output: string): string {
  const parts = output.split('/')
  const first = parts.findIndex(part => part !== '..')
  return parts.slice(0, Math.min(first + 1, parts.length - 1)).join('/') || '.'
}
