import type { Page } from 'playwright-core'

/** Names of the cards on the wall of a report, in order. */
export const cardNames = (page: Page): Promise<string[]> => page.locator('#cards .name').allTextContents()
