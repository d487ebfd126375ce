import { existsSync } from 'node:fs'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { afterAll } from 'vitest'

/** Where browsers are looked for; CHROMIUM names one. */
const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A Chromium of this machine; undefined where there is none. */
export const CHROMIUM = PLACES.find((place): place is string => place !== undefined && existsSync(place))

/** For the title of tests: which browser they use, or why they are skipped. */
export const BROWSER_NOTE =
  CHROMIUM === undefined ? 'skipped: no Chromium was found, CHROMIUM can name one' : `in ${CHROMIUM}`

const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** A page, and what it said and asked for. */
export interface Watched {
  readonly page: Page
  /** Errors and warnings of the console, and uncaught errors. */
  readonly complaints: string[]
  /** Addresses that were asked for. */
  readonly requests: string[]
}

let browser: Promise<Browser> | undefined
afterAll(async () => (await browser)?.close())

/** Opens a file in a window with an empty profile, lets `look` at it, and closes it. A test file has one browser. */
export async function withPage(
  file: string,
  look: (watched: Watched, context: BrowserContext) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  browser ??= chromium.launch({ executablePath: CHROMIUM!, args: ARGUMENTS, headless: true })
  const context = await (await browser).newContext({ viewport: { width: 1280, height: 900 }, ...options })
  try {
    const page = await context.newPage()
    const watched: Watched = { page, complaints: [], requests: [] }
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) watched.complaints.push(message.text())
    })
    page.on('pageerror', error => watched.complaints.push(error.message))
    context.on('request', request => watched.requests.push(request.url()))
    await page.goto(`file://${file}`)
    await look(watched, context)
  } finally {
    await context.close()
  }
}
