import os from 'node:os'
import path from 'node:path'
import { Argument, Command, Option } from 'commander'
import { UsageError } from '../../core/fault.ts'
import type { Shape } from '../../core/volume.ts'
import { NME_FOLDERS } from '../../pipelines/nme.ts'
import { phantomArchive } from '../../pipelines/nmePhantom.ts'
import { writePhantom } from '../../pipelines/writePhantom.ts'
import { existsSync } from '../../storage/exists.ts'
import { namesIn } from '../../storage/packageFolder.ts'
import type { CommandContext } from '../context.ts'
import { demoCta2mbf } from '../demoCta2mbf.ts'
import { parseCount, parseNumber, parseShape, withRunFlags } from '../flags.ts'
import { shownPath } from '../shownPath.ts'
import { withSlurmFlags } from '../slurmFlags.ts'
import type { RunFlags } from '../withRun.ts'
import { carryOutNme } from './run.ts'

interface Flags extends RunFlags {
  readonly samples?: number
  readonly seed: number
  readonly shape?: Shape
  readonly archive_only?: boolean
}

/** Small enough for half a minute on any machine. */
const NME_USUAL = { samples: 12, shape: [96, 96, 40] as Shape }
const CTA2MBF_USUAL = { samples: 3, shape: [64, 64, 32] as Shape }

export function demoCommand(context: CommandContext): Command {
  const command = new Command('demo')
    .description('Make a small phantom archive and run a whole pipeline on it; needs no network.')
    .addArgument(new Argument('<pipeline>', 'pipeline').choices(['nme', 'cta2mbf']))
    .argument('[dir]', 'folder to work in; a new one among the temporary files if not given')
    .option('--samples <n>', 'number of samples (12 if not given) or patients (3)', parseCount)
    .option('--seed <n>', 'seed of the phantoms', parseNumber, 7)
    .addOption(
      new Option(
        '--shape <XxYxZ>',
        'voxels of a phantom, at least 16x16x8; 96x96x40 for nme and 64x64x32 for cta2mbf if not given',
      ).argParser(parseShape),
    )
    .option('--archive_only', 'make the archive and run nothing on it')
    .addHelpText(
      'after',
      '\nExamples:\n  voxmill demo nme /tmp/nme-demo\n  voxmill demo cta2mbf /tmp/cta-demo\n  voxmill demo nme root_dir --archive_only   (then the single commands)',
    )
  withSlurmFlags(command)
  return withRunFlags(command).action(async (pipeline: string, dir: string | undefined, given: Flags) => {
    const root = path.resolve(dir ?? path.join(os.tmpdir(), `voxmill-demo-${pipeline}-${process.pid}`))
    const usual = pipeline === 'cta2mbf' ? CTA2MBF_USUAL : NME_USUAL
    const flags = { ...given, samples: given.samples ?? usual.samples, shape: given.shape ?? usual.shape }
    if (pipeline === 'cta2mbf') return demoCta2mbf(context, root, flags)
    const { console } = context.open(flags)
    const archive = path.join(root, NME_FOLDERS.archive)
    if (!existsSync(archive) && existsSync(root) && namesIn(root).some(n => !n.endsWith('.unfinished')))
      throw new UsageError(`${root} is not empty`, {
        remedy: 'Give a folder that is new or empty, or one of an earlier demo.',
      })
    if (!existsSync(archive)) {
      console.say(`making a phantom archive of ${flags.samples} breast MRI samples in ${shownPath(archive)}`)
      await writePhantom(
        root,
        phantomArchive({ seed: flags.seed, samples: flags.samples, shape: flags.shape }),
      )
    }
    if (flags.archive_only) return
    await carryOutNme(context, { ...flags, root_dir: root, on_geometry_mismatch: 'copy' })
    const shown = shownPath(root)
    const places = [
      [`${shown}/${NME_FOLDERS.archiveManifest}`, 'what the archive holds, and its Findings'],
      [`${shown}/${NME_FOLDERS.datasetManifest}`, 'the data set, its splits as worksheets, its Findings'],
      [`${shown}/grouped/Tongji/train-val/train`, 'samples: volume, mask, one binary mask a label'],
      [`voxmill status ${shown}`, 'what was done'],
      ['voxmill why FILE', 'what a file was made from, and whether it is still up to date'],
    ] as const
    console.say('\nWhere to look:')
    for (const [place, what] of places) console.say(`  ${place}\n      ${what}`)
  })
}
