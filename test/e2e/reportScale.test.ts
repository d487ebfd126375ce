import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { workspaceAt } from '../../src/engine/workspace.ts'
import { encodeJpeg } from '../../src/formats/jpeg/encodeJpeg.ts'
import { type MadeReport, makeReport } from '../../src/pipelines/report/makeReport.ts'
import { BROWSER_NOTE, CHROMIUM, withPage } from './browser.ts'
import './cli.ts'
import { writeManySamples } from './manySamples.ts'
import { newFolder } from './phantomRoot.ts'
import { cardNames } from './reportPage.ts'

const describeIn = describe.skipIf(CHROMIUM === undefined)
const pageOf = (root: string): string => path.join(root, 'report.html')
const report = (root: string): Promise<MadeReport> =>
  makeReport(workspaceAt(root), { output: pageOf(root), beside: false })

// Scripts for the page are text: tests are compiled without the types of a browser.
const OPEN_DETAILS = "for (const details of document.querySelectorAll('details')) details.open = true"
const FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
const UNREAD_BLOCKS = `[...document.querySelectorAll('[id^="pictures-"]')].filter(s => s.textContent !== '').length`

const grey = (side: number, level: number): Uint8Array =>
  encodeJpeg({
    width: side,
    height: side,
    channels: 1,
    data: Uint8Array.from({ length: side * side }, (_, i) => (level + i * 7) % 256),
  })

describeIn(`hostile names (${BROWSER_NOTE})`, () => {
  it('are shown and do nothing', async () => {
    const root = newFolder()
    const evil = '<img src=x onerror=window.hit=1>'
    const message = `</script><script>window.hit=2</script>${evil}"'><svg onload=window.hit=3>`
    await writeManySamples(root, {
      samples: 12,
      picture: () => grey(16, 90),
      name: n =>
        n < 2
          ? { seq: `${n}<img src=x onerror=window.hit=1>`.replaceAll('/', ''), site: '"><b>site', message }
          : { message },
    })
    await report(root)
    await withPage(pageOf(root), async ({ page, complaints, requests }) => {
      await page.locator('#samples').scrollIntoViewIfNeeded()
      await page.evaluate(OPEN_DETAILS)
      await page.locator('.bars button', { hasText: '"><b>site' }).click()
      expect(await cardNames(page)).toEqual([`0${evil}_100000`, `1${evil}_100001`])
      await page.locator('#cards button').first().click()
      expect(await page.locator('#case-title').textContent()).toBe(`0${evil}_100000`)
      expect(await page.locator('dialog .told').textContent()).toContain(message)
      await page.waitForTimeout(300)
      expect(await page.evaluate('window.hit')).toBeUndefined()
      expect(await page.locator('img[src="x"], main b, svg[onload]').count()).toBe(0)
      expect(complaints).toEqual([])
      expect(requests.filter(r => !r.startsWith('data:'))).toHaveLength(1)
    })
  })
})

describeIn(`1,316 samples (${BROWSER_NOTE})`, () => {
  const SAMPLES = 1316
  let root: string
  beforeAll(async () => {
    root = newFolder()
    const pictures = Array.from({ length: 16 }, (_, i) => grey(110, i * 16))
    await writeManySamples(root, { samples: SAMPLES, picture: n => pictures[n % pictures.length]! })
  }, 120_000)

  it('are one page under 60 MB that is there before its pictures are', async () => {
    const { bytes } = await report(root)
    expect(bytes).toBeLessThan(60e6)
    await withPage(pageOf(root), async ({ page, complaints }) => {
      const paint = (await page.evaluate(FIRST_PAINT)) as number | undefined
      console.log(`${(bytes / 1e6).toFixed(1)} MB; first contentful paint after ${paint?.toFixed(0)} ms`)
      const pictures = () => page.locator('#cards img').count()
      expect(await page.locator('#cards > li').count()).toBe(SAMPLES)
      expect(await pictures()).toBeLessThan(200)
      expect(await page.evaluate(UNREAD_BLOCKS)).toBeGreaterThan(35)
      await page.locator('#cards > li').nth(1000).scrollIntoViewIfNeeded()
      await page.locator('#cards > li').nth(1000).locator('img').first().waitFor()
      expect(await pictures()).toBeLessThan(600)
      await page.locator('#search').fill('0777A')
      await expect.poll(() => page.locator('#cards > li').count()).toBe(1)
      expect(complaints).toEqual([])
    })
  })

  it('too heavy for one page have their pictures beside it', async () => {
    const heavy = newFolder()
    const picture = new Uint8Array(3_200_000)
    picture.set(grey(64, 10))
    await writeManySamples(heavy, { samples: 6, picture: () => picture })
    const told = await report(heavy)
    expect(told.folder!.path).toBe(path.join(heavy, 'report_files'))
    expect(told.bytes).toBeLessThan(1e6)
    await withPage(pageOf(heavy), async ({ page, complaints, requests }) => {
      await page.locator('#samples').scrollIntoViewIfNeeded()
      const first = page.locator('#cards > li').first().locator('img').first()
      await first.waitFor()
      await expect
        .poll(() => first.evaluate(i => (i as unknown as { naturalWidth: number }).naturalWidth))
        .toBe(64)
      expect(complaints).toEqual([])
      expect(requests.filter(r => !r.startsWith(`file://${heavy}/report`))).toEqual([])
    })
  })
})
