import {
  clearInput,
  dropBits,
  end,
  fillBits,
  next,
  pending,
  pendingBits,
  returnBytes,
  skipBytes,
  startInput,
} from './bitReader'
import { CODES_READ, forgetCodes, readCodes, useFixedCodes } from './codes'
import { INPUT, INPUT_BYTES, MEMORY_END, OUTPUT, OUTPUT_LIMIT } from './memory'
import {
  advanceOutput,
  BLOCK_ENDED,
  CORRUPT,
  decodeSymbols,
  fillRepeats,
  NEEDS_INPUT,
  OUTPUT_FULL,
  output,
  slideOutput,
  STREAM_ENDED,
  startOutput,
} from './symbols'
import { fillMeanings } from './table'

/** What is read next. */
const BLOCK_HEADER: u32 = 0
const STORED_LENGTH: u32 = 1
const STORED_BYTES: u32 = 2
const CODES: u32 = 3
const SYMBOLS: u32 = 4
const NOTHING: u32 = 5

let state: u32 = NOTHING
let finalBlock = false
let storedLeft: u32 = 0
/** Start of the output that has not yet been given away. */
let kept: u32 = OUTPUT

export function inputAddress(): u32 {
  return INPUT
}

export function inputBytes(): u32 {
  return INPUT_BYTES
}

export function memoryEnd(): u32 {
  return MEMORY_END
}

/** Starts a stream. */
export function begin(): void {
  clearInput()
  startOutput()
  forgetCodes()
  fillMeanings()
  fillRepeats()
  state = BLOCK_HEADER
  finalBlock = false
  kept = OUTPUT
}

/** Takes the `length` bytes at the input's address; only after `inflate` needed input, or at the start. */
export function feed(length: u32): void {
  startInput(length)
}

/** Bytes of the input that the stream has not used. */
export function unusedBytes(): u32 {
  return end - next
}

/** Address of the output that waits, and of its end. */
export function outputStart(): u32 {
  return kept
}

export function outputEnd(): u32 {
  return output
}

/** The output that waited was taken, and its place may be used again. */
export function releaseOutput(): void {
  if (output >= OUTPUT_LIMIT) slideOutput()
  kept = output
}

function readBlockHeader(): u32 {
  fillBits()
  if (pendingBits < 3) return NEEDS_INPUT
  finalBlock = (pending & 1) != 0
  const type = (<u32>(pending >> 1)) & 3
  dropBits(3)
  if (type == 0) {
    dropBits(pendingBits & 7)
    state = STORED_LENGTH
  } else if (type == 1) {
    useFixedCodes()
    state = SYMBOLS
  } else if (type == 2) state = CODES
  else return CORRUPT
  return CODES_READ
}

function readStoredLength(): u32 {
  fillBits()
  if (pendingBits < 32) return NEEDS_INPUT
  const length = (<u32>pending) & 0xffff
  if ((<u32>(pending >> 16) & 0xffff) != (length ^ 0xffff)) return CORRUPT
  dropBits(32)
  returnBytes()
  storedLeft = length
  state = STORED_BYTES
  return CODES_READ
}

function copyStored(): u32 {
  const count = min(storedLeft, min(end - next, OUTPUT_LIMIT - output))
  memory.copy(output, next, count)
  skipBytes(count)
  advanceOutput(count)
  storedLeft -= count
  if (storedLeft == 0) return BLOCK_ENDED
  return output >= OUTPUT_LIMIT ? OUTPUT_FULL : NEEDS_INPUT
}

/**
 * Inflates until input is wanting (0), the output is full and must be released (1), the stream has ended (2), or it
 * is corrupt (3).
 */
export function inflate(): u32 {
  while (true) {
    let status = CORRUPT
    if (state == BLOCK_HEADER) status = readBlockHeader()
    else if (state == STORED_LENGTH) status = readStoredLength()
    else if (state == STORED_BYTES) status = output < OUTPUT_LIMIT ? copyStored() : OUTPUT_FULL
    else if (state == CODES) {
      status = readCodes()
      if (status == CODES_READ) state = SYMBOLS
    } else if (state == SYMBOLS) status = decodeSymbols()
    if (status == CODES_READ) continue
    if (status == BLOCK_ENDED) {
      state = BLOCK_HEADER
      if (!finalBlock) continue
      returnBytes()
      status = STREAM_ENDED
    }
    if (status == STREAM_ENDED || status == CORRUPT) state = NOTHING
    return status
  }
}
