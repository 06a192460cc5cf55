// What the package exports, read from its declarations: names, signatures, docstrings and the fields of options. The compiler has no API to ask,
// but what it emits is plain: statements that end where they end, with their comments before them. Pages made of it are reference.ts.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

export interface Member {
  readonly name: string
  readonly isOptional: boolean
  readonly doc: string | null
  /** Without its comment. */
  readonly text: string
}

export interface Declaration {
  readonly name: string
  readonly kind: 'function' | 'value' | 'class' | 'type'
  /** Of the first of several signatures that has one. */
  readonly doc: string | null
  /** One per overload. */
  readonly signatures: readonly string[]
  /** Of an interface, a class or an object type, with what it takes from types that are not exported. */
  readonly members: readonly Member[]
  /** Within `src`, without its ending. */
  readonly file: string
}

export interface Subpath {
  /** As an app imports it, such as `livecache/query`. */
  readonly specifier: string
  /** By name. */
  readonly exports: ReadonlyMap<string, Declaration>
}

interface Statement {
  readonly doc: string | null
  readonly text: string
}

const root = join(import.meta.dirname, '..')

/** Every subpath of package.json that has declarations. Has the compiler write them anew. */
export function readPackage(): readonly Subpath[] {
  const folder = mkdtempSync(join(tmpdir(), 'livecache-declarations-'))
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    spawnSync(process.execPath, [tsc, '-p', 'src', '--outDir', folder], { cwd: root })
    const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      name: string
      exports: Record<string, unknown>
    }
    const files = createFiles(folder)
    return (
      Object.keys(exports)
        .filter((path) => !/\.\w+$/.test(path))
        // A domain may be taken out.
        .filter((path) => existsSync(join(folder, path, 'index.d.ts')))
        .map((path) => ({
          specifier: join(name, path),
          exports: new Map(
            [...files.exportsOf(join(folder, path, 'index.d.ts'))].toSorted(([a], [b]) => (a < b ? -1 : 1)),
          ),
        }))
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function createFiles(folder: string) {
  const read = new Map<string, readonly Statement[]>()

  function statementsOf(file: string): readonly Statement[] {
    const known = read.get(file) ?? statements(readFileSync(file, 'utf8'))
    read.set(file, known)
    return known
  }

  function declared(file: string, name: string): Declaration {
    const own = statementsOf(file).filter(({ text }) => declaredName(text) === name)
    const [first] = own
    if (first === undefined) throw new Error(`${file} declares no ${name}`)
    return {
      name,
      kind: kindOf(first.text),
      doc: own.find(({ doc }) => doc !== null)?.doc ?? null,
      signatures: own.map(({ text }) => text.replace(/^export (declare )?/, '').replace(/;$/, '')),
      members: membersOf(file, first.text),
      file: relative(folder, file).replace('.d.ts', ''),
    }
  }

  /** Its own, and those of the types of the same file that nobody outside sees. */
  function membersOf(file: string, text: string): readonly Member[] {
    const hidden = statementsOf(file).filter((other) => /^(declare )?(interface|type) /.test(other.text))
    const head = text.slice(0, text.search(/\{|$/))
    const referred = /^(export )?(declare )?type/.test(text) ? text.replaceAll(/\{[^]*\}/g, '') : head
    const taken = hidden.filter((other) => {
      const name = declaredName(other.text)!
      return name !== declaredName(text) && new RegExp(`\\b${name}\\b`).test(referred)
    })
    return [...taken.flatMap((other) => membersOf(file, other.text)), ...ownMembers(text)]
  }

  function exportsOf(file: string): ReadonlyMap<string, Declaration> {
    const found = new Map<string, Declaration>()
    const target = (from: string) => join(dirname(file), from.replace(/\.tsx?$/, '.d.ts'))
    for (const { text } of statementsOf(file)) {
      const [, names, from] = /^export (?:type )?\{([^}]*)\}(?: from ['"](.+)['"])?/.exec(text) ?? []
      const [, starFrom] = /^export (?:type )?\* from ['"](.+)['"]/.exec(text) ?? []
      if (starFrom !== undefined) for (const [name, one] of exportsOf(target(starFrom))) found.set(name, one)
      else if (names !== undefined) {
        for (const pair of names.split(',').map((part) => part.trim().replace(/^type /, ''))) {
          const [name = '', as = name] = pair.split(' as ')
          if (name === '') continue
          const one = from === undefined ? declared(file, name) : exportsOf(target(from)).get(name)
          if (one === undefined) throw new Error(`${from} exports no ${name}`)
          found.set(as, as === name ? one : { ...one, name: as })
        }
      } else if (text.startsWith('export ')) {
        const name = declaredName(text)
        if (name !== null && !found.has(name)) found.set(name, declared(file, name))
      }
    }
    return found
  }

  return { exportsOf }
}

const declaredName = (text: string): string | null =>
  /^(?:export )?(?:declare )?(?:abstract )?(?:function|const|let|class|interface|type|namespace|enum) ([\w$]+)/.exec(
    text,
  )?.[1] ?? null

function kindOf(text: string): Declaration['kind'] {
  const [, word] = /^(?:export )?(?:declare )?(?:abstract )?(\w+)/.exec(text) ?? []
  if (word === 'function' || word === 'class') return word
  return word === 'const' || word === 'let' ? 'value' : 'type'
}

// ── text ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const opening = '({['
const closing = ')}]'

/** Where a comment or a quoted text that begins here ends; the same place where none begins. */
function skip(text: string, at: number): number {
  if (text.startsWith('//', at)) return endOf(text, '\n', at)
  if (text.startsWith('/*', at)) return endOf(text, '*/', at + 2)
  const quote = text[at]!
  if (!`'"\``.includes(quote)) return at
  let end = at + 1
  while (end < text.length && text[end] !== quote) end += text[end] === '\\' ? 2 : 1
  return end + 1
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? text.length : found + mark.length
}

/** The parts that `;` ends at the outermost level, or the closing brace of what needs no `;`. */
function statements(text: string): Statement[] {
  const found: Statement[] = []
  let depth = 0
  let start = -1
  let doc: string | null = null
  const finish = (end: number) => {
    if (start !== -1) found.push({ doc, text: text.slice(start, end).trim() })
    start = -1
    doc = null
  }
  for (let at = 0; at < text.length;) {
    const after = skip(text, at)
    if (after !== at) {
      const comment = text.slice(at, after)
      if (start === -1 && comment.startsWith('/**')) doc = plain(comment)
      else if (start === -1 && !comment.startsWith('/')) start = at
      at = after
      continue
    }
    const letter = text[at]!
    if (start === -1 && !/\s/.test(letter) && letter !== ';') start = at
    if (opening.includes(letter)) depth++
    if (closing.includes(letter)) depth--
    at++
    if (depth > 0) continue
    if (letter === ';') finish(at)
    const isBlock =
      letter === '}' &&
      /^(export )?(declare )?(abstract )?(interface|class|namespace|module|global)\b/.test(
        text.slice(start, start + 60),
      )
    if (isBlock) finish(at)
  }
  finish(text.length)
  return found
}

/** The text of a comment, without its stars. */
const plain = (comment: string): string =>
  comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()

function ownMembers(text: string): Member[] {
  return objectsIn(text).flatMap((object) =>
    statements(object).flatMap(({ doc, text: member }) => {
      const [, name, optional] =
        /^(?:readonly |static |override |get |set )*([\w$]+|'[^']+'|\[[^\]]+\])(\?)?/.exec(member) ?? []
      if (name === undefined || name === 'constructor' || /^(private|protected|#)/.test(member)) return []
      return [{ name, isOptional: optional === '?', doc, text: member.replace(/;$/, '') }]
    }),
  )
}

/** The insides of the braces that make up the type: of an interface, or of the parts that `&` and `|` join. */
function objectsIn(text: string): string[] {
  if (/^(export )?(declare )?(function|const)\b/.test(text)) return []
  const found: string[] = []
  let depth = 0
  let start = 0
  let before = ''
  let isWanted = false
  for (let at = 0; at < text.length;) {
    const after = skip(text, at)
    if (after !== at) {
      at = after
      continue
    }
    const letter = text[at]!
    if (letter === '{' && depth++ === 0) {
      start = at + 1
      isWanted = /^(export )?(declare )?(interface|class)/.test(text) ? found.length === 0 : '=&|('.includes(before)
    }
    if (letter === '}' && --depth === 0 && isWanted) found.push(text.slice(start, at))
    if (!/\s/.test(letter)) before = letter
    at++
  }
  return found
}
