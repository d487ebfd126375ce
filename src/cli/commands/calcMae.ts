import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { stepCommand } from '../pipelineCommand.ts'
import { INFERENCE_FLAGS } from './inferMbf.ts'

export const calcMaeCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'calc-mae',
    description: 'Measure how far generated blood flow is from measured, patient by patient.',
    flags: INFERENCE_FLAGS,
    help: `Examples:
  voxmill calc-mae --root_dir ROOT
  voxmill calc-mae --root_dir ROOT --mode train

It writes ROOT/7.analysis_result/mae_XxYxZ_MODE.csv and .xlsx: mean absolute error over all voxels and over the
myocardium, SSIM and PSNR, best first, with a chart; a patient that failed is a row with its reason.`,
  })
