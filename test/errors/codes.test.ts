// The codes of errors, the page about them, and the code that throws them: none without the others.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const codes = [...read('src/base/errors.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code]) => code!)
const page = read('docs/errors.md')
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text) => [/^`([a-z-]+)`\n/.exec(text)?.[1], text]),
)

describe('the codes of errors', () => {
  it('are found', () => {
    expect(codes.length).toBeGreaterThan(20)
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('have a section each, and no section is about a code that does not exist', () => {
    expect(new Set(sections.keys())).toEqual(new Set(codes))
  })

  it.each(codes)('%s: what happened and what to do are told, and the table of the page leads there', (code) => {
    const section = sections.get(code) ?? ''
    expect(section).toContain('**What happened.** ')
    expect(section).toContain('**What to do.** ')
    expect(page.slice(0, page.indexOf('\n## '))).toContain(`[\`${code}\`](#${code})`)
  })

  it('are each thrown or reported somewhere', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && name !== join('base', 'errors.ts'))
      .map((name) => read(join('src', name)))
      .filter((text) => text.includes('RealtimeError'))
    // The first argument of the constructor, or of a function that passes it on.
    const used = new Set(
      sources.flatMap((text) =>
        [...text.matchAll(/(?:RealtimeError|super|refused|tell)\(\s*'([a-z-]+)'/g)].map(([, code]) => code!),
      ),
    )
    for (const text of sources)
      for (const [call] of text.matchAll(/new RealtimeError\([^']*?'[a-z-]+'(?:\s*:\s*'[a-z-]+')?/g))
        for (const [, code] of call.matchAll(/'([a-z-]+)'/g)) used.add(code!)
    expect(codes.filter((code) => !used.has(code))).toEqual([])
  })
})
