import { createHash, randomInt } from 'node:crypto'
import fs from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { EXIT, Fault } from '../core/fault.ts'

/** The disk refused a write; nothing half-written is left under the target's name. */
export class WriteError extends Fault {
  /** Whether every other file would be refused too: the disk is full, read-only or broken. */
  readonly everywhere: boolean

  constructor(message: string, options: ConstructorParameters<typeof Fault>[1] & { everywhere: boolean }) {
    super(message, options)
    this.everywhere = options.everywhere
  }
}

const EVERYWHERE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'])

const TEMPORARY = /^\..+\.\d+-\d+\.voxmill-tmp$/
const WRITE_BYTES = 4 << 20
/** So much is left to the system before the disk is told to begin. */
const UNSYNCED_BYTES = 4 << 20
/** On a shared disk, processes of several machines may have one number; what they count does not begin alike. */
let count = randomInt(2 ** 40)

/** Whether a file name is one that an interrupted write left behind. */
export const isTemporaryName = (name: string): boolean => TEMPORARY.test(name)

/** The name of the file that a temporary one stands for. */
const targetName = (temporary: string): string => temporary.slice(1).replace(/\.\d+-\d+\.voxmill-tmp$/, '')

/** A name beside the target that no other write uses, and that a later run knows as left over. */
export const temporaryPath = (target: string): string =>
  path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}-${++count}.voxmill-tmp`)

const remedies: Record<string, string> = {
  ENOSPC: 'Free space on the disk, or choose another output folder, and run again: finished work is kept.',
  EDQUOT: 'Your disk quota is used up; free space and run again: finished work is kept.',
  EROFS: 'The target is on a read-only file system; choose another output folder.',
  EACCES: 'You may not write there; change the permissions or choose another output folder.',
  EPERM: 'You may not write there; change the permissions or choose another output folder.',
  ENOTDIR: 'A part of the path is a file, not a folder; move it away or choose another output folder.',
  EISDIR: 'A folder has the name of the output file; move it away.',
  ENAMETOOLONG: 'Shorten the names in the output path.',
  ETXTBSY: 'Another program holds the file; close it and run again.',
  EBUSY: 'Another program holds the file; close it and run again.',
}

/** Turns an error of the operating system while writing into a `WriteError` with a remedy; others stay as they are. */
export function writeError(error: unknown, target: string): Error {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof Fault || code === undefined) return error as Error
  const reason = code === 'ENOSPC' ? 'no space is left on the device' : (error as Error).message
  return new WriteError(`cannot write ${target}: ${reason}`, {
    remedy: remedies[code] ?? 'Check the disk and the output folder, then run again.',
    everywhere: EVERYWHERE.has(code),
    exitCode: EVERYWHERE.has(code) && code !== 'EROFS' ? EXIT.someFailed : EXIT.usage,
    cause: error,
    where: target,
  })
}

/**
 * Writes a file so that it is there whole or not at all: temporary name in the same folder, fsync, rename.
 * Missing folders are made. The next part is asked for while one is still being written, so parts must stay as they are.
 *
 * @returns SHA-256 (hex) and size in bytes of what was written.
 * @throws WriteError with the path and a remedy; the temporary file is removed.
 */
export async function writeAtomic(
  target: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<{ digest: string; bytes: number }> {
  const temporary = temporaryPath(target)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const handle = await openMakingFolder(temporary)
    const disk = new Disk(handle)
    try {
      for await (const part of parts) {
        for (let at = 0; at < part.byteLength; at += WRITE_BYTES) {
          const slice = part.subarray(at, at + WRITE_BYTES)
          await disk.write(slice)
          // Hashed while the system copies; both only read.
          hash.update(slice)
        }
        bytes += part.byteLength
      }
      await disk.settled()
      await handle.sync()
    } finally {
      await disk.settled().catch(() => undefined)
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw writeError(error, target)
  }
  return { digest: hash.digest('hex'), bytes }
}

/**
 * Writes one piece after the other while more is made, and has the disk work on what was written, so that the last fsync
 * has little left to wait for.
 */
class Disk {
  readonly #handle: FileHandle
  #unsynced = 0
  #writing: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  #failed: { readonly error: unknown } | undefined

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** Begins to write, as soon as what came before is written. @throws what the system refused before */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#writing
    this.#throwFailure()
    this.#writing = this.#noting(this.#writeWhole(bytes))
  }

  /** Nothing is under way any more. @throws what the system refused; of a sync it tells only once */
  async settled(): Promise<void> {
    await this.#writing
    while (this.#syncing !== undefined) await this.#syncing
    this.#throwFailure()
  }

  async #writeWhole(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) done += (await this.#handle.write(bytes, done)).bytesWritten
    this.#unsynced += bytes.byteLength
    this.#syncWhereWorth()
  }

  /** One at a time, and the next as soon as the disk is done with the one before. */
  #syncWhereWorth(): void {
    if (this.#unsynced < UNSYNCED_BYTES || this.#syncing !== undefined || this.#failed !== undefined) return
    this.#unsynced = 0
    this.#syncing = this.#noting(this.#handle.datasync()).then(() => {
      this.#syncing = undefined
      this.#syncWhereWorth()
    })
  }

  #throwFailure(): void {
    if (this.#failed !== undefined) throw this.#failed.error
  }

  #noting(work: Promise<void>): Promise<void> {
    return work.catch(error => {
      this.#failed ??= { error }
    })
  }
}

async function openMakingFolder(file: string) {
  try {
    return await open(file, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await mkdir(path.dirname(file), { recursive: true })
    return open(file, 'wx')
  }
}

/**
 * `writeAtomic` for small files whose loss in a power cut costs only time (receipts, thumbnails): synchronous and without
 * fsync; rename still makes it all or nothing for every other process.
 */
export function writeAtomicSmall(target: string, content: string | Uint8Array): void {
  const temporary = temporaryPath(target)
  try {
    try {
      fs.writeFileSync(temporary, content, { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.writeFileSync(temporary, content, { flag: 'wx' })
    }
    fs.renameSync(temporary, target)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw writeError(error, target)
  }
}

/**
 * Removes what interrupted writes left in one folder.
 *
 * @param targets only what stands for files of these names
 * @returns how many files were removed
 */
export async function sweepFolder(folder: string, targets?: readonly string[]): Promise<number> {
  let removed = 0
  const own = targets && new Set(targets)
  for (const name of await readdir(folder).catch(() => [] as string[]))
    if (isTemporaryName(name) && (own === undefined || own.has(targetName(name)))) {
      await rm(path.join(folder, name), { force: true })
      removed++
    }
  return removed
}
