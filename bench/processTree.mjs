// Runs a command and measures it as a whole: wall time, CPU time and the peak memory of its process tree.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const PAGE = 4096
const SAMPLE_MS = 25

/** Resident bytes of a process and all below it (Linux). */
function treeBytes(root) {
  const parents = new Map()
  const resident = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      parents.set(Number(name), Number(fields[1]))
      resident.set(Number(name), Number(fields[21]) * PAGE)
    } catch {
      // The process ended between the listing and the look.
    }
  }
  let sum = 0
  for (const pid of resident.keys()) {
    let at = pid
    while (at !== undefined && at > 1 && at !== root) at = parents.get(at)
    if (at === root) sum += resident.get(pid)
  }
  return sum
}

/** @returns seconds of wall time, peak resident bytes of the tree, exit code, and what was printed. */
export function measure(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let output = ''
    child.stdout.on('data', d => (output += d))
    child.stderr.on('data', d => (output += d))
    let peak = 0
    const timer = setInterval(() => (peak = Math.max(peak, treeBytes(child.pid))), SAMPLE_MS)
    child.on('error', reject)
    child.on('close', code => {
      clearInterval(timer)
      resolve({ seconds: (performance.now() - started) / 1000, peak, code, output })
    })
  })
}

export const median = values => {
  const sorted = [...values].sort((a, b) => a - b)
  const mid = sorted.length >> 1
  return sorted.length % 2 ? sorted[mid] : (sorted[mid - 1] + sorted[mid]) / 2
}
