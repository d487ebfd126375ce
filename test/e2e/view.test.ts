import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Verdict } from '../../src/core/verdict.ts'
import type { CaseReply, CaseRow } from '../../src/server/api.ts'
import { BROWSER_NOTE, CHROMIUM } from './browser.ts'
import { colorAt, differing, type Misdeeds, pixelsAt, startChromium, watchPage } from './chromium.ts'
import { type Started, start, voxmill } from './cli.ts'
import { niftiValues } from './niftiValues.ts'
import { filesBelow, newFolder } from './phantomRoot.ts'

const CANVAS = '.pane:not(.full) canvas >> nth=0'
/** Letters of a case's id. */
const IDS = 20
const COLOR = '#12ab7f'
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
/** A page that decodes screenshots. */
let reader: Page
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  browser = await startChromium()
  reader = await browser.newPage()
}, 60_000)
afterAll(async () => browser?.close())

/**
 * Takes WebGL2 away from a page. Nothing is read out then, so a mark stands in for the values that `open` waits for.
 */
const NO_WEBGL2 = `
  const plain = HTMLCanvasElement.prototype.getContext
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind === 'webgl2' ? null : plain.call(this, kind, ...rest)
  }
  addEventListener('DOMContentLoaded', () => {
    const mark = document.createElement('span')
    mark.className = 'part'
    mark.textContent = 'no values'
    document.querySelector('#readout').append(mark)
  })`

interface Served {
  readonly url: string
  readonly stop: () => Promise<void>
}

const served: Started[] = []
afterAll(async () => {
  for (const { child } of served) child.kill('SIGINT')
  await Promise.all(served.map(({ ended }) => ended))
})

/** `voxmill view ROOT`. */
async function serve(root: string, ...more: string[]): Promise<Served> {
  const view = start(['view', root, '--no_open', '--json', ...more])
  served.push(view)
  const url = await new Promise<string>((resolve, reject) => {
    let out = ''
    view.child.stdout!.on('data', chunk => {
      out += chunk
      const events = out
        .split('\n')
        .slice(0, -1)
        .flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as { event: string; url: string }] : []))
      const found = events.find(({ event }) => event === 'view')
      if (found !== undefined) resolve(found.url)
    })
    void view.ended.then(({ all }) => reject(new Error(all)))
  })
  return {
    url,
    async stop() {
      view.child.kill('SIGINT')
      const { code, all } = await view.ended
      expect([0, 130], all).toContain(code)
    },
  }
}

let misdeeds: Misdeeds[] = []
let pages: Page[] = []
afterEach(async () => {
  const seen = misdeeds
  misdeeds = []
  for (const page of pages) await page.context().close()
  pages = []
  expect(seen.flatMap(m => m.console)).toEqual([])
  expect(seen.flatMap(m => m.abroad)).toEqual([])
})

/** A window of its own, with nothing kept from others. */
async function open(
  url: string,
  options: { reviewer?: string; scheme?: 'light' | 'dark'; before?: (page: Page) => Promise<void> } = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: options.scheme ?? 'dark',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  pages.push(page)
  misdeeds.push(watchPage(page))
  const { reviewer } = options
  if (reviewer !== undefined)
    await page.addInitScript({
      content: `if (location.protocol === 'http:') localStorage.setItem('voxmill-reviewer', '${reviewer}')`,
    })
  await options.before?.(page)
  await page.goto(url)
  await page.locator('#readout .part').first().waitFor()
  return page
}

const settled = (page: Page) => page.waitForTimeout(250)
const part = async (page: Page, name: string): Promise<string> => {
  const box = page.locator(`#readout [data-part="${name}"]`)
  const key = await box.locator('.key').textContent()
  return (await box.textContent())!.slice(key!.length)
}
const voxelShown = async (page: Page) => (await part(page, 'voxel')).split(', ').map(Number)
const tickBox = (page: Page, name: string) => page.locator('label.tick', { hasText: name }).locator('input')
const verdictsIn = (root: string): Verdict[] =>
  readFileSync(path.join(root, '.voxmill/verdicts.jsonl'), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Verdict)

