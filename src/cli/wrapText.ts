/**
 * Breaks a text between words so that no line is longer than `width`; a word that is longer, such as a path, stays
 * whole. The first line begins with `first`, the others with as many spaces.
 */
export function wrapText(text: string, first: string, width: number): string {
  const indent = ' '.repeat(first.length)
  const lines: string[] = []
  const [begin = '', ...rest] = text.split(' ')
  let line = first + begin
  for (const word of rest) {
    if (line.length + 1 + word.length <= width) line += ` ${word}`
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line].join('\n')
}
