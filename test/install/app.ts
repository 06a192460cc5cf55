// An app of its own, in a folder of its own outside the repository, into which the packed package is installed as a stranger would.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The exact versions that this project is developed with. */
export const versions = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> }
).devDependencies

/** `name@version` of each, as this project has it. */
export const asHere = (...names: readonly string[]): string[] => names.map((name) => `${name}@${versions[name]}`)

/** A text of this project. @param path from its root */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

export interface App {
  readonly folder: string
  write(files: Readonly<Record<string, string>>): void
  /** Makes it a copy of what lies in `examples/`. */
  copyExample(): void
  /** Installs `tarball`, what package.json names, and these. */
  install(tarball: string, packages?: readonly string[]): void
  /** Runs a command of a package of the app, with Node, to its end. Throws with what it printed where it fails. */
  run(bin: string, ...args: readonly string[]): string
  /** Starts one that goes on. The caller ends it. */
  start(bin: string, ...args: readonly string[]): ChildProcess
  remove(): void
}

// A registry or a network that does not answer must end the run, not hold it.
const installWithinMs = 180_000
const runWithinMs = 180_000

/** @param name that of an example, where it is to be a copy of it */
export function makeApp(name: string): App {
  const folder = mkdtempSync(join(tmpdir(), `livecache-install-${name}-`))
  const env = { ...process.env, CI: '1', NEXT_TELEMETRY_DISABLED: '1' }
  // As from a terminal: neither npm's own variables of this run, nor its mode.
  for (const variable of Object.keys(env))
    if (/^npm_|^NODE_ENV$|^VITEST/.test(variable)) delete (env as NodeJS.ProcessEnv)[variable]
  const scriptOf = (bin: string) => join(folder, 'node_modules', bin)

  function execute(file: string, args: readonly string[], timeout: number): string {
    try {
      return execFileSync(file, args, {
        cwd: folder,
        env,
        encoding: 'utf8',
        timeout,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    } catch (cause) {
      const { message, stdout = '', stderr = '' } = cause as Error & { stdout?: string; stderr?: string }
      // Not the whole of it as the cause: that would print all three times.
      // oxlint-disable-next-line eslint/preserve-caught-error
      throw new Error(`${name}: ${message.split('\n')[0]}\n${stdout}\n${stderr}`, { cause: message })
    }
  }

  return {
    folder,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
    },
    copyExample() {
      const isSource = (path: string) => !/[/\\](node_modules|\.next|dist)$/.test(path)
      cpSync(join(root, 'examples', name), folder, { recursive: true, filter: isSource })
    },
    install(tarball, packages = []) {
      execute(
        'npm',
        ['install', '--no-audit', '--no-fund', '--loglevel=error', '--save-exact', tarball, ...packages],
        installWithinMs,
      )
    },
    run: (bin, ...args) => execute(process.execPath, [scriptOf(bin), ...args], runWithinMs),
    start: (bin, ...args) =>
      spawn(process.execPath, [scriptOf(bin), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The package as it would be published: built before, packed here. @param folder where the tarball goes */
export function pack(folder: string): string {
  if (!existsSync(join(root, 'dist/index.d.cts')))
    throw new Error(
      'dist/ is missing or was not built to the end, so there is nothing to pack. Run `npm run build` first.',
    )
  const name = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  }).trim()
  return join(folder, name)
}

/** The files that a page tells to write: blocks whose first line is a comment with a path. */
export function filesOf(page: string): Record<string, string> {
  const blocks = [...read(page).matchAll(/^```tsx?\n(\/\/ (\S+\.tsx?)\n[^]*?)^```$/gm)]
  return Object.fromEntries(blocks.map(([, code = '', path = '']) => [path, code]))
}
