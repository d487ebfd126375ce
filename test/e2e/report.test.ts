import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DatasetDescription } from '../../src/core/datasetDescription.ts'
import { workspaceAt } from '../../src/engine/workspace.ts'
import { CANARY } from '../../src/pipelines/ctPhantomPatient.ts'
import { describeDataset } from '../../src/pipelines/describeDataset.ts'
import { BROWSER_NOTE, CHROMIUM, withPage } from './browser.ts'
import { eventsOf, voxmill } from './cli.ts'
import { finishedStudyWithEmptyFile } from './cta2mbfRoot.ts'
import { copyOf, filesBelow, newFolder } from './phantomRoot.ts'
import { cardNames } from './reportPage.ts'

const MINI = path.resolve('../shared/data/nme-mini')
const hasMini = filesBelow(path.join(MINI, 'archive')).length > 0

const report = async (root: string, ...more: string[]) => {
  const run = await voxmill(['report', root, '--json', ...more])
  expect(run.code, run.all).toBe(0)
  return eventsOf(run)
}
const demo = async (pipeline: string): Promise<string> => {
  const root = path.join(newFolder(), pipeline)
  const made = await voxmill(['demo', pipeline, root])
  expect([0, 4], made.all).toContain(made.code)
  await report(root)
  return root
}
const pageOf = (root: string): string => path.join(root, 'report.html')
const describeIn = describe.skipIf(CHROMIUM === undefined)

// Scripts for the page are text: tests are compiled without the types of a browser.
const OPEN_DETAILS = "for (const details of document.querySelectorAll('details')) details.open = true"

