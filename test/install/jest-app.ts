// The example for Jest, in jsdom with React 18: everything of the package is required, nothing of it is transformed.
import { makeApp, read } from './app.ts'

const beside = {
  'required.test.js': `const { createTestRealtime } = require('livecache/testing')
const { RealtimeError, invalidate } = require('livecache')
const { RealtimeError: ofClient } = require('livecache/client')

test('events reach a client without React', async () => {
  const heard = []
  const { realtime, server, settle, dispose } = createTestRealtime({ rules: { 'goal.*': () => invalidate(['goals']) } })
  realtime.on('goal.created', ({ payload }) => heard.push(payload))
  realtime.hold()
  await settle()
  server.publish({ type: 'goal.created', payload: { id: '1' } })
  await settle()
  expect(heard).toEqual([{ id: '1' }])
  dispose()
})

test('all subpaths share what they hold', () => {
  expect(ofClient).toBe(RealtimeError)
})
`,
}

/** The ten lines of the page on testing, with Jest's words in place of Vitest's. */
function tenLines(): string {
  const [, code] = /^## Ten lines$[^]*?^```tsx\n([^]*?)^```$/m.exec(read('docs/testing.md')) ?? []
  if (code === undefined || !code.includes("from 'vitest'"))
    throw new Error(
      'docs/testing.md has no section "Ten lines" with a test for Vitest, so there is nothing to run under Jest.',
    )
  return code.replace("from 'vitest'", "from '@jest/globals'")
}

export async function jestApp(tarball: string): Promise<void> {
  const app = makeApp('jest-testing')
  try {
    app.copyExample()
    app.write({ ...beside, 'ten-lines.test.tsx': tenLines() })
    app.install(tarball)
    app.run('typescript/bin/tsc', '--skipLibCheck', 'false')
    app.run('jest/bin/jest.js', '--ci')
  } finally {
    app.remove()
  }
}
