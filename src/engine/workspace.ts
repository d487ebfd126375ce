import path from 'node:path'

export const STATE_FOLDER = '.voxmill'

/** Below it: what lies there for, and from, the tasks of a Slurm cluster. */
export const SLURM_FOLDER = 'slurm'

/** Where a run keeps its receipts, and what its paths are relative to. */
export interface Workspace {
  /** Absolute path of the root. */
  readonly root: string
  /** Path below the root's `.voxmill`. */
  state(...parts: string[]): string
  /** A path on this machine for a path relative to the root. */
  absolute(relative: string): string
  /** The POSIX path relative to the root of a path on this machine. */
  relative(absolute: string): string
}

export function workspaceAt(root: string): Workspace {
  const base = path.resolve(root)
  return {
    root: base,
    state: (...parts) => path.join(base, STATE_FOLDER, ...parts),
    absolute: relative => path.resolve(base, relative),
    relative: absolute => path.relative(base, path.resolve(absolute)).split(path.sep).join('/') || '.',
  }
}
