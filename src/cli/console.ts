import type { Severity } from '../core/finding.ts'

const CODES = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const
export type Style = keyof typeof CODES

/** Where a command speaks: people read one stream, programs the other. */
export interface Console {
  readonly json: boolean
  /** Whether progress may redraw its line. */
  readonly live: boolean
  /** Columns that lines for people have; no limit where they do not go to a terminal. */
  readonly width: number
  /** A line for people. */
  say(text: string): void
  /** A line for people about the going of things; never mixed into piped results. */
  note(text: string): void
  /** One JSON line for programs; only with --json. */
  emit(event: Readonly<Record<string, unknown>>): void
  paint(style: Style, text: string): string
  /** Redraws the live line on the terminal; an empty text clears it. */
  redraw(text: string): void
  /** Until what was said so far has left the program: a pipe takes 64 KB at a time, and what it does not take is kept. */
  heard(): Promise<void>
}

interface Stream {
  write(text: string, done?: () => void): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** NO_COLOR (any value but empty) turns colours off; so does a stream that is no terminal. */
export function makeConsole(options: {
  json: boolean
  out?: Stream
  err?: Stream
  env?: NodeJS.ProcessEnv
}): Console {
  const { json, out = process.stdout, err = process.stderr, env = process.env } = options
  const people = json ? err : out
  const terminal = err.isTTY === true && env.TERM !== 'dumb'
  const coloured = people.isTTY === true && env.TERM !== 'dumb' && !env.NO_COLOR
  let drawn = false
  const clear = () => {
    if (drawn) err.write('\r\u001b[2K')
    drawn = false
  }
  return {
    json,
    live: terminal,
    width: people.isTTY === true ? (people.columns ?? 80) : Number.POSITIVE_INFINITY,
    say(text) {
      clear()
      people.write(`${text}\n`)
    },
    note(text) {
      clear()
      err.write(`${text}\n`)
    },
    emit(event) {
      if (json) out.write(`${JSON.stringify(event)}\n`)
    },
    paint: (style, text) => (coloured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
    redraw(text) {
      if (!terminal) return
      clear()
      if (text === '') return
      const width = Math.max(20, (err.columns ?? 80) - 1)
      err.write(text.length > width ? `${text.slice(0, width - 1)}…` : text)
      drawn = true
    },
    // The callback comes in the order of what was written, and where the reader has gone too.
    heard: () => new Promise(resolve => void (json ? out : people).write('', () => resolve())),
  }
}

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  info: 'dim',
  warning: 'yellow',
  high: 'red',
  error: 'red',
}
