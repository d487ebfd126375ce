import { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { withProfileFlag, withRunFlags } from '../flags.ts'
import { runSplit, type SplitFlags, withVerdictsFlag } from '../runSplit.ts'

interface Flags extends SplitFlags {
  readonly sheet_name: string
  readonly site?: string[]
  readonly collection?: string[]
}

export function makeSplitPredefinedCommand(context: CommandContext): Command {
  const command = new Command('make-split-predefined')
    .description(
      'Add a worksheet with the subsets that the archive gives to some sites and collections (routine 05).',
    )
    .requiredOption('-m, --manifest_file <file>', 'dataset manifest (.xlsx)')
    .requiredOption('--split_name <name>', 'name of the split and its worksheet (also -spn)')
    .option('--sheet_name <name>', 'main worksheet (also -sn)', 'Manifest')
    .option('-s, --site <names...>', 'sites; all if not given')
    .option('-c, --collection <names...>', 'collections; all if not given')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill make-split-predefined --manifest_file root_dir/grouped/dataset_manifest.xlsx --split_name split01_Tongji --site Tongji --collection train-val test-inner-01',
    )
  return withRunFlags(withVerdictsFlag(withProfileFlag(command))).action((flags: Flags) =>
    runSplit(context, flags, flags.sheet_name, () => ({
      method: 'predefined',
      name: flags.split_name,
      sites: flags.site,
      collections: flags.collection,
    })),
  )
}
