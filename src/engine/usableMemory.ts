import os from 'node:os'

/** Bytes that this process may use: what is free now, within the limit of its control group. */
export function usableMemory(): number {
  // 0 or a number beyond the machine's memory means that no limit is set.
  const limit = process.constrainedMemory()
  const bounded = limit > 0 && limit < os.totalmem()
  return bounded
    ? Math.min(limit - process.memoryUsage.rss(), process.availableMemory())
    : process.availableMemory()
}
