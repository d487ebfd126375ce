import { controlGroupRoom } from '../storage/controlGroup.ts'

/**
 * Bytes that this process and its workers may still use: what is free now, within the limits of its control group and of
 * the groups above it, of which Node.js knows only some.
 */
export function usableMemory(): number {
  return Math.min(process.availableMemory(), controlGroupRoom() ?? Number.POSITIVE_INFINITY)
}