/** Shows only the axial slice, the mask opaque and without outline, and puts the pointer elsewhere. */
async function plainAxial(page: Page): Promise<void> {
  await page.keyboard.press('1')
  await tickBox(page, 'Outline').uncheck()
  await tickBox(page, 'Smooth').uncheck()
  await page.locator('label.named', { hasText: 'Fill' }).locator('input').fill('100')
  await page.mouse.move(5, 5)
  await settled(page)
}

describe.skipIf(CHROMIUM === undefined)(`the viewer ${BROWSER_NOTE}`, () => {
  const root = newFolder()
  let view: Served
  beforeAll(async () => {
    const made = await voxmill([
      'demo',
      'nme',
      root,
      '--archive_only',
      '--samples',
      '6',
      '--shape',
      '48x40x24',
    ])
    expect(made.code, made.all).toBe(0)
    mkdirSync(path.join(root, 'descriptor'), { recursive: true })
    writeFileSync(
      path.join(root, 'descriptor/label_map.yaml'),
      `labels:\n  - {index: 0, name: background, short_form: Bg}\n  - {index: 1, name: non mass enhancement, short_form: NME, color: '${COLOR}'}\n`,
    )
    const run = await voxmill(['run', 'nme', '--root_dir', root])
    expect([0, 4], run.all).toContain(run.code)
    view = await serve(root)
  }, 300_000)

  const rowsOf = async (url: string) => (await fetch(`${url}api/cases`)).json() as Promise<CaseRow[]>

  /** Opens a case whose mask is not empty. */
  async function openMasked(page: Page, url = view.url): Promise<{ volume: string; mask: string }> {
    for (const row of await rowsOf(url)) {
      await page.locator(`.case[data-id="${row.id}"]`).click()
      await page.locator('#case-facts h2', { hasText: row.case.split('/').at(-1)! }).waitFor()
      await settled(page)
      if ((await page.locator('#labels .chip').count()) === 0) continue
      const files = filesBelow(path.join(root, 'grouped')).filter(f =>
        f.includes(row.case.split('/').at(-1)!),
      )
      const file = (ending: string) => path.join(root, 'grouped', files.find(f => f.endsWith(ending))!)
      return { volume: file('_volume.nii.gz'), mask: file('_mask.nii.gz') }
    }
    throw new Error('no case has a mask')
  }

  it('colours the voxels of the mask, and no others, exactly as the label map says', async () => {
    const page = await open(view.url)
    const files = await openMasked(page)
    await plainAxial(page)
    const shown = await pixelsAt(page, CANVAS, reader)
    await tickBox(page, 'Mask').uncheck()
    await page.mouse.move(5, 5)
    await settled(page)
    const hidden = await pixelsAt(page, CANVAS, reader)
    const places = differing(shown, hidden)
    expect(places.length).toBeGreaterThan(50)
    const colored = places.filter(place => colorAt(shown, place) === COLOR)
    expect(colored.length / places.length).toBeGreaterThan(0.99)
    const mask = niftiValues(files.mask)
    const canvas = (await page.locator(CANVAS).boundingBox())!
    const labelUnder = async ({ x, y }: { x: number; y: number }) => {
      await page.mouse.move(canvas.x + x, canvas.y + y)
      return mask.at(await voxelShown(page))
    }
    for (let i = 0; i < 12; i++)
      expect(await labelUnder(colored[Math.floor((i * colored.length) / 12)]!)).toBe(1)
    const isColored = new Set(colored.map(({ x, y }) => `${x} ${y}`))
    const uncolored = [0.3, 0.4, 0.5, 0.6, 0.7].flatMap(fx =>
      [0.3, 0.4, 0.5, 0.6, 0.7].map(fy => ({
        x: Math.round(fx * shown.width),
        y: Math.round(fy * shown.height),
      })),
    )
    for (const place of uncolored)
      if (!isColored.has(`${place.x} ${place.y}`)) expect(await labelUnder(place)).not.toBe(1)
  }, 120_000)

  it('hides labels one by one', async () => {
    const page = await open(view.url)
    await openMasked(page)
    await plainAxial(page)
    const shown = await pixelsAt(page, CANVAS, reader)
    await page.locator('#labels .chip').first().click()
    await page.mouse.move(5, 5)
    await settled(page)
    const hidden = await pixelsAt(page, CANVAS, reader)
    expect(differing(shown, hidden).length).toBeGreaterThan(50)
    expect(await page.locator('#labels .chip').first().getAttribute('aria-pressed')).toBe('false')
  }, 120_000)

  it('tells the values of the file under the pointer and at the crosshair, which keys and clicks move', async () => {
    const page = await open(view.url)
    const files = await openMasked(page)
    await page.keyboard.press('1')
    await settled(page)
    const volume = niftiValues(files.volume)
    const canvas = (await page.locator(CANVAS).boundingBox())!
    const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height / 2 }
    const seen = new Set<string>()
    const values = new Set<number>()
    const check = async () => {
      const voxel = await voxelShown(page)
      const value = Number(await part(page, 'value volume'))
      expect(value).toBe(Number(volume.at(voxel).toPrecision(6)))
      seen.add(voxel.join())
      values.add(value)
      return voxel
    }
    for (const [dx, dy] of [
      [0, 0],
      [-120, 0],
      [120, 40],
      [60, -100],
      [-80, 90],
    ] as const) {
      await page.mouse.move(middle.x + dx, middle.y + dy)
      expect(await page.locator('#readout .where').textContent()).toBe('Under the pointer')
      await check()
    }
    await page.mouse.click(middle.x - 100, middle.y + 30)
    await page.mouse.move(5, 5)
    expect(await page.locator('#readout .where').textContent()).toBe('At the crosshair')
    const clicked = await check()
    for (const key of ['ArrowRight', 'ArrowUp', 'PageUp']) await page.keyboard.press(key)
    const moved = await check()
    // One step along each axis of the body is one voxel along each axis of the file.
    expect(moved.map((v, axis) => Math.abs(v - clicked[axis]!))).toEqual([1, 1, 1])
    expect(seen.size).toBe(7)
    expect(values.size).toBeGreaterThan(3)
  }, 120_000)

  it('shows the patient’s right on the left, or on the right, and says so', async () => {
    const page = await open(view.url)
    await openMasked(page)
    await page.keyboard.press('1')
    await settled(page)
    const canvas = (await page.locator(CANVAS).boundingBox())!
    const rightwards = async (share: number) => {
      await page.mouse.move(canvas.x + canvas.width * share, canvas.y + canvas.height / 2)
      return Number((await part(page, 'place')).split(',')[0]!.replace('−', '-'))
    }
    expect(await page.locator('.convention').textContent()).toContain('right is on the left')
    expect(await rightwards(0.4)).toBeGreaterThan(await rightwards(0.6))
    await tickBox(page, 'Radiological').uncheck()
    expect(await page.locator('.convention').textContent()).toContain('right is on the right')
    expect(await rightwards(0.4)).toBeLessThan(await rightwards(0.6))
  }, 120_000)

  it('windows: presets and typed limits change what is drawn', async () => {
    const page = await open(view.url)
    await openMasked(page)
    await plainAxial(page)
    const first = await pixelsAt(page, CANVAS, reader)
    await page.locator('.window select').selectOption('full')
    await page.mouse.move(5, 5)
    await settled(page)
    const full = await pixelsAt(page, CANVAS, reader)
    expect(differing(first, full).length).toBeGreaterThan(1000)
    await page.locator('.window input').last().fill('100000')
    await page.locator('.window input').last().press('Enter')
    await page.mouse.move(5, 5)
    await settled(page)
    expect(await page.locator('.window select').inputValue()).toBe('typed')
    expect(differing(full, await pixelsAt(page, CANVAS, reader)).length).toBeGreaterThan(1000)
  }, 120_000)

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
    // 12 cases of 2 MB for the volume, 1 MB twice for the mask, would be 48 MB more.
    for (let i = 0; i < 12; i++) {
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

  describe('a registration pair', () => {
    let pair: Served
    beforeAll(async () => {
      const study = path.join(newFolder(), 'study')
      const made = await voxmill(['demo', 'cta2mbf', study, '--samples', '1', '--shape', '48x48x24'])
      expect(made.code, made.all).toBe(0)
      pair = await serve(study)
    }, 300_000)

    const arrange = async (page: Page, name: string) => {
      await page.locator('#image-bar label', { hasText: name }).click()
      await page.locator('#image-bar', { hasText: 'with' }).waitFor()
      await page.locator('.pane figcaption', { hasText: 'MIP, registered' }).waitFor()
      await page.mouse.move(5, 5)
      await settled(page)
    }

    it('fades, alternates squares and tells both values', async () => {
      const page = await open(pair.url)
      await page.keyboard.press('m')
      await arrange(page, 'Fade')
      await page.keyboard.press('1')
      const fade = page.locator('label.named', { hasText: 'Fade' }).locator('input')
      const at = async (share: string) => {
        await fade.fill(share)
        await page.mouse.move(5, 5)
        await settled(page)
        return pixelsAt(page, CANVAS, reader)
      }
      const [fixed, half, warped] = [await at('0'), await at('50'), await at('100')]
      const apart = differing(fixed, warped)
      expect(apart.length).toBeGreaterThan(1000)
      // Half way lies between both, channel by channel.
      const off = apart.map(({ x, y }) => {
        const i = 4 * (y * half.width + x)
        return Math.abs(half.data[i]! - (fixed.data[i]! + warped.data[i]!) / 2)
      })
      expect(off.reduce((most, by) => Math.max(most, by), 0)).toBeLessThanOrEqual(2)
      expect(await part(page, 'value cta')).toMatch(/ HU$/)
      expect(await part(page, 'value cta_mip_mip')).toMatch(/ HU$/)
      await arrange(page, 'Checkerboard')
      // So small that both images have their share of every part of the slice.
      await page.locator('label.named', { hasText: 'Squares' }).locator('input').fill('8')
      await page.locator('label.named', { hasText: 'Squares' }).locator('input').press('Enter')
      await page.mouse.move(5, 5)
      await settled(page)
      const squares = await pixelsAt(page, CANVAS, reader)
      const same = (a: typeof squares, { x, y }: { x: number; y: number }) =>
        colorAt(a, { x, y }) === colorAt(squares, { x, y })
      const ofFixed = apart.filter(place => same(fixed, place)).length
      const ofWarped = apart.filter(place => same(warped, place)).length
      expect([squares.width, squares.height]).toEqual([fixed.width, fixed.height])
      expect(ofFixed / apart.length).toBeGreaterThan(0.2)
      expect(ofWarped / apart.length).toBeGreaterThan(0.2)
      expect((ofFixed + ofWarped) / apart.length).toBeGreaterThan(0.98)
    }, 180_000)

    it('lies side by side with one crosshair', async () => {
      const page = await open(pair.url)
      await page.keyboard.press('m')
      await arrange(page, 'Side by side')
      await page.keyboard.press('1')
      await settled(page)
      const second = '.pane:not(.full) canvas >> nth=1'
      const before = await pixelsAt(page, second, reader)
      await page.locator(CANVAS).focus()
      for (let i = 0; i < 4; i++) await page.keyboard.press('PageUp')
      for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft')
      await settled(page)
      expect(differing(before, await pixelsAt(page, second, reader)).length).toBeGreaterThan(1000)
      const place = await part(page, 'place')
      const box = (await page.locator(second).boundingBox())!
      await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.6)
      await page.mouse.move(5, 5)
      expect(await part(page, 'place')).not.toBe(place)
    }, 180_000)

    it('lays blood flow over the CTA in colours', async () => {
      const page = await open(pair.url)
      await page.keyboard.press('m')
      await arrange(page, 'Fade')
      await page
        .locator('#image-bar label.named', { hasText: 'with' })
        .locator('select')
        .selectOption('cta_mip_bf')
      await page.locator('.pane figcaption', { hasText: 'Blood flow' }).waitFor()
      await page.mouse.move(5, 5)
      await settled(page)
      const { data } = await pixelsAt(page, CANVAS, reader)
      let colored = 0
      for (let i = 0; i < data.length; i += 4) if (Math.abs(data[i]! - data[i + 2]!) > 60) colored++
      expect(colored).toBeGreaterThan(1000)
    }, 180_000)
  })
})
