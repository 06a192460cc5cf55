// The main job: what one browser changes, another one shows; and what was missed is caught up.
import type { Browser, Page } from '@playwright/test'
import { expect, test, type RunningDemo } from './demo.ts'

interface Goal {
  id: string
  name: string
  progress: number
  version: number
}

/** A window of its own, with its own storage. */
async function openWindow(browser: Browser, demo: RunningDemo, user: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(`${demo.address}/?user=${user}`)
  await expect(page.getByTestId('goal-row').first()).toBeVisible()
  await expect(indicator(page)).toHaveAttribute('data-status', 'connected')
  return page
}

const indicator = (page: Page) => page.locator('[data-lc="indicator"]').first()
const rowOf = (page: Page, { id }: Goal) => page.locator(`[data-goal-id="${id}"]`)
const nameIn = (page: Page, goal: Goal) => rowOf(page, goal).getByTestId('goal-name')

async function rename(page: Page, goal: Goal, name: string): Promise<void> {
  await nameIn(page, goal).click()
  await page.getByTestId('goal-name-input').fill(name)
  await page.getByTestId('goal-name-save').click()
  await expect(page.getByTestId('goal-name-save')).toBeHidden()
  await page.goBack()
  await expect(nameIn(page, goal)).toHaveText(name)
}

async function openFaults(page: Page): Promise<void> {
  if (!(await page.getByTestId('cut-network').isVisible())) await page.getByTestId('faults-toggle').click()
}

/** The names on screen, by goal. */
async function namesOn(page: Page): Promise<Record<string, string>> {
  const rows = await page
    .getByTestId('goal-row')
    .evaluateAll((elements) =>
      elements.map((row) => [
        row.getAttribute('data-goal-id'),
        row.querySelector('[data-testid="goal-name"]')?.textContent,
      ]),
    )
  expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length)
  return Object.fromEntries(rows) as Record<string, string>
}

const namesAtServer = async (demo: RunningDemo) =>
  Object.fromEntries((await demo.read<Goal[]>('/goals')).map(({ id, name }) => [id, name]))

test('an edit in one window is on the screen of the other', async ({ browser, demo }) => {
  const [goal] = await demo.read<Goal[]>('/goals')
  const ada = await openWindow(browser, demo, 'adaeze')
  const lena = await openWindow(browser, demo, 'lena')
  await nameIn(ada, goal!).click()

  const waits: number[] = []
  for (let round = 0; round < 5; round++) {
    const name = `Renamed ${round} times and shown at once`
    // Both windows are on one machine, so their clocks agree: epoch ms of the answer there, of the frame after the change here.
    const painted = lena.evaluate(
      ([id, wanted]) =>
        new Promise<number>((resolve) => {
          const text = () => document.querySelector(`[data-goal-id="${id}"] [data-testid="goal-name"]`)?.textContent
          const look = () =>
            text() === wanted
              ? requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()))
              : requestAnimationFrame(look)
          look()
        }),
      [goal!.id, name],
    )
    const answered = ada.waitForResponse((response) => response.request().method() === 'PATCH')
    await ada.getByTestId('goal-name-input').fill(name)
    await ada.getByTestId('goal-name-save').click()
    const response = await answered
    await response.finished()
    const { startTime, responseEnd } = response.request().timing()
    waits.push((await painted) - (startTime + responseEnd))
  }
  await expect(nameIn(lena, goal!)).toHaveText('Renamed 4 times and shown at once')
  console.log(
    `From the mutation's response to the other page's paint: ${waits.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`,
  )
})

test('a killed server is waited for, and nothing is missing or there twice afterwards', async ({ browser, demo }) => {
  const ada = await openWindow(browser, demo, 'adaeze')
  const lena = await openWindow(browser, demo, 'lena')
  await demo.control('PUT', '/teammate')
  for (const page of [ada, lena]) {
    await openFaults(page)
    await expect(page.getByTestId('wire-last-event')).toBeVisible()
  }

  await demo.control('POST', '/server/restart')
  for (const page of [ada, lena]) await expect(indicator(page)).toHaveAttribute('data-status', 'reconnecting')
  for (const page of [ada, lena])
    await expect(indicator(page)).toHaveAttribute('data-status', 'connected', { timeout: 30_000 })
  // The teammate goes on as soon as the server answers, so events flow while the pages catch up.
  const last = await ada.getByTestId('wire-last-event').textContent()
  await expect(ada.getByTestId('wire-last-event')).not.toHaveText(last!)

  await demo.control('DELETE', '/teammate')
  await expectInStep(demo, [ada, lena])
})

test('a page whose network was cut catches up alone', async ({ browser, demo }) => {
  const [goal, other] = await demo.read<Goal[]>('/goals')
  const ada = await openWindow(browser, demo, 'adaeze')
  const lena = await openWindow(browser, demo, 'lena')
  await openFaults(lena)
  await lena.getByTestId('cut-network').click()
  await expect(indicator(lena)).toHaveAttribute('data-status', 'reconnecting')

  const before = await nameIn(lena, goal!).textContent()
  await rename(ada, goal!, 'Changed while Lena was away')
  await rename(ada, other!, 'And this one too')
  await expect(indicator(ada)).toHaveAttribute('data-status', 'connected')
  expect(await nameIn(lena, goal!).textContent()).toBe(before)

  await lena.getByTestId('cut-network').click()
  await expect(nameIn(lena, goal!)).toHaveText('Changed while Lena was away', { timeout: 40_000 })
  await expect(nameIn(lena, other!)).toHaveText('And this one too')
  await expect(indicator(lena)).toHaveAttribute('data-status', 'connected')
  await expect(lena.getByTestId('wire-resumes')).toHaveText('1')
  await expect(lena.getByTestId('wire-losses')).toHaveText('0')
  await expectInStep(demo, [ada, lena])
})

/** At quiet: every window shows what REST says, each goal once, and so does the detail of each goal. */
async function expectInStep(demo: RunningDemo, pages: readonly Page[]): Promise<void> {
  for (const page of pages) await expect.poll(() => namesOn(page)).toEqual(await namesAtServer(demo))
  const goals = await demo.read<Goal[]>('/goals')
  for (const page of pages) {
    for (const goal of goals.slice(0, 3)) {
      await nameIn(page, goal).click()
      const actions = await demo.read<{ name: string; done: boolean }[]>(`/goals/${goal.id}/actions`)
      await expect
        .poll(() =>
          page
            .getByTestId('action-toggle')
            .evaluateAll((boxes) =>
              boxes.map((box) => [box.closest('label')?.textContent, (box as HTMLInputElement).checked]),
            ),
        )
        .toEqual(actions.map(({ name, done }) => [name, done]))
      await page.goBack()
    }
  }
}
