import { fork } from 'node:child_process'
import path from 'node:path'
import { existsSync } from '../storage/exists.ts'
import { packageFolder } from '../storage/packageFolder.ts'
import { lookAtTogether } from '../storage/processMemory.ts'
import type { ChildReply, ChildTask } from './childMessages.ts'

/** How often its memory is looked at, which is part of what the job needs; the kernel keeps the peak between two looks. */
const LOOK_MS = 200

/** How a child ended. */
export interface ChildEnd {
  /** Undefined when it was ended for taking too long, or died without a word. */
  readonly reply: ChildReply | undefined
  readonly timedOut: boolean
  /** What it said on both streams. */
  readonly log: string
  /** How the process itself ended when it gave no reply. */
  readonly death?: string
}

const script = (): string => {
  const file = path.join(packageFolder(), 'dist', 'elastixChild.js')
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\` first`)
  return file
}

/**
 * Lets a process of its own carry out a task; with all that it starts it is killed when time is up, and ends by itself
 * when this process is gone.
 */
export function runChild(task: ChildTask, timeoutSeconds: number): Promise<ChildEnd> {
  const child = fork(script(), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    // The leader of a process group, which can be killed at once.
    detached: true,
    execArgv: [],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (b: Buffer) => chunks.push(b))
  return new Promise((resolve, reject) => {
    let reply: ChildReply | undefined
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      killAll(child.pid)
    }, timeoutSeconds * 1000)
    const looking = setInterval(() => {
      if (child.pid !== undefined) lookAtTogether(child.pid)
    }, LOOK_MS)
    child.on('message', message => {
      reply = message as ChildReply
    })
    child.on('error', error => {
      clearTimeout(timer)
      clearInterval(looking)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      clearInterval(looking)
      const log = Buffer.concat(chunks).toString('utf8')
      const death = signal === null ? `exit code ${code}` : `signal ${signal}`
      resolve({ reply, timedOut, log, ...(reply === undefined ? { death } : {}) })
    })
    child.send(task, () => undefined)
  })
}

function killAll(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}
