import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { controlGroupRoom } from '../../../src/storage/controlGroup.ts'

let system: string
beforeEach(() => {
  system = mkdtempSync(path.join(tmpdir(), 'voxmill-cgroup-'))
})
afterEach(() => rmSync(system, { recursive: true, force: true }))

function put(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(system, file)), { recursive: true })
    writeFileSync(path.join(system, file), `${text}\n`)
  }
}
const second = (folder: string, max: string, current: number, inactive = 0) => ({
  [`sys/fs/cgroup${folder}/memory.max`]: max,
  [`sys/fs/cgroup${folder}/memory.current`]: String(current),
  [`sys/fs/cgroup${folder}/memory.stat`]: `anon 5\ninactive_file ${inactive}\nactive_file 1`,
})
const CGROUP2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw'

describe('the room that control groups leave', () => {
  it('is none that anyone limits where there is no such thing', () => {
    expect(controlGroupRoom(system)).toBeUndefined()
    put({ 'proc/self/cgroup': '0::/', 'proc/self/mountinfo': CGROUP2 })
    expect(controlGroupRoom(system)).toBeUndefined()
  })

  it('is that of the own group, less what is in use; files that are only kept do not count', () => {
    put({
      'proc/self/cgroup': '0::/user/job',
      'proc/self/mountinfo': CGROUP2,
      ...second('/user/job', '8000', 3000, 500),
    })
    expect(controlGroupRoom(system)).toBe(5500)
  })

  it('is that of a group above where that has less', () => {
    put({
      'proc/self/cgroup': '0::/slurm/job_7/step_0/task_0',
      'proc/self/mountinfo': CGROUP2,
      ...second('/slurm/job_7/step_0/task_0', 'max', 100),
      ...second('/slurm/job_7', '4000', 1000),
      ...second('/slurm', '100000', 1000),
    })
    expect(controlGroupRoom(system)).toBe(3000)
  })

  it('is nothing, not less, where a group is over its limit', () => {
    put({ 'proc/self/cgroup': '0::/a', 'proc/self/mountinfo': CGROUP2, ...second('/a', '10', 20) })
    expect(controlGroupRoom(system)).toBe(0)
  })

  it('is known from version 1, whose memory is a mount of its own', () => {
    put({
      'proc/self/cgroup': '4:memory:/slurm/uid_0/job_9\n0::/',
      'proc/self/mountinfo': `35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`,
      'sys/fs/cgroup/memory/slurm/uid_0/job_9/memory.limit_in_bytes': '9223372036854771712',
      'sys/fs/cgroup/memory/slurm/uid_0/job_9/memory.usage_in_bytes': '70',
      'sys/fs/cgroup/memory/slurm/uid_0/memory.limit_in_bytes': '900',
      'sys/fs/cgroup/memory/slurm/uid_0/memory.usage_in_bytes': '200',
      'sys/fs/cgroup/memory/slurm/uid_0/memory.stat': 'cache 9\ntotal_inactive_file 50',
    })
    expect(controlGroupRoom(system)).toBe(750)
  })

  it('is known in a container, which sees its own group as the mount', () => {
    put({
      'proc/self/cgroup': '4:memory:/docker/abc',
      'proc/self/mountinfo': '35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '600',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '100',
    })
    expect(controlGroupRoom(system)).toBe(500)
  })
})
