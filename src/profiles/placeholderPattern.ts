import { LONGEST_NAME } from './pathName.ts'

/** Ways in which a pattern may try one name; three open repetitions on the longest name are just within. */
const MOST_WAYS = 2e7

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
 * can match in several ways, and a bound on the ways in which the parts can be combined. For the theory see
 * Weideman et al., "Analyzing matching time behavior of backtracking regular expression matchers by using ambiguity
 * of NFA", CIAA 2016.
 */
export function patternProblem(pattern: string): PatternProblem | undefined {
  try {
    // Compiled as it stands, too: `a)+(b` is whole only between the parentheses that are put around it.
    new RegExp(pattern, 'u')
    placeholderRegExp(pattern)
  } catch (error) {
    return {
      message: `the regular expression does not compile: ${(error as Error).message}`,
      remedy:
        'Correct it; a character with a meaning of its own, such as . ( ) [ + is written \\. \\( and so on.',
    }
  }
  const scan = new PatternScan(pattern)
  const ways = scan.alternatives()
  if (scan.problem === undefined && ways > MOST_WAYS)
    return {
      message: 'the pattern has so many repetitions and alternatives that a long name could take very long',
      remedy:
        'Use at most three of * and +, fewer of ? and {m,n} beside them, or split the text into several placeholders.',
    }
  return scan.problem
}

/** Walks over a pattern that compiles; each method returns in how many ways, at most, what it read can match. */
class PatternScan {
  problem: PatternProblem | undefined
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  alternatives(): number {
    let ways = this.#sequence()
    while (this.#text[this.#at] === '|') {
      this.#at++
      ways += this.#sequence()
    }
    return ways
  }

  #sequence(): number {
    let ways = 1
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!)) {
      const atom = this.#atom()
      const [fewest, most] = this.#repetition()
      if (most > 1 && atom > 1)
        this.#refuse(
          'a group with alternatives or repetitions inside is repeated, which can take exponential time',
          'Write the group out, or repeat a character class such as [A-Z0-9]+ in its place.',
        )
      ways *= atom + Math.min(most - fewest, LONGEST_NAME)
    }
    return ways
  }

  #atom(): number {
    const character = this.#text[this.#at]!
    if (character === '(') return this.#group()
    if (character === '[') {
      this.#skip(/\[(?:\\.|[^\]\\])*\]/suy)
      return 1
    }
    if (character === '\\') {
      if (/[1-9k]/.test(this.#text[this.#at + 1]!))
        this.#refuse(
          'a back reference can take exponential time',
          'Use the same placeholder twice in the path instead; both must then have the same text.',
        )
      this.#skip(/\\(?:[pPu]\{[^}]*\}|.)/suy)
      return 1
    }
    if (character === '^' || character === '$')
      this.#refuse(
        `${character} has no use here: a pattern always covers the whole placeholder`,
        `Leave ${character} out, or write \\${character} for the character itself.`,
      )
    this.#skip(/./suy)
    return 1
  }

  #group(): number {
    this.#at++
    if (this.#text[this.#at] === '?') {
      if (this.#text[this.#at + 1] !== ':')
        this.#refuse(
          'look-around, named groups and flags are not part of the pattern language',
          'Use plain groups ( ) and character classes [ ].',
        )
      this.#skip(/\?(?:<?[=!:]|<[^>]*>|[a-z-]*:)/suy)
    }
    const ways = this.alternatives()
    this.#at++
    return ways
  }

  #repetition(): [number, number] {
    const match = this.#skip(/(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/suy)
    if (!match) return [1, 1]
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
