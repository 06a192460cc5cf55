import { defineConfig } from '@playwright/test'
import { launchOptions, noChromium } from '../chromium.ts'

if (noChromium !== null) {
  console.error(noChromium)
  process.exit(1)
}

/** They measure no time, and start no demo that others would share. */
const pages = ['docs.e2e.ts', 'styles.e2e.ts', 'first-minutes.e2e.ts', 'plain-server.e2e.ts']

export default defineConfig({
  testDir: '.',
  testMatch: '*.e2e.ts',
  outputDir: '../../test-results',
  // Each file starts a demo of its own; two cores carry one at a time.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  projects: [
    { name: 'demo', testIgnore: ['stories.e2e.ts', ...pages] },
    // These wait more than they work: two at a time are fine, where nothing else runs (test/all.ts).
    { name: 'pages', testMatch: pages },
    { name: 'stories', testMatch: 'stories.e2e.ts', fullyParallel: true },
  ],
  use: { launchOptions, trace: 'retain-on-failure' },
})
