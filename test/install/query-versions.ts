// The tests of the cache and of React against the lowest TanStack Query that package.json allows, and against the newest there is.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { read } from './app.ts'

const root = join(import.meta.dirname, '../..')
const { peerDependencies } = JSON.parse(read('package.json')) as { peerDependencies: Record<string, string> }
const range = peerDependencies['@tanstack/react-query']!

/** The lowest and the newest that the registry has of what is allowed: not every number was published. */
function bounds(): [lowest: string, newest: string] {
  const command = ['view', `@tanstack/react-query@${range}`, 'version', '--json']
  const found = JSON.parse(execFileSync('npm', command, { encoding: 'utf8', timeout: 60_000 })) as string[]
  const inOrder = found.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
  return [inOrder[0]!, inOrder.at(-1)!]
}

// oxlint-disable-next-line typescript/require-await -- as the others
export async function queryVersions(): Promise<void> {
  for (const version of bounds()) {
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
      const vitest = join(root, 'node_modules/vitest/vitest.mjs')
      const what = ['--project', 'unit', '--project', 'dom', '--typecheck.enabled=false', 'test/query/', 'test/react/']
      execFileSync(process.execPath, [vitest, 'run', '--reporter=dot', ...what], {
        cwd: root,
        env: { ...process.env, LIVECACHE_QUERY_IN: folder },
        stdio: 'inherit',
        timeout: 600_000,
      })
      console.log(`the tests of query and react pass with @tanstack/react-query ${version}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
