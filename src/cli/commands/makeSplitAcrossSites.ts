import { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { parseNumber, withProfileFlag, withRunFlags } from '../flags.ts'
import { runSplit, type SplitFlags, withVerdictsFlag } from '../runSplit.ts'

interface Flags extends SplitFlags {
  readonly sheet: string
  readonly test_ratio: number
  readonly val_ratio: number
  readonly random_seed: number
  readonly group_by?: string
  readonly stratify_by?: string[]
}

export function makeSplitAcrossSitesCommand(context: CommandContext): Command {
  const command = new Command('make-split-across-sites')
    .description(
      'Add a worksheet with a random split of all sites but those that keep their subsets (routine 05).',
    )
    .requiredOption('-m, --manifest_file <file>', 'dataset manifest (.xlsx)')
    .requiredOption('--split_name <name>', 'name of the split and its worksheet (also -spn)')
    .option('-s, --sheet <name>', 'main worksheet', 'Manifest')
    .option('--test_ratio <share>', 'share that becomes test (also -ts)', parseNumber, 0.3)
    .option('-v, --val_ratio <share>', 'share of the rest that becomes val', parseNumber, 0.2)
    .option('--random_seed <seed>', "seed of NumPy's legacy shuffle (also -rs)", parseNumber, 0)
    .option('--group_by <column>', 'never divide rows that are equal in this column, such as pid')
    .option('--stratify_by <columns...>', 'keep the shares within each value of these columns')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill make-split-across-sites --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split07_Mix --test_ratio 0.3 --val_ratio 0.2 --random_seed 0 --group_by pid',
    )
  return withRunFlags(withVerdictsFlag(withProfileFlag(command))).action((flags: Flags) =>
    runSplit(context, flags, flags.sheet, profile => ({
      method: 'across-sites',
      name: flags.split_name,
      keepSites: profile.split.keep_sites,
      testRatio: flags.test_ratio,
      valRatio: flags.val_ratio,
      seed: flags.random_seed,
      groupBy: flags.group_by,
      stratifyBy: flags.stratify_by,
    })),
  )
}
