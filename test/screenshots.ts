// `npm run screenshots -- [part of a story's id]`: a picture of every story in each of four modes, as
// screenshots/<mode>/<story>.png. Builds Storybook first where something has changed.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { launchOptions, noChromium } from './chromium.ts'
import {
  builtStories,
  isStorybookOutdated,
  openStory,
  serveStorybook,
  type Story,
  type StorybookSite,
  untilSettled,
} from './e2e/storybook-site.ts'

interface Mode {
  name: string
  width: number
  media: Parameters<Page['emulateMedia']>[0]
  direction: 'ltr' | 'rtl'
}

const modes: readonly Mode[] = [
  { name: 'light', width: 720, media: { colorScheme: 'light' }, direction: 'ltr' },
  { name: 'dark', width: 720, media: { colorScheme: 'dark' }, direction: 'ltr' },
  { name: 'narrow-rtl', width: 320, media: { colorScheme: 'light' }, direction: 'rtl' },
  {
    name: 'forced-reduced',
    width: 720,
    media: { colorScheme: 'light', forcedColors: 'active', reducedMotion: 'reduce' },
    direction: 'ltr',
  },
]
const height = 480

const folder = fileURLToPath(new URL('../screenshots', import.meta.url))
const [wanted = ''] = process.argv.slice(2)

if (noChromium !== null) fail(noChromium)
if (isStorybookOutdated()) {
  console.log('Building Storybook …')
  const { status } = spawnSync('npm run --silent build-storybook', {
    shell: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) fail('Storybook could not be built: see `npm run build-storybook`.')
}
const stories = (builtStories() ?? []).filter(({ id }) => id.includes(wanted.toLowerCase()))
if (stories.length === 0) fail(`No story has "${wanted}" in its id.`)

// What is left of stories that are gone would pass for theirs.
if (wanted === '') rmSync(folder, { recursive: true, force: true })
for (const { name } of modes) mkdirSync(join(folder, name), { recursive: true })

const site = await serveStorybook()
const browser = await chromium.launch(launchOptions)
const queue = [...stories]
const faults: string[] = []
await Promise.all([photographer(browser, site), photographer(browser, site)])
await browser.close()
site.close()

console.log(`${stories.length} stories in ${modes.length} modes: ${folder}`)
for (const fault of faults) console.error(fault)
process.exit(faults.length > 0 ? 1 : 0)

/** Takes one story after the other from the queue. */
async function photographer(taken: Browser, from: StorybookSite): Promise<void> {
  const page = await taken.newPage({ deviceScaleFactor: 2 })
  for (let story = queue.shift(); story !== undefined; story = queue.shift()) {
    for (const mode of modes) await photograph(page, from, story, mode)
  }
  await page.close()
}

/** Each mode plays the story anew, so that what is brief is seen in each. */
async function photograph(page: Page, from: StorybookSite, story: Story, mode: Mode): Promise<void> {
  const { name, width, media, direction } = mode
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme: null, forcedColors: null, reducedMotion: null })
  await page.emulateMedia(media)
  const found = await openStory(page, from, story, { direction })
  faults.push(...found.map((fault) => `${story.id}, ${name}: ${fault}`))
  await page.addStyleTag({ content: '.server-console:not([open]) { display: none }' })
  await untilSettled(page)
  const clip = { x: 0, y: 0, width, height: await heightOf(page) }
  await page.screenshot({ path: join(folder, name, `${story.id}.png`), fullPage: true, clip })
}

/** As much as there is to see, and not the empty rest. */
function heightOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    scrollTo(0, 0)
    const canvas = document.querySelector('.story-canvas')?.getBoundingClientRect().bottom ?? 0
    // Popovers, dialogs and toasts lie over the page.
    const floating = [...document.querySelectorAll('[data-lc], [data-lc] *, [data-sonner-toast]')]
      .filter((element) => element.checkVisibility())
      .map((element) => element.getBoundingClientRect().bottom + 24)
    return Math.ceil(Math.max(96, canvas, ...floating))
  })
}

function fail(reason: string): never {
  console.error(reason)
  process.exit(1)
}
