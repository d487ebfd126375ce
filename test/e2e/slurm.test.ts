import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { phantomArchive } from '../../src/pipelines/nmePhantom.ts'
import { writePhantom } from '../../src/pipelines/writePhantom.ts'
import { type Ended, eventsOf, type Started, start, voxmill } from './cli.ts'
import { cta2mbfRoot, finishedStudy, pipelineOf } from './cta2mbfRoot.ts'
import { copyOf, digestsBelow, expectNothingHalfWritten, filesBelow, newFolder } from './phantomRoot.ts'

const CLUSTER = fileURLToPath(new URL('../../scripts/slurm-cluster.sh', import.meta.url))
const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`]).status === 0
const missing = [
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...['slurmctld', 'slurmd', 'sbatch', 'munged', 'bash', 'pgrep'].filter(program => !has(program)),
]

/** Slurm takes no folder with odd letters for itself; runs of ours do. */
const cluster = path.join(tmpdir(), `voxmill-slurm-${process.pid}`)
const env = { SLURM_CONF: path.join(cluster, 'slurm.conf') }
const slurm = (...args: string[]) =>
  execFileSync(CLUSTER, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const scontrol = (...args: string[]) => execFileSync('scontrol', args, { env: { ...process.env, ...env } })
const queue = (format: string): string[] =>
  execFileSync('squeue', ['--noheader', '--array', `--format=${format}`], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
    .split('\n')
    .filter(line => line !== '')

const LONGEST_MS = 120_000

/** Waits until a condition holds; fails after two minutes. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + LONGEST_MS
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`it did not come to this: ${what}`)
    await sleep(50)
  }
}

/** Everything that a data set consists of. */
function outputsOf(root: string): Record<string, string> {
  const all = digestsBelow(root)
  return Object.fromEntries(Object.entries(all).filter(([file]) => !file.startsWith('.voxmill')))
}

/** What receipts say, but for when it was done and the figures that predictions learn from. */
function receiptsOf(root: string): Record<string, Record<string, unknown>> {
  const folder = path.join(root, '.voxmill/receipts')
  return Object.fromEntries(
    filesBelow(folder).map(file => {
      const {
        finished,
        seconds,
        memory: _,
        weight: __,
        ...rest
      } = JSON.parse(readFileSync(path.join(folder, file), 'utf8'))
      expect(finished, file).toMatch(/^\d{4}-/)
      expect(seconds, file).toBeGreaterThanOrEqual(0)
      return [file, rest]
    }),
  )
}

function expectSame(root: string, reference: string): void {
  expect(outputsOf(root)).toEqual(outputsOf(reference))
  expect(receiptsOf(root)).toEqual(receiptsOf(reference))
  expectNothingHalfWritten(root)
}

interface Line {
  readonly type: string
  readonly host?: string
  readonly pid?: number
}

/** Files that come and go: those of a stage that has ended are removed, perhaps while they are listed. */
function listed(folder: string): string[] {
  try {
    return filesBelow(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
}

/** The journals of tasks: what each has said so far. */
function journals(root: string): Line[][] {
  const folder = path.join(root, '.voxmill/slurm')
  return listed(folder)
    .filter(file => file.endsWith('.jsonl'))
    .filter(file => existsSync(path.join(folder, file)))
    .map(file =>
      readFileSync(path.join(folder, file), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line) as Line),
    )
}

const isUnderWay = (lines: readonly Line[]): boolean =>
  lines.some(line => line.type === 'outcome') && !lines.some(line => line.type === 'end')

/** How many jobs of a run ended in which way. */
function tally(run: Ended): { done: number; fresh: number; failed: number } {
  const { done, fresh, failed } = eventsOf(run).find(e => e.event === 'end') as Record<string, number>
  return { done: done!, fresh: fresh!, failed: failed! }
}

const SAMPLES = 18

const ON_CLUSTER = ['--executor', 'slurm'] as const

/** Slurm looks for work once a second, and at memory as often: the tests wait more than they compute. */
const timeout = 240_000

describe.skipIf(missing.length > 0)(
  `a Slurm cluster of two nodes${missing.length > 0 ? ` (missing here: ${missing.join(', ')})` : ''}`,
  { timeout },
  () => {
    /** Samples large enough that a task of some takes seconds, and what a run here makes of them. */
    let archive: string
    let reference: string
    /** How many jobs that are. */
    let allJobs: number

    beforeAll(async () => {
      slurm('up', cluster)
      archive = newFolder()
      await writePhantom(archive, phantomArchive({ seed: 5, samples: SAMPLES, shape: [96, 96, 40] }))
      reference = copyOf(archive)
      const local = await voxmill(['run', 'nme', '-r', reference, '-j', '2', '--json'])
      expect(local.code, local.all).toBe(0)
      allJobs = tally(local).done
      expect(allJobs).toBeGreaterThan(SAMPLES)
    })
    afterAll(() => {
      if (existsSync(cluster)) slurm('down', cluster)
    })

    /** Begins a run, and waits until one of its tasks is in the middle of its samples. */
    async function midway(root: string, ...more: string[]): Promise<Started> {
      const args = ['run', 'nme', '-r', root, '--json', ...ON_CLUSTER, '--task_minutes', '0.1', ...more]
      const started = start(args, { env })
      await until('a task under way', () => {
        if (started.child.exitCode !== null) throw new Error('the run has ended before')
        return journals(root).some(isUnderWay)
      })
      return started
    }
    /** Stops one task while something is done: the others come and go in less time than a look takes. */
    async function held(root: string, meanwhile: () => Promise<void>): Promise<void> {
      let pid = 0
      await until('a task that can be stopped', () => {
        const lines = journals(root).find(isUnderWay)
        pid = lines?.find(line => line.type === 'start')?.pid ?? 0
        try {
          return pid > 0 && process.kill(pid, 'SIGSTOP')
        } catch {
          return false
        }
      })
      try {
        await meanwhile()
      } finally {
        process.kill(pid, 'SIGCONT')
      }
    }
    /** Few tasks of several samples each, all at once: each is long at work. */
    const FEW = ['--max_array', '4'] as const
    /** Many short tasks, one a node for want of memory: the queue lasts a while. */
    const MANY = ['--max_array', '12', '--slurm_memory', '3G'] as const

    const finish = (root: string, ...more: string[]): Promise<Ended> =>
      voxmill(['run', 'nme', '-r', root, '--json', ...ON_CLUSTER, ...more], { env })

    it('does the nme demonstration with the digests of a run on this machine, in a folder of an odd name', async () => {
      const args = ['demo', 'nme', '--samples', '6', '--shape', '16x16x8']
      const [here, there] = [path.join(newFolder(), 'here'), path.join(newFolder(), 'it\'s a Büro $x %a "q"')]
      const made = await voxmill([...args, here, '--archive_only'])
      expect(made.code, made.all).toBe(0)
      cpSync(here, there, { recursive: true, preserveTimestamps: true })
      const local = await voxmill([...args, here, '-j', '2'])
      expect(local.code, local.all).toBe(0)
      const { code, all } = await voxmill([...args, there, ...ON_CLUSTER, '--task_minutes', '0.2'], { env })
      expect(code, all).toBe(0)
      expect(all).toMatch(/submitted job \d+: [2-9] tasks of 2G, confirm-pairs/)
      expectSame(there, here)
      expect(existsSync(path.join(there, '.voxmill/slurm'))).toBe(false)
    })

    it('does the cta2mbf pipeline with the digests of a run on this machine', async () => {
      const { root: here, run: local } = await finishedStudy()
      const there = await cta2mbfRoot()
      const args = ['run', 'cta2mbf', '-r', there, '--pipeline', pipelineOf(there), '--json']
      const onCluster = await voxmill([...args, ...ON_CLUSTER, '--task_minutes', '0.5'], { env })
      expect(onCluster.code, onCluster.all).toBe(local.code)
      expect(tally(onCluster)).toEqual(tally(local))
      expect(outputsOf(there)).toEqual(outputsOf(here))
      // Folders are digested by the times of what is in them, which differ.
      const told = (root: string) =>
        Object.values(receiptsOf(root)).map(({ step, case: id, status, params, findings }) => ({
          ...{ step, id, status, params, findings },
        }))
      expect(told(there)).toEqual(told(here))
    })

    it('loses a node by kill -9: Slurm starts its tasks again, nothing is lost, nothing differs', async () => {
      const root = copyOf(archive)
      const { ended } = await midway(root, ...FEW)
      const isOnSecond = (lines: readonly Line[]) => lines[0]?.host === 'vox2' && isUnderWay(lines)
      await until('a task under way on vox2', () => journals(root).some(isOnSecond))
      slurm('kill-node', cluster, 'vox2')
      await until('requeued', () => queue('%r').includes('BeginTime'))
      // Slurm lets what it starts again wait for two minutes.
      for (const line of queue('%F_%K %r'))
        if (line.endsWith('BeginTime')) scontrol('update', `JobId=${line.split(' ')[0]}`, 'StartTime=now')
      const run = await ended
      slurm('node', cluster, 'vox2')
      expect(run.code, run.all).toBe(0)
      expect(tally(run)).toEqual({ done: allJobs, fresh: 0, failed: 0 })
      const hosts = journals(root).map(lines => lines.flatMap(line => line.host ?? []))
      expect(hosts).toContainEqual(['vox2', 'vox1'])
      expectSame(root, reference)
    })

    it('tells a task that was killed for memory from a crash, and submits it in a higher class', async () => {
      const root = copyOf(archive)
      const small = ['--memory_scale', '0.1', '--slurm_memory']
      const run = await finish(root, ...small, '60M,2G', '--max_array', '2', '--task_minutes', '0.1')
      expect(run.code, run.all).toBe(0)
      expect(run.err).toMatch(/task \d+_\d was killed for memory at 60M/)
      expect(run.err).not.toMatch(/ended early/)
      expect(run.err).toMatch(/submitted job \d+: \d+ tasks? of 2G/)
      expect(tally(run)).toEqual({ done: allJobs, fresh: 0, failed: 0 })
      expectSame(root, reference)
    })

    it('names a case that was killed for memory when there is no higher class, with what it had', async () => {
      const root = newFolder()
      await writePhantom(root, phantomArchive({ seed: 5, samples: 3, shape: [224, 224, 64] }))
      const run = await finish(root, '--memory_scale', '0.01', '--slurm_memory', '60M')
      expect(run.code, run.all).toBe(8)
      expect(run.err).toMatch(
        /failed \S+ \(\S+\): \S+ \(\S+\) was killed for memory on the cluster \(job \d+_0\): it had 60M, and no larger class is there; [\d.]+ MB were predicted/,
      )
      const status = await voxmill(['status', root])
      expect(status.out).toMatch(/^failed \S+ \(\S+\): .* was killed for memory on the cluster/m)
      expect(run.err).toMatch(/--memory_scale 2\. The log is \.voxmill\/slurm\/\S+\/0\.log\./)
    })

    it('tries what crashed again, in the same class', async () => {
      const root = copyOf(archive)
      const { ended } = await midway(root, ...FEW)
      process.kill(journals(root).find(isUnderWay)![0]!.pid!, 'SIGSEGV')
      const run = await ended
      expect(run.code, run.all).toBe(0)
      expect(run.err).toMatch(
        /task \d+_\d ended early \(signal 11\) during \S+: \d+ of its cases are submitted again/,
      )
      expect(run.err).not.toMatch(/killed for memory/)
      expect(tally(run)).toEqual({ done: allJobs, fresh: 0, failed: 0 })
      expectSame(root, reference)
    })

    it('is interrupted by Ctrl-C: its jobs are cancelled, and the next run does what is left', async () => {
      const root = copyOf(archive)
      const { child, ended } = await midway(root, ...MANY)
      child.kill('SIGINT')
      const stopped = await ended
      expect(stopped.code, stopped.all).toBe(130)
      expect(stopped.err).toMatch(/cancelled job \d+/)
      await until('an empty queue', () => queue('%i').length === 0)
      const run = await finish(root)
      expect(run.code, run.all).toBe(0)
      expect(tally(run).done).toBeLessThan(allJobs)
      expectSame(root, reference)
    })

    it('goes on without the run with --leave_jobs; a run here is refused, one on the cluster waits and completes', async () => {
      const root = copyOf(archive)
      const { child, ended } = await midway(root, ...MANY, '--leave_jobs')
      child.kill('SIGINT')
      const stopped = await ended
      expect(stopped.code, stopped.all).toBe(130)
      expect(stopped.err).toMatch(/left to go on: job \d+/)
      const watch = start(['status', root, '--watch'], { env })
      await held(root, async () => {
        let shown = ''
        watch.child.stdout?.on('data', chunk => {
          shown += chunk
        })
        await until('a task at work is shown', () => /tasks: [12] running, \d+ queued/.test(shown))
      })
      const local = await voxmill(['run', 'nme', '-r', root, '-j', '1'], { env })
      expect(local.code, local.all).toBe(2)
      expect(local.err).toMatch(/job \d+ on the cluster still works on/)
      const run = await finish(root)
      expect(run.code, run.all).toBe(0)
      expect(run.err).toMatch(/waiting for job \d+ of an earlier run/)
      expect(tally(run)).toEqual({ done: 1, fresh: allJobs - 1, failed: 0 })
      expectSame(root, reference)
      const { code, out } = await watch.ended
      expect(code).toBe(0)
      expect(out).toMatch(/confirm-pairs: \d+ of \d+ jobs done, tasks: [12] running, \d+ queued/)
      expect(out).toMatch(new RegExp(`^confirm-pairs +${SAMPLES} +0`, 'm'))
    })

    it('loses its run by kill -9: the next picks up what the tasks have done meanwhile', async () => {
      const root = copyOf(archive)
      const { child, ended } = await midway(root, ...MANY)
      child.kill('SIGKILL')
      await ended
      const run = await finish(root)
      expect(run.code, run.all).toBe(0)
      expect(run.err).toMatch(/waiting for job \d+ of an earlier run/)
      expect(tally(run)).toEqual({ done: 1, fresh: allJobs - 1, failed: 0 })
      expectSame(root, reference)
      expect(existsSync(path.join(root, '.voxmill/slurm'))).toBe(false)
    })

    it('ends the jobs of a root by voxmill cancel, and the run that waits for them', async () => {
      const root = copyOf(archive)
      const nothing = await voxmill(['cancel', root], { env })
      expect(nothing.code, nothing.all).toBe(3)
      const { ended } = await midway(root, ...MANY)
      const cancel = await voxmill(['cancel', root], { env })
      expect(cancel.code, cancel.all).toBe(0)
      expect(cancel.out).toMatch(/^cancelled job \d+$/m)
      const stopped = await ended
      expect(stopped.code, stopped.all).toBe(130)
      expect(stopped.err).toMatch(/the jobs of this run were cancelled/)
      // Where Slurm cannot be asked, it is known that nothing is left.
      const local = await voxmill(['run', 'nme', '-r', root, '-j', '2'], {
        env: { PATH: path.dirname(process.execPath) },
      })
      expect(local.code, local.all).toBe(0)
      expectSame(root, reference)
    })

    it('shows scripts that Slurm takes, and writes nothing', async () => {
      const root = copyOf(archive)
      const before = filesBelow(root)
      const { code, out, all } = await voxmill(
        ['submit', 'nme', '-r', root, '--print', '--slurm_arg=--time=0-02:00:00', '--slurm_arg', '--nice=3'],
        { env },
      )
      expect(code, all).toBe(0)
      expect(filesBelow(root)).toEqual(before)
      expect(queue('%i')).toEqual([])
      const script = out.slice(out.indexOf('#!/bin/sh'))
      expect(script).toMatch(/^#SBATCH --mem=2G$/m)
      expect(script).toMatch(/^#SBATCH --nice=3$/m)
      const file = path.join(newFolder(), 'submit.sh')
      writeFileSync(file, script)
      const test = spawnSync('sbatch', ['--test-only', file], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      })
      expect(test.status, test.stderr).toBe(0)
    })

    it('says what is wrong when Slurm refuses, or is not there', async () => {
      const root = copyOf(archive)
      const refused = await finish(root, '--slurm_arg=--partition=nowhere')
      expect(refused.code, refused.all).toBe(2)
      expect(refused.err).toMatch(/sbatch failed \(1\): .*nowhere|sbatch failed \(1\): .*partition/)
      expect(refused.err).toMatch(/Check --slurm_arg/)
      expect(existsSync(path.join(root, '.voxmill/slurm'))).toBe(false)
      const absent = await voxmill(['run', 'nme', '-r', root, ...ON_CLUSTER], { env: { PATH: '' } })
      expect(absent.code, absent.all).toBe(2)
      expect(absent.err).toMatch(/scontrol cannot be run/)
    })
  },
)
