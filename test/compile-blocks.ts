// Compiles the code blocks of pages against what is public: what a stranger copies must work.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { complaintsOf } from './compile.ts'

const root = join(import.meta.dirname, '..')

export interface Block {
  language: 'ts' | 'tsx'
  code: string
}

/** The `ts` and `tsx` blocks of a page. @param page its path in the project */
export const blocksOf = (page: string): Block[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/```(tsx?)\n([\s\S]*?)```/g)].map(([, language, code = '']) => ({
    language: language as Block['language'],
    code,
  }))

/** What an app of its own has, and the pages take for granted. */
const surroundings = `
interface Goal { id: string; name: string }
declare const session: { accessToken(options: { fresh: boolean }): Promise<string | null> }
declare const user: { id: string } | undefined
declare function signIn(): void
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

/** What the compiler says of them, each a module of its own; nothing where all is well. */
export function complaintsAbout(blocks: readonly Block[]): string {
  const files = blocks.map(({ language, code }, index) => ({
    path: `block-${index}.${language}`,
    code: moduleOf(code),
  }))
  return complaintsOf([{ path: 'elsewhere.d.ts', code: elsewhere }, ...files], {
    exactOptionalPropertyTypes: false,
    noUnusedLocals: false,
  })
}

/** A block may leave out the imports that the one before it has. */
function moduleOf(code: string): string {
  const needsRealtime = code.includes('createRealtime(') && !/import [^\n]*createRealtime/.test(code)
  const needsDiagnostic = code.includes(': Diagnostic')
  const imports = `${needsDiagnostic ? "import type { Diagnostic } from 'livecache'\n" : ''}${needsRealtime ? "import { createRealtime } from 'livecache'\n" : ''}`
  return imports + surroundings + code.replace(/^<Query/m, 'export const app = <Query')
}
