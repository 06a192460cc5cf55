/// <reference types="vitest/config" />
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
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

/**
 * To `require` belong declarations of their own: those of `import` would tell the compiler that it gets ES modules. So what `tsc -p src` wrote
 * is written once more, under the names that stand for CommonJS.
 */
const commonjsTypes: Plugin = {
  name: 'commonjs-types',
  generateBundle({ dir }) {
    const declarations = readdirSync(dir!, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.d.ts') && !path.endsWith('.css.d.ts') && !/^(gateway|cli)\//.test(path))
    for (const path of declarations) {
      const source = readFileSync(join(dir!, path), 'utf8').replace(/(['"]\.{1,2}\/[^'"]+)\.tsx?(['"])/g, '$1.cjs$2')
      this.emitFile({ type: 'asset', fileName: path.replace(/\.ts$/, '.cts'), source })
    }
  },
}

/** Every subpath of the package, by the file it becomes. */
const entriesOf = (names: readonly string[]) => ({
  index: 'src/index.ts',
  ...Object.fromEntries(names.map((room) => [`${room}/index`, `src/${room}/index.ts`])),
})

// One module per file: `"use client"` would be lost in shared chunks.
const bundling = (extension: string) => ({
  external: [/^node:/, /^[a-z@]/],
  output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: `[name].${extension}` },
})

const library: UserConfig['build'] = {
  target: 'es2023',
  minify: false,
  cssCodeSplit: true,
  lib: {
    formats: ['es'],
    // The bin is no subpath: one file to run.
    entry: { ...entriesOf(rooms), 'cli/livecache': 'src/cli/livecache.ts', styles: 'src/styles.css' },
  },
  rolldownOptions: bundling('js'),
}

/**
 * The same for `require`, as Jest calls it: what runs in a browser. Comes after `library` and the declarations.
 *
 * Who mixes both in one process has two copies. Errors know each other (base/errors.ts), and events, rules and options are plain data; but a
 * hook does not find the provider of the other copy, and says so (`no-provider`). test/package.test.ts holds that.
 */
const commonjs: UserConfig['build'] = {
  target: 'es2023',
  minify: false,
  emptyOutDir: false,
  lib: { formats: ['cjs'], entry: entriesOf(rooms.filter((room) => room !== 'gateway')) },
  rolldownOptions: bundling('cjs'),
}

/** Real sockets and real processes, so they wait in real time, once all others are done, which bring their own time. */
const smoke = [
  'test/smoke/**/*.test.ts',
  'test/gateway/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/bench/gateway.test.ts',
  'test/docs/backends.test.ts',
  'test/client/plain-server.test.ts',
  'test/testing/transport-conformance.test.ts',
  'test/transports/websocket.test.ts',
  'test/protocol/readme.test.ts',
  'test/{proxy,readme,package,first-minutes,without-goals,examples}.test.ts',
]

/** They measure how long others wait while one floods: one after the other, once all else is done, or they would measure their neighbours. */
const alone = ['test/gateway/{limits,hardening,redact}.test.ts']

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

/** Another version of TanStack Query than the one that is installed: `npm run test:install query` names where it is. */
const queryFolder = process.env['LIVECACHE_QUERY_IN']
const anotherQuery =
  queryFolder === undefined
    ? []
    : [
        {
          find: /^@tanstack\/(react-query|query-core)$/,
          replacement: `${queryFolder}/node_modules/@tanstack/$1/build/modern/index.js`,
        },
      ]

export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === 'library' ? [cssTypes] : []), ...(mode === 'commonjs' ? [commonjsTypes] : [])],
  ...(mode === 'library' && { build: library }),
  ...(mode === 'commonjs' && { build: commonjs }),
  resolve: {
    alias: [
      ...anotherQuery,
      { find: /^livecache$/, replacement: fromHere('src/index.ts') },
      { find: /^livecache\/styles\.css$/, replacement: fromHere('src/styles.css') },
      { find: /^livecache\/([a-z]+(?:\/[a-z]+)?)$/, replacement: fromHere('src/$1/index.ts') },
    ],
  },
  test: {
    // Two also where there are only two cores: what waits for the disk leaves room.
    maxWorkers: Math.max(2, availableParallelism() - 1),
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
      {
        extends: true as const,
        test: { name: 'smoke', include: smoke, exclude: alone, sequence: { groupOrder: 1 } },
      },
      {
        extends: true as const,
        test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
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
        // The other page that tests of apps run in.
        test: {
          name: 'happy-dom',
          environment: 'happy-dom',
          include: ['test/testing/react/**/*.test.tsx'],
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
