import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { parseNumber } from '../flags.ts'
import { stepCommand } from '../pipelineCommand.ts'

export const extractPericardiumBboxCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'extract-pericardium-bbox',
    description: 'Crop CTA, blood flow and mask to the box of the heart.',
    flags: [
      {
        flags: '--margin <mm>',
        description: 'how far the box reaches beyond the heart on each side; 0 if not given',
        parse: parseNumber,
        param: 'marginMm',
      },
    ],
    help: `Example:
  voxmill extract-pericardium-bbox --root_dir ROOT --margin 5

The origin moves with the crop, so that crops and full images overlay. ROOT/5.mbf_myocardium/crop_report.xlsx
lists the boxes and the largest extents, which decide the crop size of infer-mbf.`,
  })
