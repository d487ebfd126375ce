import fs from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { isVerdict, type Verdict } from '../core/verdict.ts'
import { WriteError, writeError } from './atomicWrite.ts'
import { readError } from './readFile.ts'

/** A verdict, and a line that is none: torn by a crash or a full disk, or edited by hand. */
export interface VerdictLines {
  readonly verdicts: readonly Verdict[]
  readonly unreadable: readonly { readonly line: number; readonly text: string }[]
  /** Where it was read from. */
  readonly first: number
  /** Where to read on next time. */
  readonly next: number
}

/** A line is given to the system in one write; with less than this, local file systems do not interleave writers. */
export const MOST_LINE_BYTES = 65_535

const NEWLINE = 10

/**
 * The verdicts in a file, which need not be there.
 *
 * @param from what an earlier reading gave as `next`; anything that is not the beginning of a line counts as 0
 */
export function readVerdicts(file: string, from = 0): VerdictLines {
  let bytes: Buffer
  let first: number
  try {
    const descriptor = fs.openSync(file, 'r')
    try {
      const { size } = fs.fstatSync(descriptor)
      first = isBoundary(descriptor, from, size) ? from : 0
      bytes = Buffer.alloc(size - first)
      let got = 0
      while (got < bytes.length) {
        const count = fs.readSync(descriptor, bytes, got, bytes.length - got, first + got)
        if (count === 0) break
        got += count
      }
      bytes = bytes.subarray(0, got)
    } finally {
      fs.closeSync(descriptor)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { verdicts: [], unreadable: [], first: 0, next: 0 }
    throw readError(error, file)
  }
  const verdicts: Verdict[] = []
  const unreadable: { line: number; text: string }[] = []
  const lines = bytes.toString('utf8').split('\n')
  lines.forEach((text, i) => {
    if (text.trim() === '') return
    const verdict = parseVerdict(text)
    if (verdict !== undefined) verdicts.push(verdict)
    // The last line may be one that another process is just writing.
    else if (i < lines.length - 1 || first === 0) unreadable.push({ line: i + 1, text })
  })
  return { verdicts, unreadable, first, next: first + lastBoundary(bytes) }
}

/** After the last line that is whole: behind its newline, or at the end where only that is missing. */
function lastBoundary(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1
  return end < bytes.length && parseVerdict(bytes.toString('utf8', end)) !== undefined ? bytes.length : end
}

function isBoundary(descriptor: number, at: number, size: number): boolean {
  if (at === 0 || at === size) return true
  if (at > size) return false
  const around = Buffer.alloc(2)
  fs.readSync(descriptor, around, 0, 2, at - 1)
  return around.includes(NEWLINE)
}

function parseVerdict(line: string): Verdict | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isVerdict(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Adds a verdict at the end of a file, which is made when it is not there, and waits until it is on the disk. Processes
 * may do so at once. Where the last line was left without an end by a writer that died, this one begins a new line.
 *
 * @throws WriteError; what was written of the line then stays as a line that is no verdict
 */
export async function appendVerdict(file: string, verdict: Verdict): Promise<void> {
  const line = `${JSON.stringify(verdict)}\n`
  if (Buffer.byteLength(line) > MOST_LINE_BYTES)
    throw new RangeError(`a verdict of ${Buffer.byteLength(line)} bytes is longer than a line may be`)
  try {
    const made = !fs.existsSync(file)
    if (made) await mkdir(path.dirname(file), { recursive: true })
    const handle = await open(file, 'a+')
    try {
      const { size } = await handle.stat()
      const last = Buffer.alloc(1)
      const ended =
        size === 0 || ((await handle.read(last, 0, 1, size - 1)).bytesRead === 1 && last[0] === NEWLINE)
      const bytes = Buffer.from(ended ? line : `\n${line}`)
      const { bytesWritten } = await handle.write(bytes)
      if (bytesWritten < bytes.length) throw cutShort(file)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (made) await syncFolder(path.dirname(file))
  } catch (error) {
    throw writeError(error, file)
  }
}

const cutShort = (file: string): WriteError =>
  new WriteError(`cannot write ${file}: only a part of a line was taken`, {
    remedy: 'Free space on the disk, then give the verdict again.',
    everywhere: true,
    where: file,
  })

/** So that a new file is still listed after a power cut; not every system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch {}
}
