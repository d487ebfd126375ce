import path from 'node:path'
import type { ArtifactWritten } from '../core/artifact.ts'
import { DataError, findingsOf } from '../core/dataError.ts'
import { EXIT, Fault, type FaultRecord, faultRecord } from '../core/fault.ts'
import { type Finding, finding } from '../core/finding.ts'
import { formatBytes } from '../core/formatBytes.ts'
import { VERSION } from '../core/version.ts'
import { appeared } from '../storage/appeared.ts'
import { WriteError, writeAtomicSmall } from '../storage/atomicWrite.ts'
import type { DigestEntry } from '../storage/digestCache.ts'
import { type FileStamp, fileStamp, isSettled } from '../storage/fileStamp.ts'
import { keepCopy } from '../storage/keepCopy.ts'
import { removeIfUnchanged } from '../storage/remove.ts'
import { fingerprint } from './fingerprint.ts'
import { staleness } from './freshness.ts'
import type { HandOver } from './handOver.ts'
import type { Job, JobOutcome } from './job.ts'
import { type MeasuredMemory, measurePeak } from './peakMemory.ts'
import { logName, type Receipt, type ReceiptFile, readReceipt, receiptPath, writeReceipt } from './receipt.ts'
import { fileLabel, isFolderThere, receiptKeys, type SlotFile, slotFiles, slotPath } from './slotFiles.ts'
import type { AnyStep, LoadedSteps, Slot } from './step.ts'
import type { Workspace } from './workspace.ts'

/** Under this name the digest cache knows editable files as they were written. */
export const AS_WRITTEN = 'as-written'

/** A job needs more memory than there is, so it was not begun. */
export class MemoryShortError extends Fault {}

/**
 * The outputs of a job that needs no more memory than this (bytes) are written beside each other: what such a job takes is
 * mostly the waiting for the disk, once for each file. A larger job would hold several compressed volumes at once.
 */
const WRITTEN_AT_ONCE = 128e6

export interface JobEnvironment {
  readonly workspace: Workspace
  readonly steps: LoadedSteps
  readonly handOver: HandOver
  /** Digests that still hold if the stamp does. */
  readonly known: ReadonlyMap<string, DigestEntry>
  /** Files that another process has written in this run: on a shared disk they may be seen late. */
  readonly awaited?: ReadonlySet<string>
  /** Files that jobs of this case have written, with the stamp that they had then. */
  readonly written?: Map<string, FileStamp>
}

/**
 * Carries out one job, the same way under every executor: digest inputs, compare with the receipt, read, run, write,
 * leave a receipt. Never throws for what concerns this case alone.
 */
export async function runJob(job: Job, env: JobEnvironment): Promise<JobOutcome> {
  const started = performance.now()
  const step = env.steps.get(job.step)
  if (step === undefined) throw new Error(`no step is called ${job.step}`)
  const record = new JobRecord(job, step, env)
  try {
    await record.awaitInputs()
    if (await record.isFresh()) return record.outcome('fresh', started)
    await record.carryOut()
    record.leaveReceipt('done', started)
    return record.outcome('done', started)
  } catch (error) {
    return record.failed(error, started)
  }
}

/** Leaves the receipt of a job whose process has died, so that `status` names it. */
export function recordFailure(job: Job, env: JobEnvironment, fault: FaultRecord): void {
  const step = env.steps.get(job.step)
  if (step !== undefined) new JobRecord(job, step, env).leaveReceipt('failed', performance.now(), fault)
}

class JobRecord {
  readonly #inputs: SlotFile[]
  readonly #receiptFile: string
  readonly #earlier: Receipt | undefined
  readonly #digests: Record<string, string> = {}
  readonly #entries: DigestEntry[] = []
  readonly #inflated: string[] = []
  #findings: Finding[] = []
  #outputs: ReceiptFile[] = []
  #bytesWritten = 0
  #measured: () => MeasuredMemory | undefined = () => undefined
  #memory: MeasuredMemory | undefined

  constructor(
    readonly job: Job,
    readonly step: AnyStep,
    readonly env: JobEnvironment,
  ) {
    this.#inputs = slotFiles(step.inputs, job.inputs)
    this.#receiptFile = receiptPath(env.workspace, job)
    this.#earlier = readReceipt(this.#receiptFile)
  }

