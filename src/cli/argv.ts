/** Flags of several letters behind one dash, as the tutorial's scripts have them, by command. */
const SHORT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'confirm-pairs': { '-am': '--archive_manifest' },
  'make-split-predefined': { '-sn': '--sheet_name', '-spn': '--split_name' },
  'make-split-across-sites': { '-spn': '--split_name', '-ts': '--test_ratio', '-rs': '--random_seed' },
  'extract-split-index-manifest': { '-spn': '--split_name' },
}

/** Options whose every use is a group of its own, however many values follow. */
const GROUPED: Readonly<Record<string, readonly string[]>> = {
  'extract-split-index-manifest': ['--subsets', '-s'],
}

/** Options whose value is meant for another program, and stays as it was typed. */
const VERBATIM: ReadonlySet<string> = new Set(['--slurm_arg'])

/**
 * The command line as Commander can read it: `--root-dir` and `--root` become `--root_dir`, `-spn` its long name, and the values of
 * one `--subsets a b` one value `a,b`, so that a second `--subsets` starts a new group.
 */
export function normalizeArgv(argv: readonly string[]): string[] {
  const command = argv.find(a => a in SHORT || !a.startsWith('-')) ?? ''
  const short = SHORT[command] ?? {}
  const grouped = GROUPED[command] ?? []
  const out: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!
    if (arg === '--') return [...out, ...argv.slice(i)]
    const [name, ...rest] = arg.split('=')
    if (grouped.includes(name!)) {
      const values = rest.length > 0 ? [rest.join('=')] : []
      while (i + 1 < argv.length && !argv[i + 1]!.startsWith('-')) values.push(argv[++i]!)
      out.push('--subsets', values.join(','))
    } else if (short[name!] !== undefined) out.push([short[name!]!, ...rest].join('='))
    else if (arg.startsWith('--')) {
      out.push([longName(name!), ...rest].join('='))
      if (rest.length === 0 && VERBATIM.has(longName(name!)) && i + 1 < argv.length) out.push(argv[++i]!)
    } else out.push(arg)
  }
  return out
}

function longName(flag: string): string {
  const name = flag.slice(2).replaceAll('-', '_')
  return `--${name === 'root' ? 'root_dir' : name}`
}
