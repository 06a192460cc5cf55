// What the tests of the rooms share: one demo for all of them, windows of people, what they do in them, and the verdict.
import type { BrowserContextOptions, Locator, Page } from '@playwright/test'
import { createProxy, type TcpProxy } from '../proxy.ts'
import { expect, type RunningDemo, startDemo, test as base } from './demo.ts'

/** Every place that somebody may be at, in the order of the rail. `goal` stands for one of them. */
export const places = [
  '/',
  '/goal',
  '/payments',
  '/bookings',
  '/social',
  '/social/chat',
  '/social/chat/sepa-launch',
  '/social/events',
  '/social/people',
  '/social/notifications',
] as const

export interface WindowOptions extends BrowserContextOptions {
  /** Behind the `#`. @default `/`, the goals */
  place?: string
  /** Between the window and the demo. */
  through?: TcpProxy
  /** Its time can be moved on by hand. @default false */
  hasClock?: boolean
}

export interface Person {
  read<Answer>(path: string): Promise<Answer>
  send<Answer>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer>
}

interface Fixtures {
  /** A window of its own, with its own storage; it is closed with the test. */
  open: (user: string, options?: WindowOptions) => Promise<Page>
  /** Somebody without a window, straight at REST. */
  as: (user: string) => Promise<Person>
  /** A link of its own to the demo, to be shaped. */
  link: TcpProxy
  /** What the test leaves running is ended. */
  quiet: void
}

