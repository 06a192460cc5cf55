// Builds the site: every page of docs/, what they lead to, and the reference. `npm run docs` writes docs-site/; it opens without a server, and
// loads nothing from elsewhere.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, normalize, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readPackage } from './declarations.ts'
import { layout, type NavigationSection } from './layout.ts'
import { type Rendered, render } from './markdown.ts'
import { referencePages } from './reference.ts'

const root = join(import.meta.dirname, '..')

export interface MapEntry {
  readonly title: string
  /** Within docs/. */
  readonly path: string
  readonly description: string
}

export interface MapSection {
  readonly title: string
  readonly entries: readonly MapEntry[]
}

/** docs/README.md is the one list of all pages: the site's navigation and llms.txt follow it. */
export function readMap(markdown: string): readonly MapSection[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((part) => ({
      title: part.slice(0, part.indexOf('\n')).trim(),
      entries: [...part.matchAll(/^- \[(.+?)\]\((.+?)\): (.+)$/gm)].map(
        ([, title = '', path = '', description = '']) => ({
          title,
          path,
          description,
        }),
      ),
    }))
}

/** Where a file of the project lies on the site. */
export function placeOf(file: string): string {
  const [folder = '', ...rest] = file.split('/')
  const within = folder === 'docs' ? rest.join('/') : folder === 'api' ? file : `repository/${file}`
  if (isAsset(file)) return within
  return within.endsWith('.md')
    ? within.replace(/README\.md$/, 'index.html').replace(/\.md$/, '.html')
    : `${within}.html`
}

const isAsset = (file: string): boolean => /\.(png|svg|jpg|webp)$/.test(file)

/** @param folder what is in it is lost */
export function buildSite(folder: string): readonly string[] {
  rmSync(folder, { recursive: true, force: true })
  const map = readMap(readFileSync(join(root, 'docs/README.md'), 'utf8'))
  const reference = referencePages(readPackage())
  const written = new Map(reference.map(({ name, markdown }) => [`api/${name}.md`, markdown]))
  const navigation: NavigationSection[] = [
    ...map.map(({ title, entries }) => ({
      title,
      pages: entries.map((entry) => ({ title: entry.title, path: placeOf(posix.join('docs', entry.path)) })),
    })),
    { title: 'Reference', pages: reference.map(({ title, name }) => ({ title, path: `api/${name}.html` })) },
  ]
  const descriptions = new Map(
    map.flatMap(({ entries }) => entries.map(({ path, description }) => [posix.join('docs', path), description])),
  )

  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }

  // What pages lead to becomes a page too, until nothing is left.
  const waiting = ['docs/README.md', ...descriptions.keys(), ...written.keys()]
  const done = new Set<string>()
  const index: { title: string; path: string; headings: string[]; text: string }[] = []
  for (const file of waiting) {
    if (done.has(file)) continue
    done.add(file)
    const path = placeOf(file)
    if (isAsset(file)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      copyFileSync(join(root, file), join(folder, path))
      continue
    }
    const resolve = (href: string): string | null => {
      if (/^[a-z]+:/.test(href) || href.startsWith('#')) return href
      const [to = '', anchor] = href.split('#')
      const target = normalize(join(dirname(file), to))
      const isThere =
        written.has(target) ||
        (!target.startsWith('..') && existsSync(join(root, target)) && statSync(join(root, target)).isFile())
      if (!isThere) return null
      waiting.push(target)
      const relative = posix.relative(posix.dirname(path), placeOf(target)) || posix.basename(path)
      return anchor === undefined ? relative : `${relative}#${anchor}`
    }
    const page = renderFile(file, written, resolve)
    const isListed = descriptions.has(file) || written.has(file)
    const description = descriptions.get(file) ?? `${page.title}: documentation of livecache`
    write(path, layout({ ...page, path, navigation, description }))
    if (isListed) {
      const headings = page.headings.slice(1).map(({ html, id }) => `${id}\t${html.replaceAll(/<[^>]+>/g, '')}`)
      index.push({ title: page.title, path, headings, text: written.has(file) ? page.text.slice(0, 6_000) : page.text })
    }
  }
  for (const name of ['site.css', 'site.js', 'icon.svg'])
    copyFileSync(join(import.meta.dirname, name), join(folder, name))
  write('search.js', `globalThis.livecacheDocs = ${JSON.stringify(index)}\n`)
  return [...done].map(placeOf)
}

function renderFile(
  file: string,
  written: ReadonlyMap<string, string>,
  resolve: (href: string) => string | null,
): Rendered {
  const made = written.get(file)
  if (made !== undefined) return render(made, resolve)
  const text = readFileSync(join(root, file), 'utf8')
  if (file.endsWith('.md')) {
    // The list of pages ends with those that are made.
    const more =
      file === 'docs/README.md'
        ? `\n## Reference\n\n${[...written.keys()].map((path) => `- [${path.replace('api/', 'livecache/').replace('.md', '').replace('livecache/livecache', 'livecache').replace('testing-', 'testing/')}](../${path})`).join('\n')}\n`
        : ''
    return render(text + more, resolve)
  }
  const language = extname(file).slice(1)
  return render(`# ${file}\n\n\`\`\`\`\`\`${language}\n${text}\n\`\`\`\`\`\`\n`, resolve)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = join(root, 'docs-site')
  const pages = buildSite(folder)
  console.log(`docs-site: ${pages.length} files. Open docs-site/index.html.`)
}
