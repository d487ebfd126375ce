import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Verdict } from '../../src/core/verdict.ts'
import type { CaseReply, CaseRow, VerdictsReply } from '../../src/server/api.ts'
import { eventsOf, voxmill } from './cli.ts'
import { copyOf, DATASET_MANIFEST, phantomRoot, worksheet, worksheets } from './phantomRoot.ts'
import { endViewers, get, judge, raw, type ViewProcess, view } from './viewProcess.ts'

let finished: string
beforeAll(async () => {
  finished = await phantomRoot(12)
  const made = await voxmill(['run', 'nme', '-r', finished, '-j', '1'])
  expect(made.code, made.all).toBe(0)
})
afterEach(endViewers)

const fileOf = (root: string) => path.join(root, '.voxmill', 'verdicts.jsonl')
const linesOf = (root: string) => readFileSync(fileOf(root), 'utf8').split('\n')
const casesOf = (viewer: ViewProcess) => get<CaseRow[]>(viewer, 'api/cases')

/** Verdicts as a viewer would have left them. */
function judged(root: string, verdicts: readonly (readonly [string, Verdict['verdict']])[]): void {
  mkdirSync(path.dirname(fileOf(root)), { recursive: true })
  for (const [name, verdict] of verdicts)
    appendFileSync(
      fileOf(root),
      `${JSON.stringify({ case: name, verdict, comment: 'seen', reviewer: 'A. Reader', at: '2026-03-04T05:06:07.000Z' })}\n`,
    )
}

