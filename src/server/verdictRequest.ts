import type { IncomingMessage } from 'node:http'
import { isVerdictWord } from '../core/verdict.ts'
import type { Refusal } from './admission.ts'
import type { VerdictRequest } from './api.ts'

const MOST_BODY_BYTES = 64 * 1024
/** What is a little too long is read to its end, so that whoever sent it hears why; what is more is cut off. */
const MOST_READ_BYTES = 1024 * 1024
/** So that a line of the file stays below its limit, whatever the letters: six bytes each at most. */
const MOST_COMMENT = 4000
const MOST_REVIEWER = 200

/** A request that cannot be carried out as it stands. */
export class RefusedRequest extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.error)
    this.refusal = refusal
  }
}

const refuse = (status: number, error: string, remedy: string): never => {
  throw new RefusedRequest({
    status,
    error,
    remedy,
    ...(status === 413 ? { headers: { Connection: 'close' } } : {}),
  })
}

/** @throws RefusedRequest when the body is no verdict or too long */
export async function readVerdictRequest(request: IncomingMessage): Promise<VerdictRequest> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type))
    refuse(415, 'the body is not application/json', 'Send JSON and say so in Content-Type.')
  const value = parse(await readBody(request))
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const text = (key: string, most: number): string => {
    const field = fields[key]
    if (typeof field !== 'string') return refuse(400, `${key} is missing`, `Give ${key} as text.`)
    if (field.length > most)
      return refuse(400, `${key} has ${field.length} letters`, `Shorten it to ${most} letters.`)
    return field
  }
  const verdict = fields.verdict
  if (!isVerdictWord(verdict))
    return refuse(400, 'the verdict is not known', 'Give accept, reject or needs-work.')
  const reviewer = text('reviewer', MOST_REVIEWER).trim()
  if (reviewer === '') refuse(400, 'the reviewer has no name', 'Give the name of the person who judges.')
  return { case: text('case', 100), verdict, comment: text('comment', MOST_COMMENT), reviewer }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const tooLong = () => refuse(413, 'the body is longer than 64 KB', 'Shorten the comment.')
  if (Number(request.headers['content-length'] ?? 0) > MOST_READ_BYTES) tooLong()
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MOST_READ_BYTES) tooLong()
    if (length <= MOST_BODY_BYTES) parts.push(part)
  }
  if (length > MOST_BODY_BYTES) tooLong()
  return Buffer.concat(parts).toString('utf8')
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return refuse(400, 'the body is no JSON', 'Send a JSON object.')
  }
}