export const test = base.extend<Fixtures, { shared: RunningDemo }>({
  // Starting one takes longer than most of the tests.
  shared: [
    // oxlint-disable-next-line no-empty-pattern -- the fixture needs no other one
    async ({}, use) => {
      const demo = await startDemo()
      await demo.control('DELETE', '/teammate')
      await use(demo)
      await demo.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  demo: async ({ shared }, use) => use(shared),
  quiet: [
    async ({ demo }, use) => {
      await use()
      await demo.control('DELETE', '/teammate')
    },
    { auto: true },
  ],
  open: async ({ browser, demo }, use) => {
    const close: (() => Promise<void>)[] = []
    await use(async (user, { place = '/', through, hasClock = false, ...options } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
      close.push(() => context.close())
      const page = await context.newPage()
      if (hasClock) await page.clock.install()
      const address = through === undefined ? demo.address : `http://127.0.0.1:${through.port}`
      await page.goto(`${address}/?user=${user}#${place}`)
      await expectConnected(page)
      await settle(page)
      return page
    })
    await Promise.all(close.map((end) => end()))
  },
  as: async ({ demo }, use) => {
    await use(async (user) => {
      const call = async (method: string, path: string, body?: object, token = '') => {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
        const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
        const response = await fetch(`${demo.address}/api${path}`, init)
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
        return response.json() as never
      }
      const { token } = (await call('POST', '/session', { userId: user })) as { token: string }
      return {
        read: (path) => call('GET', path, undefined, token),
        send: (method, path, body) => call(method, path, body, token),
      }
    })
  },
  link: async ({ demo }, use) => {
    const proxy = await createProxy(demo.port)
    await use(proxy)
    await proxy.close()
  },
})
export { expect } from '@playwright/test'

// ── where somebody is ───────────────────────────────────────────────────────────────────────────────────────────

export const indicator = (page: Page): Locator => page.locator('[data-lc="indicator"]').first()

export async function expectConnected(page: Page, withinMs = 30_000): Promise<void> {
  await expect(indicator(page)).toHaveAttribute('data-status', 'connected', { timeout: withinMs })
}

/** Nothing is loading any more. */
export async function settle(page: Page, withinMs = 30_000): Promise<void> {
  await expect(page.locator('main h1')).toBeAttached({ timeout: withinMs })
  await expect(page.locator('main .skeleton')).toHaveCount(0, { timeout: withinMs })
}

/** As a link of the page would, without a load. */
export async function goTo(page: Page, place: string, withinMs?: number): Promise<void> {
  const hash = place === '/goal' ? await firstGoal(page) : `#${place}`
  await page.evaluate((next) => void (location.hash = next), hash)
  await settle(page, withinMs)
}

async function firstGoal(page: Page): Promise<string> {
  await goTo(page, '/')
  return (await page.getByTestId('goal-name').first().getAttribute('href'))!
}

/** Looks in everywhere, so that everything is in the cache. */
export async function visitAll(page: Page, withinMs?: number): Promise<void> {
  for (const place of places) await goTo(page, place, withinMs)
}

// ── the drawer ──────────────────────────────────────────────────────────────────────────────────────────────────

export async function openDrawer(page: Page): Promise<void> {
  if (!(await page.getByTestId('verdict-check').isVisible())) await page.getByTestId('faults-toggle').click()
  await expect(page.getByTestId('verdict-check')).toBeVisible()
}

export async function closeDrawer(page: Page): Promise<void> {
  if (await page.getByTestId('verdict-check').isVisible())
    await page.getByRole('button', { name: 'Close the faults' }).click()
  await expect(page.getByTestId('verdict-check')).toBeHidden()
}

export async function setChaos(page: Page, isOn: boolean, ...troubles: readonly string[]): Promise<void> {
  await openDrawer(page)
  for (const trouble of troubles) {
    const toggle = page.getByTestId(`chaos-${trouble}`)
    if ((await toggle.getAttribute('aria-checked')) !== String(isOn)) await toggle.click()
    await expect(toggle).toHaveAttribute('aria-checked', String(isOn))
  }
}

/** A figure of the wire: `received`, `duplicates`, `resumes`, `losses`. */
export const counter = async (page: Page, name: string): Promise<number> =>
  Number(await page.getByTestId(`wire-${name}`).textContent())

/** Waits until so many events more have come. */
export async function expectEvents(page: Page, more: number, withinMs = 30_000): Promise<void> {
  await openDrawer(page)
  const before = await counter(page, 'received')
  await expect.poll(() => counter(page, 'received'), { timeout: withinMs }).toBeGreaterThanOrEqual(before + more)
}

/**
 * The cache equals the server, by the page's own comparison. It is asked again until it does: what was lost on the way may first have
 * to be found missing.
 */
export async function expectVerdict(page: Page, withinMs = 15_000): Promise<void> {
  await openDrawer(page)
  await expect
    .poll(() => judge(page), { timeout: withinMs, message: 'the cache equals the server' })
    .toMatch(/^equal: .*: [1-9]\d* quer(y|ies) compared/)
}

/** Presses the button, and waits until the comparison that it began is over. */
async function judge(page: Page): Promise<string> {
  const button = page.getByTestId('verdict-check')
  await button.evaluate((element) => {
    let began = false
    const observer = new MutationObserver(() => {
      const isBusy = element.getAttribute('aria-disabled') === 'true'
      if (isBusy) began = true
      else if (began) {
        observer.disconnect()
        element.removeAttribute('data-judging')
      }
    })
    element.setAttribute('data-judging', '')
    observer.observe(element, { attributes: true, attributeFilter: ['aria-disabled'] })
  })
  await button.click()
  await expect(button).not.toHaveAttribute('data-judging', { timeout: 60_000 })
  const verdict = page.getByTestId('verdict')
  const words = await page.locator('.verdict').innerText()
  return `${await verdict.getAttribute('data-verdict')}: ${words.replaceAll(/\s+/g, ' ')}`
}

// ── what is there twice ─────────────────────────────────────────────────────────────────────────────────────────

/**
 * Watches how often each text stands in the elements of a selector, from now on, at each change of the page.
 * @returns the most that was seen at a time, for each text
 */
export async function watchFor(
  page: Page,
  selector: string,
  ...texts: readonly string[]
): Promise<() => Promise<number[]>> {
  const watch = await page.evaluateHandle(
    ([where, wanted]) => {
      const most = wanted.map(() => 0)
      const look = () => {
        const shown = [...document.querySelectorAll(where)].map(({ textContent }) => textContent ?? '')
        for (const [index, text] of wanted.entries())
          most[index] = Math.max(most[index]!, shown.filter((words) => words.includes(text)).length)
      }
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
      look()
      return most
    },
    [selector, texts] as const,
  )
  return () => watch.jsonValue()
}
