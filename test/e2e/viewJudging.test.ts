import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { CaseReply, CaseRow } from '../../src/server/api.ts'
import { BROWSER_NOTE, CHROMIUM } from './browser.ts'
import { voxmill } from './cli.ts'
import { newFolder } from './phantomRoot.ts'
import {
  axeSource,
  CANVAS,
  IDS,
  misdeeds,
  NO_WEBGL2,
  open,
  root,
  rowsOf,
  serve,
  verdictsIn,
  view,
} from './viewerPages.ts'

describe.skipIf(CHROMIUM === undefined)(`judging in the viewer ${BROWSER_NOTE}`, () => {
  it('judges by keyboard: asks the name once, goes on, and the verdict outlives the server', async () => {
    const own = newFolder()
    const copied = await voxmill(['demo', 'nme', own, '--samples', '3', '--shape', '16x16x8'])
    expect(copied.code, copied.all).toBe(0)
    const first = await serve(own)
    const page = await open(first.url)
    const rows = await rowsOf(first.url)
    expect(new URL(page.url()).hash).toBe(`#${rows[0]!.id}`)
    await page.keyboard.press('c')
    await page.keyboard.type('are a, r and n typed, not taken for keys?')
    await page.keyboard.press('Escape')
    await page.keyboard.press('n')
    await page.locator('#reviewer-name').fill('A. Reader')
    await page.keyboard.press('Enter')
    await page.locator('#progress', { hasText: '1 of 3 judged' }).waitFor()
    await expect.poll(() => new URL(page.url()).hash).toBe(`#${rows[1]!.id}`)
    await page.keyboard.press('a')
    await page.locator('#progress', { hasText: '2 of 3 judged' }).waitFor()
    await page.keyboard.press('u')
    await page.locator('.verdict-status', { hasText: 'Saved: needs work' }).waitFor()
    expect(
      verdictsIn(own).map(({ case: of, verdict, comment, reviewer }) => [of, verdict, comment, reviewer]),
    ).toEqual([
      [rows[0]!.case, 'needs-work', 'are a, r and n typed, not taken for keys?', 'A. Reader'],
      [rows[1]!.case, 'accept', '', 'A. Reader'],
      [rows[1]!.case, 'needs-work', 'takes back “accepted”', 'A. Reader'],
    ])
    await page.goto('about:blank')
    await first.stop()
    const second = await serve(own)
    const later = await open(second.url)
    await later.locator('.history li', { hasText: 'A. Reader' }).waitFor()
    expect(await later.locator('.history').textContent()).toContain('are a, r and n typed')
    expect(await later.locator('#progress').textContent()).toBe('2 of 3 judged')
    await later.goto('about:blank')
    await second.stop()
  }, 180_000)

  it('says loudly that a verdict was not saved, and keeps the comment', async () => {
    const page = await open(view.url, { reviewer: 'A. Reader' })
    await page.locator('#comment').fill('kept')
    await page.route('**/api/verdicts*', route => route.abort())
    await page.locator('.judge.reject').click()
    await page.locator('#alarm', { hasText: 'was not saved' }).waitFor()
    expect(await page.locator('#comment').inputValue()).toBe('kept')
    expect(await page.locator('.case[aria-selected="true"] .case-verdict').textContent()).toBe('')
    expect(existsSync(path.join(root, '.voxmill/verdicts.jsonl'))).toBe(false)
    await page.unroute('**/api/verdicts*')
    // The browser itself tells of failed requests.
    misdeeds[0]!.console.splice(0)
  }, 120_000)

  it('takes no verdict where it is read-only', async () => {
    const readonly = await serve(root, '--readonly')
    const page = await open(readonly.url, { reviewer: 'A. Reader' })
    expect(await page.locator('#readonly').isVisible()).toBe(true)
    await page.keyboard.press('a')
    await page.locator('#alarm', { hasText: '--readonly' }).waitFor()
    expect(await page.locator('.judge.accept').isDisabled()).toBe(true)
  }, 120_000)

  it('lets two windows judge at once, loses none, and shows each the other’s', async () => {
    const own = newFolder()
    const made = await voxmill(['demo', 'nme', own, '--samples', '6', '--shape', '16x16x8'])
    expect(made.code, made.all).toBe(0)
    const both = await serve(own)
    const rows = await rowsOf(both.url)
    const one = await open(both.url, { reviewer: 'One' })
    const other = await open(`${both.url}#${rows[3]!.id}`, { reviewer: 'Other' })
    const judgeThree = async (page: Page, key: string) => {
      for (let i = 0; i < 3; i++) {
        await page
          .locator('.judge.accept[aria-disabled="false"], .judge.accept:not([aria-disabled])')
          .waitFor()
        await page.keyboard.press(key)
        await page.locator('.verdict-status.saved, .verdict-status:empty').waitFor()
        await page.waitForTimeout(400)
      }
    }
    await Promise.all([judgeThree(one, 'a'), judgeThree(other, 'r')])
    await expect.poll(() => verdictsIn(own).length, { timeout: 10_000 }).toBe(6)
    const standing = (rows: readonly CaseRow[]) => rows.map(r => r.verdict)
    expect(standing(await rowsOf(both.url))).toEqual([
      'accept',
      'accept',
      'accept',
      'reject',
      'reject',
      'reject',
    ])
    for (const page of [one, other])
      await page.locator('#progress', { hasText: '6 of 6 judged' }).waitFor({ timeout: 10_000 })
    // The same case: the second is told of the first before its own goes in.
    for (const page of [one, other]) await page.locator(`.case[data-id="${rows[5]!.id}"]`).click()
    await one.keyboard.press('n')
    await one.locator('.verdict-status', { hasText: 'Saved' }).waitFor()
    await other.keyboard.press('a')
    await other
      .locator('.verdict-status', { hasText: 'Not saved yet: One judged this case meanwhile' })
      .waitFor()
    expect(verdictsIn(own)).toHaveLength(7)
    await other.keyboard.press('a')
    await other.locator('.verdict-status', { hasText: 'Saved: accepted' }).waitFor()
    expect(verdictsIn(own).at(-1)).toMatchObject({
      case: rows[5]!.case,
      verdict: 'accept',
      reviewer: 'Other',
    })
    for (const page of [one, other]) await page.goto('about:blank')
    await both.stop()
  }, 180_000)

  it('filters 1,316 cases as one types, and keeps only rows in sight in the page', async () => {
    const page = await open(view.url, {
      before: async page => {
        await page.route('**/api/cases', async route => {
          const rows: CaseRow[] = await (await route.fetch()).json()
          const many = Array.from({ length: 1316 }, (_, i): CaseRow => {
            const row = rows[i % rows.length]!
            const site = `site-${i % 4}`
            return i < rows.length
              ? row
              : {
                  ...row,
                  id: `${row.id}${i}`,
                  case: `many/case-${String(i).padStart(4, '0')}`,
                  attributes: { site },
                }
          })
          await route.fulfill({ json: many })
        })
        // A made-up case is answered as the one that it was made from.
        await page.route('**/api/cases/*', route => {
          const [address, id] = /^(.*\/)(\w+)$/.exec(route.request().url())!.slice(1)
          return route.continue({ url: `${address}${id!.slice(0, IDS)}` })
        })
      },
    })
    expect(await page.locator('#count').textContent()).toBe('1,316 cases')
    expect(await page.locator('.case').count()).toBeLessThan(60)
    await page.locator('#search').click()
    const typed = 'case-13 site-1'
    for (const letter of typed) {
      const ms = await page.locator('#search').evaluate((input, key) => {
        const begun = performance.now()
        input.value += key
        input.dispatchEvent(new Event('input'))
        return performance.now() - begun
      }, letter)
      expect(ms).toBeLessThan(200)
    }
    // case-1301, case-1305, case-1309 and case-1313
    expect(await page.locator('#count').textContent()).toBe('4 of 1,316 cases')
    expect(await page.locator('.case .case-name').allTextContents()).toEqual(
      expect.arrayContaining(['case-1301', 'case-1305', 'case-1309', 'case-1313']),
    )
    await page.locator('#search').fill('')
    await page.locator('#case-list').evaluate(list => {
      list.scrollTop = list.scrollHeight
    })
    await page.locator('.case', { hasText: 'case-1315' }).waitFor()
    expect(await page.locator('.case').count()).toBeLessThan(60)
  }, 120_000)

  it('loads the preview of a large image, and slices as they are in the file', async () => {
    const page = await open(view.url, {
      before: async page => {
        await page.route('**/api/cases/*', async route => {
          const reply: CaseReply = await (await route.fetch()).json()
          await route.fulfill({ json: { ...reply, images: reply.images.map(i => ({ ...i, large: true })) } })
        })
      },
    })
    const slices: string[] = []
    page.on('response', response => {
      if (/\/slice\/[012]\/\d+$/.test(response.url()) && response.ok()) slices.push(response.url())
    })
    await page.locator('.pane.full figcaption', { hasText: /axial slice \d+ of 24/ }).waitFor()
    expect(await page.locator('.pane:not(.full) figcaption').first().textContent()).toContain('preview')
    const caption = await page.locator('.pane.full figcaption').textContent()
    await page.locator(CANVAS).focus()
    await page.keyboard.press('PageUp')
    await expect.poll(() => page.locator('.pane.full figcaption').textContent()).not.toBe(caption)
    await page.locator('.pane.full label', { hasText: 'Sagittal' }).click()
    await page.locator('.pane.full figcaption', { hasText: /sagittal slice \d+ of 48/ }).waitFor()
    expect(new Set(slices.map(s => s.split('/').at(-2))).size).toBeGreaterThan(1)
  }, 120_000)

  it('lets go of the images of the case before', async () => {
    const own = newFolder()
    const made = await voxmill(['demo', 'nme', own, '--samples', '2', '--shape', '128x128x64'])
    expect(made.code, made.all).toBe(0)
    const large = await serve(own)
    const page = await open(large.url)
    const session = await page.context().newCDPSession(page)
    const megabytes = async () => {
      await session.send('HeapProfiler.collectGarbage')
      const usage = (await session.send('Runtime.getHeapUsage')) as { backingStorageSize?: number }
      return usage.backingStorageSize! / 2 ** 20
    }
    const before = await megabytes()
    // 8 cases of 2 MB for the volume, 1 MB twice for the mask, would be 32 MB more.
    for (let i = 0; i < 8; i++) {
      await Promise.all([
        page.waitForResponse(response => /\/api\/cases\/\w+$/.test(response.url())),
        page.keyboard.press(i % 2 === 0 ? 'j' : 'k'),
      ])
      await page.waitForTimeout(800)
    }
    expect(before).toBeGreaterThan(2)
    expect(await megabytes()).toBeLessThan(before + 16)
  }, 180_000)

  it('has no serious fault of accessibility, in light and dark', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await open(view.url, { scheme })
      await page.locator('#facets-button').click()
      await page.evaluate(axeSource)
      const faults = await page.evaluate<string[]>(
        "axe.run().then(r => r.violations.map(v => [v.impact, v.id, ...v.nodes.map(n => n.html)].join(' ')))",
      )
      expect(faults, scheme).toEqual([])
      await page.keyboard.press('?')
      expect(await page.locator('#keys').isVisible()).toBe(true)
    }
  }, 120_000)

  it('shows pictures and says why where there is no WebGL2', async () => {
    const page = await open(view.url, {
      before: async page => {
        await page.addInitScript({ content: NO_WEBGL2 })
      },
    })
    await page.locator('.no-webgl', { hasText: 'This browser has no WebGL2' }).waitFor()
  }, 120_000)
})
