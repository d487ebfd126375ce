import path from 'node:path'
import { UsageError } from '../core/fault.ts'
import type { Shape } from '../core/volume.ts'
import { ANNOTATION_PATH, phantomStudy, RAW_FOLDER } from '../pipelines/cta2mbfPhantom.ts'
import { writeCta2mbfPhantom } from '../pipelines/writeCta2mbfPhantom.ts'
import { existsSync } from '../storage/exists.ts'
import { namesIn } from '../storage/packageFolder.ts'
import { convertDicomCommand } from './commands/convertDicom.ts'
import { extractModalitiesCommand } from './commands/extractModalities.ts'
import { sortBySeriesUidCommand } from './commands/sortBySeriesUid.ts'
import { commandText } from './commandText.ts'
import type { CommandContext } from './context.ts'
import { shownPath } from './shownPath.ts'
import type { RunFlags } from './withRun.ts'

/** Makes a phantom DICOM dump and carries out the commands of the cta2mbf pipeline on it, as a user would type them. */
export async function demoCta2mbf(
  context: CommandContext,
  root: string,
  flags: RunFlags & {
    readonly samples: number
    readonly seed: number
    readonly shape: Shape
    readonly archive_only?: boolean
  },
): Promise<void> {
  const { console } = context.open(flags)
  const raw = path.join(root, RAW_FOLDER)
  if (!existsSync(raw)) {
    if (existsSync(root) && namesIn(root).some(n => !n.endsWith('.unfinished') && n !== 'annotation'))
      throw new UsageError(`${root} is not empty`, {
        remedy: 'Give a folder that is new or empty, or one of an earlier demo.',
      })
    console.say(`making a phantom DICOM dump of ${flags.samples} patients in ${shownPath(raw)}`)
    await writeCta2mbfPhantom(
      root,
      phantomStudy({ seed: flags.seed, patients: flags.samples, shape: flags.shape }),
    )
  }
  if (flags.archive_only) return
  const at = (folder: string) => path.join(root, folder)
  const commands = [
    [sortBySeriesUidCommand, { root_dir: raw, output_dir: at('0.ori_3') }],
    [
      extractModalitiesCommand,
      { root_dir: at('0.ori_3'), output_dir: at('3.sorted_dcm'), annotation: at(ANNOTATION_PATH) },
    ],
    [convertDicomCommand, { root_dir: at('3.sorted_dcm'), output_dir: at('3.sorted_nii') }],
  ] as const
  for (const [make, options] of commands) {
    if (context.signal.aborted) return
    const command = make(context)
    console.say(
      `\n$ ${commandText(command.name(), Object.fromEntries(Object.entries(options).map(([k, v]) => [k, shownPath(v)])))}`,
    )
    const common = [
      ...(flags.json ? ['--json'] : []),
      ...(flags.jobs === undefined ? [] : ['--jobs', String(flags.jobs)]),
    ]
    const own = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    await command.parseAsync([...own, '--workspace', root, ...common], { from: 'user' })
  }
  const shown = shownPath(root)
  const places = [
    [`${shown}/0.ori_3/sort_balance.xlsx`, 'what was read, and where each file went'],
    [`${shown}/3.sorted_nii`, 'CTA, MIP, AVG and BF of each patient as NIfTI, with technical tags beside'],
    [`voxmill status ${shown}`, 'what was done'],
  ] as const
  console.say('\nWhere to look:')
  for (const [place, what] of places) console.say(`  ${place}\n      ${what}`)
}
