import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DatasetDescription } from '../core/datasetDescription.ts'
import { Fault, faultRecord, UsageError } from '../core/fault.ts'
import { admit, type Door, newToken } from './admission.ts'
import { Catalogue } from './catalogue.ts'
import { ImageShelf } from './imageShelf.ts'
import type { PageFile } from './pageFiles.ts'
import { Reply } from './reply.ts'
import { VerdictLog } from './verdictLog.ts'
import { RefusedRequest } from './verdictRequest.ts'
import { answer, type Holdings } from './viewRoutes.ts'

export interface ViewServerOptions {
  /** Absolute path of the data set. */
  readonly root: string
  readonly dataset: DatasetDescription
  /** Absolute path of the file that verdicts are kept in. */
  readonly verdictFile: string
  readonly page: ReadonlyMap<string, PageFile>
  readonly readonly: boolean
  readonly reviewer: string | null
  /** 0 takes any that is free. */
  readonly port: number
  readonly host: string
  /** Names and addresses, beside `host`, that requests may say the server has. */
  readonly names: readonly string[]
  /** Hears of what went wrong for a reason that no one foresaw. */
  readonly onDefect: (error: unknown) => void
}

export interface ViewServer {
  /** With the token: what a person opens in a browser. */
  readonly url: string
  /** Leads there, once. */
  readonly urlForOnce: string
  /** Takes no more requests, ends those under way after a moment, and waits for verdicts to be on the disk. */
  close(): Promise<void>
}

/** A browser opens six connections at a time; what comes beyond these is closed at once. */
const MOST_CONNECTIONS = 256
const HEADER_BYTES = 16 * 1024
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
/** For a reader that takes nothing any more. */
const IDLE_MS = 120_000
const CHECK_MS = 2_000
const GRACE_MS = 1_000

/** Names under which this machine is reached from itself. */
export const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const

/** Serves a data set to a page. @throws UsageError when the port cannot be had */
export async function startViewServer(options: ViewServerOptions): Promise<ViewServer> {
  const { host, page, readonly, reviewer, root, dataset, verdictFile } = options
  const holdings: Holdings = {
    catalogue: new Catalogue(dataset),
    shelf: new ImageShelf(root),
    log: new VerdictLog(verdictFile),
    page,
    readonly,
    reviewer,
  }
  const hosts = new Set<string>()
  const door: Door = { hosts, token: newToken(), once: newToken() }
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
      keepAliveTimeout: HEADERS_MS,
    },
    (request, response) => void respond(request, response, door, holdings, options.onDefect),
  )
  server.maxConnections = MOST_CONNECTIONS
  server.timeout = IDLE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(notListening(error, options)))
    server.listen(options.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const own = host.includes(':') ? `[${host}]` : host
  for (const name of [own, ...options.names, ...LOOPBACK_NAMES]) hosts.add(`${name.toLowerCase()}:${port}`)
  return {
    url: `http://${own}:${port}/${door.token}/`,
    urlForOnce: `http://${own}:${port}/${door.once}/`,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(late)
      await holdings.log.settled()
    },
  }
}

/** Answers one request; nothing that goes wrong with it ends the server. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  door: Door,
  holdings: Holdings,
  onDefect: (error: unknown) => void,
): Promise<void> {
  const reply = new Reply(request, response)
  try {
    const asked = admit(request, door)
    if ('status' in asked) reply.refuse(asked)
    else await answer(asked, request, reply, holdings)
  } catch (error) {
    const isGone = response.headersSent || response.destroyed || request.socket.destroyed
    if (!(error instanceof Fault || error instanceof RefusedRequest || isGone)) onDefect(error)
    if (isGone) return void response.destroy()
    if (error instanceof RefusedRequest) return reply.refuse(error.refusal)
    const { message, remedy } = faultRecord(error)
    reply.refuse({ status: 500, error: message, remedy })
  }
}

function notListening(error: Error, { host, port }: ViewServerOptions): Error {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return new UsageError(`port ${port} of ${host} is taken by another program`, {
      remedy: 'Leave --port out to take any that is free, or give another.',
      cause: error,
    })
  if (code === 'EACCES')
    return new UsageError(`you may not open port ${port} of ${host}`, {
      remedy: 'Give a --port from 1024 up, or leave it out.',
      cause: error,
    })
  return new UsageError(`${host} cannot be listened on: ${error.message}`, {
    remedy: 'Leave --host out to be reached from this machine alone.',
    cause: error,
  })
}
