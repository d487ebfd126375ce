import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Why a request is not answered. */
export interface Refusal {
  readonly status: number
  readonly error: string
  readonly remedy: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Who may ask. */
export interface Door {
  /** What Host may be, `127.0.0.1:8123`: anything else is a page of another site whose name was made to lead here. */
  readonly hosts: ReadonlySet<string>
  readonly token: string
  /**
   * A token for one use, which leads to the page: what starts a browser shows its command line to all users of the
   * machine. Emptied by its use.
   */
  once: string
}

/** 256 bits, as they stand in an address. */
export const newToken = (): string => randomBytes(32).toString('base64url')

const ADDRESS = 'Open the address that `voxmill view` printed.'
const refused = (status: number, error: string, remedy = ADDRESS): Refusal => ({ status, error, remedy })

/** Digests are as long as each other and tell nothing of where two tokens differ. */
function isToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}

/** Letters, digits and `.`, `_`, `-`, in parts between slashes: no escape, no backslash, nothing that climbs. */
const ADDRESS_FORM = /^\/([A-Za-z0-9_-]*)((?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?)(?:\?([a-z]+=\d{1,15}))?$/

/** The part of an address below the token, without its first slash; `query` is what follows the question mark. */
export interface Asked {
  readonly path: string
  readonly query: string
}

/**
 * Looks at the head of a request before anything is done for it. What is wrong with a token or a path is not told.
 *
 * @returns what is asked for, or the refusal
 */
export function admit(request: IncomingMessage, door: Door): Asked | Refusal {
  const { method = '', headers } = request
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return { ...refused(405, `the method is not allowed`), headers: { Allow: 'GET, HEAD, POST' } }
  const hosts = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
  const host = headers.host?.toLowerCase() ?? ''
  if (hosts.length !== 1 || !door.hosts.has(host)) return refused(403, 'the Host is not this server')
  const site = headers['sec-fetch-site']
  const ownOrigin = headers.origin === `http://${host}`
  if (headers.origin !== undefined && !ownOrigin) return refused(403, 'the request comes from another site')
  const form = ADDRESS_FORM.exec(request.url ?? '')
  if (form === null) return refused(403, 'the address is not known')
  const isOnce = door.once !== '' && isToken(form[1]!, door.once)
  if (isOnce && method === 'GET' && form[2] === '/') {
    door.once = ''
    return { ...refused(302, 'the page lies elsewhere'), headers: { Location: `/${door.token}/` } }
  }
  if (!isToken(form[1]!, door.token)) return refused(403, 'the address is not known')
  const asked = { path: form[2]!.slice(1), query: form[3] ?? '' }
  // The page itself may be opened by a link elsewhere; all else is asked for by the page.
  const isPage = method !== 'POST' && asked.path === ''
  if (!isPage && site !== undefined && site !== 'same-origin' && site !== 'none')
    return refused(403, 'the request comes from another site')
  if (method === 'POST' && !ownOrigin && site !== 'same-origin')
    return refused(403, 'the request does not say that it comes from the page', 'Use the page itself.')
  if (form[2] === '')
    return { ...refused(308, 'the page lies below this address'), headers: { Location: `/${door.token}/` } }
  return asked
}
