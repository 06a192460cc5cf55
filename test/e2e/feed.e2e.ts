// What of the feed only a browser can tell: pixels, frames, memory.
import { expect, type Page, test } from '@playwright/test'
import { serveUiPage, type UiSite } from './ui-site.ts'

interface Told {
  happen(times: number): void
  longTasks: number[]
}

let site: UiSite
test.beforeAll(async () => {
  site = await serveUiPage('body { margin: 0; padding: 16px }', '', 'feed-page.tsx')
})
test.afterAll(() => site.close())

const happen = (page: Page, times: number) => page.evaluate((count) => (window as unknown as Told).happen(count), times)
const scroller = (page: Page) => page.locator('[data-part="scroller"]')
const row = (page: Page, text: string) => page.getByRole('article').filter({ hasText: new RegExp(`${text}\\b`) })
const topOf = async (page: Page, text: string) => (await row(page, text).boundingBox())!.y

async function open(page: Page, query = '') {
  await page.goto(`${site.address}${query}`)
  await expect(page.locator('[data-lc="badge"]')).toHaveAttribute('data-status', 'live')
  await expect(page.getByRole('article').first()).toBeVisible()
}

test('FEED-4 fifty arrivals move no pixel of the row that is read, in the middle of the list', async ({ page }) => {
  await open(page)
  await scroller(page).evaluate((element) => element.scrollTo({ top: 600 }))
  await page.waitForTimeout(100)
  const before = await topOf(page, 'Entry 45')
  for (let batch = 0; batch < 10; batch++) {
    await happen(page, 5)
    await page.waitForTimeout(20)
    expect(await topOf(page, 'Entry 45')).toBe(before)
  }
  await expect(page.getByRole('button', { name: '50 new activities' })).toBeVisible()
  expect(await topOf(page, 'Entry 45')).toBe(before)
})

test('FEED-4 nor at the very top, while the focus, the pointer or a selection is there', async ({ page }) => {
  await open(page)
  for (const begin of [
    () => row(page, 'Entry 59').focus(),
    () => row(page, 'Entry 59').hover(),
    () => row(page, 'Entry 59').locator('[data-part="text"]').dblclick(),
  ]) {
    await begin()
    await page.waitForTimeout(50)
    const before = await topOf(page, 'Entry 59')
    await happen(page, 50)
    await expect(page.getByRole('button', { name: /new activities/ })).toBeVisible()
    expect(await topOf(page, 'Entry 59')).toBe(before)
    expect(await scroller(page).evaluate(({ scrollTop }) => scrollTop)).toBe(0)
    await page.reload()
    await expect(page.locator('[data-lc="badge"]')).toHaveAttribute('data-status', 'live')
  }
})

test('FEED-4 nor where the page is narrow', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await open(page)
  await row(page, 'Entry 59').focus()
  await page.waitForTimeout(50)
  const before = await topOf(page, 'Entry 59')
  await happen(page, 12)
  await expect(page.getByRole('button', { name: '12 new activities' })).toBeVisible()
  expect(await topOf(page, 'Entry 59')).toBe(before)
})

test('FEED-2 on a phone the pill and the title are read whole, and a badge that says no more than the pill yields', async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 640 })
  await open(page)
  await row(page, 'Entry 59').focus()
  await page.waitForTimeout(50)
  await happen(page, 3)
  const pill = page.getByRole('button', { name: '3 new activities' })
  await expect(pill).toBeVisible()
  for (const part of [pill, page.getByRole('heading', { name: 'Activity' })])
    expect(await part.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
  await expect(page.locator('[data-lc="badge"]')).toBeHidden()
  await pill.click()
  await expect(page.locator('[data-lc="badge"]')).toBeVisible()
})

test('FEED-3 the pill leads to what is new', async ({ page }) => {
  await open(page)
  await scroller(page).evaluate((element) => element.scrollTo({ top: 600 }))
  await page.waitForTimeout(100)
  await happen(page, 3)
  await page.getByRole('button', { name: '3 new activities' }).click()
  await expect(row(page, 'Entry 63')).toBeFocused()
  expect(await scroller(page).evaluate(({ scrollTop }) => scrollTop)).toBe(0)
  await expect(page.getByRole('button', { name: /new activit/ })).toBeHidden()
})

test('FEED-8 of ten thousand entries only those in sight exist, the focused one stays, and no task of scrolling is long', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const told = window as unknown as Told
    told.longTasks = []
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) told.longTasks.push(Math.round(duration))
    }).observe({ type: 'longtask' })
  })
  await open(page, '?count=10000&page=10000')
  await expect.poll(() => page.getByRole('article').count()).toBeLessThan(60)
  await expect(page.getByRole('article').first()).toHaveAttribute('aria-setsize', '10000')
  await row(page, 'Entry 9998').focus()
  // Whatever loading took is over.
  await page.waitForTimeout(500)
  await page.evaluate(() => void ((window as unknown as Told).longTasks = []))
  const heapBefore = await heapOf(page)
  for (let step = 0; step < 60; step++) {
    await scroller(page).evaluate((element) => element.scrollBy({ top: 4_000 }))
    await page.waitForTimeout(16)
  }
  await expect.poll(() => page.getByRole('article').count()).toBeLessThan(60)
  await expect(row(page, 'Entry 9998')).toBeFocused()
  expect(await page.evaluate(() => (window as unknown as Told).longTasks.filter((duration) => duration > 50))).toEqual(
    [],
  )
  await happen(page, 3_000)
  await page.waitForTimeout(1_000)
  // 12,000 are kept; 1 MB each thousand is far above what they take.
  expect((await heapOf(page)) - heapBefore).toBeLessThan(12_000_000)
})

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}
