import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { voxmill } from './cli.ts'
import { finished, judged } from './judgedRoot.ts'
import { copyOf, DATASET_MANIFEST, worksheet, worksheets } from './phantomRoot.ts'

describe('voxmill verdicts', () => {
  const manifestOf = (root: string) => path.join(root, DATASET_MANIFEST)
  const idOf = (name: string) => name.slice(name.lastIndexOf('/') + 1)
  const folders = async (root: string) =>
    (await worksheet(manifestOf(root), 'Manifest')).map(r => path.posix.dirname(String(r.volume ?? r.mask)))

  it('lists those that stand', async () => {
    const root = copyOf(finished)
    const [a, b] = (await folders(root)) as [string, string]
    judged(root, [
      [a, 'reject'],
      [b, 'needs-work'],
      [a, 'accept'],
    ])
    const { code, out } = await voxmill(['verdicts', root])
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`accept +${a} .*A\\. Reader: seen`))
    expect(out).not.toMatch(/^reject/m)
    expect(out).toContain('2 cases judged: 1 accept, 0 reject, 1 needs-work')
    expect((await voxmill(['verdicts', root, '--all'])).out).toMatch(/^reject/m)
    const none = await voxmill(['verdicts', finished])
    expect(none.code).toBe(3)
    expect(none.err).toContain('voxmill view ROOT')
  })

  it('adds a worksheet to the manifest and leaves all others as they are', async () => {
    const root = copyOf(finished)
    const names = await folders(root)
    judged(root, [
      [names[3]!, 'reject'],
      [names[1]!, 'accept'],
      ['Tongji/gone/train/99Z999_1', 'reject'],
    ])
    const before = await worksheets(manifestOf(root))
    const added = await voxmill(['verdicts', root, '--into', manifestOf(root)])
    expect(added.code, added.all).toBe(0)
    expect(added.out).toContain('1 × verdict-unmatched')
    const { Verdicts, ...others } = await worksheets(manifestOf(root))
    expect(others).toEqual(before)
    const common = ['seen', 'A. Reader', '2026-03-04T05:06:07.000Z']
    expect(Verdicts).toEqual([
      ['ID', 'case', 'verdict', 'verdict_comment', 'reviewer', 'verdict_at'],
      [idOf(names[1]!), names[1], 'accept', ...common],
      [idOf(names[3]!), names[3], 'reject', ...common],
      [null, 'Tongji/gone/train/99Z999_1', 'reject', ...common],
    ])
    // Again, with another verdict: in its place.
    judged(root, [[names[3]!, 'accept']])
    expect((await voxmill(['verdicts', root, '--into', manifestOf(root)])).code).toBe(0)
    const again = await worksheets(manifestOf(root))
    expect(Object.keys(again)).toEqual([...Object.keys(before), 'Verdicts'])
    expect(again.Verdicts![2]![2]).toBe('accept')
    expect((await voxmill(['verify', root])).code).toBe(0)
  })

  it('refuses a workbook that is open, one that is not there, and a worksheet of the user', async () => {
    const root = copyOf(finished)
    judged(root, [[(await folders(root))[0]!, 'reject']])
    const lock = path.join(root, 'grouped', '~$dataset_manifest.xlsx')
    const bytes = readFileSync(manifestOf(root))
    writeFileSync(lock, '')
    const open = await voxmill(['verdicts', root, '--into', manifestOf(root)])
    expect(open.code, open.all).toBe(2)
    expect(open.err).toContain('is open in Excel')
    rmSync(lock)
    const gone = await voxmill(['verdicts', root, '--into', path.join(root, 'none.xlsx')])
    expect(gone.code).toBe(2)
    expect(gone.err).toContain('does not exist')
    const sheet = await voxmill(['verdicts', root, '--into', manifestOf(root), '--sheet', 'None'])
    expect(sheet.code).toBe(2)
    expect(sheet.all).toContain('None')
    const column = await voxmill(['verdicts', root, '--into', manifestOf(root), '--id_column', 'Nr'])
    expect(column.code).toBe(2)
    expect(column.all).toContain('Nr')
    expect(readFileSync(manifestOf(root)).equals(bytes)).toBe(true)
    const named = await voxmill(['make-split-predefined', '-m', manifestOf(root), '-spn', 'verdicts'])
    expect(named.code).toBe(2)
    expect(named.err).toContain('not a split')
  })
})

