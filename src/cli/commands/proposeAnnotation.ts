import path from 'node:path'
import { Command } from 'commander'
import { EXIT, UsageError } from '../../core/fault.ts'
import { readWorkbook } from '../../formats/table/readWorkbook.ts'
import { listSeriesPlan, patientFolders, proposeAnnotationPlan } from '../../pipelines/extractJobs.ts'
import { openPipeline } from '../../pipelines/openPipeline.ts'
import type { PipelineFile } from '../../pipelines/pipelineFile.ts'
import { extractModalities } from '../../steps/ingest/extractModalities.ts'
import { ANNOTATION_SHEET } from '../../steps/ingest/proposeAnnotation.ts'
import { existsSync } from '../../storage/exists.ts'
import { readWhole } from '../../storage/readFile.ts'
import { commandText } from '../commandText.ts'
import type { CommandContext } from '../context.ts'
import { existingFolder } from '../existingFolder.ts'
import { findWorkspace } from '../findWorkspace.ts'
import { withPipelineFlag, withRunFlags } from '../flags.ts'
import { type RunFlags, withRun } from '../withRun.ts'

interface Flags extends RunFlags {
  readonly root_dir: string
  readonly output_file: string
  readonly pipeline: string
  readonly workspace?: string
}

export function proposeAnnotationCommand(context: CommandContext): Command {
  const command = new Command('propose-annotation')
    .description('Write a workbook that proposes the series of each modality, for a physician to correct.')
    .requiredOption('-r, --root_dir <dir>', 'sorted series: one folder a patient, in it one a series')
    .requiredOption('-o, --output_file <file>', 'workbook to write (.xlsx)')
    .addHelpText(
      'after',
      '\nExample:\n  voxmill propose-annotation --root_dir 0.ori_3 --output_file annotation/proposed.xlsx\n\nextract-modalities reads the workbook as it is. It may be edited: a second run keeps an edited one.',
    )
  return withRunFlags(withPipelineFlag(command)).action(async (flags: Flags) => {
    const output = path.resolve(flags.output_file)
    const sorted = path.resolve(flags.root_dir)
    existingFolder(sorted)
    await requireProposal(output)
    const pipeline = openPipeline(flags.pipeline)
    const workspace = findWorkspace({
      asked: flags.workspace,
      input: sorted,
      outputFolder: path.dirname(output),
    })
    const pids = patientFolders(sorted)
    if (pids.length === 0)
      throw new UsageError(`${flags.root_dir} holds no folder of a patient`, {
        remedy: 'Give the folder that sort-by-series-uid wrote.',
        exitCode: EXIT.nothingToDo,
      })
    const remake = flags.remake ?? false
    const writes = [workspace.relative(path.dirname(output))]
    await withRun(context, flags, { workspace, writes, workbooks: [output] }, async run => {
      const listed = await run.stage(
        'list-series',
        pids.map(pid => listSeriesPlan({ workspace, sorted }, pid, { remake })),
      )
      if (run.stopped) return { results: [] }
      const failed = new Set(listed.filter(o => o.status === 'failed').map(o => o.case))
      const accept = commandText('extract-modalities', {
        root_dir: flags.root_dir,
        output_dir: path.join(path.dirname(flags.root_dir), extractFolder(pipeline)),
        annotation: flags.output_file,
      })
      const [made] = await run.stage('propose-annotation', [
        proposeAnnotationPlan(
          { workspace, sorted },
          pids.filter(pid => !failed.has(pid)),
          pipeline,
          { output, accept, remake },
        ),
      ])
      return {
        results:
          made === undefined || made.status === 'failed'
            ? []
            : [{ what: 'proposed annotation', path: output }],
      }
    })
  })
}

const extractFolder = ({ stages }: PipelineFile): string =>
  stages.find(s => s.step === extractModalities.name)?.folder ?? 'by_modality'

/** A workbook of another kind would get our worksheets behind its own, where no one looks for them. */
async function requireProposal(file: string): Promise<void> {
  if (!existsSync(file)) return
  const { sheetNames } = await readWorkbook((await readWhole(file)).bytes, file)
  if (sheetNames[1] === ANNOTATION_SHEET) return
  throw new UsageError(
    `${file} is there already and is no proposal: its second worksheet is not ${ANNOTATION_SHEET}`,
    {
      remedy: 'Choose another name for the proposal.',
      where: file,
    },
  )
}
