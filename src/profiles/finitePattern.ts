/** More texts than this are no enumeration that a person wrote. */
const MOST_TEXTS = 1000

/**
 * All texts that a pattern of fixed characters, groups and alternatives can match, such as `images(Tr|Vd|Ts)`;
 * undefined for any other pattern.
 */
export function finiteTexts(pattern: string): string[] | undefined {
  let at = 0
  const alternatives = (): string[] | undefined => {
    const texts: string[] = []
    for (;;) {
      const branch = sequence()
      if (branch === undefined) return undefined
      texts.push(...branch)
      if (pattern[at] !== '|') return texts
      at++
    }
  }
  const sequence = (): string[] | undefined => {
    let texts = ['']
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const part = pattern[at] === '(' ? group() : character()
      if (part === undefined || '*+?{'.includes(pattern[at] ?? ' ')) return undefined
      texts = texts.flatMap(begin => part.map(end => begin + end))
      if (texts.length > MOST_TEXTS) return undefined
    }
    return texts
  }
  const group = (): string[] | undefined => {
    at += pattern.startsWith('(?:', at) ? 3 : 1
    if (pattern[at] === '?') return undefined
    const inside = alternatives()
    at++
    return inside
  }
  const character = (): string[] | undefined => {
    const escaped = pattern[at] === '\\'
    if (escaped) at++
    const text = pattern[at++]!
    if (escaped ? /\w/.test(text) : '.[^$'.includes(text)) return undefined
    return [text]
  }
  return alternatives()
}
