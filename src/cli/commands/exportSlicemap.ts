import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { parseNumber } from '../flags.ts'
import { stepCommand } from '../pipelineCommand.ts'
import { INFERENCE_FLAGS } from './inferMbf.ts'

export const exportSlicemapCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'export-slicemap',
    description: 'Write the axial slices of the inference as pictures, and a contact sheet a patient.',
    flags: [
      ...INFERENCE_FLAGS,
      {
        flags: '--src_ww <hu>',
        description: 'window width of the CTA; 150 if not given',
        parse: parseNumber,
        param: 'srcWw',
      },
      {
        flags: '--src_wl <hu>',
        description: 'window level of the CTA; 75 if not given',
        parse: parseNumber,
        param: 'srcWl',
      },
      {
        flags: '--dst_ww <flow>',
        description: 'window width of the blood flow; 200 if not given',
        parse: parseNumber,
        param: 'dstWw',
      },
      {
        flags: '--dst_wl <flow>',
        description: 'window level of the blood flow; 100 if not given',
        parse: parseNumber,
        param: 'dstWl',
      },
      {
        flags: '--src_lut <name>',
        description: 'colours of the CTA; grey if not given',
        choices: ['grey', 'jet'],
        param: 'srcLut',
      },
      {
        flags: '--dst_lut <name>',
        description: 'colours of the blood flow; jet if not given',
        choices: ['grey', 'jet'],
        param: 'dstLut',
      },
      {
        flags: '--format <name>',
        description: 'jpg if not given',
        choices: ['jpg', 'png'],
        variable: 'slice_format',
      },
    ],
    help: `Examples:
  voxmill export-slicemap --root_dir ROOT
  voxmill export-slicemap --root_dir ROOT --mode eval --dst_ww 300 --dst_wl 150 --format png

Slices go to ROOT/6.inference_XxYxZ_slicemap/PID/(real_a|real_b|fake_b)/x_N, N along the slices from 0 up.`,
  })
