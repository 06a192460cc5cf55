// Every link of the pages leads somewhere: files exist, and so do the headings and anchors they name. Addresses of other sites are not asked.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const filesIn = (folder: string, name: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path))
    .map((path) => `${folder}/${path}`.replaceAll('\\', '/'))

const pages = ['README.md', 'src/protocol/README.md', ...filesIn('docs', /\.md$/)]

/** Without code, in which brackets are no links and `#` is no heading. */
const proseOf = (text: string): string => text.replaceAll(/^ *(```|~~~)[^]*?^ *\1 *$/gm, '')

/** What GitHub makes of a heading: its words, in small letters, joined by dashes. */
function slugOf(heading: string): string {
  const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '')
  return words
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
}

function anchorsOf(text: string): Set<string> {
  const prose = proseOf(text)
  const anchors = new Set([...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id!))
  const seen = new Map<string, number>()
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(heading)
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    anchors.add(times === 0 ? slug : `${slug}-${times}`)
  }
  return anchors
}

const linksOf = (text: string): string[] =>
  [
    // Not in `code`, where brackets are an index and a call.
    ...proseOf(text)
      .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, '_'))
      .matchAll(/\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?: "[^"]*")?\)|<(?:a|img)[^>]* (?:href|src)="([^"]+)"/g),
  ].map(([, inText, inTag]) => (inText ?? inTag)!)

/** Why a link of a page leads nowhere; null where it does. */
function complaintOf(page: string, link: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return null
  const [path = '', anchor] = link.split('#')
  if (path.startsWith('/')) return 'is absolute'
  const target = path === '' ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)))
  if (target.startsWith('..') || !existsSync(join(root, target))) return 'is not there'
  if (anchor === undefined) return null
  if (!target.endsWith('.md') || statSync(join(root, target)).isDirectory()) return 'has no headings'
  return anchorsOf(read(target)).has(anchor) ? null : 'has no such heading'
}

const complaintsAbout = (page: string, text: string) =>
  linksOf(text).flatMap((link) => {
    const complaint = complaintOf(page, link)
    return complaint === null ? [] : [`${page}: ${link} ${complaint}`]
  })

describe('the links', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    expect(complaintsAbout(page, read(page))).toEqual([])
  })

  it('are found', () => {
    expect(pages.length).toBeGreaterThan(10)
    expect(pages.flatMap((page) => linksOf(read(page))).length).toBeGreaterThan(100)
  })

  it('to what is not there are complained about', () => {
    const text =
      '[a](b.md) [c](errors.md#nothing) [d](#too) [e](errors.md#disposed) `f[0](g.md)` [h](https://example.com/#x)'
    expect(complaintsAbout('docs/diagnostics.md', text)).toEqual([
      'docs/diagnostics.md: b.md is not there',
      'docs/diagnostics.md: errors.md#nothing has no such heading',
      'docs/diagnostics.md: #too has no such heading',
    ])
  })

  it('in messages lead to a heading of a page', () => {
    const links = filesIn('src', /\.tsx?$/).flatMap((file) =>
      [...read(file).matchAll(/livecache\/(docs\/[\w/-]+\.md)#([\w-]+)/g)].map(([, page, anchor]) => ({
        page,
        anchor,
      })),
    )
    expect(links.length).toBeGreaterThan(8)
    expect(links.filter(({ page, anchor }) => !anchorsOf(read(page!)).has(anchor!))).toEqual([])
  })
})

it('headings are named as GitHub names them', () => {
  expect(['`no-provider`', 'By HTTP, at `x.y`', 'What? (a) [b](c.md)', 'Größe & co'].map(slugOf)).toEqual([
    'no-provider',
    'by-http-at-xy',
    'what-a-b',
    'größe--co',
  ])
})