/** Violations that axe-core calls serious or critical, as `rule: element`. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as axe.AxeResults
  return found.violations
    .filter(v => v.impact === 'serious' || v.impact === 'critical')
    .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)}`))
}

const datasets: readonly string[] = ['nme', 'cta2mbf', ...(hasMini ? ['nme-mini'] : [])]
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  nme: ['overview', 'splits', 'distributions', 'findings', 'samples', 'provenance'],
  'nme-mini': ['overview', 'splits', 'distributions', 'findings', 'samples', 'provenance'],
  cta2mbf: ['overview', 'distributions', 'findings', 'registration', 'error', 'samples', 'provenance'],
}
const roots: Record<string, string> = {}
const described: Record<string, DatasetDescription> = {}

beforeAll(async () => {
  for (const name of datasets) {
    if (name === 'nme-mini') {
      roots[name] = copyOf(MINI)
      const run = await voxmill(['run', 'nme', '--root', roots[name]])
      expect([0, 4], run.all).toContain(run.code)
      await report(roots[name])
    } else if (name === 'cta2mbf') {
      roots[name] = await finishedStudyWithEmptyFile()
      await report(roots[name])
    } else roots[name] = await demo(name)
    described[name] = await describeDataset(workspaceAt(roots[name]))
  }
}, 600_000)

describe('the command', () => {
  it('makes the same bytes of the same data set, and does nothing again that is done', async () => {
    const before = readFileSync(pageOf(roots.nme!))
    const events = await report(roots.nme!)
    expect(events.find(e => e.event === 'end')).toMatchObject({ done: 0, fresh: described.nme!.cases.length })
    expect(readFileSync(pageOf(roots.nme!)).equals(before)).toBe(true)
    expect(events.find(e => e.event === 'report')).toMatchObject({
      path: pageOf(roots.nme!),
      bytes: statSync(pageOf(roots.nme!)).size,
      cases: 12,
      pictures: 36,
    })
  })

  it('puts pictures beside the page when asked, and clears away those of an earlier one', async () => {
    const file = path.join(newFolder(), 'sub', 'look at it.html')
    const events = await report(roots.nme!, '-o', file, '--pages')
    const folder = path.join(path.dirname(file), 'look at it_files')
    expect(events.find(e => e.event === 'report')).toMatchObject({ path: file, pictures_folder: folder })
    expect(filesBelow(folder)).toHaveLength(36)
    writeFileSync(path.join(folder, '99999-0-axial.jpg'), 'left over')
    writeFileSync(path.join(folder, 'notes.txt'), 'of a person')
    await report(roots.nme!, '-o', file, '--pages')
    expect(filesBelow(folder).filter(f => !/^000\d\d-/.test(f))).toEqual(['notes.txt'])
    expect(readFileSync(file, 'utf8')).not.toContain('base64,/9j/')
  })

  it('has nothing to do where there are no receipts', async () => {
    const run = await voxmill(['report', newFolder()])
    expect(run.code).toBe(3)
    expect(run.err + run.out).toContain('voxmill run nme')
  })

  it('plans and writes nothing in a dry run', async () => {
    const root = copyOf(roots.nme!)
    rmSync(pageOf(root))
    const run = await voxmill(['report', root, '--dry_run'])
    expect(run.code, run.all).toBe(0)
    expect(run.out).toContain('describe-sample')
    expect(filesBelow(root)).not.toContain('report.html')
  })

  it('lets no text of a person in DICOM into the page', () => {
    const page = readFileSync(pageOf(roots.cta2mbf!), 'utf8')
    expect(page).toContain('Registration quality')
    for (const word of [CANARY, '李主任', 'Phantom^', '测试病人', '2.25.']) expect(page).not.toContain(word)
  })
})

describeIn(`the page (${BROWSER_NOTE})`, () => {
  it.each(datasets)('of %s has its sections, complains of nothing and asks for nothing', async name => {
    await withPage(pageOf(roots[name]!), async ({ page, complaints, requests }) => {
      const { cases } = described[name]!
      const shown = await page.locator('main > section').evaluateAll(all => all.map(s => s.id))
      expect(shown).toEqual(SECTIONS[name])
      expect(await page.locator('#cards > li').count()).toBe(cases.length)
      expect(await page.locator('#count').textContent()).toContain(String(cases.length))
      await page.locator('#samples').scrollIntoViewIfNeeded()
      await page.locator('#cards > li').first().locator('img').first().waitFor()
      const widths = await page
        .locator('#cards > li')
        .first()
        .locator('img')
        .evaluateAll(images =>
          Promise.all(
            images.map(async element => {
              const image = element as unknown as { decode(): Promise<void>; naturalWidth: number }
              await image.decode()
              return image.naturalWidth
            }),
          ),
        )
      expect(widths).toHaveLength(cases[0]!.pictures.length)
      expect(Math.min(...widths)).toBeGreaterThan(0)
      expect(complaints).toEqual([])
      expect(requests.filter(r => !r.startsWith('file:') && !r.startsWith('data:'))).toEqual([])
      expect(requests.filter(r => r.startsWith('file:'))).toHaveLength(1)
    })
  })

  it.each(['nme', 'cta2mbf'])(
    'of %s has no serious violation of accessibility, light and dark',
    async name => {
      for (const colorScheme of ['light', 'dark'] as const)
        await withPage(
          pageOf(roots[name]!),
          async ({ page }) => {
            await page.evaluate(OPEN_DETAILS)
            expect(await violations(page), colorScheme).toEqual([])
            await page.locator('#cards button').first().click()
            await page.locator('dialog img').first().waitFor()
            expect(await violations(page), `${colorScheme}, a sample`).toEqual([])
          },
          { colorScheme },
        )
    },
  )

  it('narrows the wall down by a bar, and back', async () => {
    await withPage(pageOf(roots.nme!), async ({ page }) => {
      const { cases } = described.nme!
      for (const bar of await page.locator('.histogram .column:not([disabled])').all()) {
        const filter = JSON.parse((await bar.getAttribute('data-filter'))!)
        const told = Number(/: (\d+) sample/.exec((await bar.getAttribute('aria-label'))!)![1])
        await bar.click()
        const inside = cases.filter(c => {
          const value = c.figures[filter.key as 'sizeX']
          return (
            value !== undefined &&
            value >= filter.from &&
            (filter.closed ? value <= filter.to : value < filter.to)
          )
        })
        expect(inside.length, filter.label).toBe(told)
        expect((await cardNames(page)).toSorted(), filter.label).toEqual(
          inside.map(c => path.basename(c.case)).toSorted(),
        )
      }
      await page.locator('.bars button', { hasText: 'Yunnan' }).first().click()
      expect(await page.locator('#count').textContent()).toBe('3 of 12 samples')
      await page.locator('.chip.clear').click()
      expect(await page.locator('#count').textContent()).toBe('All 12 samples')
    })
  })

  it('searches, filters by finding and split, and combines them', async () => {
    await withPage(pageOf(roots.nme!), async ({ page }) => {
      const { cases, splits } = described.nme!
      await page.locator('#search').fill('tongji 01A')
      await expect.poll(() => page.locator('#cards > li').count()).toBe(4)
      await page
        .locator('#controls')
        .getByLabel('split', { exact: true })
        .selectOption({ label: 'split06_Whole: train' })
      const train = splits.find(s => s.name === 'split06_Whole')!.subsetOf
      const both = cases.filter(c => c.case.includes('01A') && train[c.case] === 'train')
      expect((await cardNames(page)).toSorted()).toEqual(both.map(c => path.basename(c.case)).toSorted())
      await page.locator('#findings button', { hasText: 'Show the 4 samples' }).click()
      const shifted = cases.filter(c => c.findings.some(f => f.code === 'geometry-shift'))
      expect((await cardNames(page)).toSorted()).toEqual(shifted.map(c => path.basename(c.case)).toSorted())
    })
  })

  it.each(['nme', 'cta2mbf'] as const)(
    'of %s sorts by every figure both ways as the data say',
    async name => {
      await withPage(pageOf(roots[name]!), async ({ page }) => {
        const { cases, figures } = described[name]!
        const of = new Map(cases.map(c => [path.basename(c.case), c.figures]))
        for (const key of figures) {
          await page.locator('#sort').selectOption(key)
          for (const way of ['ascending', 'descending']) {
            if (!(await page.locator('#direction').textContent())!.includes(way))
              await page.locator('#direction').click()
            const values = (await cardNames(page)).map(n => of.get(n)![key])
            const known = values.filter(v => v !== undefined)
            const sorted = known.toSorted((a, b) => (way === 'ascending' ? a - b : b - a))
            expect(values, `${key} ${way}`).toEqual([...sorted, ...values.slice(known.length)])
          }
        }
      })
    },
  )

  it('is used by keyboard: arrows on the wall, a sample opened, turned and closed', async () => {
    await withPage(pageOf(roots.nme!), async ({ page }) => {
      await page.locator('#cards button').first().focus()
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      const names = await cardNames(page)
      await expect.poll(() => page.locator('#case-title').textContent()).toBe(names[2])
      expect(await page.locator('dialog img').first().getAttribute('alt')).toContain('slice')
      await page.keyboard.press('ArrowRight')
      expect(await page.locator('#case-title').textContent()).toBe(names[3])
      await page.keyboard.press('Escape')
      expect(await page.locator('dialog').evaluate(d => (d as unknown as { open: boolean }).open)).toBe(false)
    })
  })

  it('opens the sample that a finding or a patient on both sides links to', async () => {
    await withPage(pageOf(roots.nme!), async ({ page }) => {
      const leak = described.nme!.splits.find(s => s.onBothSides.length > 0)!.onBothSides[0]!
      const link = page.locator('#splits .leaks a').first()
      expect(await link.textContent()).toBe(path.basename(leak.cases[0]!.case))
      await link.click()
      expect(await page.locator('#case-title').textContent()).toBe(path.basename(leak.cases[0]!.case))
    })
  })

  it('is read without JavaScript: counts, tables, findings and every sample', async () => {
    await withPage(
      pageOf(roots.nme!),
      async ({ page }) => {
        for (const c of described.nme!.cases)
          expect(await page.getByRole('rowheader', { name: c.case }).count()).toBe(1)
        expect(await page.locator('#wall').isVisible()).toBe(false)
        expect(await page.locator('#overview').innerText()).toContain('Tongji')
        expect(await page.locator('#findings').innerText()).toContain('What to do:')
      },
      { javaScriptEnabled: false },
    )
  })

  it('prints without controls, with details opened and pictures shown', async () => {
    await withPage(pageOf(roots.nme!), async ({ page }) => {
      await page.emulateMedia({ media: 'print' })
      for (const hidden of ['.sections', '#controls', '#copy-methods', '.skip'])
        expect(await page.locator(hidden).isVisible(), hidden).toBe(false)
      await page.evaluate("dispatchEvent(new Event('beforeprint'))")
      expect(await page.locator('details:not([open])').count()).toBe(0)
      await expect.poll(() => page.locator('#cards img').count()).toBe(36)
      await page.evaluate("dispatchEvent(new Event('afterprint'))")
      expect(await page.locator('details[open]').count()).toBe(0)
      expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(50_000)
    })
  })
})
