import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { parseNumber } from '../flags.ts'
import { stepCommand } from '../pipelineCommand.ts'

export const extractMbfMyocardiumCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'extract-mbf-myocardium',
    description: 'Keep the registered blood flow where the myocardium is.',
    flags: [
      {
        flags: '--label <n>',
        description: 'label of the myocardium; that of the pipeline file, 6',
        parse: parseNumber,
        param: 'label',
      },
    ],
    help: `Example:
  voxmill extract-mbf-myocardium --root_dir ROOT

It reads the blood flow in ROOT/4.registration_batch and the mask in ROOT/3.sorted_mask, and writes
ROOT/5.mbf_myocardium/PID/registration_cta_mip_bf_myocardium.nii.gz: int16, -1024 outside the myocardium.`,
  })
