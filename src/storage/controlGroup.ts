import fs from 'node:fs'
import path from 'node:path'

/** Where the kernel tells of control groups; another folder in tests. */
const SYSTEM = '/'

/**
 * Bytes that the control groups of this process still grant: of its own group and of each group above it the limit less
 * what is in use, and of these the least. Files that the kernel holds and would give back do not count as in use. Versions
 * 1 and 2, also beside each other.
 *
 * @returns undefined where no group has a limit
 */
export function controlGroupRoom(system = SYSTEM): number | undefined {
  const groups = textOf(path.join(system, 'proc/self/cgroup'))
  const mounts = textOf(path.join(system, 'proc/self/mountinfo'))
  if (groups === undefined || mounts === undefined) return undefined
  const rooms: number[] = []
  for (const line of groups.split('\n')) {
    const [, controllers, group] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers === undefined || group === undefined) continue
    const isSecond = controllers === ''
    if (!isSecond && !controllers.split(',').includes('memory')) continue
    const files = isSecond ? SECOND : FIRST
    for (const mount of mountsOf(mounts, isSecond))
      for (const folder of foldersUpwards(mount, group)) {
        const room = roomOf(path.join(system, folder), files)
        if (room !== undefined) rooms.push(room)
      }
  }
  return rooms.length === 0 ? undefined : Math.max(0, Math.min(...rooms))
}

interface GroupFiles {
  readonly limit: string
  readonly usage: string
  /** Line of memory.stat with the bytes of files that no one has looked at lately. */
  readonly spare: string
}
const FIRST: GroupFiles = {
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  spare: 'total_inactive_file',
}
const SECOND: GroupFiles = { limit: 'memory.max', usage: 'memory.current', spare: 'inactive_file' }

/** Version 1 says "no limit" by a number near 2^63. */
const NO_LIMIT = 2 ** 62

function roomOf(folder: string, { limit, usage, spare }: GroupFiles): number | undefined {
  const most = Number(textOf(path.join(folder, limit)) ?? 'max')
  const used = Number(textOf(path.join(folder, usage)) ?? Number.NaN)
  if (!Number.isFinite(most) || most >= NO_LIMIT || !Number.isFinite(used)) return undefined
  const stat = new RegExp(`^${spare} (\\d+)$`, 'm').exec(textOf(path.join(folder, 'memory.stat')) ?? '')
  return most - Math.max(0, used - Number(stat?.[1] ?? 0))
}

interface Mount {
  /** The group that is seen at the mount point. */
  readonly root: string
  readonly point: string
}

function mountsOf(text: string, second: boolean): Mount[] {
  return text.split('\n').flatMap(line => {
    const [own, type] = line.split(' - ')
    const [, , , root, point] = own!.split(' ')
    if (type === undefined || root === undefined || point === undefined) return []
    const [kind, , options] = type.split(' ')
    const fits = second ? kind === 'cgroup2' : kind === 'cgroup' && options?.split(',').includes('memory')
    return fits ? [{ root, point }] : []
  })
}

/** The folder of a group and those of the groups above it, as far as they are seen at the mount. */
function foldersUpwards({ root, point }: Mount, group: string): string[] {
  // In a container the mount may begin at the container's own group, whose path the kernel tells from outside.
  const below = path.posix.relative(root, group)
  const parts = below.startsWith('..') ? [] : below.split('/').filter(p => p !== '')
  return [...parts.keys(), parts.length].map(n => path.posix.join(point, ...parts.slice(0, n)))
}

function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
