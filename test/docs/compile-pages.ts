// Compiles the code of pages against what is public. A block whose first line is a comment with a path is that file of the page's app, so
// that others can import it; any other block is a module of its own.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { surroundings } from './surroundings.ts'

export const root = join(import.meta.dirname, '../..')

export interface PageFile {
  /** Within the app of the page, such as `src/realtime.ts`. */
  readonly path: string
  readonly code: string
}

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

/** The TypeScript of a page, as files. */
export function filesOf(page: string): PageFile[] {
  return blocksIn(page, ['ts', 'tsx']).map(({ language, code }, index) => {
    const [, path] = /^\/\/ (\S+\.tsx?)\n/.exec(code) ?? []
    return { path: path ?? `block-${index + 1}.${language}`, code: path === undefined ? `${code}\nexport {}\n` : code }
  })
}

/** A folder inside the project, so that its packages are found; the caller removes it. */
export function makeFolder(): string {
  return mkdtempSync(join(root, 'test/.blocks-'))
}

export function writeFiles(folder: string, files: readonly PageFile[]): void {
  for (const { path, code } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
  }
}

/** What the compiler says of these pages, read together; nothing where all is well. */
export function complaintsAboutPages(pages: readonly string[]): string {
  const folder = makeFolder()
  try {
    const files = pages.flatMap((page) =>
      filesOf(page).map(({ path, code }) => ({ path: join(page.replaceAll('/', '-').replace('.md', ''), path), code })),
    )
    writeFiles(folder, [...files, { path: 'surroundings.d.ts', code: surroundings }])
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: {
        // As a new Vite app has it.
        module: 'esnext',
        moduleResolution: 'bundler',
        exactOptionalPropertyTypes: false,
        noUncheckedIndexedAccess: false,
        paths: { ...pathsFrom('../../src') },
      },
      files: ['surroundings.d.ts', ...files.map(({ path }) => path)],
      include: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: root,
      encoding: 'utf8',
    })
    // What is wrong in src is said by the type check of the project, and by no page.
    return stdout.replaceAll(/^src\/[^\n]*\n(?:\s[^\n]*\n)*/gm, '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const pathsFrom = (src: string) => ({
  livecache: [`${src}/index.ts`],
  'livecache/styles.css': [`${src}/styles.css`],
  'livecache/testing/react': [`${src}/testing/react/index.ts`],
  'livecache/testing/msw': [`${src}/testing/msw/index.ts`],
  'livecache/*': [`${src}/*/index.ts`],
})
