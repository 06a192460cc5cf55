// The built Storybook, served on a port of its own, and how a story of it is opened. Where it is built: `npm run build-storybook`.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'storybook-static')

/** What goes into it. */
const sources = ['src', 'stories', '.storybook', 'package-lock.json', 'vite.config.ts']

export interface Story {
  /** Of its title and name: `components-realtimeindicator--connected`. */
  id: string
}

/** What is built, in its order; null where nothing is. */
export function builtStories(): Story[] | null {
  try {
    const { entries } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
      entries: Record<string, { id: string; type: string }>
    }
    return Object.values(entries).filter(({ type }) => type === 'story')
  } catch {
    return null
  }
}

/** Whether something that goes into it has changed since it was built, or nothing is built. */
export function isStorybookOutdated(): boolean {
  if (builtStories() === null) return true
  const builtAt = statSync(join(folder, 'index.json')).mtimeMs
  return sources.some((source) => changedAt(join(root, source)) > builtAt)
}

function changedAt(path: string): number {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(
    ...readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => statSync(join(path, file)).mtimeMs),
  )
}

export interface StorybookSite {
  readonly address: string
  close(): void
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export async function serveStorybook(): Promise<StorybookSite> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://storybook').pathname)
    readFile(join(folder, path)).then(
      (content) => {
        response.writeHead(200, {
          'content-type': types[extname(path)] ?? 'application/octet-stream',
          // The names of assets have a hash in them.
          'cache-control': path.startsWith('/assets/') ? 'max-age=3600' : 'no-cache',
        })
        response.end(content)
      },
      // Browsers ask for an icon by themselves, and say aloud that there is none.
      () => response.writeHead(path === '/favicon.ico' ? 204 : 404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** What Storybook's preview leaves on the page. */
interface StorybookWindow extends Window {
  __STORYBOOK_ADDONS_CHANNEL__?: { last(event: string): unknown[] | undefined }
}

/** How long a story may take to play, in ms. */
const playLimitMs = 30_000

/**
 * Opens a story, and answers once its play function has ended.
 * @param globals switches of the toolbar, such as `{ direction: 'rtl' }`
 * @returns what went wrong, in its own words: an error that was thrown while it played, or a story that could not be drawn
 */
export async function openStory(
  page: Page,
  site: StorybookSite,
  { id }: Story,
  globals: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  // The addon would run axe once more, as a part of playing.
  const switches = Object.entries({ 'a11y.manual': '!true', ...globals }).map(([name, value]) => `${name}:${value}`)
  await page.goto(`${site.address}/iframe.html?id=${id}&viewMode=story&globals=${switches.join(';')}`)
  const ended = await page.waitForFunction(
    () => {
      // oxlint-disable-next-line no-underscore-dangle -- Storybook's name
      const channel = (globalThis as unknown as StorybookWindow).__STORYBOOK_ADDONS_CHANNEL__
      const ends = ['storyFinished', 'storyMissing', 'storyErrored', 'storyThrewException', 'configError']
      if (!ends.some((event) => channel?.last(event))) return null
      const faults = [...ends.slice(1), 'playFunctionThrewException', 'unhandledErrorsWhilePlaying']
      return faults.flatMap((event) => (channel?.last(event) ?? []).map((fault) => `${event}: ${wordsOf(fault)}`))

      function wordsOf(fault: unknown): string {
        if (Array.isArray(fault)) return fault.map(wordsOf).join('; ')
        if (typeof fault !== 'object' || fault === null) return String(fault)
        const { message, stack, title, description } = fault as Record<string, string | undefined>
        return message ?? stack ?? [title, description].filter(Boolean).join(' ')
      }
    },
    null,
    { timeout: playLimitMs, polling: 50 },
  )
  return (await ended.jsonValue()) ?? []
}

/** Collects what a page complains of from here on: errors nobody caught, and what is printed as an error or a warning. */
export function listenToComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  return complaints
}

/** Until what is drawn is drawn: two frames, and the end of every transition and animation that has one. */
export async function untilSettled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    const finite = document
      .getAnimations()
      .filter(({ effect }) => effect !== null && effect.getComputedTiming().endTime !== Infinity)
    const limit = new Promise((resolve) => setTimeout(resolve, 4_000))
    await Promise.race([Promise.allSettled(finite.map(({ finished }) => finished)), limit])
  })
}
