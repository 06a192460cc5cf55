// @vitest-environment node
// The docs pages of the Storybook say what is true: each component has one, and parts, attributes, tokens, stories and code hold.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as toasts from '../../src/toasts/index.ts'
import * as ui from '../../src/ui/index.ts'
import { blocksOf, complaintsAbout } from '../compile-blocks.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const unique = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].toSorted()

const pages = readdirSync(join(root, 'stories'))
  .filter((name) => name.endsWith('.mdx'))
  .map((name) => {
    const text = read(`stories/${name}`)
    return { name, text, heading: /^# (.+)$/m.exec(text)?.[1] }
  })

/** Pages with an Anatomy, each with the source of its component and of what that renders from beside it. */
const anatomies = pages
  .filter(({ text }) => text.includes('\n## Anatomy\n'))
  .map((page) => {
    const [, path] = /import source from '\.\.\/(src\/[^']+\.tsx)\?raw'/.exec(page.text)!
    const own = read(path!)
    const beside = unique(own, /from '\.\/([a-z-]+\.tsx|internal\/[a-z-]+\.ts)'/g).map((name) =>
      read(join(path!, '..', name)),
    )
    return { ...page, anatomy: /```html\n([\s\S]*?)```/.exec(page.text)![1]!, source: [own, ...beside].join('\n') }
  })

it('has a page for every component', () => {
  const components = Object.entries({ ...ui, ...toasts }).flatMap(([name, value]) =>
    typeof value === 'function' && /^[A-Z]/.test(name) ? [name] : [],
  )
  const headings = pages.map(({ heading }) => heading)
  expect(components.filter((name) => !headings.includes(name))).toEqual([])
})

it('names every token on the page on theming, and there are 40 at most', () => {
  const tokens = unique(read('src/ui/styles/tokens.css'), /^\s*(--lc-[a-z-]+):/gm)
  const named = unique(pages.find(({ name }) => name === 'theming.mdx')!.text, /\[\s*'(--lc-[a-z-]+)',/g)
  expect(named).toEqual(tokens)
  expect(tokens.length).toBeLessThanOrEqual(40)
})

describe.each(anatomies)('$name', ({ anatomy, source }) => {
  it('names the parts there are, and no others', () => {
    const parts = unique(source, /(?:\bpart\(\s*'|data-part=")([a-z]+)/g).filter((part) => part !== 'root')
    expect(unique(anatomy, /data-part="([a-z]+)"/g)).toEqual(parts)
  })

  it('names the attributes that say the state, and no others', () => {
    // As props, since comments speak of them too.
    const attributes = unique(source, /(?:'|\s)(data-[a-z-]+)(?='\??: |=["{])/g)
    const named = unique(anatomy, /\s(data-[a-z-]+)/g)
    const always = new Set(['data-lc', 'data-part'])
    expect(named.filter((each) => !always.has(each))).toEqual(attributes.filter((each) => !always.has(each)))
  })
})

// A page on a provider has none.
it.each(pages.filter(({ text }) => text.includes('import * as Stories')))(
  '$name shows stories there are',
  ({ name, text }) => {
    const stories = read(`stories/${name.replace('.mdx', '.stories.tsx')}`)
    const missing = unique(text, /\bStories\.(\w+)/g).filter((story) => !stories.includes(`export const ${story}:`))
    expect(missing).toEqual([])
  },
)

it('tells the rhythm of announcements as it is', () => {
  const rhythm = unique(read('src/ui/announcer.ts'), /\b(?:gapMs|clearMs|settleMs) = ([\d_]+)/g)
  const told = unique(pages.find(({ name }) => name === 'announcements.mdx')!.text, /\[\s*'(\d+) s',/g)
  expect(told.map((seconds) => `${seconds}_000`)).toEqual(rhythm)
})

it('links to pages there are', () => {
  const titles = [...pages.map(({ text }) => text), ...readStories()].flatMap((text) =>
    unique(text, /title(?:=|: )["']([^"']+)/g),
  )
  const ids = new Set(titles.map((title) => title.toLowerCase().replaceAll('/', '-')))
  const map = unique(read('stories/docs/page-map.tsx'), /'([a-z]+-[a-z]+)'/g)
  const links = [...pages.flatMap(({ text }) => unique(text, /\?path=\/docs\/([a-z]+-[a-z]+)--docs/g)), ...map]
  expect(links.filter((link) => !ids.has(link))).toEqual([])
})

it('shows code that compiles', () => {
  const blocks = pages.flatMap(({ name }) => blocksOf(`stories/${name}`))
  expect(complaintsAbout(blocks)).toBe('')
  expect(blocks.length).toBeGreaterThan(15)
}, 30_000)

const readStories = () =>
  readdirSync(join(root, 'stories'))
    .filter((name) => name.endsWith('.stories.tsx'))
    .map((name) => read(`stories/${name}`))
