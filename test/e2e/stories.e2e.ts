// Goes through every story of the built Storybook. Each is played once, and looked at in every mode on that same page; then it is
// played once more for who wants no motion.
import { type Page, test as base } from '@playwright/test'
import { axeFaults, focusFaults, motionFaults, overflowFaults, targetFaults, wordsOf } from './story-checks.ts'
import {
  builtStories,
  isStorybookOutdated,
  listenToComplaints,
  openStory,
  serveStorybook,
  type StorybookSite,
  untilSettled,
} from './storybook-site.ts'

const test = base.extend<object, { site: StorybookSite }>({
  site: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names
    async ({}, use) => {
      const site = await serveStorybook()
      await use(site)
      site.close()
    },
    { scope: 'worker' },
  ],
})
const { expect } = test

// The page of a story is shared by its tests, and a story that failed is played again by hand.
test.use({ trace: 'off' })

interface Mode {
  name: string
  scheme?: 'dark'
  forced?: true
  direction?: 'rtl'
  width?: number
  /** Rules of axe that mean nothing in it. */
  off?: readonly string[]
}

const modes: readonly Mode[] = [
  { name: 'light' },
  { name: 'dark', scheme: 'dark' },
  // The browser chooses the colours.
  { name: 'forced colours', forced: true, off: ['color-contrast'] },
  { name: 'right to left', direction: 'rtl' },
  { name: '320 px', width: 320 },
]
const [light, dark] = modes as [Mode, Mode]
const narrow: readonly Mode[] = [
  { name: '320 px', width: 320 },
  { name: '320 px, right to left', width: 320, direction: 'rtl' },
]

async function enter(page: Page, { scheme, forced, direction, width = 720 }: Mode) {
  await page.emulateMedia({ colorScheme: scheme ?? 'light', forcedColors: forced ? 'active' : 'none' })
  await page.setViewportSize({ width, height: 640 })
  await page.evaluate((dir) => void (document.documentElement.dir = dir), direction ?? 'ltr')
  await untilSettled(page)
}

/** The faults of several modes, each with the mode's name before it. */
async function inEach(page: Page, which: readonly Mode[], look: (mode: Mode) => Promise<string[]>): Promise<string[]> {
  const faults: string[] = []
  for (const mode of which) {
    await enter(page, mode)
    faults.push(...(await look(mode)).map((fault) => `${mode.name}: ${fault}`))
  }
  return faults
}

const stories = builtStories()

if (stories === null || stories.length === 0) {
  test('Storybook is built', () => {
    throw new Error('There is no built Storybook to go through. Build it first: npm run build-storybook')
  })
} else if (process.env['TEST_WORKER_INDEX'] === undefined && isStorybookOutdated()) {
  console.warn(
    'The built Storybook is older than what it is made of. To test what is there now: npm run build-storybook',
  )
}

for (const story of stories ?? []) {
  test.describe(() => {
    // One after the other, on one page.
    test.describe.configure({ mode: 'default' })
    let page: Page
    let complaints: string[]
    let complaintsOfPlay: number
    let words: Set<string>

    test.beforeAll(async ({ browser, site }) => {
      page = await browser.newPage({ viewport: { width: 720, height: 640 } })
      complaints = listenToComplaints(page)
      complaints.push(...(await openStory(page, site, story)))
      complaintsOfPlay = complaints.length
      // What is only on its way out is not counted.
      await untilSettled(page)
      words = await wordsOf(page)
    })
    test.afterAll(() => page.close())

    test(`plays to its end, and nothing goes wrong: ${story.id}`, () => {
      expect(complaints).toEqual([])
    })

    test(`ALL-1 axe reports nothing in any mode: ${story.id}`, async () => {
      expect(await inEach(page, modes, ({ off }) => axeFaults(page, off))).toEqual([])
    })

    test(`ALL-1 fits into 320 px, with targets of 24 px and more: ${story.id}`, async () => {
      const faults = await inEach(page, narrow, async () => [
        ...(await overflowFaults(page)),
        ...(await targetFaults(page)),
      ])
      await enter(page, light)
      expect([...faults, ...(await targetFaults(page))]).toEqual([])
    })

    test(`ALL-2 every focus stop is seen: ${story.id}`, async () => {
      expect(await inEach(page, [light, dark], () => focusFaults(page))).toEqual([])
      expect(complaints.slice(complaintsOfPlay)).toEqual([])
    })

    test(`moves for 5 s at most, and not at all for who wants no motion, who is told as much: ${story.id}`, async ({
      site,
    }) => {
      await enter(page, light)
      expect(await motionFaults(page, { longestMs: 5_000 })).toEqual([])
      await page.emulateMedia({ reducedMotion: 'reduce' })
      complaints.length = 0
      complaints.push(...(await openStory(page, site, story)))
      expect(complaints).toEqual([])
      expect(await motionFaults(page)).toEqual([])
      const missing = async () => {
        const said = await wordsOf(page)
        return [...words].filter((word) => !said.has(word))
      }
      await expect.poll(missing, { timeout: 3_000 }).toEqual([])
      // The same by the attribute, for apps with a switch of their own.
      await page.emulateMedia({ reducedMotion: 'no-preference' })
      await page.evaluate(() => void (document.documentElement.dataset['lcMotion'] = 'reduce'))
      expect(await motionFaults(page, { within: '[data-lc], [data-lc] *' })).toEqual([])
    })
  })
}
