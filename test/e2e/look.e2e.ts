// What of the demo's look a browser can hold: what moves nothing, covers nothing and is cut off nowhere.
import type { Locator } from '@playwright/test'
import { expect, goTo, openDrawer, test } from './rooms-demo.ts'

const boxOf = async (element: Locator) => (await element.boundingBox())!

test('nothing moves when a loss is named, and what names it lies in sight', async ({ open }) => {
  const page = await open('adaeze', { viewport: { width: 1440, height: 600 } })
  await openDrawer(page)
  const marks = [page.locator('main h1'), page.getByTestId('goal-name').first(), page.getByTestId('goal-name').last()]
  const before = await Promise.all(marks.map(boxOf))
  await page.getByTestId('cut-network').click()
  const banner = page.locator('[data-lc="banner"]')
  await expect(banner).toHaveAttribute('data-shown', '', { timeout: 30_000 })
  expect(await Promise.all(marks.map(boxOf))).toEqual(before)
  await expect(banner).toBeInViewport({ ratio: 1 })
  // What is fetched meanwhile fails, for every list; the banner has said it.
  await expect(banner).toHaveAttribute('data-cause', 'server', { timeout: 45_000 })
  expect(await Promise.all(marks.map(boxOf))).toEqual(before)
  await page.getByTestId('cut-network').click()
  await expect(banner).not.toHaveAttribute('data-shown', { timeout: 30_000 })
  expect(await Promise.all(marks.map(boxOf))).toEqual(before)
})

test('what is focused scrolls clear of what names a loss', async ({ open }) => {
  const page = await open('adaeze', { viewport: { width: 1440, height: 600 } })
  await openDrawer(page)
  await page.getByTestId('cut-network').click()
  const banner = page.locator('[data-lc="banner"]')
  await expect(banner).toHaveAttribute('data-shown', '', { timeout: 30_000 })
  const goals = page.getByTestId('goal-name')
  await goals.first().focus()
  for (let left = (await goals.count()) - 1; left > 0; left--) {
    await page.keyboard.press('Tab')
    const focused = await boxOf(page.locator('.goal:focus-within'))
    expect(focused.y + focused.height).toBeLessThanOrEqual((await boxOf(banner)).y)
  }
  await page.getByTestId('cut-network').click()
})

test('nothing in the drawer is wider than the drawer', async ({ open }) => {
  const page = await open('adaeze')
  await openDrawer(page)
  const wide = await page.locator('.drawer').evaluate((drawer) => {
    const { left, right } = drawer.getBoundingClientRect()
    const inner = [left + 16, right - 16] as const
    return [...drawer.querySelectorAll('button, a, p, h3')]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const box = element.getBoundingClientRect()
        return box.left < inner[0] - 1 || box.right > inner[1] + 1
      })
      .map(({ textContent }) => textContent)
  })
  expect(wide).toEqual([])
})

test('on a phone the sums of a measure stand apart from its share, and who changed it covers neither', async ({
  open,
  as,
}) => {
  const page = await open('adaeze', { place: '/goal', viewport: { width: 360, height: 740 } })
  await goTo(page, '/goal')
  const measure = page.locator('.measure').first()
  const apart = async () => {
    const [sums, share] = [await boxOf(measure.locator('.figure')), await boxOf(measure.locator('.progress-figure'))]
    return sums.x - (share.x + share.width)
  }
  expect(await apart()).toBeGreaterThanOrEqual(8)
  const goalId = new URL(page.url()).hash.split('/').at(-1)!
  const person = await as('lena')
  const [{ id, value }] = await person.read<[{ id: string; value: number }]>(`/goals/${goalId}/measures`)
  await person.send('PATCH', `/measures/${id}`, { value: value + 100_000 })
  const chip = await boxOf(measure.locator('.change-chip'))
  const [name, sums] = [await boxOf(measure.locator('.measure-name')), await boxOf(measure.locator('.figure'))]
  expect(chip.y).toBeGreaterThanOrEqual(name.y + name.height)
  expect(chip.x + chip.width).toBeLessThanOrEqual(sums.x)
})

test('the demo’s own reset takes nothing from what livecache shows, and both tell the time alike', async ({ open }) => {
  const page = await open('adaeze')
  await page.locator('[data-lc="indicator"] button').first().click()
  const rows = page.locator('[data-lc="indicator"] [data-part="rows"]')
  await expect(rows).toBeVisible()
  expect(await rows.evaluate((element) => getComputedStyle(element).paddingTop)).toBe('8px')
  await expect(rows).toContainText(/ ?\d\d:\d\d \(/)
})

test('in forced colours the room one is in stands out', async ({ open }) => {
  const page = await open('adaeze', { place: '/payments', forcedColors: 'active' })
  const outlines = await page
    .locator('.room')
    .evaluateAll((links) =>
      links.map((link) => [link.hasAttribute('aria-current'), getComputedStyle(link).outlineStyle]),
    )
  expect(outlines.filter(([isCurrent]) => isCurrent)).toEqual([[true, 'solid']])
  expect(outlines.filter(([isCurrent]) => !isCurrent).every(([, style]) => style === 'none')).toBe(true)
})

test('in a page from right to left a toast begins at the right, whatever it is written in', async ({ open, as }) => {
  const page = await open('adaeze')
  await page.evaluate(() => void (document.documentElement.dir = 'rtl'))
  const lena = await as('lena')
  await lena.send('POST', '/social/threads/adaeze-lena/messages', { text: 'Begins here', key: crypto.randomUUID() })
  const toast = page.locator('[data-lc="toast"]').filter({ hasText: 'Begins here' })
  await expect(toast).toBeVisible()
  const aligned = await toast
    .locator('[data-part="title"], [data-part="description"]')
    .evaluateAll((parts) => parts.map((part) => getComputedStyle(part).textAlign))
  expect(aligned).toEqual(['right', 'right'])
})