  async awaitInputs(): Promise<void> {
    const { awaited } = this.env
    if (awaited === undefined || awaited.size === 0) return
    for (const f of this.#inputs) if (awaited.has(f.path)) await appeared(this.#absolute(f.path))
  }

  /** Whether the receipt agrees with the inputs, the parameters and the outputs on disk. */
  async isFresh(): Promise<boolean> {
    const { step, job } = this
    if (job.remake || this.#earlier?.status !== 'done') return false
    const digests = new Map<string, string | null>()
    for (const f of [...this.#inputs, ...slotFiles(step.outputs, job.outputs, receiptKeys(this.#earlier))])
      digests.set(`${f.kind.name}\0${f.path}`, await this.#digest(f))
    const stale = staleness(step, job, this.#earlier, f => digests.get(`${f.kind.name}\0${f.path}`) ?? null)
    if (stale !== undefined) return false
    this.#findings = [...this.#earlier.findings]
    return true
  }

  /** The digest of a file without decoding it; null when it is not there or cannot be read. */
  async #digest(f: SlotFile): Promise<string | null> {
    const held = this.env.handOver.take(f.path, f.kind.name)
    if (held) return held.digest
    const known = this.env.known.get(`${f.kind.name}\0${f.path}`)
    const file = this.#absolute(f.path)
    const stamp = fileStamp(file)
    if (known !== undefined && stamp === known[2]) return known[3]
    if (stamp === undefined && f.kind.write !== undefined && !isFolderThere(f, file)) return null
    const digest = await f.kind.digest(file).catch(() => null)
    if (digest === null) return null
    if (stamp !== undefined && this.#isSure(f, stamp)) this.#note(f.path, f.kind.name, stamp, digest)
    return digest
  }

  /** Whether a file would have another stamp if it were changed now. One that was written just now, by this case, counts too. */
  #isSure(f: SlotFile, stamp: FileStamp): boolean {
    return this.env.written?.get(f.path) === stamp || isSettled(stamp)
  }

  #note(relative: string, kind: string, stamp: string | undefined, digest: string): void {
    if (stamp !== undefined) this.#entries.push([relative, kind, stamp, digest])
  }

  #absolute(relative: string): string {
    return this.env.workspace.absolute(relative)
  }

  async carryOut(): Promise<void> {
    const { refusal, tooLarge } = this.job
    if (refusal !== undefined)
      throw new DataError(refusal.code, refusal.message, { where: refusal.where, findings: [refusal] })
    if (tooLarge !== undefined) throw memoryShort(this.job, tooLarge)
    this.#measured = measurePeak(this.job.memory)
    const values = await this.#readInputs()
    const { job, step } = this
    const produced = (await step.run(values, job.params, {
      case: job.case,
      fields: job.fields,
      source: (slot, key) => {
        const p = job.inputs[slot]
        if (p === null || p === undefined) return job.case
        return typeof p === 'string' ? p : (p[key ?? ''] ?? job.case)
      },
      destination: (slot, key) => slotPath(job.outputs, slot, key),
      report: f => this.#findings.push(f),
    })) as Record<string, unknown>
    const keysOf = (slot: string) => Object.keys(produced[slot] ?? {})
    const outputs = slotFiles(step.outputs, job.outputs, keysOf).flatMap(f => {
      const slot = produced[f.slot]
      const value = f.key === undefined ? slot : (slot as Record<string, unknown>)[f.key]
      if (value === undefined && f.key !== undefined) return []
      if (value === undefined) throw new Error(`${step.name} gave nothing for its output ${fileLabel(f)}`)
      return [{ f, value }]
    })
    const beside = ({ f, value }: (typeof outputs)[number]) =>
      f.editable === undefined && f.kind.isAtHand?.(value) === true
    if (job.memory > WRITTEN_AT_ONCE || !outputs.every(beside))
      for (const { f, value } of outputs) this.#wrote(f, value, await this.#write(f, value))
    else {
      const ends = await Promise.allSettled(outputs.map(({ f, value }) => this.#write(f, value)))
      for (const [i, { f, value }] of outputs.entries()) {
        const end = ends[i]!
        if (end.status === 'rejected') throw end.reason
        this.#wrote(f, value, end.value)
      }
    }
    await this.#removeOutdated()
  }

  /** Writes one output; what a person has made of an editable one is kept. */
  async #write(f: SlotFile, value: unknown): Promise<ArtifactWritten> {
    if (f.kind.write === undefined) throw new Error(`artifacts of kind ${f.kind.name} cannot be written`)
    const file = this.#absolute(f.path)
    const asWritten = f.editable === undefined || (await this.#isAsWritten(f, file))
    const edited = !asWritten && f.editable === 'rewritten' ? await this.#keepEdited(f, file) : undefined
    const written = await f.kind.write(file, value as never)
    await edited?.tell(written.digest)
    if (f.editable === 'rewritten' || (f.editable === 'amended' && asWritten))
      this.#note(f.path, AS_WRITTEN, fileStamp(file), written.digest)
    return written
  }

  /** Takes down what was written, in the order of the slots. */
  #wrote(f: SlotFile, value: unknown, written: ArtifactWritten): void {
    this.#bytesWritten += written.bytes
    this.#findings.push(...(written.findings ?? []).map(finding => ({ ...finding, where: f.path })))
    const stamp = fileStamp(this.#absolute(f.path))
    if (stamp !== undefined) this.env.written?.set(f.path, stamp)
    this.#note(f.path, f.kind.name, stamp, written.digest)
    this.env.handOver.offer(f.path, f.kind.name, written.asRead ?? value, written.digest)
    this.#outputs.push({
      slot: f.slot,
      ...(f.key === undefined ? {} : { key: f.key }),
      path: f.path,
      kind: f.kind.name,
      digest: written.digest,
    })
  }

  async #readInputs(): Promise<Record<string, unknown>> {
    const values: Record<string, unknown> = {}
    for (const [slot, { many }] of Object.entries(this.step.inputs as Record<string, Slot<unknown>>))
      if (many === 'each') values[slot] = {}
    for (const f of this.#inputs) {
      let held = this.env.handOver.take(f.path, f.kind.name)
      if (held === undefined) {
        const file = this.#absolute(f.path)
        const stamp = fileStamp(file)
        const read = await f.kind.read(file).catch(error => {
          throw relocated(error, f.path)
        })
        if (read.inflatedBytes) this.#inflated.push(f.path)
        for (const finding of read.findings ?? []) this.#findings.push({ ...finding, where: f.path })
        if (stamp !== undefined && this.#isSure(f, stamp)) this.#note(f.path, f.kind.name, stamp, read.digest)
        this.env.handOver.offer(f.path, f.kind.name, read.value, read.digest)
        held = read
      }
      this.#digests[fileLabel(f)] = held.digest
      if (f.key === undefined) values[f.slot] = held.value
      else (values[f.slot] as Record<string, unknown>)[f.key] = held.value
    }
    return values
  }

  /** Whether an editable file is as a job last wrote it, or is not there yet. */
  async #isAsWritten(f: SlotFile, file: string): Promise<boolean> {
    const stamp = fileStamp(file)
    if (stamp === undefined) return true
    const written = this.env.known.get(`${AS_WRITTEN}\0${f.path}`)
    if (written !== undefined && stamp === written[2]) return true
    // The receipt tells it too where nothing else writes the file; the digests of a killed run may be lost.
    const own = f.editable === 'rewritten' ? this.#earlier?.outputs.find(o => o.path === f.path) : undefined
    const last = written?.[3] ?? own?.digest
    return last !== undefined && (await f.kind.digest(file)) === last
  }

  /**
   * Keeps a copy of what a person, or another program, has made of an editable file. `tell` reports it, or drops the
   * copy when the new file turns out to be the same: then a run was killed between writing it and its receipt.
   */
  async #keepEdited(f: SlotFile, file: string): Promise<{ tell(newDigest: string): Promise<void> }> {
    const before = await f.kind.digest(file)
    const copy = await keepCopy(file)
    return {
      tell: async newDigest => {
        if (newDigest === before) await removeIfUnchanged(copy, before)
        else
          this.#findings.push(
            finding(
              'file-edited',
              f.path,
              `it was not as voxmill wrote it; the edited file was kept as ${path.basename(copy)}`,
            ),
          )
      },
    }
  }

