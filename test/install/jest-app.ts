// A CommonJS app with React 18, tested by Jest in jsdom: everything of the package is required, nothing of it is transformed.
import { asHere, makeApp, read } from './app.ts'

const jest = '30.5.2'

const config = {
  'package.json': JSON.stringify({ name: 'tested-by-jest', private: true, version: '0.0.0' }),
  'babel.config.js':
    "module.exports = { presets: [['@babel/preset-env', { targets: { node: 'current' } }], ['@babel/preset-react', { runtime: 'automatic' }], '@babel/preset-typescript'] }\n",
  'jest.config.js': "module.exports = { testEnvironment: 'jsdom' }\n",
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      lib: ['ES2022', 'DOM', 'DOM.Iterable'],
      module: 'node16',
      strict: true,
      noEmit: true,
      jsx: 'react-jsx',
      types: ['node'],
      skipLibCheck: false,
    },
    include: ['*.test.tsx'],
  }),
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
  const app = makeApp('jest')
  try {
    app.write({ ...config, 'ten-lines.test.tsx': tenLines() })
    app.install(tarball, [
      'react@18.3.1',
      'react-dom@18.3.1',
      '@types/react@18',
      '@types/react-dom@18',
      ...asHere('typescript', '@types/node', '@tanstack/react-query', '@testing-library/react', '@testing-library/dom'),
      ...['jest', 'jest-environment-jsdom', 'babel-jest', '@jest/globals'].map((name) => `${name}@${jest}`),
      ...['@babel/core', '@babel/preset-env', '@babel/preset-react', '@babel/preset-typescript'].map(
        (name) => `${name}@8`,
      ),
    ])
    app.run('typescript/bin/tsc')
    app.run('jest/bin/jest.js', '--ci')
  } finally {
    app.remove()
  }
}
