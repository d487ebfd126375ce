import { connect } from 'node:net'
import { type Ended, type Started, start } from './cli.ts'

/** A viewer that runs as a process of its own. */
export interface ViewProcess extends Started {
  /** With the token and a slash at its end. */
  readonly url: string
  readonly origin: string
  readonly port: number
  readonly token: string
  /** Ctrl-C. */
  end(): Promise<Ended>
}

const running = new Set<Started>()

/** Ends what a test left running. */
export async function endViewers(): Promise<void> {
  for (const { child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  running.clear()
}

/** Starts `voxmill view ROOT` and waits until it says where it is. */
export async function view(root: string, ...flags: string[]): Promise<ViewProcess> {
  const started = start(['view', root, '--no-open', '--json', ...flags])
  running.add(started)
  const { child, ended } = started
  const url = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout?.on('data', chunk => {
      out += chunk
      const lines = out.split('\n').slice(0, -1)
      const told = lines.find(line => JSON.parse(line).event === 'view')
      if (told !== undefined) resolve(JSON.parse(told).url)
    })
    ended.then(e => reject(new Error(`the viewer ended with ${e.code}: ${e.all}`)))
  })
  const { origin, port, pathname } = new URL(url)
  return {
    ...started,
    url,
    origin,
    port: Number(port),
    token: pathname.slice(1, -1),
    end() {
      child.kill('SIGINT')
      return ended
    },
  }
}

export interface RawReply {
  /** 0 when the connection was closed without an answer. */
  readonly status: number
  readonly head: string
  readonly body: Buffer
}

/** Sends bytes as they are, and reads until the server closes; waits at most so long. */
export function raw(port: number, bytes: string | Buffer, waitMs = 5000): Promise<RawReply> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const parts: Buffer[] = []
    const done = () => {
      socket.destroy()
      const all = Buffer.concat(parts)
      const split = all.indexOf('\r\n\r\n')
      const head = all.toString('latin1', 0, split < 0 ? all.length : split)
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
      resolve({ status, head, body: split < 0 ? Buffer.alloc(0) : all.subarray(split + 4) })
    }
    socket.setTimeout(waitMs, done)
    socket.on('data', chunk => parts.push(chunk))
    socket.on('error', done)
    socket.on('end', done)
  })
}

/** One request by hand, whose connection ends with it. */
export const request = (
  port: number,
  line: string,
  headers: readonly string[] = [`Host: 127.0.0.1:${port}`],
): Promise<RawReply> =>
  raw(port, `${line} HTTP/1.1\r\n${[...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`)

export async function get<T>(viewer: ViewProcess, address: string): Promise<T> {
  const response = await fetch(viewer.url + address)
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Sends a verdict as the page does. */
export const judge = (
  viewer: ViewProcess,
  verdict: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${viewer.url}api/verdicts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: viewer.origin, ...headers },
    body: JSON.stringify({ comment: '', reviewer: 'A. Reader', ...verdict }),
  })
