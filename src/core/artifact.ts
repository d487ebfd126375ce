import type { Finding } from './finding.ts'

/** What was read of an artifact: its value, the digest of its content, and what was odd about it. */
export interface ArtifactRead<T> {
  readonly value: T
  /** SHA-256 in hex of what the kind calls its content (usually the bytes of the file). */
  readonly digest: string
  readonly findings?: readonly Finding[]
  /** Bytes that came out of a compressed stream, 0 when none was inflated in full. */
  readonly inflatedBytes?: number
}

/** What was written: digest and size of the file, or of all that was put into the folder. */
export interface ArtifactWritten {
  readonly digest: string
  readonly bytes: number
  /** What was odd about what lay there before. */
  readonly findings?: readonly Finding[]
  /**
   * What reading the file would give, where the format rounds what was written: a later job gets the same value from
   * memory as it would from disk.
   */
  readonly asRead?: unknown
}

/**
 * A kind of thing on disk: how it is read, written and digested. Paths are absolute. Readers throw Faults whose
 * `where` the engine replaces by the path relative to the root.
 */
export interface ArtifactKind<T> {
  readonly name: string
  /** Its path is that of a folder. A folder has no stamp, so its digest is taken whenever it is asked for. */
  readonly folder?: true
  read(path: string): Promise<ArtifactRead<T>>
  /** Digest without decoding; must equal the digest that `read` gives. */
  digest(path: string): Promise<string>
  /** Writes atomically: a temporary name in the same folder, fsync, rename. Absent for kinds that are only read. */
  write?(path: string, value: T): Promise<ArtifactWritten>
  /**
   * Whether all of a value is there, so that only the disk can hinder its writing. One that is still read while it is
   * written may turn out to be damaged: what belongs to it must not be written before. Absent where that is so of all.
   */
  isAtHand?(value: T): boolean
  /**
   * Removes what a step wrote before and gives no more, if it still has the digest; files are removed by the digest of
   * their bytes where a kind does not say otherwise, folders are kept.
   */
  removeUnchanged?(path: string, digest: string): Promise<boolean>
}
