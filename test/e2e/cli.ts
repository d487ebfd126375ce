import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** The built program; VOXMILL_DIST names another build, for instance that of an installed package. */
export const PROGRAM = path.join(process.env.VOXMILL_DIST ?? path.join(repository, 'dist'), 'voxmill.js')

function newest(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(e => e.isFile())
    .reduce((t, e) => Math.max(t, statSync(path.join(e.parentPath, e.name)).mtimeMs), 0)
}

if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run \`npm run build\` first`)
if (
  process.env.VOXMILL_DIST === undefined &&
  statSync(PROGRAM).mtimeMs < newest(path.join(repository, 'src'))
)
  throw new Error(`${PROGRAM} is older than src: run \`npm run build\` first`)

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  /** Both streams, for messages of failed expectations. */
  readonly all: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Makes the process the leader of a group of its own, as a shell does for a command in a terminal. */
  readonly group?: boolean
  /** Runs as this user, where the caller may choose. */
  readonly uid?: number
}

/** Starts `voxmill ARGS` as a user types it. */
export function start(args: readonly string[], options: StartOptions = {}): Started {
  const { cwd, env, group = false, uid } = options
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: { ...process.env, ...env },
  })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', chunk => out.push(chunk))
  child.stderr.on('data', chunk => err.push(chunk))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const [o, e] = [Buffer.concat(out).toString(), Buffer.concat(err).toString()]
      resolve({ code, signal, out: o, err: e, all: `${o}\n${e}` })
    })
  })
  return { child, ended }
}

/** Runs `voxmill ARGS` to its end. */
export const voxmill = (args: readonly string[], options: StartOptions = {}): Promise<Ended> =>
  start(args, options).ended

/** The JSON lines that `--json` prints; fails on anything else on standard output. */
export const eventsOf = ({ out }: Ended): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)
