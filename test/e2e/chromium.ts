import { type Browser, chromium, type Page } from 'playwright-core'
import { CHROMIUM } from './browser.ts'

/** Starts a Chromium without a window, drawing WebGL2 in software, and keeping to itself. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM!,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })

/** What a page did that it must not do. */
export interface Misdeeds {
  /** Errors and warnings of the console, and exceptions. */
  readonly console: string[]
  /** Requests to anywhere but 127.0.0.1. */
  readonly abroad: string[]
}

export function watchPage(page: Page): Misdeeds {
  const seen: Misdeeds = { console: [], abroad: [] }
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) seen.console.push(message.text())
  })
  page.on('pageerror', error => seen.console.push(String(error)))
  page.on('request', request => {
    const { protocol, hostname } = new URL(request.url())
    if (!['data:', 'blob:'].includes(protocol) && hostname !== '127.0.0.1') seen.abroad.push(request.url())
  })
  return seen
}

export interface Pixels {
  readonly width: number
  readonly height: number
  /** RGBA, row by row from the top. */
  readonly data: Uint8Array
}

/** Runs in a page: a PNG in base64 to its pixels. It is text, since tests are checked without the types of browsers. */
const DECODE = `async encoded => {
  const bytes = Uint8Array.from(atob(encoded), letter => letter.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context.drawImage(bitmap, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  let text = ''
  for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192))
  return { width, height, base64: btoa(text) }
}`

/**
 * What is on the screen at an element.
 *
 * @param reader another page, without rules of its own, in which the picture is decoded
 */
export async function pixelsAt(page: Page, selector: string, reader: Page): Promise<Pixels> {
  const png = await page.locator(selector).screenshot()
  const { width, height, base64 } = await reader.evaluate<{ width: number; height: number; base64: string }>(
    `(${DECODE})(${JSON.stringify(png.toString('base64'))})`,
  )
  return { width, height, data: new Uint8Array(Buffer.from(base64, 'base64')) }
}

/** Places where two pictures differ by more than a step of rounding. */
export function differing(a: Pixels, b: Pixels): { x: number; y: number }[] {
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(`the pictures are ${a.width} × ${a.height} and ${b.width} × ${b.height}`)
  const places: { x: number; y: number }[] = []
  for (let i = 0; i < a.width * a.height; i++)
    if ([0, 1, 2].some(c => Math.abs(a.data[4 * i + c]! - b.data[4 * i + c]!) > 3))
      places.push({ x: i % a.width, y: Math.floor(i / a.width) })
  return places
}

/** `#rrggbb` at a place. */
export function colorAt({ width, data }: Pixels, { x, y }: { x: number; y: number }): string {
  const at = 4 * (y * width + x)
  return `#${Buffer.from(data.subarray(at, at + 3)).toString('hex')}`
}
