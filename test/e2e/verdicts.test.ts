import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { Verdict } from '../../src/core/verdict.ts'
import type { CaseReply, CaseRow, VerdictsReply } from '../../src/server/api.ts'
import { eventsOf, voxmill } from './cli.ts'
import { fileOf, finished, judged, linesOf } from './judgedRoot.ts'
import { copyOf } from './phantomRoot.ts'
import { endViewers, get, judge, raw, type ViewProcess, view } from './viewProcess.ts'

afterEach(endViewers)

const casesOf = (viewer: ViewProcess) => get<CaseRow[]>(viewer, 'api/cases')

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
