// The page's modules, as Vite serves them in development.
import type { Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { createServer, type ViteDevServer } from 'vite'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** @param cacheDir where dependencies are prepared; two demos at a time must not share one */
export function createPageFiles(httpServer: Server, cacheDir: string): Promise<ViteDevServer> {
  return createServer({
    configFile: false,
    root: fromHere('../page'),
    cacheDir,
    plugins: [react()],
    logLevel: 'error',
    clearScreen: false,
    appType: 'spa',
    resolve: {
      alias: [
        { find: /^livecache$/, replacement: fromHere('../../src/index.ts') },
        { find: /^livecache\/styles\.css$/, replacement: fromHere('../../src/styles.css') },
        { find: /^livecache\/([a-z]+)$/, replacement: fromHere('../../src/$1/index.ts') },
      ],
    },
    // Named, so that none is found late and makes the page load again.
    optimizeDeps: {
      include: [
        'react',
        'react-dom/client',
        'react/jsx-runtime',
        'react/jsx-dev-runtime',
        '@tanstack/react-query',
        'clsx',
      ],
    },
    server: {
      middlewareMode: true,
      ws: { server: httpServer },
      fs: {
        allow: [
          fromHere('../page'),
          fromHere('../shared'),
          fromHere('../rooms'),
          fromHere('../../src'),
          fromHere('../../node_modules'),
          cacheDir,
        ],
      },
    },
  })
}
