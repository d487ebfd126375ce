import { resetPeak, residentMemory, takeSeenTogether } from '../storage/processMemory.ts'

/** What a process had in memory while it carried out a job. */
export interface MeasuredMemory {
  /** Bytes that were predicted for the job. */
  readonly predicted: number
  /** Bytes that were resident before it: Node.js itself, and what earlier jobs have left behind. */
  readonly before: number
  /** The most that were resident during it, with processes that worked for it. */
  readonly peak: number
}

/**
 * Begins to measure. On Linux the kernel's high-water mark is set back, so that the peak is that of the job alone, the
 * process around it included. Elsewhere the mark is of the whole life of the process: it tells of a job only if that
 * raised it.
 *
 * @returns what ends the measurement; it gives undefined where nothing can be said of this job
 */
export function measurePeak(predicted: number): () => MeasuredMemory | undefined {
  const own = resetPeak()
  takeSeenTogether()
  const before = own ? residentMemory() : undefined
  if (before !== undefined)
    return () => {
      const after = residentMemory()
      // The kernel adds pages up in batches a thread, so that the mark may be some pages below what was there already.
      return (
        after && { predicted, before: before.now, peak: Math.max(before.now, after.peak, takeSeenTogether()) }
      )
    }
  const mark = process.resourceUsage().maxRSS * 1024
  const resident = process.memoryUsage.rss()
  return () => {
    const peak = process.resourceUsage().maxRSS * 1024
    return peak > mark ? { predicted, before: resident, peak } : undefined
  }
}
