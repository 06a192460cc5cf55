// The reference as Markdown, one page per subpath, made of what declarations.ts reads.
import type { Declaration, Member, Subpath } from './declarations.ts'

export interface ReferencePage {
  readonly title: string
  /** Within `api/`, without an ending. */
  readonly name: string
  readonly markdown: string
}

/** What each subpath is for. */
const purposes: Readonly<Record<string, string>> = {
  livecache:
    'The front door of a browser app: all of client, query, react, ui, toasts, goals and transports, and what defines events. What an app does not use is not loaded.',
  'livecache/protocol':
    'What is said on the wire, for both ends: events, frames, patterns, filters, schemas. Neither React nor the client comes along.',
  'livecache/transports': 'How bytes move: WebSocket, SSE, polling, and the port for one of your own.',
  'livecache/client': 'The client without a framework.',
  'livecache/hub':
    "The server's half without Node: sessions, logs, replay. The gateway is made of it; in the page it serves demos.",
  'livecache/query': 'Rules and the TanStack Query cache.',
  'livecache/react': 'The provider and the hooks.',
  'livecache/ui': 'Components that say how the link and the data are.',
  'livecache/toasts': 'Events as toasts.',
  'livecache/goals': 'The pack for teams that steer by goals.',
  'livecache/testing': 'The test kit.',
  'livecache/testing/react': 'The test kit with Testing Library.',
  'livecache/testing/msw': 'The test kit with MSW.',
  'livecache/gateway': 'The server for Node.',
}

const groups = [
  [
    'Components',
    ({ kind, name, file }: Declaration) =>
      kind === 'function' && /^[A-Z]/.test(name) && /^(react|ui|toasts|goals)\//.test(file),
  ],
  ['Hooks', ({ kind, name }: Declaration) => kind === 'function' && /^use[A-Z]/.test(name)],
  ['Functions', ({ kind }: Declaration) => kind === 'function'],
  ['Classes', ({ kind }: Declaration) => kind === 'class'],
  ['Values', ({ kind }: Declaration) => kind === 'value'],
  ['Types', () => true],
] as const

export function referencePages(subpaths: readonly Subpath[]): readonly ReferencePage[] {
  return subpaths.map((subpath) => {
    const { specifier } = subpath
    const isFront = !specifier.includes('/')
    return {
      title: specifier,
      name: nameOf(specifier),
      markdown: `# ${specifier}\n\n${purposes[specifier] ?? ''}\n\n${isFront ? frontDoor(subpath, subpaths) : bodyOf(subpath)}`,
    }
  })
}

const nameOf = (specifier: string): string => specifier.replace('livecache/', '').replaceAll('/', '-')

/** Where what the front door exports is described. */
function frontDoor({ exports }: Subpath, subpaths: readonly Subpath[]): string {
  const rooms = subpaths.filter(({ specifier }) => specifier.includes('/'))
  const rowOf = (one: Declaration) => {
    const room = rooms.find(({ exports: others }) => others.get(one.name)?.file === one.file)
    const name =
      room === undefined
        ? `\`${one.name}\``
        : `[\`${one.name}\`](${nameOf(room.specifier)}.md#${one.name.toLowerCase()})`
    return `| ${name} | ${cell(inShort(one))} |`
  }
  return grouped([...exports.values()])
    .map(([title, own]) => `## ${title}\n\n| name | is |\n|---|---|\n${own.map(rowOf).join('\n')}\n`)
    .join('\n')
}

/** What is asked for most comes first. */
function grouped(exports: readonly Declaration[]): [title: string, own: Declaration[]][] {
  const left = new Set(exports)
  return groups.flatMap(([title, belongs]) => {
    const own = [...left].filter((one) => belongs(one))
    for (const one of own) left.delete(one)
    return own.length === 0 ? [] : [[title, own]]
  })
}

