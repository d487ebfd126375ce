/** Parameters that tell of one case, or repeat what was found, rather than how a step works. */
const OF_CASES: Readonly<Record<string, readonly string[]>> = {
  'confirm-pairs': ['info'],
  'inspect-sample': ['id', 'attributes', 'paths', 'info', 'absent'],
  'gen-archive-manifest': ['tables'],
}
const OF_ANY = ['failed', 'refused', 'findings'] as const
const ABSOLUTE = /^(?:[/\\]|[A-Za-z]:[/\\])/

/**
 * The parameters of a job without what differs from case to case, without the folders of this machine, and with the
 * name of a profile in place of all of it.
 */
export function shownParams(step: string, params: unknown): unknown {
  if (typeof params !== 'object' || params === null) return params
  const left = new Set<string>([...(OF_CASES[step] ?? []), ...OF_ANY])
  return Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => !left.has(name))
      .map(([name, value]) => [name, shownValue(name, value)]),
  )
}

function shownValue(name: string, value: unknown): unknown {
  if (name === 'profile' && typeof value === 'object' && value !== null && 'profile' in value)
    return (value as { profile: unknown }).profile
  if (typeof value === 'string') return ABSOLUTE.test(value) ? '(a path)' : value
  if (Array.isArray(value)) return value.map(v => shownValue('', v))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      // A SeriesInstanceUID belongs to one patient.
      .filter(([key]) => key !== 'uid')
      .map(([key, v]) => [key, shownValue(key, v)]),
  )
}
