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

/** Nothing in such a path has to be resolved, which would take longer than the look at a file. */
const isPlain = (p: string): boolean => !p.includes('//') && !DOTS.test(p) && !p.includes('\\')
const DOTS = /(^|\/)\.{0,2}(\/|$)/

export function workspaceAt(root: string): Workspace {
  const base = path.resolve(root)
  const within = base.endsWith(path.sep) ? base : base + path.sep
  const usual = path.sep === '/'
  return {
    root: base,
    state: (...parts) => path.join(base, STATE_FOLDER, ...parts),
    absolute: relative => (usual && isPlain(relative) ? within + relative : path.resolve(base, relative)),
    relative: absolute => {
      if (usual && absolute.startsWith(within)) {
        const rest = absolute.slice(within.length)
        if (isPlain(rest)) return rest
      }
      return path.relative(base, path.resolve(absolute)).split(path.sep).join('/') || '.'
    },
  }
}
