import { afterEach, describe, expect, it, vi } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import { polling, sse, webSocket } from '../../src/transports/index.ts'
import { assertUrl, resolveUrl } from '../../src/transports/address.ts'
import { dial } from './dial.ts'

afterEach(() => void vi.unstubAllGlobals())

const onPage = (href: string) => vi.stubGlobal('location', new URL(href))

function refusal(run: () => void): RealtimeError {
  try {
    run()
  } catch (error) {
    if (error instanceof RealtimeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('an address is refused before anything dials it', () => {
  it.each([
    [undefined, 'The url is undefined, so there is no server to connect to.'],
    [null, 'The url is null, so there is no server to connect to.'],
    ['', 'The url is an empty string, so there is no server to connect to.'],
    ['  \n', 'The url is only spaces, so there is no server to connect to.'],
    [42, 'The url is of type number, so there is no server to connect to.'],
    [new URL('wss://example.com/?token=s3cret'), 'The url is of type object, so there is no server to connect to.'],
    ['ftp://example.com', '"ftp://example.com" has the scheme "ftp:", which cannot be dialled.'],
    ['javascript:alert(1)', '"javascript:alert(1)" has the scheme "javascript:", which cannot be dialled.'],
    ['localhost:3000/realtime', '"localhost:3000/realtime" has the scheme "localhost:", which cannot be dialled.'],
    ['wss://', '"wss://" is not a URL, so it cannot be dialled.'],
    ['wss://exa mple.com', '"wss://exa mple.com" is not a URL, so it cannot be dialled.'],
    ['wss://example.com:99999', '"wss://example.com:99999" is not a URL, so it cannot be dialled.'],
  ])('%s', (url, message) => {
    const error = refusal(() => webSocket(url as string))
    expect(error.code).toBe('invalid-url')
    expect(error.message.startsWith(message)).toBe(true)
    // What happened, why it matters, and what to do.
    expect(error.message).toMatch(/ (Pass|Use) .+\. \(livecache\/docs\/errors\.md#invalid-url\)$/)
  })

  it.each([
    ['ws://example.com', 'wss://'],
    ['http://example.com', 'https://'],
  ])('%s on an encrypted page', (url, encrypted) => {
    onPage('https://app.example.com/')
    expect(refusal(() => webSocket(url)).message).toContain(
      `"${url}" is not encrypted and the page is, so the browser would refuse it. Use ${encrypted} instead.`,
    )
    onPage('http://app.example.com/')
    expect(() => webSocket(url)).not.toThrow()
  })

  it.each([
    'ws://127.0.0.1.example.com',
    'ws://localhost.example.com',
    'ws://mylocalhost',
    'http://10.0.0.1',
    'ws://[::2]',
  ])('%s on an encrypted page, which only looks like this machine', (url) => {
    onPage('https://app.example.com/')
    expect(refusal(() => webSocket(url)).message).toContain('is not encrypted and the page is')
  })

  it('when it is relative and there is no page to take it from', () => {
    expect(() => webSocket('/realtime')).not.toThrow()
    expect(refusal(() => resolveUrl('/realtime', 'ws', {})).message).toContain('"/realtime" is not a URL')
  })

  it('when the page it is relative to is no web page', () => {
    onPage('file:///index.html')
    expect(refusal(() => resolveUrl('/realtime', 'ws', {})).message).toContain('has the scheme "file:"')
  })

  it('when spaces hide its scheme', () => {
    onPage('https://app.example.com/')
    expect(refusal(() => resolveUrl(' ftp://example.com', 'ws', {})).message).toContain('"ftp:"')
    expect(refusal(() => resolveUrl(' ws://example.com', 'ws', {})).message).toContain('not encrypted')
  })
})

describe('an address of this machine', () => {
  it.each([
    ['ws://localhost:3000/realtime', 'ws://localhost:3000/realtime'],
    ['http://localhost:3000/realtime', 'ws://localhost:3000/realtime'],
    ['ws://LOCALHOST', 'ws://localhost/'],
    ['ws://localhost.', 'ws://localhost./'],
    ['ws://api.localhost', 'ws://api.localhost/'],
    ['ws://127.0.0.1:3000', 'ws://127.0.0.1:3000/'],
    ['ws://127.1', 'ws://127.0.0.1/'],
    ['ws://127.5.6.7', 'ws://127.5.6.7/'],
    ['ws://[::1]:3000', 'ws://[::1]:3000/'],
  ])('is dialled from an encrypted page too, as browsers allow it: %s', (url, dialled) => {
    onPage('https://app.example.com/')
    for (const transport of [webSocket, sse, polling]) expect(() => transport(url)).not.toThrow()
    expect(resolveUrl(url, 'ws', {}).href).toBe(dialled)
  })

  it('that a browser refuses after all is told of like any other that is not encrypted', () => {
    onPage('https://app.example.com/')
    function Strict() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    }
    function BornClosed() {
      return { readyState: 3 }
    }
    for (const WebSocket of [Strict, BornClosed] as never[]) {
      const transport = webSocket('ws://localhost:3000/realtime?token=s3cret', { WebSocket })
      const error = refusal(() => dial(transport))
      expect(error.code).toBe('invalid-url')
      expect(error.message).toMatch(
        /^"ws:\/\/localhost:3000\/realtime" is not encrypted and the page is, so the browser would refuse it\. Use wss:\/\/ instead\./,
      )
    }
  })
})

describe('what is said of an address', () => {
  it.each([
    'ftp://example.com/realtime?token=s3cret',
    'ftp://example.com/realtime#s3cret',
    'ftp://user:s3cret@example.com/realtime',
    'ftp://user:s3cret@odd@example.com/realtime?a=s3cret',
    'wss://exa mple.com/?token=s3cret',
    'wss://user:s3cret@exa mple.com',
  ])('never shows what may be secret: %s', (url) => {
    const error = refusal(() => assertUrl(url))
    expect(error.message).not.toContain('s3cret')
    expect(error.message).toMatch(/exa ?mple\.com/)
    // A console prints causes too, and the engine's own error quotes the whole address.
    expect(error.cause).toBeUndefined()
  })
})

describe('the address to dial', () => {
  it.each([
    ['wss://example.com/realtime', 'wss://example.com/realtime'],
    ['ws://127.0.0.1:3000', 'ws://127.0.0.1:3000/'],
    ['https://example.com/realtime', 'wss://example.com/realtime'],
    ['http://localhost:3000/realtime', 'ws://localhost:3000/realtime'],
    ['WSS://Example.com/Path', 'wss://example.com/Path'],
    ['  wss://example.com/  ', 'wss://example.com/'],
    ['wss://example.com/a#part', 'wss://example.com/a'],
  ])('of %s is %s', (url, dialled) => {
    vi.stubGlobal('location', undefined)
    expect(resolveUrl(url.trim(), 'ws', {}).href).toBe(dialled)
  })

  it.each([
    ['/realtime', 'https://app.example.com/deep/page?q=1#top', 'wss://app.example.com/realtime'],
    ['realtime', 'https://app.example.com/deep/page', 'wss://app.example.com/deep/realtime'],
    ['//api.example.com/realtime', 'https://app.example.com/', 'wss://api.example.com/realtime'],
    ['/realtime', 'http://localhost:5173/', 'ws://localhost:5173/realtime'],
    [' wss://example.com/ ', 'https://app.example.com/', 'wss://example.com/'],
  ])('of %s on %s is %s', (url, page, dialled) => {
    onPage(page)
    expect(resolveUrl(url, 'ws', {}).href).toBe(dialled)
  })

  it.each([
    ['wss://example.com/events', 'https://example.com/events'],
    ['ws://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['https://example.com/events#part', 'https://example.com/events'],
  ])('of %s over HTTP is %s', (url, dialled) => {
    vi.stubGlobal('location', undefined)
    expect(resolveUrl(url, 'http', {}).href).toBe(dialled)
  })

  it('has the parameters added, escaped, beside its own', () => {
    const dialled = resolveUrl('wss://example.com/?room=a&events=old', 'ws', { events: 'a,b', q: 'x&y=z ü' })
    expect([...dialled.searchParams]).toEqual([
      ['room', 'a'],
      ['events', 'a,b'],
      ['q', 'x&y=z ü'],
    ])
  })
})
