// The domain is data on top of the core: in a copy of the project without it, and without its line in each front door, the rest
// type-checks, builds, fits its budgets and passes its tests. The demo and the stories, which show the domain off, are not judged.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'livecache-without-goals-'))
afterAll(() => rmSync(copy, { recursive: true, force: true }))

const copied = [
  'src',
  'test',
  'bench',
  'demo',
  'stories',
  'package.json',
  'tsconfig.json',
  'vite.config.ts',
  'README.md',
  'docs',
  'site',
  'llms.txt',
  '.oxlintrc.json',
]
/** What is about goals, the demo (whose events some types are tested with; pages lead to its tests) or the stories, and what copies the project itself. */
const leftOut =
  /\/src\/goals(\/|$)|\/test\/(goals|demo|e2e|docs-links\.test\.ts|screenshots\.ts|toasts\/toast-rules\.test-d\.ts|without-goals\.test\.ts|\.blocks)|\/react18\/node_modules|\/demo\/data/

function edit(file: string, change: (text: string) => string) {
  const path = join(copy, file)
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  expect(after).not.toBe(before)
  writeFileSync(path, after)
}

function run(command: string): string {
  const { status, stdout, stderr } = spawnSync(command, { cwd: copy, shell: true, encoding: 'utf8' })
  return status === 0 ? '' : `${command}\n${stdout}\n${stderr}`.slice(-6_000)
}

it('leaves all else green', () => {
  for (const name of copied)
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !leftOut.test(path.replaceAll('\\', '/')),
    })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  edit('src/index.ts', (text) => text.replace("export * from './goals/index.ts'\n", ''))
  edit('src/styles.css', (text) => text.replace("@import './goals/goals.css';\n", ''))
  edit('tsconfig.json', (text) => text.replace('"demo", ', '').replace('"stories", ', '').replace('".storybook", ', ''))

  expect(run('npx tsc -p .')).toBe('')
  expect(run('npx vite build --mode library --logLevel error')).toBe('')
  // Smoke tests wait in real time, and are about sockets and processes.
  expect(run('npx vitest run --project unit --project dom')).toBe('')
}, 600_000)
