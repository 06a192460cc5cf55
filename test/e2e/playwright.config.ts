import { defineConfig } from '@playwright/test'
import { launchOptions, noChromium } from '../chromium.ts'

if (noChromium !== null) {
  console.error(noChromium)
  process.exit(1)
}

export default defineConfig({
  testDir: '.',
  testMatch: '*.e2e.ts',
  outputDir: '../../test-results',
  // Each file starts a demo of its own; two cores carry one at a time.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  projects: [
    { name: 'demo', testIgnore: 'stories.e2e.ts' },
    // These wait more than they work: two at a time are fine, where nothing else runs (test/all.ts).
    { name: 'stories', testMatch: 'stories.e2e.ts', fullyParallel: true },
  ],
  use: { launchOptions, trace: 'retain-on-failure' },
})
