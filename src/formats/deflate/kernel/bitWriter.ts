/** Bits waiting to be sent, the first in the lowest place (RFC 1951, section 3.1.1), and where they will go. */
export let pending: u64 = 0
export let pendingBits: u32 = 0
export let cursor: u32 = 0

export function startBits(at: u32): void {
  cursor = at
}

export function clearBits(): void {
  pending = 0
  pendingBits = 0
}

/** Takes over the state from a loop that kept it in locals. */
export function resumeBits(bits: u64, count: u32, at: u32): void {
  pending = bits
  pendingBits = count
  cursor = at
}

/** Sends `count` <= 32 bits; fewer than 8 bits wait afterwards. */
export function putBits(value: u32, count: u32): void {
  pending |= (<u64>value) << pendingBits
  pendingBits += count
  store<u64>(cursor, pending)
  const whole = pendingBits >> 3
  cursor += whole
  pending >>= <u64>(whole << 3)
  pendingBits &= 7
}

export function alignToByte(): void {
  if (pendingBits > 0) putBits(0, 8 - pendingBits)
}

export function putBytes(from: u32, count: u32): void {
  memory.copy(cursor, from, count)
  cursor += count
}
