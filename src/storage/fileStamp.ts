import fs from 'node:fs'

/** Size, modification time (ns) and inode: what tells an unchanged file without reading it. */
export type FileStamp = string

/** @returns undefined when there is no such file. */
export function fileStamp(file: string): FileStamp | undefined {
  const s = fs.statSync(file, { bigint: true, throwIfNoEntry: false })
  return s?.isFile() ? `${s.size}:${s.mtimeNs}:${s.ino}` : undefined
}

/** Size and modification time in whole seconds: what copies by `cp -a`, `rsync -a` and `tar` keep. */
export function movableStamp(file: string): string | undefined {
  const s = fs.statSync(file, { throwIfNoEntry: false })
  return s?.isFile() ? `${s.size}:${Math.floor(s.mtimeMs / 1000)}` : undefined
}

/** The size of a file in bytes; undefined when there is no such file. */
export function fileSize(file: string): number | undefined {
  const s = fs.statSync(file, { throwIfNoEntry: false })
  return s?.isFile() ? s.size : undefined
}

/** Modification time in ns; undefined when there is no such file. */
export const modifiedAt = (file: string): bigint | undefined =>
  fs.statSync(file, { bigint: true, throwIfNoEntry: false })?.mtimeNs

/** The clock of a file system may stand still for so long; two changes within have one time. */
const TICK_NS = 20_000_000n

/**
 * Whether a file that has this stamp may be told from one that is changed later: one that has been changed just now can be
 * changed again without another time.
 */
export function isSettled(stamp: FileStamp): boolean {
  const age = BigInt(Date.now()) * 1_000_000n - BigInt(stamp.split(':')[1]!)
  return age > TICK_NS || age < -TICK_NS
}
