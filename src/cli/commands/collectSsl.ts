import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { absolutePath } from '../flags.ts'
import { stepCommand } from '../pipelineCommand.ts'

export const collectSslCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'collect-ssl',
    description: 'Copy the cropped blood flow of all patients into one folder.',
    flags: [
      {
        flags: '-o, --output_dir <dir>',
        description: 'folder for the copies; ROOT/ssl/cropped_ori if not given',
        variable: 'ssl_folder',
        value: absolutePath,
      },
      {
        flags: '--link <kind>',
        description: 'link hard or symbolically in place of copying',
        choices: ['none', 'hard', 'sym'],
        param: 'link',
      },
    ],
    help: `Examples:
  voxmill collect-ssl --root_dir ROOT
  voxmill collect-ssl --root_dir data_66_20210517 --output_dir ssl/cropped_ori

Names are PID_cropped_mbf.nii.gz.`,
  })
