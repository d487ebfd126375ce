import path from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../../core/fault.ts'
import type { PipelineStep } from '../../pipelines/pipelineSteps.ts'
import { isSlotStep } from '../../pipelines/pipelineSteps.ts'
import { idsAt } from '../../pipelines/recipe.ts'
import { LabelMapError } from '../../profiles/problem.ts'
import { readYaml } from '../../profiles/yamlSource.ts'
import { existingFile } from '../../storage/existingFile.ts'
import { existsSync } from '../../storage/exists.ts'
import { readText } from '../../storage/readText.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { absolutePath, parseCount } from '../flags.ts'
import { type StepFlag, stepCommand } from '../pipelineCommand.ts'

/** Flags of every step that runs a network. */
export const NETWORK_FLAGS: readonly StepFlag[] = [
  {
    flags: '--device <name>',
    description: 'where the network runs; auto takes CUDA where it loads, else the processor',
    choices: ['auto', 'cpu', 'cuda'],
    param: 'device',
  },
  {
    flags: '--threads <n>',
    description: 'threads of one operation on the processor; as many as there are cores if not given',
    parse: parseCount,
    param: 'threads',
  },
]

export const segmentChambersCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'segment-chambers',
    description: 'Label the chambers and the muscle of the heart, by a network or from masks made elsewhere.',
    flags: [
      {
        flags: '--model <file>',
        description: 'network (.onnx) with its card (.json) beside it; that of the pipeline file',
        variable: 'chamber_model',
        value: absolutePath,
      },
      ...NETWORK_FLAGS,
      {
        flags: '--mode <name>',
        description: 'whole image or sliding window; card leaves it to the model card',
        choices: ['card', 'whole', 'sliding'],
        param: 'mode',
      },
      {
        flags: '--label_map <name|file>',
        description: 'of imported masks: a built-in map, or a YAML file of label in the mask: label here',
        param: 'labelMap',
        value: labelMap,
      },
    ],
    more: command =>
      command
        .option(
          '--import <dir>',
          'take over masks of this folder: PID/X.nii.gz, PID_X.nii.gz or PID.nii.gz, X being CTA or AVG',
        )
        .option('--dataset <file>', 'dataset.json of nnU-Net, for --label_map nnunet'),
    adapt: (uses, flags) =>
      flags.import === undefined
        ? uses
        : importing(uses, String(flags.import), flags.dataset as string | undefined),
    help: `Examples:
  voxmill segment-chambers --root_dir ROOT --model chamber-unet3d.onnx
  voxmill segment-chambers --root_dir ROOT --import totalseg --label_map totalsegmentator-v1

It reads ROOT/3.sorted_nii/PID/X.nii.gz and writes ROOT/3.sorted_mask/PID/X/X_MASK.nii.gz, for X = CTA and AVG.`,
  })

const BUILT_IN = /^[a-z0-9-]+$/

function labelMap(nameOrFile: string): unknown {
  if (BUILT_IN.test(nameOrFile) && !existsSync(nameOrFile)) return nameOrFile
  existingFile(nameOrFile)
  const { value, syntaxProblems } = readYaml(readText(nameOrFile))
  if (syntaxProblems.length > 0) throw new LabelMapError(nameOrFile, syntaxProblems)
  return value
}

/** The uses for which the folder has masks, each with its mask in place of the network. */
function importing(
  uses: readonly PipelineStep[],
  folder: string,
  dataset: string | undefined,
): readonly PipelineStep[] {
  existingFolder(folder)
  const at = path.resolve(folder)
  const tried: string[] = []
  const found = uses.filter(isSlotStep).flatMap((use, n) => {
    const part = use.part ?? ''
    // A mask that names no image is one on the first, the CTA.
    const plain = n === 0 ? ['{pid}.nii.gz'] : []
    const layouts = [`{pid}/${part}.nii.gz`, `{pid}/${part}_MASK.nii.gz`, `{pid}_${part}.nii.gz`, ...plain]
    tried.push(...layouts)
    const layout = layouts.find(l => idsAt(at, l).length > 0)
    if (layout === undefined) return []
    const imported = { image: use.inputs.image ?? null, imported: path.join(at, layout) }
    return [{ ...use, inputs: dataset ? { ...imported, dataset: path.resolve(dataset) } : imported }]
  })
  if (found.length === 0)
    throw new UsageError(`${folder} holds no masks: none is named ${tried.join(', ')}`, {
      remedy: "Name the files so, {pid} being the name of the patient's folder, or link them.",
      where: folder,
    })
  return found
}
