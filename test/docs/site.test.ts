// The site: it is built, and every link on it leads somewhere on it. The lists of pages agree.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSite, readMap } from '../../site/build.ts'
import { highlight } from '../../site/highlight.ts'
import { llmsText } from '../../site/llms.ts'
import { render } from '../../site/markdown.ts'
import { root } from './compile-pages.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const map = readMap(read('docs/README.md'))

describe('the list of all pages', () => {
  it('names every page there is, once, and no other', () => {
    const listed = map.flatMap(({ entries }) => entries.map(({ path }) => posix.join('docs', path)))
    const there = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && file !== 'README.md')
      .map((file) => `docs/${file}`)
    expect(listed.filter((path) => path.startsWith('docs/')).toSorted()).toEqual(there.toSorted())
    expect(new Set(listed).size).toBe(listed.length)
  })

  it('is what llms.txt says (node site/llms.ts writes it)', () => {
    expect(read('llms.txt')).toBe(llmsText(read('docs/README.md')))
  })
})

describe('the sizes on the page of comparison', () => {
  it('are the budgets of the test of sizes', () => {
    const budgets = [...read('test/size.test.ts').matchAll(/name: '([^']+)',[^]*?budget: ([\d_]+)/g)].map(
      ([, name = '', bytes = '']) => [name, Number(bytes.replaceAll('_', '')) / 1_000],
    )
    expect(budgets.length).toBeGreaterThan(4)
    const rows = [...read('docs/comparison.md').matchAll(/^\| (.+?)(?:, on top of .+?)? \| ([\d.]+) kB \|$/gm)].map(
      ([, name, size]) => [name, Number(size)],
    )
    expect(rows).toEqual(expect.arrayContaining(budgets))
  })
})

describe('the site', () => {
  let folder = ''
  let files: string[] = []
  const pages = new Map<string, string>()
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'site-'))
    buildSite(folder)
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    for (const file of files) if (file.endsWith('.html')) pages.set(file, readFileSync(join(folder, file), 'utf8'))
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const idsOf = (page: string) => new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))

  it('has a page for everything that is listed, and for every subpath of the package', () => {
    expect([...pages.keys()]).toEqual(
      expect.arrayContaining([
        'index.html',
        'tour.html',
        'recipes/auth.html',
        'backends/index.html',
        'api/query.html',
        'api/livecache.html',
      ]),
    )
    expect(pages.size).toBeGreaterThan(map.flatMap(({ entries }) => entries).length)
  })

  it('leads to nothing that is not there, page and anchor', () => {
    const broken: string[] = []
    for (const [page, html] of pages) {
      for (const [, attribute, value = ''] of html.matchAll(/ (href|src)="([^"]*)"/g)) {
        if (/^(https?|wss?|mailto):/.test(value)) {
          // A page may lead elsewhere; it must not load from there.
          if (attribute === 'src') broken.push(`${page} loads ${value}`)
          continue
        }
        const [path = '', anchor] = value.split('#')
        const target = path === '' ? page : posix.join(posix.dirname(page), path)
        if (!files.includes(target)) broken.push(`${page} → ${value}`)
        else if (anchor !== undefined && !idsOf(pages.get(target) ?? '').has(decodeURIComponent(anchor)))
          broken.push(`${page} → ${value}`)
      }
    }
    expect(broken).toEqual([])
  })

  it('loads no style, script or font from elsewhere', () => {
    for (const name of ['site.css', 'site.js', 'search.js']) expect(files).toContain(name)
    expect(readFileSync(join(folder, 'site.css'), 'utf8')).not.toMatch(/url\(|@import/)
    for (const [, html] of pages) expect(html).not.toMatch(/<(?:link|script)[^>]*(?:href|src)="(?:https?:)?\/\//)
  })

  it('has one heading of the first rank, a title and a description on each page, and no id twice', () => {
    for (const [page, html] of pages) {
      expect([page, html.match(/<h1 /g)?.length]).toEqual([page, 1])
      expect([page, /<title>\S.+<\/title>/.test(html), /name="description" content="\S/.test(html)]).toEqual([
        page,
        true,
        true,
      ])
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
      expect([page, ids.length]).toEqual([page, new Set(ids).size])
    }
  })

  it('lists what the front door exports by what it is, each in a whole sentence', () => {
    const front = pages.get('api/livecache.html')!
    expect([...front.matchAll(/<h2 id="(\w+)">/g)].map(([, id]) => id)).toEqual([
      'components',
      'hooks',
      'functions',
      'classes',
      'values',
      'types',
    ])
    const cells = [...front.matchAll(/<\/code><\/a><\/td><td>(.*?)<\/td>/g)].map(([, said = '']) => said)
    expect(cells.length).toBeGreaterThan(100)
    expect(cells.filter((said) => said === '' || said.endsWith(':'))).toEqual([])
  })

  it('describes what is exported, with its docstring and the fields of its options', () => {
    const query = pages.get('api/query.html')!
    expect(query).toContain('<h3 id="createrealtime">createRealtime')
    expect(query).toContain('Nothing connects until a provider mounts it')
    expect(pages.get('api/client.html')).toContain('<td><code>silenceTimeoutMs?</code></td>')
    expect(pages.get('api/client.html')).toContain('Default: <code>40_000</code>.')
  })
})

describe('Markdown', () => {
  it('has anchors as GitHub makes them', () => {
    const { html } = render('# A `b` & C?\n\n## a\n\n## a\n\n## x_y: ä-1', () => null)
    expect([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)).toEqual(['a-b--c', 'a', 'a-1', 'x_y-ä-1'])
  })

  it('colours code, and lets nothing in it be markup', () => {
    expect(highlight("const a = '<b>' // 1 & 2", 'ts')).toBe(
      '<span class="t-word">const</span> a = <span class="t-text">\'&lt;b&gt;\'</span> <span class="t-comment">// 1 &amp; 2</span>',
    )
    expect(highlight('<a> & 7', 'text')).toBe('&lt;a&gt; &amp; 7')
  })
})
