import path from 'node:path'
import { chooseSeries } from '../../src/pipelines/chooseSeries.ts'
import { convertDicomJob, seriesFolders } from '../../src/pipelines/convertDicomJobs.ts'
import { phantomStudy, RAW_FOLDER } from '../../src/pipelines/cta2mbfPhantom.ts'
import {
  extractPlan,
  extractReportPlan,
  listSeriesPlan,
  patientFolders,
  proposeAnnotationPlan,
  readListing,
} from '../../src/pipelines/extractJobs.ts'
import { openPipeline } from '../../src/pipelines/openPipeline.ts'
import { rawCases } from '../../src/pipelines/rawCases.ts'
import { sortBalanceJob, sortJob } from '../../src/pipelines/sortJobs.ts'
import { writeCta2mbfPhantom } from '../../src/pipelines/writeCta2mbfPhantom.ts'
import { CONTRACTED, holdToContract } from './contract.ts'

const study = phantomStudy({ seed: 3, patients: 2, shape: [16, 16, 8] })

holdToContract(
  CONTRACTED.dicom,
  root => writeCta2mbfPhantom(root, study),
  async (workspace, oneByOne) => {
    const at = (folder: string) => path.join(workspace.root, folder)
    const [sorted, byModality] = [at('0.ori_3'), at('3.sorted_dcm')]
    const sort = { workspace, roots: [at(RAW_FOLDER)], output: sorted }
    const cases = await rawCases(sort.roots, sorted, 'folder')
    await oneByOne(
      'sort',
      cases.map(raw => sortJob(sort, raw, { pidFrom: 'folder', link: 'none' })),
    )
    await oneByOne('balance', [sortBalanceJob(sort, [])])

    const pipeline = openPipeline()
    const pids = patientFolders(sorted)
    const place = { workspace, sorted, output: byModality }
    await oneByOne(
      'list',
      pids.map(pid => listSeriesPlan(place, pid, {})),
    )
    const proposal = { output: at('annotation/proposed.xlsx'), accept: '' }
    await oneByOne('propose', [proposeAnnotationPlan(place, pids, pipeline, proposal)])
    // The series of the phantom are too short for the rules, so each is given by name.
    const given = new Map(
      study.patients.map(p => [p.pid, new Map(Object.entries(p.series).map(([m, s]) => [m, s.seriesUid]))]),
    )
    const choice = chooseSeries({
      modalities: pipeline.modalities,
      source: sorted,
      patients: pids,
      seriesFolders: pid => readListing(place, pid)!.series.map(s => s.folder),
      annotation: undefined,
      listing: pid => readListing(place, pid),
      given,
      accept: () => '',
    })
    const chosen = [...choice.chosen]
    await oneByOne(
      'extract',
      chosen.map(([pid, series]) => extractPlan(place, pid, series, pipeline.modalities, { link: 'none' })),
    )
    const copied = chosen.map(([pid]) => pid)
    await oneByOne('report', [extractReportPlan(place, copied, [], choice.findings, {})])

    const nifti = { workspace, input: byModality, output: at('3.sorted_nii') }
    const options = { onTilt: 'reject', onUneven: 'reject', onMultiple: 'split', minSlices: 3 } as const
    const more = { npyFolder: at('3.sorted_npy'), extension: '.nii.gz', remake: false }
    const series = seriesFolders(byModality).filter(s => s.folder.split('/').length === 3)
    await oneByOne(
      'convert',
      series.map(s => convertDicomJob(nifti, s, { ...options, ...more })),
    )
  },
)
