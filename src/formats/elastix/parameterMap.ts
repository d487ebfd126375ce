import { ElastixFileError } from './fault.ts'

/** Names and values in the order of the file; values without their quotation marks. */
export type ParameterMap = ReadonlyMap<string, readonly string[]>

/** What elastix writes without quotation marks. */
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/

/**
 * Reads a parameter file: a line each `(Name value value ...)`, texts in quotation marks, `//` begins a comment
 * (elastix manual, section 3.4).
 *
 * @param source names the file in messages.
 * @throws ElastixFileError naming the line.
 */
export function parseParameterMap(text: string, source?: string): ParameterMap {
  const map = new Map<string, readonly string[]>()
  for (const [at, raw] of text.split('\n').entries()) {
    const line = withoutComment(raw).trim()
    if (line === '') continue
    const fail = (reason: string): ElastixFileError =>
      new ElastixFileError(`line ${at + 1} ${reason}: ${line.slice(0, 60)}`, { where: source })
    if (!line.startsWith('(') || !line.endsWith(')')) throw fail('is not enclosed in brackets')
    const words = wordsOf(line.slice(1, -1))
    if (words === undefined) throw fail('has a quotation mark without its other')
    const [name, ...values] = words
    if (name === undefined || values.length === 0) throw fail('has no value')
    if (map.has(name)) throw fail(`repeats the parameter ${name}`)
    map.set(name, values)
  }
  return map
}

/** A comment begins at `//`, except within quotation marks (a path may hold it). */
function withoutComment(line: string): string {
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') quoted = !quoted
    else if (!quoted && line[i] === '/' && line[i + 1] === '/') return line.slice(0, i)
  }
  return line
}

function wordsOf(inner: string): string[] | undefined {
  if (!inner.includes('"')) return inner.split(/\s+/).filter(w => w !== '')
  const parts = inner.split('"')
  if (parts.length % 2 === 0) return undefined
  return parts.flatMap((part, i) => (i % 2 === 1 ? [part] : part.split(/\s+/).filter(w => w !== '')))
}

/** Writes a parameter file, a line a parameter; reading it gives the same map. */
export function formatParameterMap(map: ParameterMap): string {
  let text = ''
  for (const [name, values] of map) text += `(${name} ${values.map(formatValue).join(' ')})\n`
  return text
}

const formatValue = (value: string): string => (NUMBER.test(value) ? value : `"${value}"`)

/** A copy with some parameters set, each in its old place or at the end. */
export function withParameters(
  map: ParameterMap,
  changes: Readonly<Record<string, readonly string[]>>,
): ParameterMap {
  return new Map([...map, ...Object.entries(changes)])
}
