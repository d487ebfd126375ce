/** Flags as a user types them; those without a value are left out, lists repeat their flag, `true` is the flag alone. */
type FlagValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** A voxmill command line that can be pasted into a shell. */
export function commandText(command: string, flags: FlagValues): string {
  const words = ['voxmill', command]
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value === 'boolean') {
      if (value) words.push(`--${name}`)
      continue
    }
    for (const one of value === undefined ? [] : typeof value === 'object' ? value : [String(value)])
      words.push(`--${name}`, shellWord(one))
  }
  return words.join(' ')
}

/** A word that a POSIX shell reads as it is, in quotes where it must be. */
export const shellWord = (word: string): string =>
  /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
