import path from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { BROWSER_NOTE, CHROMIUM } from './browser.ts'
import { colorAt, differing, pixelsAt } from './chromium.ts'
import { voxmill } from './cli.ts'
import { niftiValues } from './niftiValues.ts'
import { newFolder } from './phantomRoot.ts'
import {
  CANVAS,
  COLOR,
  open,
  openMasked,
  part,
  plainAxial,
  reader,
  type Served,
  serve,
  settled,
  tickBox,
  view,
  voxelShown,
} from './viewerPages.ts'

describe.skipIf(CHROMIUM === undefined)(`what the viewer shows ${BROWSER_NOTE}`, () => {
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
