import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { parseLabel } from '../flags.ts'
import { stepCommand } from '../pipelineCommand.ts'

export const keepLargestComponentsCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'keep-largest-components',
    description: 'Keep the largest connected piece of each label and drop all else.',
    flags: [
      {
        flags: '--labels <n...>',
        description: 'labels to keep; those of the pipeline file, 1 2 3 4 6',
        parse: parseLabel,
        param: 'labels',
      },
      {
        flags: '--connectivity <n>',
        description: 'which voxels touch: by faces (6), also by edges (18), also by corners (26)',
        choices: ['6', '18', '26'],
        param: 'connectivity',
      },
    ],
    help: `Examples:
  voxmill keep-largest-components --root_dir ROOT
  voxmill keep-largest-components --root_dir ROOT --labels 1 2 6 --connectivity 26

It reads ROOT/3.sorted_mask/PID/X/X_MASK.nii.gz and writes X_MASK_connected.nii.gz beside it.`,
  })
