import { INPUT } from './memory'

/** Bits taken from the input and not yet used, the first in the lowest place; those above `pendingBits` are 0. */
export let pending: u64 = 0
export let pendingBits: u32 = 0
/** Where the next byte is read, and where the input of this turn ends. */
export let next: u32 = INPUT
export let end: u32 = INPUT

export function clearInput(): void {
  pending = 0
  pendingBits = 0
  next = INPUT
  end = INPUT
}

/** Takes `length` bytes at the input's address as those that follow; the ones before must all be read. */
export function startInput(length: u32): void {
  next = INPUT
  end = INPUT + length
}

/** Reads bytes until 54 to 61 bits are pending or the input ends. */
export function fillBits(): void {
  while (pendingBits < 54 && next < end) {
    pending |= (<u64>load<u8>(next++)) << pendingBits
    pendingBits += 8
  }
}

export function dropBits(count: u32): void {
  pending >>= count
  pendingBits -= count
}

/** Takes over the state from a loop that kept it in locals; bits above `count` may be anything. */
export function resumeBits(bits: u64, count: u32, at: u32): void {
  pending = bits & (((<u64>1) << count) - 1)
  pendingBits = count
  next = at
}

/**
 * Gives whole pending bytes back to the input. They are all of this turn: a turn ends for want of input only when
 * what it waits for is longer than all pending bits.
 */
export function returnBytes(): void {
  next -= pendingBits >> 3
  pending = 0
  pendingBits = 0
}

export function skipBytes(count: u32): void {
  next += count
}
