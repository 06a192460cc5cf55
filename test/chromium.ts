// Finds a Chromium: one that is named, Playwright's own download, or the system's.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright'

const named = process.env['CHROMIUM_PATH']
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
const own = chromium.executablePath()

const executablePath = named ?? (existsSync(own) ? own : onPath.find((path) => existsSync(path)))

/** What to tell whoever has none; null where there is one. */
export const noChromium: string | null =
  named !== undefined && !existsSync(named)
    ? `CHROMIUM_PATH names no file: ${named}. Point it at a Chromium or Chrome, or unset it.`
    : executablePath === undefined
      ? 'No Chromium was found, so the browser tests cannot run. Get one with `npx playwright install chromium` or `apt-get install chromium`, or name one: CHROMIUM_PATH=/path/to/chrome.'
      : null

export const launchOptions: { executablePath?: string } = executablePath === undefined ? {} : { executablePath }
