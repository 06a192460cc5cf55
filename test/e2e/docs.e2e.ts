// The site of the docs in a browser: readable by everybody, by day and by night, on a phone too; its search finds, its code is copied. That all
// of its links lead somewhere is test/docs/site.test.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import { buildSite } from '../../site/build.ts'
import { axeFaultsOfPage } from './story-checks.ts'

let folder = ''
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'site-'))
  buildSite(folder)
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

const addressOf = (name: string) => pathToFileURL(join(folder, name)).href

/** Each has something that the others have not: a picture, drawings, code and tables, tables of code, a list to tick off. */
const pages = ['index.html', 'concepts.html', 'tour.html', 'api/livecache.html', 'security.html']

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 360],
] as const) {
  test(`axe finds nothing on its pages, ${colorScheme}, ${width} px wide, and none is wider than that`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    const faults: string[] = []
    for (const name of pages) {
      await page.goto(addressOf(name))
      faults.push(...(await axeFaultsOfPage(page)).map((fault) => `${name}: ${fault}`))
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wide > 0) faults.push(`${name} is ${wide} px too wide`)
    }
    expect(faults).toEqual([])
  })
}

test('its search is at hand by a key, finds what is deep in a page, and leads there', async ({ page }) => {
  await page.goto(addressOf('index.html'))
  await page.keyboard.press('/')
  await page.keyboard.type('no-provider')
  await expect(page.getByRole('status')).toHaveText(/result/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/errors\.html#no-provider$/)
  await page.keyboard.press('/')
  await page.keyboard.type('cors header')
  await expect(page.locator('#found')).toContainText('Security')
})

test('its code is copied as it stands', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(addressOf('index.html'))
  const code = page.locator('.code').first()
  await code.hover()
  await code.getByRole('button', { name: 'Copy' }).click()
  await expect(code.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('npm install livecache')
})
