import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Job } from '../../src/engine/job.ts'
import { DATASET } from '../../src/engine/provenance.ts'
import type { NmePlace } from '../../src/pipelines/groupedFiles.ts'
import { NME_FOLDERS, runNme } from '../../src/pipelines/nme.ts'
import { readLabels } from '../../src/pipelines/nmeLabels.ts'
import { phantomArchive } from '../../src/pipelines/nmePhantom.ts'
import { splitColumns } from '../../src/pipelines/nmeSplits.ts'
import { openProfile } from '../../src/pipelines/openProfile.ts'
import { writePhantom } from '../../src/pipelines/writePhantom.ts'
import { ArchiveMatcher } from '../../src/profiles/match.ts'
import { STEPS } from '../../src/steps/registry.ts'
import { CONTRACTED, holdToContract } from './contract.ts'

const VERDICT = {
  case: 'Tongji/train-val/train/01A001',
  verdict: 'reject',
  comment: 'moved',
  reviewer: 'A. Reader',
  at: '2026-01-02T03:04:05.678Z',
}

/** Jobs of the steps that the pipeline does as part of another one. */
function furtherJobs(profile: NmePlace['profile']): Job[] {
  const manifest = NME_FOLDERS.datasetManifest
  const common = { case: DATASET, fields: {}, memory: 1, weight: 0, inputs: { manifest } }
  const columns = splitColumns(profile)
  const across = {
    method: 'across-sites',
    name: 'mixed',
    keepSites: ['Tongji'],
    testRatio: 0.3,
    valRatio: 0.2,
  }
  return [
    {
      ...{ ...common, step: 'make-split-predefined', part: 'mine', outputs: { manifest } },
      params: { rule: { method: 'predefined', name: 'mine' }, columns, sheet: 'Manifest' },
    },
    {
      ...{ ...common, step: 'make-split-across-sites', part: 'mixed', outputs: { manifest } },
      params: { rule: { ...across, seed: 0 }, columns, sheet: 'Manifest' },
    },
    {
      ...{ ...common, step: 'extract-split-index-manifest', part: 'mine' },
      outputs: { indexes: { 'mine_test.xlsx': 'grouped/splits/mine/mine_test.xlsx' } },
      params: { split: 'mine', subsets: [['test']] },
    },
    {
      ...{ ...common, step: 'add-verdicts', part: 'dataset_manifest.xlsx', outputs: { manifest } },
      inputs: { manifest, verdicts: 'verdicts.jsonl' },
      params: { sheet: 'Manifest', id: 'ID' },
    },
  ]
}

it('the contract is put to every step', () => {
  expect(Object.values(CONTRACTED).flat().sort()).toEqual([...STEPS.names].sort())
})

holdToContract(
  CONTRACTED.nme,
  async root => {
    await writePhantom(root, phantomArchive({ seed: 11, samples: 6, shape: [16, 16, 8] }))
    writeFileSync(path.join(root, 'verdicts.jsonl'), `${JSON.stringify(VERDICT)}\n`)
  },
  async (workspace, oneByOne) => {
    const { profile } = await openProfile()
    const matcher = new ArchiveMatcher(profile)
    const place: NmePlace = {
      workspace,
      archive: path.join(workspace.root, NME_FOLDERS.archive),
      grouped: path.join(workspace.root, NME_FOLDERS.grouped),
      profile,
      layout: matcher.layout,
    }
    const options = { labels: await readLabels(undefined, profile), onGeometryMismatch: 'copy' } as const
    await runNme({ stopped: false, dry: false, stage: oneByOne }, place, matcher, [], options)
    for (const job of furtherJobs(profile)) await oneByOne(job.step, [{ case: DATASET, jobs: [job] }])
  },
)