  /**
   * Files that the job wrote under other names before and that nobody has touched since. Only beside what it writes now:
   * the receipt may be of another data set that had a case of the same name.
   */
  async #removeOutdated(): Promise<void> {
    const kept = new Set(this.#outputs.map(o => o.path))
    const folders = new Set(this.#outputs.map(o => path.posix.dirname(o.path)))
    for (const old of this.#earlier?.outputs ?? []) {
      if (kept.has(old.path) || !folders.has(path.posix.dirname(old.path))) continue
      const slot = this.step.outputs[old.slot] as Slot<unknown> | undefined
      const remove = slot?.kind.removeUnchanged ?? removeIfUnchanged
      await remove(this.#absolute(old.path), old.digest)
    }
  }

  leaveReceipt(status: 'done' | 'failed', started: number, fault?: FaultRecord): void {
    this.#memory = this.#measured()
    writeReceipt(this.#receiptFile, {
      voxmill: VERSION,
      step: this.step.name,
      version: this.step.version,
      case: this.job.case,
      ...(this.job.part === undefined ? {} : { part: this.job.part }),
      status,
      fingerprint: fingerprint(this.step, this.job, this.#digests),
      params: this.job.params,
      fields: this.job.fields,
      inputs: this.#inputs.map(f => ({
        slot: f.slot,
        ...(f.key === undefined ? {} : { key: f.key }),
        path: f.path,
        kind: f.kind.name,
        digest: this.#digests[fileLabel(f)] ?? '',
      })),
      outputs: status === 'done' ? this.#outputs : (this.#earlier?.outputs ?? []),
      findings: this.#findings,
      ...(fault === undefined ? {} : { fault }),
      finished: new Date().toISOString(),
      seconds: seconds(started),
      weight: this.job.weight,
      written: this.#bytesWritten,
      ...(this.#memory === undefined ? {} : { memory: this.#memory }),
    })
  }