describe('splits that respect verdicts', () => {
  const manifestOf = (root: string) => path.join(root, DATASET_MANIFEST)
  const split = (root: string, method: string, name: string, ...more: string[]) =>
    voxmill([`make-split-${method}`, '-m', manifestOf(root), '--split_name', name, ...more])
  const idsOf = async (root: string, name: string) =>
    (await worksheet(manifestOf(root), name)).map(r => String(r.ID))

  it('lack rejected samples, tell of each, and keep what needs work', async () => {
    const root = copyOf(finished)
    const rows = await worksheet(manifestOf(root), 'Manifest')
    const caseOf = (r: Record<string, unknown>) => path.posix.dirname(String(r.volume ?? r.mask))
    const tongji = rows.filter(r => r.site === 'Tongji')
    const elsewhere = rows.filter(r => r.site !== 'Tongji')
    judged(root, [
      [caseOf(tongji[0]!), 'reject'],
      [caseOf(tongji[1]!), 'needs-work'],
      [caseOf(tongji[2]!), 'reject'],
      [caseOf(tongji[2]!), 'accept'],
      [caseOf(elsewhere[0]!), 'reject'],
    ])
    const whole = await split(root, 'predefined', 'whole', '--site', 'Tongji')
    expect(whole.code, whole.all).toBe(0)
    const respecting = await split(root, 'predefined', 'judged', '--site', 'Tongji', '--respect-verdicts')
    expect(respecting.code, respecting.all).toBe(0)
    expect(respecting.out).toContain('1 rejected sample is left out')
    expect(respecting.out).toContain('1 × sample-rejected')
    expect(respecting.out).toMatch(/1 × sample-needs-work/)
    const all = await idsOf(root, 'whole')
    expect(all).toHaveLength(tongji.length)
    expect(await idsOf(root, 'judged')).toEqual(all.filter(id => id !== tongji[0]!.ID))

    const mixed = await split(root, 'across-sites', 'mixed', '--respect_verdicts')
    expect(mixed.code, mixed.all).toBe(0)
    expect(mixed.out).toContain('2 rejected samples are left out')
    const rejected = [tongji[0]!.ID, elsewhere[0]!.ID]
    expect(await idsOf(root, 'mixed')).toEqual(
      rows.map(r => String(r.ID)).filter(id => !rejected.includes(id)),
    )

    // The index manifests are made of the split.
    const subset = String((await worksheet(manifestOf(root), 'judged'))[0]!.judged)
    const folder = path.join(root, 'grouped', 'splits', 'judged')
    const index = await voxmill([
      ...[
        'extract-split-index-manifest',
        '-m',
        manifestOf(root),
        '-spn',
        'judged',
        '-o',
        folder,
        '-s',
        subset,
      ],
    ])
    expect(index.code, index.all).toBe(0)
    const indexed = await worksheet(path.join(folder, `judged_${subset}.xlsx`), 'judged')
    expect(indexed.length).toBeGreaterThan(0)
    expect(indexed.map(r => r.ID)).not.toContain(tongji[0]!.ID)
  })

  it('leave out before they shuffle: the others fall as if the rejected had never been', async () => {
    const [root, without] = [copyOf(finished), copyOf(finished)]
    const rows = await worksheet(manifestOf(root), 'Manifest')
    const gone = rows.find(r => r.site !== 'Tongji')!
    judged(root, [[path.posix.dirname(String(gone.volume ?? gone.mask)), 'reject']])
    rmSync(path.join(without, 'grouped', path.posix.dirname(String(gone.volume ?? gone.mask))), {
      recursive: true,
    })
    const listed = await voxmill([
      ...['gen-dataset-manifest', '-r', path.join(without, 'grouped'), '-o', manifestOf(without)],
    ])
    expect(listed.code, listed.all).toBe(0)
    expect(
      (await split(root, 'across-sites', 'mixed', '--respect_verdicts', '--random_seed', '5')).code,
    ).toBe(0)
    expect((await split(without, 'across-sites', 'mixed', '--random_seed', '5')).code).toBe(0)
    const subsets = async (of: string) => (await worksheet(manifestOf(of), 'mixed')).map(r => [r.ID, r.mixed])
    expect(await subsets(root)).toEqual(await subsets(without))
  })

  it('are made again when a verdict has changed', async () => {
    const root = copyOf(finished)
    const rows = await worksheet(manifestOf(root), 'Manifest')
    const name = path.posix.dirname(String(rows[0]!.volume ?? rows[0]!.mask))
    const before = await split(root, 'predefined', 'judged', '--respect_verdicts')
    expect(before.code, before.all).toBe(0)
    expect(before.out).toContain('no sample is left out: there are no verdicts')
    judged(root, [[name, 'reject']])
    const plan = await split(root, 'predefined', 'judged', '--respect_verdicts', '--dry_run')
    expect(plan.out).toMatch(/^do .*verdicts\.jsonl/)
    expect((await split(root, 'predefined', 'judged', '--respect_verdicts')).code).toBe(0)
    expect(await idsOf(root, 'judged')).toHaveLength(rows.length - 1)
    judged(root, [[name, 'accept']])
    const third = await split(root, 'predefined', 'judged', '--respect_verdicts')
    expect(third.out).toContain('0 rejected samples are left out')
    expect(await idsOf(root, 'judged')).toHaveLength(rows.length)
  })

  it('that would be empty are refused', async () => {
    const root = copyOf(finished)
    const rows = await worksheet(manifestOf(root), 'Manifest')
    judged(
      root,
      rows.map(r => [path.posix.dirname(String(r.volume ?? r.mask)), 'reject'] as const),
    )
    for (const method of ['predefined', 'across-sites']) {
      const { code, err } = await split(root, method, 'none', '--respect_verdicts')
      expect(code).toBe(2)
      expect(err).toContain(`all ${rows.length} samples of the split none were rejected`)
    }
  })
})
