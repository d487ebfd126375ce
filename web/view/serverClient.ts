import type { Verdict } from '../../src/core/verdict.ts'
import type {
  CaseReply,
  CaseRow,
  DatasetReply,
  ErrorReply,
  VerdictRequest,
  VerdictsReply,
} from '../../src/server/api.ts'

/** The server said no, or did not answer. `status` is 0 where nothing came back. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly status: number
  readonly remedy: string

  constructor(status: number, message: string, remedy: string) {
    super(message)
    this.status = status
    this.remedy = remedy
  }
}

export const isAborted = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError'

interface Asking {
  readonly signal?: AbortSignal | undefined
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

async function ask(address: string, asking: Asking = {}): Promise<Response> {
  let response: Response
  try {
    const { signal, ...rest } = asking
    response = await fetch(address, { ...rest, ...(signal ? { signal } : {}), redirect: 'error' })
  } catch (error) {
    if (isAborted(error)) throw error
    throw new ServerError(
      0,
      'the server does not answer',
      'Look whether `voxmill view` still runs in its terminal; start it again and open the address that it prints.',
    )
  }
  if (response.ok) return response
  const { error, remedy }: ErrorReply = await response
    .json()
    .catch(() => ({ error: `the server answered ${response.status}`, remedy: '' }))
  throw new ServerError(response.status, error, remedy)
}

const json = async <T>(address: string, signal?: AbortSignal): Promise<T> =>
  (await ask(address, { signal })).json() as Promise<T>

const image = (id: string): string => `api/images/${encodeURIComponent(id)}`

/** Reads a body of known length into one buffer, telling how far it is. */
async function readBody(response: Response, expected: number, told?: (bytes: number) => void) {
  if (response.body === null || told === undefined) return response.arrayBuffer()
  let bytes = new Uint8Array(expected)
  let length = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (length + value.length > bytes.length) {
      const longer = new Uint8Array(Math.max(2 * bytes.length, length + value.length))
      longer.set(bytes.subarray(0, length))
      bytes = longer
    }
    bytes.set(value, length)
    length += value.length
    told(length)
  }
  return length === bytes.length ? bytes.buffer : bytes.buffer.slice(0, length)
}

/** What the page asks the server that it came from. Every address is relative to the page's own. */
export const server = {
  dataset: () => json<DatasetReply>('api/dataset'),
  cases: () => json<CaseRow[]>('api/cases'),
  case: (id: string, signal?: AbortSignal) => json<CaseReply>(`api/cases/${encodeURIComponent(id)}`, signal),

  /** @param bytes length of the file; `told` hears how many have come. */
  async image(
    id: string,
    bytes: number,
    signal: AbortSignal,
    told?: (bytes: number) => void,
  ): Promise<ArrayBuffer> {
    return readBody(await ask(image(id), { signal }), bytes, told)
  },

  preview: async (id: string, signal: AbortSignal): Promise<ArrayBuffer> =>
    (await ask(`${image(id)}/preview`, { signal })).arrayBuffer(),

  /** The first bytes of an image: enough for any header. */
  header: async (id: string, signal: AbortSignal): Promise<ArrayBuffer> =>
    (await ask(image(id), { signal, headers: { Range: 'bytes=0-543' } })).arrayBuffer(),

  slice: async (id: string, axis: number, index: number, signal: AbortSignal): Promise<ArrayBuffer> =>
    (await ask(`${image(id)}/slice/${axis}/${index}`, { signal })).arrayBuffer(),

  pictureAddress: (id: string): string => `api/pictures/${encodeURIComponent(id)}`,

  verdicts: (after: number) => json<VerdictsReply>(`api/verdicts?after=${after}`),

  async judge(request: VerdictRequest): Promise<Verdict> {
    const response = await ask('api/verdicts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    })
    if (response.status !== 201)
      throw new ServerError(response.status, `the server answered ${response.status}, not 201`, '')
    return response.json()
  },
}
