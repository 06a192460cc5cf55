// What the compiler says of files that are no part of the project, such as the code of a page.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

export interface SourceFile {
  /** Within a folder of its own. */
  readonly path: string
  readonly code: string
}

/** Inside the project, so that its packages are found; behind a dot, so that nobody else finds it. The caller removes it. */
export const makeFolder = (): string => mkdtempSync(join(root, 'test/.blocks-'))

export function writeFiles(folder: string, files: readonly SourceFile[]): void {
  for (const { path, code } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
  }
}

/** Of these files read together; nothing where all is well. @param compilerOptions beside those of the project */
export function complaintsOf(files: readonly SourceFile[], compilerOptions: object = {}): string {
  const folder = makeFolder()
  try {
    writeFiles(folder, files)
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions,
      files: files.map(({ path }) => path),
      include: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: root,
      encoding: 'utf8',
    })
    return stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
