// `npm run test:install`: the packed package in apps made from scratch outside the repository, one after the other, as a stranger would make
// them. Needs `npm run build` before, and the registry. `npm run test:install vite` takes one of them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from './app.ts'
import { jestApp } from './jest-app.ts'
import { nextApp } from './next-app.ts'
import { nodeApp } from './node-app.ts'
import { queryVersions } from './query-versions.ts'
import { viteApp } from './vite-app.ts'

const apps: Record<string, (tarball: string) => Promise<void>> = {
  vite: viteApp,
  jest: jestApp,
  next: nextApp,
  node: nodeApp,
  query: queryVersions,
}
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(apps)
const unknown = wanted.filter((name) => !(name in apps))
if (unknown.length > 0)
  throw new Error(`There is no ${unknown.join(', ')}; there are: ${Object.keys(apps).join(', ')}.`)

const folder = mkdtempSync(join(tmpdir(), 'livecache-pack-'))
try {
  const tarball = pack(folder)
  for (const name of wanted) {
    const began = performance.now()
    await apps[name]!(tarball)
    console.log(`${name}: works (${Math.round((performance.now() - began) / 1_000)} s)`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
