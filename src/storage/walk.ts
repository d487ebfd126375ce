import fs from 'node:fs'
import path from 'node:path'
import type { FindingCode } from '../core/finding.ts'

export interface WalkedFile {
  /** Relative to the root, `/` between folders. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'other'
}

export interface WalkProblem {
  readonly path: string
  readonly code: Extract<FindingCode, 'symlink-loop' | 'symlink-broken' | 'file-unreadable'>
  readonly message: string
}

export interface WalkOptions {
  /** Folders to leave out, by path relative to the root. */
  readonly skip?: (relativePath: string) => boolean
  /** Only what lies in the root itself; folders, and links to folders, are left out. */
  readonly shallow?: boolean
  /** Called for what cannot be followed or opened; the walk goes on. */
  readonly onProblem?: (problem: WalkProblem) => void
  /** Whether folders whose names match are told of too (a folder that looks like a file is worth a finding). */
  readonly reportFolder?: (name: string) => boolean
}

/**
 * Every file below a folder, depth first, names of one folder in code-unit order. Symbolic links are followed; one
 * that leads to a folder above itself is reported and left. Memory grows with the depth and the widest folder only.
 */
export function* walk(root: string, options: WalkOptions = {}): Generator<WalkedFile> {
  yield* walkFolder(root, '', [identity(root)], options)
}

const identity = (folder: string): string => {
  const s = fs.statSync(folder)
  return `${s.dev}:${s.ino}`
}

function* walkFolder(
  root: string,
  relative: string,
  ancestors: string[],
  options: WalkOptions,
): Generator<WalkedFile> {
  let entries: fs.Dirent[]
  try {
    entries = fs.readdirSync(path.join(root, relative), { withFileTypes: true })
  } catch (error) {
    options.onProblem?.({
      path: relative || '.',
      code: 'file-unreadable',
      message: `the folder cannot be listed: ${(error as Error).message}`,
    })
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const child = relative === '' ? entry.name : `${relative}/${entry.name}`
    if (options.skip?.(child)) continue
    if (entry.isFile()) yield { path: child, kind: 'file' }
    else if (entry.isDirectory()) {
      if (options.shallow) continue
      if (options.reportFolder?.(entry.name)) yield { path: child, kind: 'folder' }
      yield* walkFolder(root, child, [...ancestors, ''], options)
    } else if (entry.isSymbolicLink()) yield* followLink(root, child, entry.name, ancestors, options)
    else yield { path: child, kind: 'other' }
  }
}

function* followLink(
  root: string,
  relative: string,
  name: string,
  ancestors: string[],
  options: WalkOptions,
): Generator<WalkedFile> {
  const full = path.join(root, relative)
  let target: fs.Stats
  try {
    target = fs.statSync(full)
  } catch (error) {
    const loop = (error as NodeJS.ErrnoException).code === 'ELOOP'
    options.onProblem?.({
      path: relative,
      code: loop ? 'symlink-loop' : 'symlink-broken',
      message: loop
        ? 'the link leads round in a circle'
        : `the target of the link cannot be reached: ${linkTarget(full)}`,
    })
    return
  }
  if (target.isFile()) yield { path: relative, kind: 'file' }
  else if (target.isDirectory()) {
    if (options.shallow) return
    // Only links can close a circle, so identities of the folders above are looked up only here.
    const above = ancestors.map(
      (known, depth) => known || identity(path.join(root, ...relative.split('/').slice(0, depth))),
    )
    const own = `${target.dev}:${target.ino}`
    if (above.includes(own)) {
      options.onProblem?.({
        path: relative,
        code: 'symlink-loop',
        message: `the link leads back to ${linkTarget(full)}, which contains it`,
      })
      return
    }
    if (options.reportFolder?.(name)) yield { path: relative, kind: 'folder' }
    yield* walkFolder(root, relative, [...above, own], options)
  } else yield { path: relative, kind: 'other' }
}

function linkTarget(file: string): string {
  try {
    return fs.readlinkSync(file)
  } catch {
    return file
  }
}
