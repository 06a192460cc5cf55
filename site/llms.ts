// llms.txt: the map of the docs for machines, made of the one list of pages. Run it to write it: node site/llms.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readMap } from './build.ts'

const root = join(import.meta.dirname, '..')

/** What llms.txt has to say. @param map the text of docs/README.md */
export function llmsText(map: string): string {
  const sections = readMap(map).map(({ title, entries }) => {
    const lines = entries.map((entry) => `- [${entry.title}](${posix.join('docs', entry.path)}): ${entry.description}`)
    return `## ${title}\n\n${lines.join('\n')}\n`
  })
  const about = [
    '# livecache',
    '',
    '> Live data and live UI for TanStack Query, with any backend: a server pushes events, one table of rules says what each of them does to the query cache, and the cache equals the server once the stream is quiet.',
    '',
    'An npm package, in TypeScript. In a browser app import from `livecache`; on a server in Node from `livecache/gateway`; in tests from `livecache/testing`.',
    'The main names: `createRealtime`, `defineEvents`, `patch`, `upsert`, `remove`, `set`, `invalidate`, `RealtimeProvider`, `useRealtimeEvent`, `useLiveStatus`, `liveMutationOptions`, `RealtimeIndicator`, `LiveBadge`, `RealtimeToasts`, `createGateway`.',
    'Paths below are in the package and its repository. Types and docstrings are in `dist/**/*.d.ts`.',
    '',
  ]
  return `${about.join('\n')}\n${sections.join('\n')}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(root, 'llms.txt'), llmsText(readFileSync(join(root, 'docs/README.md'), 'utf8')))
}
