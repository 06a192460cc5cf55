// The looks in a stranger's app: built by Vite's defaults, under a policy that lets no injected style pass.
import { expect, type Page, test } from '@playwright/test'
import { serveUiPage } from './ui-site.ts'

const toneOf = (page: Page) => page.locator('[data-lc="badge"]').evaluate((element) => getComputedStyle(element).color)

const light = 'rgb(12, 107, 62)'
const dark = 'rgb(79, 197, 140)'

interface Told {
  violations?: string[]
  server: { goDown(): void }
}

test.describe('in an app built by Vite’s defaults', () => {
  for (const [name, appCss, attributes, colour] of [
    ['that says nothing of its scheme: light', '', '', light],
    ['whose stylesheet says dark: dark', ':root { color-scheme: dark }', '', dark],
    ['whose theme is an attribute: dark', '', 'data-theme="dark"', dark],
    ['that has tokens of its own: those', ':root { --lc-good: rgb(1, 2, 3) }', '', 'rgb(1, 2, 3)'],
  ] as const) {
    test(`the colours are those of an app ${name}`, async ({ page }) => {
      const site = await serveUiPage(appCss, attributes)
      await page.goto(site.address)
      await expect(page.getByRole('button', { name: 'Realtime: Connected' })).toBeVisible()
      expect(await toneOf(page)).toBe(colour)
      site.close()
    })
  }

  test('no style is injected, and no script evaluated: a strict policy has nothing to say', async ({ page }) => {
    const site = await serveUiPage()
    await page.addInitScript(() => {
      const told = window as unknown as Told
      told.violations = []
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile }) => {
        told.violations!.push(`${violatedDirective} ${sourceFile}`)
      })
    })
    await page.goto(site.address)
    await page.getByRole('button', { name: 'Realtime: Connected' }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Dot: Connected' }).hover()
    await expect(page.getByRole('tooltip')).toBeVisible()
    expect(await page.evaluate(() => (window as unknown as Told).violations)).toEqual([])
    site.close()
  })
})

test.describe('the details, as a native popover', () => {
  test('IND-4 open by Enter and Space, close by Esc, outside press and a second click; focus returns', async ({
    page,
  }) => {
    const site = await serveUiPage()
    await page.goto(site.address)
    const trigger = page.getByRole('button', { name: 'Realtime: Connected' })
    const details = page.getByRole('dialog')
    for (const key of ['Enter', ' ']) {
      await trigger.focus()
      await page.keyboard.press(key)
      await expect(details).toBeVisible()
      await expect(trigger).toHaveAttribute('aria-expanded', 'true')
      await page.keyboard.press('Escape')
      await expect(details).toBeHidden()
      await expect(trigger).toHaveAttribute('aria-expanded', 'false')
      await expect(trigger).toBeFocused()
    }
    await trigger.click()
    await expect(details).toBeVisible()
    await page.mouse.click(600, 400)
    await expect(details).toBeHidden()
    await trigger.click()
    await expect(details).toBeVisible()
    await trigger.click()
    await expect(details).toBeHidden()
    site.close()
  })

  test('stand beside what opened them, inside the viewport, also where it is at an edge', async ({ page }) => {
    const site = await serveUiPage('main { display: flex; justify-content: flex-end; flex-wrap: wrap }')
    await page.setViewportSize({ width: 360, height: 640 })
    await page.goto(site.address)
    const trigger = page.getByRole('button', { name: 'Realtime: Connected' })
    await trigger.click()
    const box = (await page.getByRole('dialog').boundingBox())!
    const from = (await trigger.boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.x + box.width).toBeLessThanOrEqual(360)
    expect(Math.abs(box.y - (from.y + from.height))).toBeLessThanOrEqual(12)
    site.close()
  })
})

test('LB-2 under reduced motion nothing of the badge is animated, and in forced colours it has a border', async ({
  page,
}) => {
  const site = await serveUiPage()
  const badge = page.locator('[data-lc="badge"]')
  const computed = () =>
    badge.evaluate((element) => {
      const parts = [element, ...element.querySelectorAll('*')].map((part) => getComputedStyle(part))
      return {
        animations: parts.map(({ animationName }) => animationName).filter((name) => name !== 'none'),
        border: getComputedStyle(element).borderTopColor,
        width: getComputedStyle(element).borderTopWidth,
      }
    })
  await page.goto(site.address)
  await expect(badge).toBeVisible()
  expect((await computed()).animations).toEqual(['lc-pulse'])
  expect((await computed()).border).toBe('rgba(0, 0, 0, 0)')
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' })
  expect(await computed()).toEqual({ animations: [], border: 'rgb(0, 0, 0)', width: '1px' })
  site.close()
})

test('the banner never covers what has the focus, and nothing moves when it comes', async ({ page }) => {
  const site = await serveUiPage()
  await page.goto(site.address)
  await expect(page.getByRole('button', { name: 'Realtime: Connected' })).toBeVisible()
  const goal = page.getByRole('button', { name: 'Goal 1', exact: true })
  const before = await goal.boundingBox()
  await page.evaluate(() => (window as unknown as Told).server.goDown())
  await expect(page.locator('[data-lc="banner"]')).toHaveAttribute('data-shown', '')
  expect(await goal.boundingBox()).toEqual(before)
  // Down to the end and back up by the keyboard: each stop lies clear of the banner.
  await page.getByRole('button', { name: 'Goal 60' }).focus()
  for (let stop = 0; stop < 58; stop++) {
    await page.keyboard.press('Shift+Tab')
    const clear = await page.evaluate(() => {
      const focused = document.activeElement!.getBoundingClientRect()
      const banner = document.querySelector('[data-lc="banner"]')!.getBoundingClientRect()
      return focused.bottom <= banner.top || focused.top >= banner.bottom
    })
    expect(clear).toBe(true)
  }
  site.close()
})
