// Compiles the code of pages against what is public. A block whose first line is a comment with a path is that file of the page's app, so
// that others can import it; any other block is a module of its own.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { complaintsOf, type SourceFile } from '../compile.ts'
import { surroundings } from './surroundings.ts'

export const root = join(import.meta.dirname, '../..')

/** The pages these tests look after: what others wrote is compiled by tests of their own. */
export const ownPages: readonly string[] = [
  'docs/tour.md',
  'docs/concepts.md',
  'docs/components.md',
  'docs/comparison.md',
  ...['docs/recipes', 'docs/backends'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
]

const fence = /^```(\w+)[^\n]*\n([^]*?)^```$/gm

/** The blocks of a page in these languages. */
export function blocksIn(page: string, languages: readonly string[]): { language: string; code: string }[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(fence)]
    .map(([, language = '', code = '']) => ({ language, code }))
    .filter(({ language }) => languages.includes(language))
}

/** The TypeScript of a page, as files of its app. */
export function filesOf(page: string): SourceFile[] {
  return blocksIn(page, ['ts', 'tsx']).map(({ language, code }, index) => {
    const [, path] = /^\/\/ (\S+\.tsx?)\n/.exec(code) ?? []
    return { path: path ?? `block-${index + 1}.${language}`, code: path === undefined ? `${code}\nexport {}\n` : code }
  })
}

/** What the compiler says of these pages, read together; nothing where all is well. */
export function complaintsAboutPages(pages: readonly string[]): string {
  const files = pages.flatMap((page) =>
    filesOf(page).map(({ path, code }) => ({ path: join(page.replaceAll('/', '-').replace('.md', ''), path), code })),
  )
  const said = complaintsOf([{ path: 'surroundings.d.ts', code: surroundings }, ...files], {
    // As a new Vite app has it.
    module: 'esnext',
    moduleResolution: 'bundler',
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: false,
    paths: pathsFrom('../../src'),
  })
  // What is wrong in src is said by the type check of the project, and by no page.
  return said.replaceAll(/^src\/[^\n]*\n(?:\s[^\n]*\n)*/gm, '')
}

const pathsFrom = (src: string) => ({
  livecache: [`${src}/index.ts`],
  'livecache/styles.css': [`${src}/styles.css`],
  'livecache/testing/react': [`${src}/testing/react/index.ts`],
  'livecache/testing/msw': [`${src}/testing/msw/index.ts`],
  'livecache/*': [`${src}/*/index.ts`],
})
