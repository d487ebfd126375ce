import { alignToByte, clearBits, cursor, startBits } from './bitWriter'
import { fillLengthSymbols, putBlock, putStored } from './block'
import { CHUNK, CHUNK_BYTES, HASH_BITS, HASH_TABLE, MEMORY_END, OUTPUT, WINDOW, WINDOW_BYTES } from './memory'

/** Stream position of the chunk modulo 2^32, and how many bytes before the chunk are known. */
let position: u32 = 0
let known: u32 = 0
let elementBytes: u32 = 1

export function chunkAddress(): u32 {
  return CHUNK
}

export function chunkBytes(): u32 {
  return CHUNK_BYTES
}

export function outputAddress(): u32 {
  return OUTPUT
}

export function memoryEnd(): u32 {
  return MEMORY_END
}

/** Starts a stream of elements of 1, 2, 4 or 8 bytes. */
export function begin(bytes: u32): void {
  elementBytes = bytes
  position = 0
  known = 0
  memory.fill(HASH_TABLE, 0, 4 << HASH_BITS)
  fillLengthSymbols()
  clearBits()
}

/**
 * Compresses the `length` bytes at the chunk's address, which must be all of it except in the last call of a
 * stream. Returns how many bytes wait at the output's address. `ending`: 0 more follows, 1 the stream ends here,
 * 2 it ends on a byte border with an empty stored block, so that another stream can follow.
 */
export function compress(length: u32, ending: u32): u32 {
  startBits(OUTPUT)
  const end = CHUNK + length
  let at: u32 = CHUNK
  do {
    at = putBlock(at, end, CHUNK - known, elementBytes, position - CHUNK, ending == 1)
  } while (at < end)
  if (ending == 1) alignToByte()
  else if (ending == 2) putStored(end, end, 0)
  else {
    memory.copy(WINDOW, end - WINDOW_BYTES, WINDOW_BYTES)
    known = WINDOW_BYTES
    position += length
  }
  return cursor - OUTPUT
}
