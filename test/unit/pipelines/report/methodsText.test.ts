import { expect, it } from 'vitest'
import type {
  CaseSummary,
  DatasetDescription,
  StepProvenance,
} from '../../../../src/core/datasetDescription.ts'
import { finding } from '../../../../src/core/finding.ts'
import { methodsText } from '../../../../src/pipelines/report/methodsText.ts'

const step = (name: string, params: unknown): StepProvenance => ({
  ...{ step: name, version: 1, voxmill: ['0.1.0'], params: [{ params, jobs: 3 }], done: 3, failed: 0 },
  ...{ seconds: 1, first: '2026-01-01T00:00:00.000Z', last: '2026-01-01T00:00:00.000Z' },
})
const sample = (n: number, site: string, part: Partial<CaseSummary> = {}): CaseSummary => ({
  ...{ case: `c${n}`, attributes: { site, pid: String(n) }, texts: {}, labels: [], pictures: [], images: [] },
  ...{
    findings: [],
    failures: [],
    figures: { sizeX: 320, sizeY: 320, sizeZ: 60 + n, spacingX: 1, spacingY: 1, spacingZ: 2 },
  },
  ...part,
})

it('tells the numbers and parameters of the data set in whole sentences', () => {
  const shifted = { ...finding('geometry-shift', 'c1', 'm'), step: 'confirm-pairs' }
  const data: DatasetDescription = {
    ...{ name: 'x', made: 'nme', attributes: ['site', 'pid'], figures: [], findings: [], tables: [] },
    labels: [{ index: 1, name: 'lesion', shortForm: 'LE', color: '#ff0000' }],
    cases: [sample(1, 'A', { findings: [shifted] }), sample(2, 'A'), sample(3, 'B')],
    splits: [
      {
        name: 'mix',
        subsets: ['train', 'test'],
        subsetOf: { c1: 'train', c2: 'train', c3: 'test' },
        onBothSides: [],
      },
    ],
    provenance: [
      step('gen-archive-manifest', { profile: 'nme-2025.8.25' }),
      step('confirm-pairs', { onGeometryMismatch: 'reject' }),
      step('gen-dataset-manifest', {
        splits: [
          {
            rule: {
              method: 'across-sites',
              name: 'mix',
              keepSites: ['A'],
              testRatio: 0.3,
              valRatio: 0.2,
              seed: 7,
              groupBy: 'pid',
            },
          },
        ],
      }),
    ],
  }
  expect(methodsText(data)).toEqual([
    'The data set comprises three samples of three patients from two sites: A (n = 2) and B (n = 1). Volumes had a median size of 320 × 320 × 62 voxels (range 320 × 320 × 61–63) and a median voxel spacing of 1 × 1 × 2 mm.',
    'Each volume was paired with its mask according to the archive profile nme-2025.8.25, converted to 32-bit floating point, and written to NIfTI-1 on one grid. A mask whose affine differed by at most half a voxel took the affine of its volume (one sample); one that lay farther off was rejected (none). The masks have one label: lesion (LE).',
    'The data set was divided in one way. mix (train n = 2, test n = 1) left samples of A in the subsets of the archive and assigned those of other sites at random (seed 7): 30 % to test and 20 % of the rest to validation, samples of one pid always together.',
    'All steps were carried out with voxmill (version 0.1.0) [cite: voxmill], which records the parameters and the SHA-256 digests of the inputs and outputs of every step.',
  ])
})