describe('a verdict', () => {
  it('is kept when the viewer is ended and started again', async () => {
    const root = copyOf(finished)
    const first = await view(root, '--reviewer', 'B. Reader')
    const [row] = await casesOf(first)
    const response = await judge(first, {
      case: row!.id,
      verdict: 'reject',
      comment: 'motion “here” 雨',
      reviewer: 'B',
    })
    expect(response.status).toBe(201)
    const given = (await response.json()) as Verdict
    expect(given).toMatchObject({
      case: row!.case,
      verdict: 'reject',
      comment: 'motion “here” 雨',
      reviewer: 'B',
    })
    expect(Math.abs(Date.parse(given.at) - Date.now())).toBeLessThan(60_000)
    await judge(first, { case: row!.id, verdict: 'accept' })
    expect((await first.end()).code).toBe(0)

    const second = await view(root)
    const rows = await casesOf(second)
    expect(rows.find(r => r.id === row!.id)!.verdict).toBe('accept')
    expect(rows.filter(r => r.verdict !== null)).toHaveLength(1)
    const { verdicts } = await get<CaseReply>(second, `api/cases/${row!.id}`)
    expect(verdicts.map(v => v.verdict)).toEqual(['reject', 'accept'])
    expect(verdicts[0]).toEqual(given)
  })

  it('is refused when it is none', async () => {
    const root = copyOf(finished)
    const viewer = await view(root)
    const [{ id }] = (await casesOf(viewer)) as [CaseRow]
    const sound = { case: id, verdict: 'accept' }
    const cases: [Record<string, unknown>, number][] = [
      [{ ...sound, verdict: 'perhaps' }, 400],
      [{ ...sound, verdict: undefined }, 400],
      [{ ...sound, case: 'none' }, 404],
      [{ ...sound, case: '../../etc' }, 404],
      [{ ...sound, case: 7 }, 400],
      [{ ...sound, reviewer: '  ' }, 400],
      [{ ...sound, reviewer: 'x'.repeat(201) }, 400],
      [{ ...sound, comment: 'x'.repeat(4001) }, 400],
      [{ ...sound, comment: 'x'.repeat(70_000) }, 413],
    ]
    for (const [body, status] of cases) {
      const response = await judge(viewer, body)
      expect(response.status, JSON.stringify(body).slice(0, 100)).toBe(status)
      expect(await response.json()).toMatchObject({
        error: expect.any(String),
        remedy: expect.stringMatching(/\.$/),
      })
    }
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${viewer.url}api/verdicts`, { method: 'POST', headers, body }).then(r => r.status)
    const json = { 'Content-Type': 'application/json' }
    const own = { Origin: viewer.origin }
    expect(await post({ ...json, ...own }, '{"case":')).toBe(400)
    expect(await post({ ...json, ...own }, '[]')).toBe(400)
    expect(await post({ ...json, ...own }, 'null')).toBe(400)
    expect(await post({ ...own, 'Content-Type': 'text/plain' }, JSON.stringify(sound))).toBe(415)
    // A form of another site can send this without being asked.
    expect(await post({ ...own, 'Content-Type': 'text/plain; application/json' }, '{}')).toBe(415)
    expect(await post(json, JSON.stringify(sound))).toBe(403)
    expect(await post({ ...json, Origin: 'http://evil.example' }, JSON.stringify(sound))).toBe(403)
    const chunked = `${'4000\r\n'}${'x'.repeat(0x4000)}\r\n`.repeat(5)
    const { status } = await raw(
      viewer.port,
      `POST /${viewer.token}/api/verdicts HTTP/1.1\r\nHost: 127.0.0.1:${viewer.port}\r\nOrigin: ${viewer.origin}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}0\r\n\r\n`,
    )
    expect(status).toBe(413)
    // Of what is much too long the rest is not read: the answer may be lost with the connection.
    const long = await judge(viewer, { ...sound, comment: 'x'.repeat(5e6) }).then(
      r => r.status,
      () => 0,
    )
    expect([0, 413]).toContain(long)
    expect((await get<VerdictsReply>(viewer, 'api/verdicts?after=0')).verdicts).toEqual([])
    expect(
      (await judge(viewer, { ...sound, comment: '\u0001'.repeat(4000), reviewer: '\u0001'.repeat(200) }))
        .status,
    ).toBe(201)
  })

  it('is not taken by a viewer that is read-only', async () => {
    const root = copyOf(finished)
    const viewer = await view(root, '--readonly')
    const [row] = await casesOf(viewer)
    const response = await judge(viewer, { case: row!.id, verdict: 'accept' })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('read-only')
    expect(await get(viewer, 'api/dataset')).toMatchObject({ readonly: true, reviewer: null })
    expect(() => readFileSync(fileOf(root))).toThrow(/ENOENT/)
  })
})

describe('two viewers of one data set', () => {
  it('lose none of 200 verdicts that each takes at the same time, and see those of the other', async () => {
    const root = copyOf(finished)
    const viewers = [await view(root), await view(root)]
    const rows = await casesOf(viewers[0]!)
    const given = await Promise.all(
      viewers.flatMap((viewer, v) =>
        Array.from({ length: 200 }, async (_, i) => {
          const row = rows[i % rows.length]!
          const reviewer = `viewer ${v}`
          const verdict = (['accept', 'reject', 'needs-work'] as const)[i % 3]!
          const comment = `${i} ${'long '.repeat(i * 4)}`
          const response = await judge(viewer, { case: row.id, verdict, reviewer, comment })
          expect(response.status).toBe(201)
          return (await response.json()) as Verdict
        }),
      ),
    )
    const kept = linesOf(root)
    expect(kept.at(-1)).toBe('')
    const key = (v: Verdict) => JSON.stringify([v.reviewer, v.comment, v.case, v.verdict, v.at])
    // One that began while the other wrote may have left an empty line.
    const lines = kept.filter(l => l !== '')
    expect(lines.map(l => key(JSON.parse(l))).sort()).toEqual(given.map(key).sort())
    for (const viewer of viewers) {
      const { verdicts, next } = await get<VerdictsReply>(viewer, 'api/verdicts?after=0')
      expect(verdicts).toHaveLength(400)
      expect(verdicts.map(v => rows.find(r => r.id === v.id)?.case)).toEqual(verdicts.map(v => v.case))
      expect(await get(viewer, `api/verdicts?after=${next}`)).toEqual({ next, verdicts: [] })
    }
    // The one sees what the other takes, from where it last asked.
    const { next } = await get<VerdictsReply>(viewers[0]!, 'api/verdicts?after=0')
    await judge(viewers[1]!, { case: rows[2]!.id, verdict: 'reject', reviewer: 'late' })
    const news = await get<VerdictsReply>(viewers[0]!, `api/verdicts?after=${next}`)
    expect(news.verdicts.map(v => [v.id, v.reviewer])).toEqual([[rows[2]!.id, 'late']])
    expect(news.next).toBeGreaterThan(next)
    expect((await casesOf(viewers[0]!))[2]!.verdict).toBe('reject')
  }, 60_000)

  it('start over when the file is another than the one they knew', async () => {
    const root = copyOf(finished)
    const viewer = await view(root)
    const rows = await casesOf(viewer)
    for (const row of rows) await judge(viewer, { case: row.id, verdict: 'accept' })
    const { next } = await get<VerdictsReply>(viewer, 'api/verdicts?after=0')
    writeFileSync(fileOf(root), '')
    judged(root, [[rows[0]!.case, 'reject']])
    const { verdicts } = await get<VerdictsReply>(viewer, `api/verdicts?after=${next}`)
    expect(verdicts.map(v => v.verdict)).toEqual(['reject'])
    expect((await casesOf(viewer)).map(r => r.verdict)).toEqual(['reject', ...rows.slice(1).map(() => null)])
  })
})

describe('a viewer that is killed while it takes verdicts', () => {
  it('leaves a file that reads, with all that it had confirmed', async () => {
    const root = copyOf(finished)
    for (let round = 0; round < 3; round++) {
      const viewer = await view(root)
      const rows = await casesOf(viewer)
      const before = new Set(linesOf0(root))
      const confirmed: Verdict[] = []
      const sending = Array.from({ length: 100 }, (_, i) =>
        judge(viewer, {
          case: rows[i % rows.length]!.id,
          verdict: 'accept',
          comment: `${round}-${i} ${'x'.repeat(3000)}`,
        })
          .then(async r => confirmed.push((await r.json()) as Verdict))
          .catch(() => undefined),
      )
      while (confirmed.length < 10) await new Promise(resolve => setTimeout(resolve, 1))
      viewer.child.kill('SIGKILL')
      await Promise.all([viewer.ended, ...sending])
      const kept = new Set(linesOf0(root))
      for (const verdict of confirmed) expect(kept.has(JSON.stringify(verdict))).toBe(true)
      for (const line of before) expect(kept.has(line)).toBe(true)
    }
    const listed = await voxmill(['verdicts', root, '--all', '--json'])
    expect(listed.code, listed.all).toBe(0)
    expect(eventsOf(listed).filter(e => e.event === 'verdict').length).toBeGreaterThanOrEqual(30)
  }, 60_000)

  it('leaves at most a torn line, after which the next verdict begins a new one', async () => {
    const root = copyOf(finished)
    const first = await view(root)
    const rows = await casesOf(first)
    await first.end()
    judged(root, [[rows[0]!.case, 'reject']])
    appendFileSync(fileOf(root), '{"case":"torn by a cra')
    const viewer = await view(root)
    expect((await casesOf(viewer)).map(r => r.verdict).slice(0, 2)).toEqual(['reject', null])
    const { next } = await get<VerdictsReply>(viewer, 'api/verdicts?after=0')
    expect((await judge(viewer, { case: rows[1]!.id, verdict: 'needs-work' })).status).toBe(201)
    const news = await get<VerdictsReply>(viewer, `api/verdicts?after=${next}`)
    expect(news.verdicts.map(v => v.verdict)).toEqual(['needs-work'])
    expect(linesOf(root)[1]).toBe('{"case":"torn by a cra')
    expect((await casesOf(viewer)).map(r => r.verdict).slice(0, 2)).toEqual(['reject', 'needs-work'])
    // Told, not dropped.
    const listed = await voxmill(['verdicts', root, '--json'])
    expect(listed.code).toBe(0)
    expect(eventsOf(listed).filter(e => e.event === 'finding')).toMatchObject([
      { code: 'verdict-unreadable', numbers: { line: 2 } },
    ])
    expect(listed.err).toContain('line 2 is no verdict')
  })
})

const linesOf0 = (root: string): string[] => {
  try {
    return linesOf(root).filter(line => line !== '')
  } catch {
    return []
  }
}

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
