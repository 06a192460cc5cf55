import { render } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { formatOf, localeTag } from '../../src/ui/format.ts'
import { ar, en, type Labels, LiveBadge, RealtimeUiProvider } from '../../src/ui/index.ts'

/** Every word of a set, functions called with what they may be called with. */
function wordsOf(labels: Labels): [path: string, word: string][] {
  const format = formatOf(labels.locale)
  const found: [string, string][] = []
  const read = (path: string, value: unknown) => {
    if (typeof value === 'string') found.push([path, value])
    else if (typeof value === 'function') {
      for (const count of [0, 1, 2, 3, 11, 100]) found.push([`${path}(${count})`, call(path, value as never, count)])
    } else for (const [name, below] of Object.entries(value as object)) read(`${path}.${name}`, below)
  }
  const call = (path: string, word: (...args: unknown[]) => string, count: number) => {
    if (path.endsWith('.latencyOf')) return word(count, count + 5, format)
    if (path.endsWith('.advice'))
      return word(
        (['device', 'server', 'signedOut', 'realtime'] as const)[count % 4],
        count === 11 ? null : 30_000,
        format,
      )
    return word(count, format)
  }
  for (const [section, value] of Object.entries(labels)) if (section !== 'locale') read(section, value)
  return found
}

describe('words', () => {
  it('are all there in Arabic, and none of them is English', () => {
    const paths = (labels: Labels) => wordsOf({ ...labels, status: {} }).map(([path]) => path)
    expect(paths(ar)).toEqual(paths(en))
    const english = wordsOf(ar).filter(
      ([path, word]) => /[A-Za-z]{3,}/.test(word) && path !== 'indicator.transports.websocket',
    )
    expect(english).toEqual([])
  })

  it('say each count with the plural its language has', () => {
    const { more, away } = en.toasts
    const english = formatOf('en')
    expect([more(1, english), more(97, english), away(12, english)]).toEqual([
      '1 more update',
      '97 more updates',
      '12 updates while you were away',
    ])
    const arabic = formatOf('ar')
    expect(
      new Set([1, 2, 3, 11, 100].map((count) => ar.toasts.more(count, arabic).replaceAll(/[\d٠-٩]/g, ''))).size,
    ).toBe(5)
    const polish = formatOf('pl')
    const forms = { one: '# zmiana', few: '# zmiany', many: '# zmian', other: '# zmiany' }
    expect([1, 2, 5, 22].map((count) => polish.plural(count, forms))).toEqual([
      '1 zmiana',
      '2 zmiany',
      '5 zmian',
      '22 zmiany',
    ])
  })

  it('take the provider’s over the English ones, a component’s own over both, and leave the rest', () => {
    const { container } = render(
      <RealtimeUiProvider labels={{ badge: { status: { live: 'Direkt', stale: 'Alt' } } }}>
        <LiveBadge status="live" labels={{ status: { live: 'Jetzt' } }} />
        <LiveBadge status="stale" />
        <LiveBadge status="offline" />
      </RealtimeUiProvider>,
    )
    expect(container).toHaveTextContent('JetztAltOffline')
  })
})

describe('formats', () => {
  const now = Date.UTC(2026, 10, 26, 12, 0, 0)

  it.each(['de_DE', 'de_DE.UTF-8', 'C', '', 'not a locale!'])('survive the locale %j', (locale) => {
    expect(() => formatOf(localeTag(locale) ?? 'en').ago(now - 60_000, now)).not.toThrow()
    expect(() => formatOf(locale).number(5)).not.toThrow()
  })

  it('survive a time zone that is none', () => {
    expect(() => formatOf('en', 'Mars/Olympus').time(now, now)).not.toThrow()
  })

  it.each([
    ['en', '3 minutes ago'],
    ['de_DE', 'vor 3 Minuten'],
    ['ja', '3 分前'],
    ['pl', '3 minuty temu'],
  ])('tell in %s how long ago something was', (locale, expected) => {
    expect(formatOf(locale).ago(now - 190_000, now)).toBe(expected)
  })

  it('tell the time of day in the reader’s zone, with the date where it is another day', () => {
    const berlin = formatOf('de', 'Europe/Berlin')
    expect(berlin.time(now, now)).toBe('13:00')
    expect(berlin.time(now - 86_400_000, now)).toMatch(/25.*13:00/)
  })

  it('never tell the future of what has happened: a clock that was set back', () => {
    expect(formatOf('en').ago(now + 60_000, now)).toBe('now')
  })
})
