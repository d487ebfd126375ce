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
