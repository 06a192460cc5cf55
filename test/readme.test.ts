// The README and the pages beside it are what a stranger copies from: their code must compile against what is public.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['README.md', 'docs/diagnostics.md']
const blocks = pages.flatMap((page) => [
  ...readFileSync(join(root, page), 'utf8').matchAll(/```(tsx?)\n([\s\S]*?)```/g),
])

/** What an app of its own has, and the README takes for granted. */
const surroundings = `
interface Goal { id: string; name: string }
declare const session: { accessToken(options: { fresh: boolean }): Promise<string | null> }
declare const user: { id: string } | undefined
declare function fetchGoals(): Promise<Goal[]>
declare function post(url: string, body: object, headers: Record<string, string>): Promise<Goal>
declare const rules: Record<string, () => undefined>
declare const url: string
`

/** Of packages that the pages speak of and the project does not have, as much as they use. */
const elsewhere = `
declare module '@sentry/browser' {
  export function addBreadcrumb(crumb: {
    category: string; timestamp: number; message: string; data: object
    level: 'fatal' | 'error' | 'warning' | 'log' | 'info' | 'debug'
  }): void
}
declare module '@opentelemetry/api' {
  type Attributes = Record<string, string | number | boolean>
  export const metrics: { getMeter(name: string): { createCounter(name: string): { add(n: number, of: Attributes): void } } }
  export const trace: { getActiveSpan(): { addEvent(name: string, of: Attributes): void } | undefined }
}
`

it('shows code that compiles', () => {
  // Inside the project, so that its dependencies are found; behind a dot, so that nobody else finds it.
  const folder = mkdtempSync(join(root, 'test', '.readme-'))
  try {
    for (const [index, [, language, code = '']] of blocks.entries()) {
      const needsRealtime = code.includes('createRealtime(') && !/import [^\n]*createRealtime/.test(code)
      const needsDiagnostic = code.includes(': Diagnostic')
      const head = `${needsDiagnostic ? "import type { Diagnostic } from 'livecache'\n" : ''}${needsRealtime ? "import { createRealtime } from 'livecache'\n" : ''}${surroundings}`
      writeFileSync(
        join(folder, `block-${index}.${language}`),
        head + code.replace(/^<Query/m, 'export const app = <Query'),
      )
    }
    writeFileSync(join(folder, 'elsewhere.d.ts'), elsewhere)
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: { exactOptionalPropertyTypes: false, noUnusedLocals: false },
      files: ['elsewhere.d.ts', ...blocks.map(([, language], index) => `block-${index}.${language}`)],
      include: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout).toBe('')
    expect(blocks.length).toBe(10)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 30_000)
