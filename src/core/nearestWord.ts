/**
 * The candidate that a mistyped word most likely meant, or undefined when none is close: fewest insertions,
 * deletions, substitutions and swaps of neighbours (F. Damerau, 1964; each place edited once), at most a third of the
 * longer word's length; upper and lower case count as equal.
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest && edits <= Math.max(1, Math.max(word.length, candidate.length) / 3)) {
      best = candidate
      fewest = edits
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let fewest = Math.min(
        rows[row - 1]![column]! + 1,
        line[column - 1]! + 1,
        rows[row - 1]![column - 1]! + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        fewest = Math.min(fewest, rows[row - 2]![column - 2]! + 1)
      line.push(fewest)
    }
    rows.push(line)
  }
  return rows[a.length]![b.length]!
}
