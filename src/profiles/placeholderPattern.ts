/** Repetitions without a small upper bound that one pattern may have; each multiplies the time by the length. */
const MOST_OPEN_REPETITIONS = 3
/** From this many possible counts on, a bounded repetition costs as much as an open one. */
const WIDE_REPETITION = 10

/** What is wrong with a pattern, and what to do about it. */
export interface PatternProblem {
  readonly message: string
  readonly remedy: string
}

/** A regular expression that must cover the whole of a placeholder's text. Throws SyntaxError if it is none. */
export const placeholderRegExp = (pattern: string): RegExp =>
  new RegExp(`^(?:${pattern.normalize('NFC')})$`, 'u')

/**
 * Why a regular expression cannot serve as the pattern of a placeholder, or undefined when it can.
 *
 * JavaScript's engine backtracks, so that `(\d+)+` takes time exponential in the length of a file name. The
 * language is therefore kept to what cannot: no back references, no look-around, no repeated group whose inside
 * can match in several ways, and at most three open repetitions, which leaves cubic time on names of at most
 * 255 characters. For the theory see Weideman et al., "Analyzing matching time behavior of backtracking regular
 * expression matchers by using ambiguity of NFA", CIAA 2016.
 */
export function patternProblem(pattern: string): PatternProblem | undefined {
  try {
    placeholderRegExp(pattern)
  } catch (error) {
    return {
      message: `the regular expression does not compile: ${(error as Error).message}`,
      remedy:
        'Correct it; a character with a meaning of its own, such as . ( ) [ + is written \\. \\( and so on.',
    }
  }
  const scan = new PatternScan(pattern)
  scan.alternatives()
  if (scan.problem === undefined && scan.open > MOST_OPEN_REPETITIONS)
    return {
      message: `the pattern repeats ${scan.open} times without a limit, which can take very long on some names`,
      remedy: `Use at most ${MOST_OPEN_REPETITIONS} of * + {n,}, or split the text into several placeholders.`,
    }
  return scan.problem
}

/** Walks over a pattern that compiles; each method returns whether what it read can match in several ways. */
class PatternScan {
  problem: PatternProblem | undefined
  open = 0
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  alternatives(): boolean {
    let several = this.#sequence()
    while (this.#text[this.#at] === '|') {
      this.#at++
      this.#sequence()
      several = true
    }
    return several
  }

  #sequence(): boolean {
    let several = false
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!)) {
      const atom = this.#atom()
      const repetition = this.#repetition()
      if (repetition === undefined) {
        several ||= atom
        continue
      }
      const [fewest, most] = repetition
      if (most > 1 && atom)
        this.#refuse(
          'a group with alternatives or repetitions inside is repeated, which can take exponential time',
          'Write the group out, or repeat a character class such as [A-Z0-9]+ in its place.',
        )
      if (most - fewest >= WIDE_REPETITION) this.open++
      several ||= atom || most !== fewest
    }
    return several
  }

  #atom(): boolean {
    const character = this.#text[this.#at]!
    if (character === '(') return this.#group()
    if (character === '[') {
      this.#skip(/\[(?:\\.|[^\]\\])*\]/suy)
      return false
    }
    if (character === '\\') {
      if (/[1-9k]/.test(this.#text[this.#at + 1]!))
        this.#refuse(
          'a back reference can take exponential time',
          'Use the same placeholder twice in the path instead; both must then have the same text.',
        )
      this.#skip(/\\(?:[pPu]\{[^}]*\}|.)/suy)
      return false
    }
    if (character === '^' || character === '$')
      this.#refuse(
        `${character} has no use here: a pattern always covers the whole placeholder`,
        `Leave ${character} out, or write \\${character} for the character itself.`,
      )
    this.#skip(/./suy)
    return false
  }

  #group(): boolean {
    this.#at++
    if (this.#text[this.#at] === '?') {
      if (this.#text[this.#at + 1] !== ':')
        this.#refuse(
          'look-around, named groups and flags are not part of the pattern language',
          'Use plain groups ( ) and character classes [ ].',
        )
      this.#skip(/\?(?:<?[=!:]|<[^>]*>|[a-z-]*:)/suy)
    }
    const several = this.alternatives()
    this.#at++
    return several
  }

  #repetition(): [number, number] | undefined {
    const match = this.#skip(/(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/suy)
    if (!match) return undefined
    if (match[0]!.startsWith('?')) return [0, 1]
    if (match[0]!.startsWith('*')) return [0, Number.POSITIVE_INFINITY]
    if (match[0]!.startsWith('+')) return [1, Number.POSITIVE_INFINITY]
    const fewest = Number(match[1])
    if (match[2] === '') return [fewest, fewest]
    return [fewest, match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3])]
  }

  #skip(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at
    const match = sticky.exec(this.#text)
    if (match) this.#at = sticky.lastIndex
    return match
  }

  #refuse(message: string, remedy: string): void {
    this.problem ??= { message, remedy }
  }
}
