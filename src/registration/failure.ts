import { DataError } from '../core/dataError.ts'
import type { RegistrationTask } from './registration.ts'
import type { ChildEnd } from './runChild.ts'

/** Words of elastix and ITK for what is wrong with the images, and what they mean. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /Too many samples map outside moving image buffer/i,
    'too many samples fell outside the moving image: the images lie apart, or the optimiser has run away',
  ],
  [
    /bad_alloc|Cannot enlarge memory|memory access out of bounds|Aborted\(OOM\)|Failed to allocate|out of memory/i,
    'the memory did not suffice',
  ],
  [
    /^exception \d+$/m,
    'an exception of which the WebAssembly build keeps no text; most often too many samples fell outside the moving image',
  ],
  [/Description: (?:ITK ERROR: )?(.*)/, '$1'],
]

function reasonIn(text: string): string | undefined {
  for (const [pattern, words] of REASONS) {
    const match = pattern.exec(text)
    if (match !== null) return words.replace('$1', match[1] ?? '')
  }
  return undefined
}

/** The error for a child that gave no transforms. */
export function registrationError(engine: string, end: ChildEnd, task: RegistrationTask): DataError {
  const { where, timeoutSeconds } = task
  if (end.timedOut)
    return new DataError('registration-timeout', `${where}: ${engine} was ended after ${timeoutSeconds} s`, {
      where,
      log: end.log,
    })
  const said = end.reply?.type === 'failed' ? end.reply.message : ''
  const how =
    end.reply?.type === 'ended'
      ? end.reply.signal === null
        ? `exit code ${end.reply.code}`
        : `signal ${end.reply.signal}`
      : (end.death ?? 'an exception')
  const reason = reasonIn(`${end.log}\n${said}`) ?? (said.split('\n')[0]?.trim() || how)
  return new DataError('registration-failed', `${where}: ${engine} broke off: ${reason}`, {
    where,
    log: said === '' ? end.log : `${end.log}\n${said}\n`,
  })
}
