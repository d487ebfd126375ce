import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { compose, invert, transformPoint } from '../../src/core/affine.ts'
import { disagreement, type Reference, readReference } from '../oracle/dicomVolumes/realSeries.ts'
import { voxmill } from './cli.ts'
import { filesBelow, newFolder, worksheet } from './phantomRoot.ts'

const MAKER = path.resolve('../shared/tools/baseline/make_cta.py')
const PYTHON = '/usr/bin/python3'
const isThere =
  existsSync(MAKER) &&
  spawnSync(PYTHON, ['-c', 'import nibabel, numpy, pydicom, openpyxl, scipy']).status === 0
/** `small` by default; VOXMILL_CTA=full makes one patient of 512 × 512 × 160, which takes minutes. */
const FULL = process.env.VOXMILL_CTA === 'full'
const PATIENTS = FULL ? 1 : 2
const RAW = 'CTP灌注各类数据（李主任）'
const ROLES = ['CTA', 'MIP', 'AVG', 'BF'] as const

interface Truth {
  readonly series: Readonly<Record<string, string>>
}

describe.skipIf(!isThere)(
  'a phantom of make_cta.py (skipped where it or its Python packages are absent)',
  () => {
    const root = newFolder()
    const at = (...names: string[]) => path.join(root, ...names)
    const truths = new Map<string, Truth>()
    beforeAll(() => {
      const size = FULL ? 'full' : 'small'
      const made = spawnSync(PYTHON, [MAKER, root, '-p', String(PATIENTS), '--size', size, '--messy'], {
        encoding: 'utf8',
      })
      expect(made.status, made.stderr).toBe(0)
      renameSync(at('dicom'), at(RAW))
      for (const pid of readdirSync(at('truth')))
        truths.set(pid, JSON.parse(readFileSync(at('truth', pid, 'truth.json'), 'utf8')))
      expect(truths.size).toBe(PATIENTS)
    }, 900_000)

    it('is sorted: every file is accounted for, and the series of every patient are those of the truth', async () => {
      const raw = filesBelow(at(RAW)).length
      const run = await voxmill(['sort-by-series-uid', '-r', at(RAW), '-o', at('0.ori_3')])
      // One truncated and one empty file a patient.
      expect(run.code, run.all).toBe(4)
      expect(run.out).toMatch(new RegExp(`^${raw} files read = `, 'm'))
      for (const [pid, { series }] of truths)
        expect(readdirSync(at('0.ori_3', pid)).sort(), pid).toEqual(Object.values(series).sort())
      const balance = await worksheet(at('0.ori_3/sort_balance.xlsx'), 'Balance')
      expect(balance.map(r => r.pid)).toEqual([...[...truths.keys()].sort(), 'all'])
      const lost = await worksheet(at('0.ori_3/sort_balance.xlsx'), 'Skipped')
      for (const pid of truths.keys())
        expect(lost.filter(r => r.pid === pid).map(r => r.reason)).toEqual(
          expect.arrayContaining(['dicom-truncated']),
        )
    }, 300_000)

    it('is chosen by its workbook', async () => {
      const args = ['extract-modalities', '-r', at('0.ori_3'), '-o', at('3.sorted_dcm')]
      const run = await voxmill([...args, '-a', at('annotation.xlsx'), '--link', 'hard'])
      expect(run.code, run.all).toBe(0)
      for (const [pid, { series }] of truths)
        for (const role of ROLES) expect(readdirSync(at('3.sorted_dcm', pid, role))).toEqual([series[role]])
    }, 300_000)

    it('is converted onto the grids of the truth', async () => {
      const run = await voxmill(['convert-dicom', '-r', at('3.sorted_dcm'), '-o', at('3.sorted_nii')])
      expect(run.code, run.all).toBe(0)
      for (const pid of truths.keys()) {
        expect(filesBelow(at('3.sorted_nii', pid)).filter(f => f.endsWith('.nii.gz'))).toHaveLength(4)
        for (const [role, labels] of [
          ['CTA', 'cta_labels'],
          ['MIP', 'perf_labels'],
        ] as const) {
          const image = readReference(at('3.sorted_nii', pid, `${role}.nii.gz`))
          const truth = readReference(at('truth', pid, `${labels}.nii.gz`))
          const found = disagreement({ ...image, data: image.frames[0]! }, truth, truth.frames[0]!)
          expect(found.unmatched, `${pid} ${role}`).toBe(0)
          expect(found.positionMm, `${pid} ${role}`).toBeLessThan(1e-3)
          // Contrast agent: the chambers are bright where the truth has them, on any other grid they are not.
          const [inside, outside] = meansByLabel(image, truth)
          expect(inside, `${pid} ${role}`).toBeGreaterThan(outside + 100)
        }
      }
    }, 300_000)

    it('has the series of its workbook among what propose-annotation finds', async () => {
      const file = at('annotation/proposed.xlsx')
      const run = await voxmill(['propose-annotation', '-r', at('0.ori_3'), '-o', file])
      expect(run.code, run.all).toBe(0)
      const candidates = await worksheet(file, 'Candidates')
      for (const [pid, { series }] of truths) {
        const of = (role: string, fits: boolean) =>
          candidates
            .filter(r => r.pid === pid && r.modality === role && (r.rank !== null) === fits)
            .map(r => r['series UID'])
        expect(of('AVG', true)).toEqual([series.AVG])
        expect(of('BF', true)).toEqual([series.BF])
        // The copy differs in nothing that a rule could see.
        expect(of('MIP', true).sort()).toEqual([series.MIP, series['MIP-copy']].sort())
        // The small phantom has fewer slices than the rule wants of an angiogram; it is named all the same.
        if (FULL) expect(of('CTA', true)).toEqual([series.CTA])
        else expect(of('CTA', false)).toContain(series.CTA)
      }
    }, 300_000)
  },
)

/** Mean of the image where the labels are set, and where they are not. */
function meansByLabel(image: Reference, labels: Reference): [inside: number, outside: number] {
  const toLabels = compose(invert(labels.affine), image.affine)
  const [ni, nj, nk] = image.shape
  const [sx, sy] = labels.shape
  const sums = [0, 0]
  const counts = [0, 0]
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) {
        const [x, y, z] = transformPoint(toLabels, [i, j, k]).map(Math.round) as [number, number, number]
        const isInside = labels.frames[0]![x + sx * (y + sy * z)]! > 0 ? 0 : 1
        sums[isInside]! += image.frames[0]![i + ni * (j + nj * k)]!
        counts[isInside]!++
      }
  return [sums[0]! / counts[0]!, sums[1]! / counts[1]!]
}
