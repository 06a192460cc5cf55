// The tests of the cache and of React against the lowest TanStack Query that package.json allows, and against the newest there is.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { read } from './app.ts'

const root = join(import.meta.dirname, '../..')
const { peerDependencies } = JSON.parse(read('package.json')) as { peerDependencies: Record<string, string> }
const lowest = peerDependencies['@tanstack/react-query']!.replace('^', '')

// oxlint-disable-next-line typescript/require-await -- as the others
export async function queryVersions(): Promise<void> {
  for (const version of [lowest, 'latest']) {
    // Below this project's packages, so that its React is found, and no second one.
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    const folder = mkdtempSync(join(root, 'node_modules', '.livecache-query-'))
    try {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
      const options = ['--no-audit', '--no-fund', '--loglevel=error', '--legacy-peer-deps']
      execFileSync('npm', ['install', ...options, `@tanstack/react-query@${version}`], {
        cwd: folder,
        timeout: 120_000,
      })
      const installed = JSON.parse(
        readFileSync(join(folder, 'node_modules/@tanstack/react-query/package.json'), 'utf8'),
      ) as { version: string }
      const vitest = join(root, 'node_modules/vitest/vitest.mjs')
      const what = ['--project', 'unit', '--project', 'dom', '--typecheck.enabled=false', 'test/query/', 'test/react/']
      execFileSync(process.execPath, [vitest, 'run', '--reporter=dot', ...what], {
        cwd: root,
        env: { ...process.env, LIVECACHE_QUERY_IN: folder },
        stdio: 'inherit',
        timeout: 600_000,
      })
      console.log(`the tests of query and react pass with @tanstack/react-query ${installed.version}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
