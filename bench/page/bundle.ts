// The page as an app would ship it: built for production into a folder that is thrown away.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** @returns the one script of it */
export async function bundlePage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'livecache-page-'))
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      mode: 'production',
      root: fromRoot('bench/page/browser'),
      resolve: { alias: [{ find: /^livecache$/, replacement: fromRoot('src/index.ts') }] },
      define: { 'process.env.NODE_ENV': '"production"' },
      build: {
        outDir: folder,
        emptyOutDir: true,
        modulePreload: false,
        chunkSizeWarningLimit: 10_000,
        rolldownOptions: {
          input: fromRoot('bench/page/browser/main.tsx'),
          output: { entryFileNames: 'page.js', codeSplitting: false },
        },
      },
    })
    return readFileSync(join(folder, 'page.js'), 'utf8')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
