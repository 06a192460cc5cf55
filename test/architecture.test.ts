// Holds the table of floors: what each folder of src may import.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Folder → the folders it may import besides itself, and the packages. */
const floors: Record<string, { rooms: string[]; packages: string[] }> = {
  base: { rooms: [], packages: [] },
  protocol: { rooms: ['base'], packages: [] },
  transports: { rooms: ['protocol', 'base'], packages: ['eventsource-parser'] },
  client: { rooms: ['transports', 'protocol', 'base'], packages: [] },
  hub: { rooms: ['transports', 'protocol', 'base'], packages: [] },
  query: { rooms: ['client', 'protocol', 'base'], packages: ['@tanstack/react-query'] },
  react: { rooms: ['query', 'client', 'protocol', 'base'], packages: ['react', '@tanstack/react-query'] },
  ui: {
    rooms: ['react', 'query', 'client', 'protocol', 'base'],
    packages: ['react', 'react-dom', '@tanstack/react-query', 'clsx'],
  },
  toasts: { rooms: ['ui', 'react', 'client', 'protocol', 'base'], packages: ['react', 'sonner', 'clsx'] },
  goals: {
    rooms: ['toasts', 'ui', 'react', 'query', 'client', 'protocol', 'base'],
    packages: ['react', '@tanstack/react-query', 'clsx', '@tanstack/react-virtual'],
  },
  testing: {
    rooms: ['react', 'query', 'hub', 'client', 'transports', 'protocol', 'base'],
    packages: ['@tanstack/react-query'],
  },
  // Their packages are optional peers: who tests without them must not load them.
  'testing/react': {
    rooms: ['testing', 'react', 'query', 'client', 'protocol', 'base'],
    packages: ['react', '@tanstack/react-query', '@testing-library/react'],
  },
  'testing/msw': { rooms: ['testing', 'hub', 'client', 'transports', 'protocol', 'base'], packages: ['msw'] },
  gateway: {
    rooms: ['hub', 'protocol', 'base'],
    // The last four are optional peers: types, and `import()` where they are asked for.
    packages: ['node:*', 'ws', 'jose', 'redis', 'prom-client', 'pino', 'rate-limiter-flexible'],
  },
  cli: { rooms: ['gateway', 'hub', 'client', 'transports', 'protocol', 'base'], packages: ['node:*', 'ws'] },
  // The front door.
  '.': { rooms: ['protocol', 'transports', 'client', 'query', 'react', 'ui', 'toasts', 'goals'], packages: [] },
}

interface Import {
  file: string
  from: string
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\n[^'";]*?)?from\s*['"]([^'"]+)['"]|import\s*\(?\s*['"]([^'"]+)['"]/g,
  )
  return [...found].map((match) => ({ file, from: match[1] ?? match[2] ?? '' }))
}

/** The folder of `src` a file belongs to; one inside another is a room of its own where the table has it. */
function roomOf(file: string): string {
  const path = relative('src', file).replaceAll('\\', '/')
  const inner = path.split('/').slice(0, 2).join('/')
  if (inner in floors) return inner
  return path.includes('/') ? path.split('/')[0]! : '.'
}

function isAllowed({ file, from }: Import): boolean {
  const room = roomOf(file)
  const floor = floors[room]
  if (floor === undefined) return false
  if (!from.startsWith('.')) {
    return floor.packages.some((name) => (name.endsWith('*') ? from.startsWith(name.slice(0, -1)) : from === name))
  }
  const target = roomOf(join(dirname(file), from))
  return target === room || floor.rooms.includes(target)
}

const sources = filesIn('src')
const imports = sources.flatMap(importsOf)

describe('the house', () => {
  it('has no folder without a floor', () => {
    expect([...new Set(sources.map(roomOf))].filter((room) => !(room in floors))).toEqual([])
  })

  it('imports only downwards', () => {
    const forbidden = imports.filter((entry) => !isAllowed(entry))
    expect(forbidden.map(({ file, from }) => `${file} must not import ${from}`)).toEqual([])
  })

  it('reads every import it judges: no file of two or more lines of imports counts none', () => {
    const silent = sources.filter((file) => {
      const lines = readFileSync(join(root, file), 'utf8').match(/^(?:import|export .*from) /gm) ?? []
      return lines.length > importsOf(file).length
    })
    expect(silent).toEqual([])
  })

  it('has no cycle of files', () => {
    const edges = new Map(
      sources.map((file) => [
        file,
        importsOf(file)
          .filter(({ from }) => from.startsWith('.'))
          .map(({ from }) => join(dirname(file), from).replaceAll('\\', '/')),
      ]),
    )
    const cycles: string[] = []
    const done = new Set<string>()
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (path.includes(file) || done.has(file)) return
      for (const next of edges.get(file) ?? []) visit(next, [...path, file])
      done.add(file)
    }
    for (const file of sources) visit(file, [])
    expect(cycles).toEqual([])
  })

  it('opens every room but base and cli (the bin) by a subpath of its own, and index files only re-export', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>
    }
    const rooms = Object.keys(floors).filter(
      (room) => !['base', 'cli', '.'].includes(room) && existsSync(join(root, 'src', room)),
    )
    expect(rooms.filter((room) => !(`./${room}` in exports))).toEqual([])
    for (const room of [...rooms, '.']) {
      const statements = readFileSync(join(root, 'src', room, 'index.ts'), 'utf8')
        .replaceAll(/\/\/.*/g, '')
        .split(/\n(?=\S)/)
      expect(
        statements.map((line) => line.trim()).filter((line) => line !== '' && !/^(export\b.*\bfrom\b|\})/s.test(line)),
      ).toEqual([])
    }
  })

  it('lets the demo use nothing but the public exports', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>
    }
    const reached = filesIn('demo')
      .flatMap(importsOf)
      .filter(({ file, from }) =>
        from.startsWith('.')
          ? !join(dirname(file), from).startsWith('demo')
          : from.startsWith('livecache') && !(from.replace(/^livecache/, '.') in exports),
      )
    expect(reached).toEqual([])
  })
})
