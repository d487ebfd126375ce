import path from 'node:path'
import { EXIT, UsageError } from '../core/fault.ts'
import type { Shape } from '../core/volume.ts'
import { phantomStudy, RAW_FOLDER } from '../pipelines/cta2mbfPhantom.ts'
import { phantomModels } from '../pipelines/phantomModels.ts'
import { runSteps } from '../pipelines/runPipeline.ts'
import { writeCta2mbfPhantom } from '../pipelines/writeCta2mbfPhantom.ts'
import { writeAtomic } from '../storage/atomicWrite.ts'
import { existsSync } from '../storage/exists.ts'
import { namesIn } from '../storage/packageFolder.ts'
import { commandText } from './commandText.ts'
import type { CommandContext } from './context.ts'
import { carryOutPipeline } from './pipelineRun.ts'
import { shownPath } from './shownPath.ts'
import type { RunFlags } from './withRun.ts'

/** Names that an earlier demo, broken off or not, has put beside the raw folder. */
const OWN = /^(annotation|models|demo\.yaml)$|\.unfinished$/

const PIPELINE = 'demo.yaml'

/** What the demonstration does otherwise: models and volumes are small, and so is the time that it may take. */
const demoPipeline = ([
  x,
  y,
  z,
]: Shape): string => `# What the demonstration does otherwise than the pipeline that it extends.
extends: cta2mbf
variables:
  # Models for the phantoms and nothing else.
  chamber_model: models/phantom-tissues.onnx
  generator_model: models/phantom-generator.onnx
  crop_size: [${[x, y, z].map(n => Math.max(8, 8 * Math.round((0.75 * n) / 8))).join(', ')}]
params:
  # Enough for small volumes of large voxels.
  register:
    iterations: 64
    overrides:
      NumberOfResolutions: [2]
      GridSpacingSchedule: [2, 1]
      FinalGridSpacingInPhysicalUnits: [32]
`

/** Makes a phantom DICOM dump and phantom models, and carries out the whole cta2mbf pipeline on them. */
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
  const { console, setExit } = context.open(flags)
  const raw = path.join(root, RAW_FOLDER)
  const file = path.join(root, PIPELINE)
  if (!existsSync(raw)) {
    if (existsSync(root) && namesIn(root).some(n => !OWN.test(n)))
      throw new UsageError(`${root} is not empty`, {
        remedy: 'Give a folder that is new or empty, or one of an earlier demo.',
      })
    console.say(`making a phantom DICOM dump of ${flags.samples} patients in ${shownPath(raw)}`)
    for (const { name, onnx, card } of phantomModels()) {
      await writeAtomic(path.join(root, 'models', `${name}.onnx`), [onnx])
      await writeAtomic(path.join(root, 'models', `${name}.json`), [Buffer.from(card)])
    }
    await writeAtomic(file, [Buffer.from(demoPipeline(flags.shape))])
    await writeCta2mbfPhantom(
      root,
      phantomStudy({ seed: flags.seed, patients: flags.samples, shape: flags.shape }),
    )
  }
  if (flags.archive_only) return
  console.say(`\n$ ${commandText('run cta2mbf', { root_dir: shownPath(root), pipeline: shownPath(file) })}`)
  const expectingFindings: CommandContext = {
    ...context,
    // The dump holds files that are broken on purpose; that they are told is no failure of the demonstration.
    open: options => {
      const opened = context.open(options)
      return { ...opened, setExit: code => setExit(code === EXIT.validation ? EXIT.ok : code) }
    },
  }
  await carryOutPipeline(
    expectingFindings,
    { ...flags, root_dir: root, pipeline: file },
    { chosen: pipeline => runSteps(pipeline, {}) },
  )
  const shown = shownPath(root)
  const places = [
    [`${shown}/0.ori_3/sort_balance.xlsx`, 'what was read, and where each file went'],
    [`${shown}/4.registration_batch/quality.xlsx`, 'how well MIP lies on CTA; a checkerboard.png a patient'],
    [`${shown}/5.mbf_myocardium`, 'the heart: CTA, blood flow and mask, cropped'],
    [`${shown}/6.inference_*_slicemap`, 'slices as pictures, a contact sheet a patient'],
    [`${shown}/7.analysis_result`, 'error table and chart; the models are for phantoms, so it tells nothing'],
    [`voxmill status ${shown}`, 'what was done'],
  ] as const
  console.say('\nWhere to look:')
  for (const [place, what] of places) console.say(`  ${place}\n      ${what}`)
}
