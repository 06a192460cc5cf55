/// <reference types="vitest/config" />
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type UserConfig } from 'vite'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Each is a subpath export of the package, `index` the package itself. */
const rooms = [
  'protocol',
  'transports',
  'client',
  'hub',
  'query',
  'react',
  'ui',
  'toasts',
  'goals',
  'testing',
  'testing/react',
  'testing/msw',
  'gateway',
  // A domain may be taken out: what is not there is not built.
].filter((room) => existsSync(fromHere(`src/${room}`)))

/** TypeScript 6 and later refuse `import 'livecache/styles.css'` without a declaration beside it. */
const cssTypes: Plugin = {
  name: 'css-types',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'styles.css.d.ts', source: 'export {}\n' })
  },
}

// One module per file: `"use client"` would be lost in shared chunks.
const library: UserConfig['build'] = {
  target: 'es2023',
  minify: false,
  sourcemap: true,
  cssCodeSplit: true,
  lib: {
    formats: ['es'],
    entry: {
      index: 'src/index.ts',
      ...Object.fromEntries(rooms.map((room) => [`${room}/index`, `src/${room}/index.ts`])),
      // The bin: no subpath, one file to run.
      'cli/livecache': 'src/cli/livecache.ts',
      styles: 'src/styles.css',
    },
  },
  rolldownOptions: {
    external: [/^node:/, /^[a-z@]/],
    output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
  },
}

/** Real sockets and real processes, so they wait in real time. All other tests bring their own time. */
const smoke = [
  'test/smoke/**/*.test.ts',
  'test/gateway/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/client/plain-server.test.ts',
  'test/testing/transport-conformance.test.ts',
  'test/transports/websocket.test.ts',
  'test/protocol/readme.test.ts',
  'test/{proxy,readme,package,first-minutes,without-goals}.test.ts',
]

/** React 18 beside 19: whatever asks for React gets it, Testing Library and TanStack Query too. */
const react18 = {
  alias: [
    { find: /^(react|react-dom)(\/.*)?$/, replacement: fromHere('test/react18/node_modules/$1$2') },
    {
      find: /^@testing-library\/react$/,
      replacement: fromHere('node_modules/@testing-library/react/dist/@testing-library/react.esm.js'),
    },
  ],
}

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === 'library' ? [cssTypes] : [])],
  ...(mode === 'library' && { build: library }),
  resolve: {
    alias: [
      { find: /^livecache$/, replacement: fromHere('src/index.ts') },
      { find: /^livecache\/styles\.css$/, replacement: fromHere('src/styles.css') },
      { find: /^livecache\/([a-z]+(?:\/[a-z]+)?)$/, replacement: fromHere('src/$1/index.ts') },
    ],
  },
  test: {
    projects: [
      {
        extends: true as const,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{react,ui,toasts,goals,testing/react,testing/msw}/**', ...smoke],
          typecheck: { enabled: true, tsconfig: './tsconfig.json', include: ['test/**/*.test-d.ts'] },
        },
      },
      { extends: true as const, test: { name: 'smoke', include: smoke } },
      {
        extends: true as const,
        test: {
          name: 'dom',
          environment: 'jsdom',
          include: ['test/{react,ui,toasts,goals,testing/react,testing/msw}/**/*.test.{ts,tsx}'],
          setupFiles: ['test/dom-setup.ts'],
        },
      },
      {
        extends: true as const,
        resolve: react18,
        test: {
          name: 'dom-react18',
          environment: 'jsdom',
          include: ['test/{ui,toasts,goals,testing/react}/**/*.test.tsx'],
          setupFiles: ['test/dom-setup.ts'],
          server: { deps: { inline: [/@tanstack\/react-query/, /@testing-library\/react/, /sonner/] } },
        },
      },
    ],
  },
}))