function bodyOf({ specifier, exports }: Subpath): string {
  const sections = grouped([...exports.values()]).map(
    ([title, own]) => `## ${title}\n\n${own.map((one) => entry(one)).join('\n')}`,
  )
  const values = [...exports.values()].filter(({ kind }) => kind !== 'type').map(({ name }) => name)
  const shown = values.slice(0, 3).join(', ')
  const example = values.length > 0 ? `\`\`\`ts\nimport { ${shown} } from '${specifier}'\n\`\`\`\n\n` : ''
  return example + sections.join('\n')
}

function entry(one: Declaration): string {
  const { name, kind, doc, signatures, members } = one
  const code = kind === 'type' || kind === 'class' ? shortened(signatures[0] ?? '', members) : signatures.join('\n')
  return `### ${name}\n\n${prose(doc)}\n\n\`\`\`ts wrap\n${code}\n\`\`\`\n\n${tableOf(members)}`
}

/** What the table of its fields says need not be said twice. */
const shortened = (text: string, members: readonly Member[]): string =>
  members.length === 0 ? text : text.replace(/\{[^]*\}/, '{ … }')

function tableOf(members: readonly Member[]): string {
  if (members.length === 0) return ''
  const rows = members.map(({ name, isOptional, text, doc }) => {
    const type = text
      .replace(/^(readonly |static |get |set )*/, '')
      .slice(name.length)
      .replace(/^\??:? ?/, '')
      .replaceAll(/\s+/g, ' ')
    return [`\`${name}${isOptional ? '?' : ''}\``, typeCell(type), cell(prose(doc, ' '))]
  })
  // Where nothing is said of any of them, there is no column for it.
  const width = rows.some(([, , said]) => said !== '') ? 3 : 2
  const line = (cells: readonly string[]) => `| ${cells.slice(0, width).join(' | ')} |\n`
  return line(['field', 'type', '']) + line(['---', '---', '---']) + rows.map(line).join('')
}

const typeCell = (type: string): string => (type.includes('`') ? cell(type) : `\`${type.replaceAll('|', '\\|')}\``)

const cell = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/(?<!\\)\|/g, '\\|')

/** The first sentence; of what has none, what it is told or what it holds. */
function inShort({ doc, members }: Declaration): string {
  const text = doc?.replace(/(^|\s)@\w+[^]*$/, '') ?? ''
  if (text !== '') return prose(/^[^]*?[.](?=\s|$)/.exec(text)?.[0] ?? text)
  if (doc !== null) return prose(doc, ' ')
  const names = members.map(({ name }) => `\`${name}\``)
  return names.length > 5 ? `${names.slice(0, 4).join(', ')} …` : names.join(', ')
}

/** A docstring as Markdown. @param between what parts its tags */
function prose(doc: string | null, between = '\n\n'): string {
  if (doc === null) return ''
  const [first = '', ...tags] = doc.split(/(?:^|\s)@(?=(?:param|default|returns|throws)\b)/)
  const named = tags.map((tag) => {
    const [, word, rest = ''] = /^(\w+)\s*([^]*)$/.exec(tag.trim()) ?? []
    if (word === 'default') return defaultOf(rest)
    const [, name, of = ''] = /^([\w.]+)\s*([^]*)$/.exec(rest) ?? []
    return word === 'param' && name !== undefined
      ? `\`${name}\`: ${of}`
      : `${word === 'returns' ? 'Returns ' : 'Throws '}${rest}`
  })
  return [safe(first.trim()), ...named.map(safe)].filter((part) => part !== '').join(between)
}

/** A value is code, a sentence is none: `'a'; across origins …`. */
function defaultOf(text: string): string {
  const [, value, rest = ''] =
    /^('[^']*'|-?\d[\d_.]*|true|false|null|Infinity|\{\}|\[.*?\])(?=$|[\s,;])([^]*)$/.exec(text) ?? []
  const said = value === undefined ? text : `\`${value}\`${rest}`
  return `Default: ${said.replace(/\.$/, '')}.`
}

/** Outside of code, what looks like an element is none. */
const safe = (text: string): string =>
  text.replaceAll(/(`+[^`]*`+)|<(?=[A-Za-z/])/g, (_, code: string | undefined) => code ?? '&lt;')