  /** Keeps what a failed program said in a file beside the receipts, and names it in the message. */
  #keepLog(error: unknown): void {
    if (!(error instanceof Fault) || error.log === undefined) return
    const name = logName(this.job)
    try {
      writeAtomicSmall(this.#absolute(name), error.log)
      error.message += `; its log is ${name}`
    } catch {
      // The failure itself is what matters; it is told without its log.
    }
  }

  failed(error: unknown, started: number): JobOutcome {
    this.#keepLog(error)
    this.#findings.push(...findingsOf(error, this.job.case).map(f => ({ ...f, severity: 'error' as const })))
    const fatal = error instanceof WriteError && error.everywhere
    if (!fatal) {
      try {
        this.leaveReceipt('failed', started, faultRecord(error))
      } catch {
        // The outcome itself tells of the failure; the receipt only repeats it for `status`.
      }
    }
    return { ...this.outcome('failed', started), fault: faultRecord(error), ...(fatal ? { fatal } : {}) }
  }

  outcome(status: JobOutcome['status'], started: number): JobOutcome {
    return {
      step: this.job.step,
      case: this.job.case,
      status,
      findings: this.#findings,
      seconds: seconds(started),
      weight: this.job.weight,
      bytesWritten: this.#bytesWritten,
      ...(this.#memory === undefined ? {} : { memory: this.#memory }),
      inflated: this.#inflated,
      digests: this.#entries,
    }
  }
}

const seconds = (started: number): number => Math.round(performance.now() - started) / 1000

const memoryShort = (job: Job, { needed, atHand }: { needed: number; atHand: number }): MemoryShortError =>
  new MemoryShortError(
    `${job.step} of ${job.case} needs ${formatBytes(needed)} of memory, and ${formatBytes(atHand)} are there`,
    {
      remedy:
        'Run it on a machine with more memory, or close other programs; --memory SIZE says how much may be used where voxmill is too careful. Then run again.',
      exitCode: EXIT.someFailed,
      where: job.case,
    },
  )

/** The same error, telling of the path that the user knows. */
function relocated(error: unknown, relative: string): unknown {
  if (error instanceof Fault && error.where !== undefined) {
    error.message = error.message.replaceAll(error.where, relative)
    Object.defineProperty(error, 'where', { value: relative })
  }
  return error
}
