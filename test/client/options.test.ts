import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultOptions } from '../../src/client/options.ts'

describe('the options', () => {
  const text = readFileSync(new URL('../../src/client/options.ts', import.meta.url), 'utf8')

  it('say in their docs the very default they have', () => {
    const documented = [...text.matchAll(/@default ([^*\n]+?)\s*(?:\*\/\s*|\n\s*\*\/\s*)(\w+)\?:/g)].map(
      ([, value, name]) => [name, value],
    )
    const stated = Object.fromEntries(documented) as Record<string, string>
    const asWritten = (value: unknown) =>
      typeof value === 'number'
        ? String(value).replace(/(\d)(?=(\d{3})+$)/g, '$1_')
        : JSON.stringify(value).replaceAll('"', "'")
    const expected = Object.fromEntries(Object.entries(defaultOptions).map(([name, value]) => [name, asWritten(value)]))
    // These say in words what is only known when the client is created.
    const { onError: _onError, page: _page, storage: _storage, transports: _transports, ...fixed } = stated
    expect(fixed).toEqual(expected)
  })

  it('measure every time in ms and say so', () => {
    const durations = Object.keys(defaultOptions).filter((name) => name.endsWith('Ms'))
    const undocumented = durations.filter(
      (name) => !new RegExp(String.raw`/\*\*(?:(?!\*/)[\s\S])*in ms(?:(?!\*/)[\s\S])*\*/\s*${name}\?:`).test(text),
    )
    expect(undocumented).toEqual([])
  })
})
