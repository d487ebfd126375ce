import fs from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { parseVerdict, parseVerdicts, type Verdict } from '../core/verdict.ts'
import { WriteError, writeError } from './atomicWrite.ts'
import { readError } from './readFile.ts'

/** What is in a file of verdicts from some place on. */
export interface VerdictsRead {
  readonly verdicts: readonly Verdict[]
  /** The place that was read from, in bytes. */
  readonly first: number
  /** The place to read on from next time. */
  readonly next: number
}

/** A line is given to the system in one write; so short a one no local file system divides. */
export const MOST_LINE_BYTES = 65_535

const NEWLINE = 10

/**
 * The verdicts in a file, which need not be there. Lines that are none are passed over.
 *
 * @param place what an earlier reading gave as `next`; where no line begins there (any more), all is read
 */
export function readVerdicts(file: string, place = 0): VerdictsRead {
  try {
    const descriptor = fs.openSync(file, 'r')
    try {
      const { size } = fs.fstatSync(descriptor)
      const first = isLineStart(descriptor, place, size) ? place : 0
      const bytes = readFrom(descriptor, first, size)
      const { verdicts } = parseVerdicts(bytes.toString('utf8'))
      return { verdicts, first, next: first + wholeLines(bytes) }
    } finally {
      fs.closeSync(descriptor)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { verdicts: [], first: 0, next: 0 }
    throw readError(error, file)
  }
}

function readFrom(descriptor: number, first: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - first)
  let got = 0
  while (got < bytes.length) {
    const count = fs.readSync(descriptor, bytes, got, bytes.length - got, first + got)
    if (count === 0) break
    got += count
  }
  return bytes.subarray(0, got)
}

/** Bytes up to the end of the last line that is whole; one whose newline alone is missing counts as whole. */
function wholeLines(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1
  return parseVerdict(bytes.toString('utf8', end)) === undefined ? end : bytes.length
}

function isLineStart(descriptor: number, at: number, size: number): boolean {
  if (at === 0 || at > size) return at === 0
  // Where the last line lacked its newline, that is what comes first.
  return readFrom(descriptor, at - 1, Math.min(size, at + 1)).includes(NEWLINE) || at === size
}

/**
 * Adds a verdict at the end of a file, which is made when it is not there, and waits until it is on the disk. Processes
 * may do so at once. Where the last line was left without its end by a writer that died, this one begins a new line; so
 * it does where another is just being written, which leaves an empty line between the two.
 *
 * @throws WriteError; what the disk took of the line then stays as a line that is no verdict
 */
export async function appendVerdict(file: string, verdict: Verdict): Promise<void> {
  const line = Buffer.from(`${JSON.stringify(verdict)}\n`)
  if (line.length > MOST_LINE_BYTES)
    throw new RangeError(`a verdict of ${line.length} bytes is longer than a line may be`)
  try {
    const isNew = !fs.existsSync(file)
    if (isNew) await mkdir(path.dirname(file), { recursive: true })
    const handle = await open(file, 'a+')
    try {
      const { size } = await handle.stat()
      const bytes = (await endsLine(handle, size)) ? line : Buffer.concat([Buffer.of(NEWLINE), line])
      const { bytesWritten } = await handle.write(bytes)
      if (bytesWritten < bytes.length) throw cutShort(file)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (isNew) await syncFolder(path.dirname(file))
  } catch (error) {
    throw writeError(error, file)
  }
}

async function endsLine(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<boolean> {
  if (size === 0) return true
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return bytesRead === 1 && buffer[0] === NEWLINE
}

const cutShort = (file: string): WriteError =>
  new WriteError(`cannot write ${file}: the disk took a part of the line only`, {
    remedy: 'Free space on the disk, then give the verdict again.',
    everywhere: true,
    where: file,
  })

/** So that a new file is still listed after a power cut; not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
