import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Verdict } from '../../src/core/verdict.ts'
import type { CaseRow } from '../../src/server/api.ts'
import { CHROMIUM } from './browser.ts'
import { type Misdeeds, startChromium, watchPage } from './chromium.ts'
import { type Started, start, voxmill } from './cli.ts'
import { filesBelow, newFolder } from './phantomRoot.ts'

export const CANVAS = '.pane:not(.full) canvas >> nth=0'
/** Letters of a case's id. */
export const IDS = 20
export const COLOR = '#12ab7f'
export const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
/** A page that decodes screenshots. */
export let reader: Page
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  browser = await startChromium()
  reader = await browser.newPage()
}, 60_000)
afterAll(async () => browser?.close())

/**
 * Takes WebGL2 away from a page. Nothing is read out then, so a mark stands in for the values that `open` waits for.
 */
export const NO_WEBGL2 = `
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

export interface Served {
  readonly url: string
  readonly stop: () => Promise<void>
}

const served: Started[] = []
afterAll(async () => {
  for (const { child } of served) child.kill('SIGINT')
  await Promise.all(served.map(({ ended }) => ended))
})

/** `voxmill view ROOT`. */
export async function serve(root: string, ...more: string[]): Promise<Served> {
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

export let misdeeds: Misdeeds[] = []
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
export async function open(
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

export const settled = (page: Page) => page.waitForTimeout(250)
export const part = async (page: Page, name: string): Promise<string> => {
  const box = page.locator(`#readout [data-part="${name}"]`)
  const key = await box.locator('.key').textContent()
  return (await box.textContent())!.slice(key!.length)
}
export const voxelShown = async (page: Page) => (await part(page, 'voxel')).split(', ').map(Number)
export const tickBox = (page: Page, name: string) =>
  page.locator('label.tick', { hasText: name }).locator('input')
export const verdictsIn = (root: string): Verdict[] =>
  readFileSync(path.join(root, '.voxmill/verdicts.jsonl'), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Verdict)

/** Shows only the axial slice, the mask opaque and without outline, and puts the pointer elsewhere. */
export async function plainAxial(page: Page): Promise<void> {
  await page.keyboard.press('1')
  await tickBox(page, 'Outline').uncheck()
  await tickBox(page, 'Smooth').uncheck()
  await page.locator('label.named', { hasText: 'Fill' }).locator('input').fill('100')
  await page.mouse.move(5, 5)
  await settled(page)
}

/** A data set of six samples with a label of the colour COLOR, and its viewer, made before the tests of a file. */
export const root = newFolder()
export let view: Served
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  const made = await voxmill(['demo', 'nme', root, '--archive_only', '--samples', '6', '--shape', '48x40x24'])
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

export const rowsOf = async (url: string) => (await fetch(`${url}api/cases`)).json() as Promise<CaseRow[]>

/** Opens a case whose mask is not empty. */
export async function openMasked(page: Page, url = view.url): Promise<{ volume: string; mask: string }> {
  for (const row of await rowsOf(url)) {
    await page.locator(`.case[data-id="${row.id}"]`).click()
    await page.locator('#case-facts h2', { hasText: row.case.split('/').at(-1)! }).waitFor()
    await settled(page)
    if ((await page.locator('#labels .chip').count()) === 0) continue
    const files = filesBelow(path.join(root, 'grouped')).filter(f => f.includes(row.case.split('/').at(-1)!))
    const file = (ending: string) => path.join(root, 'grouped', files.find(f => f.endsWith(ending))!)
    return { volume: file('_volume.nii.gz'), mask: file('_mask.nii.gz') }
  }
  throw new Error('no case has a mask')
}
