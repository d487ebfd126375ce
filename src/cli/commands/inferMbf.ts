import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { absolutePath, parseCounts, parseNumber, requireThree } from '../flags.ts'
import { type StepFlag, stepCommand } from '../pipelineCommand.ts'
import { NETWORK_FLAGS } from './segmentChambers.ts'

/** Flags that decide in which folder inference lies; the steps that read it have them too. */
export const INFERENCE_FLAGS: readonly StepFlag[] = [
  {
    flags: '--crop_size <n...>',
    description:
      'voxels along x, y and z of what the generator sees; those of the pipeline file, 384 384 160',
    parse: parseCounts,
    variable: 'crop_size',
    value: requireThree,
  },
  {
    flags: '--mode <name>',
    description: 'which export of the generator it is: names the folder and goes into the record',
    choices: ['none', 'eval', 'train'],
    variable: 'mode',
  },
]

export const inferMbfCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'infer-mbf',
    description: 'Generate a blood flow map from the CTA with an ONNX model.',
    flags: [
      {
        flags: '--model <file>',
        description: 'generator (.onnx) with its card (.json) beside it; that of the pipeline file',
        variable: 'generator_model',
        value: absolutePath,
      },
      ...INFERENCE_FLAGS,
      {
        flags: '--pad_value <value>',
        description: 'value where the crop is larger than the image; 0 if not given',
        parse: parseNumber,
        param: 'padValue',
      },
      ...NETWORK_FLAGS,
    ],
    help: `Examples:
  voxmill infer-mbf --root_dir ROOT --model models/generator_eval.onnx --mode eval
  voxmill infer-mbf --root_dir ROOT --model models/generator.onnx --crop_size 384 384 160

It writes real_a (what the network saw), real_b (the measured blood flow on that grid) and fake_b (the generated one)
to ROOT/6.inference_XxYxZ, with the mode behind it.`,
  })
