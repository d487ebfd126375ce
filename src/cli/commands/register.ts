import path from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../../core/fault.ts'
import { isSlotStep, type PipelineStep, type SlotStep } from '../../pipelines/pipelineSteps.ts'
import { existingFile } from '../../storage/existingFile.ts'
import { readText } from '../../storage/readText.ts'
import type { CommandContext } from '../context.ts'
import { collect, parseCount, parseNumber } from '../flags.ts'
import { stepCommand } from '../pipelineCommand.ts'

const APPLY = 'apply-transform'

export const registerCommand = (context: CommandContext): Command =>
  stepCommand(context, {
    name: 'register',
    description: 'Register MIP to CTA by elastix, and carry MIP, AVG and BF over.',
    flags: [
      {
        flags: '--engine <name>',
        description: 'elastix as installed (native) or as WebAssembly; auto takes the installed one',
        choices: ['auto', 'native', 'wasm'],
        param: 'engine',
      },
      {
        flags: '--threads <n>',
        description: 'threads of elastix; its results depend on their number; 2 if not given',
        parse: parseCount,
        param: 'threads',
      },
      {
        flags: '-p, --parameters <file>',
        description: 'elastix parameter file; once for each stage, in their order',
        parse: collectFile,
        param: 'parameterMaps',
        value: (files: readonly string[]) => files.map(textOf),
      },
      {
        flags: '--iterations <n>',
        description: 'iterations of each resolution, in place of those of the parameter files',
        parse: parseCount,
        param: 'iterations',
      },
      {
        flags: '--timeout <seconds>',
        description: 'end elastix after this time; 3600 if not given',
        parse: parseNumber,
        param: 'timeoutSeconds',
      },
      {
        flags: '--margin <mm>',
        description: 'the CTA is restricted to where MIP is, and so much round it; 20 if not given',
        parse: parseNumber,
        param: 'marginMm',
      },
      { flags: '--jacobian', description: 'write the Jacobian determinant of each voxel', param: 'jacobian' },
      { flags: '--field', description: 'write the displacement of each voxel', param: 'field' },
    ],
    more: command =>
      command
        .option(
          '--labels <path>',
          'carry this label map over too, such as 3.sorted_mask/{pid}/AVG/AVG_MASK_connected.nii.gz; may be repeated',
          collect,
          [],
        )
        .option(
          '--apply <path>',
          'register nothing: carry this image over by the transforms that are there; may be repeated',
          collect,
          [],
        ),
    adapt: (uses, flags) => {
      const labels = keyed(flags.labels as readonly string[], '--labels')
      const images = keyed(flags.apply as readonly string[], '--apply')
      const isApplying = Object.keys(images).length > 0
      return uses.filter(isSlotStep).flatMap(use => adapted(use, { images, labels, isApplying, flags }))
    },
    help: `Examples:
  voxmill register --root_dir ROOT
  voxmill register --root_dir ROOT -p affine.txt -p bspline.txt --only 1023293
  voxmill register --root_dir ROOT --apply '3.sorted_nii/{pid}/TTP.nii.gz'

Transforms and record lie in ROOT/4.registration_batch/PID/transform; quality.xlsx lists the figures of each patient
and which are to be looked at. --apply gives the same voxels as the registration itself would have.`,
  })

function collectFile(file: string, earlier: readonly string[] = []): string[] {
  return [...earlier, file]
}

function textOf(file: string): string {
  existingFile(file)
  return readText(file)
}

/** Paths by the name that their results get: that of the file in small letters. @throws UsageError */
function keyed(templates: readonly string[], flag: string): Record<string, string> {
  const paths: Record<string, string> = {}
  for (const template of templates) {
    if (!template.includes('{pid}'))
      throw new UsageError(`${flag} ${template} has no {pid} in it`, {
        remedy: `Write {pid} where the patient stands, for example ${flag} '3.sorted_nii/{pid}/BF.nii.gz'.`,
      })
    const key = path
      .basename(template)
      .replace(/\.nii(\.gz)?$/, '')
      .replace('{pid}', '')
      .replace(/^_|_$/g, '')
      .toLowerCase()
    if (paths[key] !== undefined)
      throw new UsageError(`${flag} names two files whose results would both be called ${key}`, {
        remedy: 'Carry them over one by one, and rename the first result.',
      })
    paths[key] = template
  }
  return paths
}

interface Adaptation {
  readonly images: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly isApplying: boolean
  readonly flags: Readonly<Record<string, unknown>>
}

function adapted(use: SlotStep, { images, labels, isApplying, flags }: Adaptation): PipelineStep[] {
  if (use.step === APPLY)
    return isApplying
      ? [
          {
            ...use,
            inputs: { ...use.inputs, images, labels },
            part: Object.keys({ ...images, ...labels }).join('+'),
          },
        ]
      : []
  if (isApplying) return []
  if (use.step !== 'register') return [use]
  const beside = (name: string) => path.posix.join(path.posix.dirname(String(use.outputs.log)), name)
  return [
    {
      ...use,
      inputs: { ...use.inputs, labels },
      outputs: {
        ...use.outputs,
        jacobian: flags.jacobian ? beside('jacobian.nii.gz') : (use.outputs.jacobian ?? null),
        field: flags.field ? beside('displacement.nii.gz') : (use.outputs.field ?? null),
      },
    },
  ]
}
