// Looks at an app's page in a headless browser: what it says, and whether anything went wrong on it.
import { chromium, type Page } from 'playwright'
import { launchOptions } from '../chromium.ts'

/**
 * Opens the page, lets `look` at it, and throws where the page itself complained.
 * @param expected what it may say
 */
export async function lookAt(url: string, look: (page: Page) => Promise<void>, expected?: RegExp): Promise<void> {
  const browser = await chromium.launch(launchOptions)
  const complaints: string[] = []
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // Apps made by hand have no icon.
      if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
        complaints.push(message.text())
    })
    await page.goto(url)
    await look(page)
  } finally {
    await browser.close()
  }
  const others = complaints.filter((complaint) => expected?.test(complaint) !== true)
  if (others.length > 0) throw new Error(`The page complained:\n${others.join('\n')}`)
}
