import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Refusal } from './admission.ts'
import type { ErrorReply } from './api.ts'
import { byteRange, partsOfRange } from './byteRange.ts'

/**
 * Nothing comes from elsewhere and no script stands in the page; a page may make images and workers of what it has
 * loaded. The server's answers may be used by its own page alone, and are kept in no cache.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self' data:",
    "connect-src 'self' blob: data:",
    "worker-src 'self' blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cache-Control': 'no-store',
}

const PIECE_BYTES = 1 << 20

/** Answers one request; a HEAD gets the head alone. */
export class Reply {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
  }

  json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): void {
    const body = Buffer.from(JSON.stringify(value))
    this.#head(status, { ...headers, 'Content-Type': 'application/json; charset=utf-8' }, body.length)
    this.#response.end(this.#isHead ? undefined : body)
  }

  refuse({ status, error, remedy, headers }: Refusal): void {
    this.json({ error, remedy } satisfies ErrorReply, status, headers)
  }

  /**
   * The whole, or the range of bytes that is asked for.
   *
   * @param partsTo gives the parts of the whole, as far as `last`; not called for a HEAD
   */
  async bytes(
    type: string,
    size: number,
    partsTo: (last: number) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>,
  ): Promise<void> {
    const { range } = this.#request.headers
    const asked = this.#request.method === 'GET' ? byteRange(range, size) : undefined
    if (asked === 'unsatisfiable')
      return this.refuse({
        status: 416,
        error: `the range lies outside of ${size} bytes`,
        remedy: 'Ask for bytes that are there.',
        headers: { 'Content-Range': `bytes */${size}` },
      })
    const { first, last } = asked ?? { first: 0, last: size - 1 }
    // Before the head is sent: what fails here is told with a status of its own.
    const parts = this.#isHead ? [] : await partsTo(last)
    this.#head(
      asked === undefined ? 200 : 206,
      {
        'Content-Type': type,
        'Accept-Ranges': 'bytes',
        ...(asked === undefined ? {} : { 'Content-Range': `bytes ${first}-${last}/${size}` }),
      },
      last - first + 1,
    )
    if (this.#isHead) {
      this.#response.end()
      return
    }
    const pieces = Readable.from(partsOfRange(parts, { first, last }, PIECE_BYTES), { objectMode: false })
    // Whoever asked may have gone; there is no one left to tell.
    await pipeline(pieces, this.#response).catch(() => undefined)
  }

  /** The whole of what is there already. */
  parts(type: string, parts: readonly Uint8Array[]): Promise<void> {
    return this.bytes(
      type,
      parts.reduce((sum, part) => sum + part.length, 0),
      () => parts,
    )
  }

  get #isHead(): boolean {
    return this.#request.method === 'HEAD'
  }

  #head(status: number, headers: Readonly<Record<string, string>>, length: number): void {
    this.#response.writeHead(status, { ...SECURITY_HEADERS, ...headers, 'Content-Length': length })
  }
}
