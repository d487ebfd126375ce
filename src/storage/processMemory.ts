import fs from 'node:fs'

/**
 * Sets the high-water mark of this process's resident memory back to what is resident now (Linux).
 *
 * @returns false where the system offers no such thing; marks are then those of the whole life of the process
 */
export function resetPeak(): boolean {
  try {
    fs.writeFileSync('/proc/self/clear_refs', '5')
    return true
  } catch {
    return false
  }
}

export interface ResidentMemory {
  /** Bytes that are in memory now. */
  readonly now: number
  /** The most there ever were, or since `resetPeak`. */
  readonly peak: number
}

/** Resident memory of a process; undefined when it is gone, or where there is no /proc. */
export function residentMemory(pid: number | 'self' = 'self'): ResidentMemory | undefined {
  let text: string
  try {
    text = fs.readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return undefined
  }
  const [now, peak] = [kibibytes(text, 'VmRSS:'), kibibytes(text, 'VmHWM:')]
  // A process that has ended and waits for its parent has neither.
  return now === undefined || peak === undefined ? undefined : { now, peak }
}

function kibibytes(status: string, field: string): number | undefined {
  const at = status.indexOf(field)
  if (at < 0) return undefined
  const n = Number.parseInt(status.slice(at + field.length, at + field.length + 24), 10)
  return Number.isFinite(n) ? n * 1024 : undefined
}

/** How many processes the kernel has ended for want of memory since it started; undefined where it does not say. */
export function kernelMemoryKills(): number | undefined {
  try {
    const match = /^oom_kill (\d+)$/m.exec(fs.readFileSync('/proc/vmstat', 'latin1'))
    return match === null ? undefined : Number(match[1])
  } catch {
    return undefined
  }
}

/** Processes that a process has started, and those that they have; none where the system does not say. */
function descendants(pid: number): number[] {
  let text: string
  try {
    text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
  } catch {
    return []
  }
  return text
    .split(' ')
    .filter(p => p !== '')
    .flatMap(p => [Number(p), ...descendants(Number(p))])
}

/** The most that this process and others that work for it were seen to have in memory together. */
let seenTogether = 0

/** Notes what this process has in memory now, and the most of another and of those that it has started. */
export function lookAtTogether(pid: number): void {
  const own = residentMemory()
  if (own === undefined) return
  const others = [pid, ...descendants(pid)].reduce((sum, p) => sum + (residentMemory(p)?.peak ?? 0), 0)
  seenTogether = Math.max(seenTogether, own.now + others)
}

/** What was noted since it was last asked for, in bytes; 0 where nothing was. */
export function takeSeenTogether(): number {
  const seen = seenTogether
  seenTogether = 0
  return seen
}
