// Event streams as bytes, by the rules of the HTML standard, and what an answer over HTTP means for the link.
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import { sse, type SseOptions, type Transport, type TransportRequest } from '../../src/transports/index.ts'
import { dial as dialWith, plainRequest } from './dial.ts'
import { fetchOf } from './fake-fetch.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2024, 10, 9) }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
const settle = () => vi.advanceTimersByTimeAsync(0)

const url = 'https://api.example.com/events/stream'
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** A stream that a test feeds by hand. */
function byHand(headers: Record<string, string> = {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const cancel = vi.fn()
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given), cancel })
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream', ...headers } })
  return {
    response,
    cancel,
    say: (text: string) => controller.enqueue(bytesOf(text)),
    end: () => controller.close(),
    break: () => controller.error(new Error('connection reset')),
  }
}

function dial(
  answers: (Response | Error | Promise<Response>)[],
  request?: Partial<TransportRequest>,
  options?: SseOptions,
) {
  const { calls, fetch } = fetchOf(...answers)
  return { ...dialWith(sse(url, { fetch, ...options }), request), calls }
}

/** The messages of a whole stream that comes in these chunks. */
async function messagesOf(chunks: readonly Uint8Array[]): Promise<unknown[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  const { heard } = dial([new Response(body, { headers: { 'content-type': 'text/event-stream' } })])
  while (!(heard.at(-1) as unknown[] | undefined)?.includes('closed')) await settle()
  return heard.slice(1, -1).map((entry) => (entry as unknown[]).slice(1))
}

const read = (...chunks: string[]) => messagesOf(chunks.map(bytesOf))

describe('an event stream', () => {
  it.each<[string, string[], unknown[]]>([
    ['a message', ['data: a\n\n'], [['a', {}]]],
    ['its name and its id', ['event: e\nid: 1\ndata: a\n\n'], [['a', { event: 'e', id: '1' }]]],
    ['a byte order mark in front', ['\uFEFFdata: a\n\n'], [['a', {}]]],
    ['no second byte order mark', ['\uFEFF\uFEFFdata: a\n\n'], []],
    ['no letters that look like a byte order mark in another encoding', ['ï»¿data: a\n\n'], []],
    ['lines that end in LF', ['data: a\ndata: b\n\n'], [['a\nb', {}]]],
    ['lines that end in CR', ['data: a\rdata: b\r\r'], [['a\nb', {}]]],
    ['lines that end in CR LF', ['data: a\r\ndata: b\r\n\r\n'], [['a\nb', {}]]],
    ['all kinds of line ends at once', ['data: a\rdata: b\r\ndata: c\n\r'], [['a\nb\nc', {}]]],
    [
      'CR LF cut in two',
      ['data: a\r', '\n\r', '\ndata: b\r', '\n\r\n'],
      [
        ['a', {}],
        ['b', {}],
      ],
    ],
    ['several data lines as one text', ['data: a\ndata:\ndata: c\n\n'], [['a\n\nc', {}]]],
    ['a field without a colon as an empty one', ['data: a\ndata\n\n'], [['a\n', {}]]],
    [
      'one leading space less',
      ['data:  a\n\ndata:b\n\ndata:\tc\n\n'],
      [
        [' a', {}],
        ['b', {}],
        ['\tc', {}],
      ],
    ],
    ['colons in a value', ['data: a:b: c\n\n'], [['a:b: c', {}]]],
    ['no message without data', ['event: e\nid: 1\n\n'], []],
    ['no message whose data is empty', ['event: heartbeat\ndata:\n\ndata\n\n'], []],
    [
      'a name for one message only',
      ['event: e\ndata: a\n\ndata: b\n\n'],
      [
        ['a', { event: 'e' }],
        ['b', {}],
      ],
    ],
    [
      'no id for a message that has none of its own',
      ['id: 1\ndata: a\n\ndata: b\n\n'],
      [
        ['a', { id: '1' }],
        ['b', {}],
      ],
    ],
    ['an id that is taken back', ['id: 1\nid\ndata: a\n\n'], [['a', { id: '' }]]],
    ['no id with NUL in it', ['id: 1\nid: 2\0\ndata: a\n\n'], [['a', { id: '1' }]]],
    ['no comment and no unknown field', [':data: x\n: y\nfoo: z\ndata : w\nData: v\ndata: a\n\n'], [['a', {}]]],
    ['no last message that was cut off', ['data: a\n\ndata: b\n'], [['a', {}]]],
    ['no last line that was cut off', ['data: a\n\ndata: b'], [['a', {}]]],
    ['nothing of nothing', [''], []],
  ])('gives %s', async (_, chunks, messages) => {
    expect(await read(...chunks)).toEqual(messages)
  })

  it('hands over a message that ends in CR before anything more comes', async () => {
    const stream = byHand()
    const { heard } = dial([stream.response])
    await settle()
    stream.say('data: a\r\r')
    await settle()
    expect(heard.at(-1)).toEqual(['message', 'a', {}])
  })

  it('joins letters whose bytes come apart', async () => {
    const bytes = bytesOf('data: ü€🙂\n\n')
    expect(await messagesOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual([['ü€🙂', {}]])
  })

  it('replaces bytes that are no UTF-8 and goes on', async () => {
    const messages = await messagesOf([bytesOf('data: a'), Uint8Array.of(0xff), bytesOf('b\n\ndata: c\n\n')])
    expect(messages).toEqual([
      ['a\uFFFDb', {}],
      ['c', {}],
    ])
  })

  it('takes a frame of 60 KB, and hands over one of a megabyte for the codec to refuse', async () => {
    for (const size of [60_000, 1_000_000]) {
      const text = 'x'.repeat(size)
      expect(await read('data: ', text.slice(0, 7), text.slice(7), '\n\n')).toEqual([[text, {}]])
    }
  })

  it('is given up where a message has no end', async () => {
    const stream = byHand()
    const { heard } = dial([stream.response])
    await settle()
    stream.say('data: ')
    for (let count = 0; count < 5; count++) stream.say('x'.repeat(1_000_000))
    stream.say('\n\ndata: after\n\n')
    await settle()
    expect(heard).toEqual([
      ['opened', null],
      ['closed', 1009, `${url} sent a message that has no end`],
    ])
  })

  it('says the same however its bytes are cut, and what the standard says', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.array(fc.nat(200)), async (text, cuts) => {
        const bytes = bytesOf(text)
        const places = [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
        const chunks = places.map((place, index) => bytes.slice(places[index - 1] ?? 0, place))
        expect(await messagesOf(chunks)).toEqual(byTheStandard(text))
      }),
      { numRuns: 500 },
    )
  })
})

const lines = [
  ...[
    'data: a',
    'data:b',
    'data',
    'data:  c',
    'data: ü€🙂',
    'data: :',
    'data\uFEFF: x',
    '\uFEFF',
    'datax: y',
    ' data: z',
  ],
  ...[
    'event: e',
    'event',
    'event:f',
    'id: 1',
    'id',
    'id: 2\0',
    'id:3',
    ':',
    ': data: x',
    'foo',
    'retry: 7',
    '',
    '',
    '',
  ],
]
const streams = fc
  .tuple(
    fc.constantFrom('', '\uFEFF', 'ï»¿'),
    fc.array(fc.tuple(fc.constantFrom(...lines), fc.constantFrom('\n', '\r', '\r\n'))),
  )
  .map(([start, rows]) => start + rows.flat().join(''))

/** The standard's steps one by one, and our two departures: an id belongs to one message, and empty data is no message. */
function byTheStandard(text: string): unknown[] {
  const messages: unknown[] = []
  let data = ''
  let event = ''
  let id: string | undefined
  for (const line of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .slice(0, -1)) {
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
    if (line === '') {
      const whole = data.slice(0, -1)
      if (whole !== '') messages.push([whole, { ...(event !== '' && { event }), ...(id !== undefined && { id }) }])
      data = event = ''
      id = undefined
    } else if (field === 'data') data += `${value ?? ''}\n`
    else if (field === 'event') event = value ?? ''
    else if (field === 'id' && !value?.includes('\0')) id = value ?? ''
  }
  return messages
}

describe('opening', () => {
  it('asks for an event stream that nothing on the way may keep', async () => {
    const { calls } = dial([byHand().response], { params: { events: 'a,b' } })
    await settle()
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      url: `${url}?events=a%2Cb`,
      init: { method: 'GET', cache: 'no-store', headers: { accept: 'text/event-stream' } },
    })
    expect(Object.keys(calls[0]!.init.headers!)).toEqual(['accept'])
    expect(calls[0]!.init).not.toHaveProperty('credentials')
  })

  it('calls nobody back before it returns, also where fetch throws at once', async () => {
    const throws = () => {
      throw new TypeError('no')
    }
    const { heard } = dialWith(sse(url, { fetch: throws }))
    expect(heard).toEqual([])
    await settle()
    expect(heard).toEqual([['closed', 1006, `GET ${url} got no answer`]])
  })

  it('looks up the global fetch when it opens', async () => {
    const transport = sse(url)
    const { calls, fetch } = fetchOf(byHand().response)
    vi.stubGlobal('fetch', fetch)
    dialWith(transport)
    await settle()
    expect(calls).toHaveLength(1)
  })

  it('goes on from the last event of a plain server', async () => {
    const { calls } = dial([byHand().response], { lastEventId: 'EV-7' })
    await settle()
    expect(calls[0]!.init.headers).toMatchObject({ 'last-event-id': 'EV-7' })
  })

  it('carries the token in the header, or in the query where the server wants it there', async () => {
    const inHeader = dial([byHand().response], { credential: { token: 's3cret', place: 'header' } })
    const inQuery = dial([byHand().response], { credential: { token: 's3 cret', place: 'query' } })
    await settle()
    expect(inHeader.calls[0]).toMatchObject({ url, init: { headers: { authorization: 'Bearer s3cret' } } })
    expect(inQuery.calls[0]!.url).toBe(`${url}?token=s3+cret`)
    expect(inQuery.calls[0]!.init.headers).not.toHaveProperty('authorization')
  })

  it('refuses a token that no header can carry, unquoted', () => {
    const open = () => dial([], { credential: { token: 's3cret\r\nx: y', place: 'header' } })
    expect(open).toThrow(RealtimeError)
    expect(open).toThrow(/^The token has characters that a header cannot carry/)
    expect(open).not.toThrow(/s3cret/)
  })

  it('sends cookies where the app wants it', async () => {
    const { calls } = dial([byHand().response], {}, { credentials: 'include' })
    await settle()
    expect(calls[0]!.init.credentials).toBe('include')
  })

  it('offers the protocol in the address, and says that the server chose it', async () => {
    const chosen = dial([byHand({ 'livecache-protocol': 'realtime.v1' }).response], { protocol: 'realtime.v1' })
    const ignored = dial([byHand().response], { protocol: 'realtime.v1' })
    await settle()
    expect(chosen.calls[0]!.url).toBe(`${url}?protocol=realtime.v1`)
    expect(chosen.heard).toEqual([['opened', 'realtime.v1']])
    expect(ignored.heard).toEqual([['opened', null]])
  })

  it.each([
    [401, 4401],
    [403, 4403],
    [413, 1009],
    [429, 4429],
    [503, 1013],
    [400, 4422],
    [422, 4422],
    [404, 1006],
    [500, 1006],
  ])('takes status %i for the close code %i', async (status, code) => {
    const { heard } = dial([new Response('no', { status })], { credential: { token: 's3cret', place: 'query' } })
    await settle()
    expect(heard).toEqual([['closed', code, `GET ${url} was answered with ${status}`]])
  })

  it('takes each status as the specification says', async () => {
    const specification = readFileSync(new URL('../../src/protocol/README.md', import.meta.url), 'utf8')
    const rows = [...specification.matchAll(/^\| ([2-5]\d\d) \| (\d{4})\b/gm)]
    expect(rows).toHaveLength(6)
    for (const [, status, code] of rows) {
      const { heard } = dial([new Response(null, { status: Number(status) })])
      await settle()
      expect(heard).toEqual([['closed', Number(code), expect.any(String)]])
    }
  })

  it('takes 204 for a server that has nothing to say', async () => {
    const { heard } = dial([new Response(null, { status: 204 })])
    await settle()
    expect(heard).toEqual([['closed', 1000, `${url} has nothing to say (204)`]])
  })

  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    [new Date(Date.UTC(2024, 10, 9, 0, 1)).toUTCString(), 60_000],
    [new Date(Date.UTC(2024, 10, 8)).toUTCString(), 0],
  ])('passes on how long the server asks to stay away: %s', async (header, ms) => {
    const { heard } = dial([new Response('', { status: 503, headers: { 'retry-after': header } })])
    await settle()
    expect(heard[0]).toEqual(['closed', 1013, expect.any(String), ms])
  })

  it('passes on nothing where that is no time', async () => {
    const { heard } = dial([new Response('', { status: 429, headers: { 'retry-after': 'soon' } })])
    await settle()
    expect(heard[0]).toHaveLength(3)
  })

  it.each(['text/html', 'text/event-streams', 'application/json'])('takes no answer of type %s', async (type) => {
    const { heard } = dial([new Response('data: a\n\n', { headers: { 'content-type': type } })])
    await settle()
    expect(heard).toEqual([['closed', 1006, `${url} answered with ${type} instead of text/event-stream`]])
  })

  it.each(['text/event-stream;charset=utf-8', 'Text/Event-Stream ; x=y'])(
    'takes an answer of type %s',
    async (type) => {
      const { heard } = dial([byHand({ 'content-type': type }).response])
      await settle()
      expect(heard).toEqual([['opened', null]])
    },
  )

  it('says nothing of a network error but the address', async () => {
    const { heard } = dial([new TypeError('fetch failed: https://api.example.com?token=s3cret')])
    await settle()
    expect(heard).toEqual([['closed', 1006, `GET ${url} got no answer`]])
  })

  it('refuses an address that cannot be dialled before anything dials it', () => {
    expect(() => sse('')).toThrow(/^The url is an empty string/)
    expect(() => sse(url, { sendUrl: 'ftp://example.com' })).toThrow(/has the scheme "ftp:"/)
  })
})

describe('an open link', () => {
  async function open(headers?: Record<string, string>, options?: SseOptions, answers: Response[] = []) {
    const stream = byHand(headers)
    const all = dial([stream.response, ...answers], { protocol: 'realtime.v1' }, options)
    await settle()
    all.heard.length = 0
    return { ...all, stream }
  }
  const livecache = { 'livecache-protocol': 'realtime.v1' }

  it('takes a comment, and any byte, for a sign of life', async () => {
    const { stream, heard, signs } = await open()
    for (const text of [':heartbeat\n\n', 'da', 'ta: a\n\n']) {
      stream.say(text)
      await settle()
    }
    expect(signs()).toBe(3)
    expect(heard).toEqual([['message', 'a', {}]])
  })

  it('ends with 1006 when the stream does, politely or not', async () => {
    const polite = await open()
    polite.stream.end()
    const rude = await open()
    rude.stream.break()
    await settle()
    expect(polite.heard).toEqual([['closed', 1006, `${url}: the stream ended`]])
    expect(rude.heard).toEqual([['closed', 1006, `${url}: the stream broke off`]])
  })

  it('then asks to stay away for as long as the stream said', async () => {
    const { stream, heard } = await open()
    stream.say('retry: 5000\n\nretry: 7s\n\nretry:\n\nretry: -1\n\n')
    stream.end()
    await settle()
    expect(heard).toEqual([['closed', 1006, expect.any(String), 5_000]])
  })

  it('ends with the code that a livecache server names, and is let go', async () => {
    const { stream, heard } = await open(livecache)
    stream.say('retry: 9\n\nevent: livecache-close\ndata: {"type":"close","code":4408,"reason":"ACK_TIMEOUT"}\n\n')
    stream.say('data: late\n\n')
    await settle()
    expect(heard).toEqual([['closed', 4408, 'ACK_TIMEOUT']])
  })

  it('takes that event of a plain server for an event like any other', async () => {
    const { stream, heard } = await open()
    stream.say('event: livecache-close\ndata: {"code":4408}\n\n')
    await settle()
    expect(heard).toEqual([['message', '{"code":4408}', { event: 'livecache-close' }]])
  })

  it('sends a plain server nothing, except acks where the app says where to', async () => {
    const mute = await open()
    mute.link.send({ type: 'ack', eventId: 'EV-1' })
    const told = await open({}, { sendUrl: 'https://api.example.com/feed/' }, [new Response(null, { status: 204 })])
    told.link.send({ type: 'subscribe', events: ['*'] })
    told.link.send({ type: 'ack', eventId: 'EV-1' })
    await settle()
    expect(mute.calls).toHaveLength(1)
    expect(told.calls.slice(1)).toMatchObject([
      { url: 'https://api.example.com/feed/ack', init: { method: 'POST', body: '[{"type":"ack","eventId":"EV-1"}]' } },
    ])
  })

  it('is silent once closed: aborted, and nothing heard of what still comes', async () => {
    const { stream, heard, link, calls } = await open(livecache)
    stream.say('data: late\n\n')
    link.close()
    await settle()
    expect(calls[0]!.init.signal!.aborted).toBe(true)
    expect(heard).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is silent where it was closed before the answer came', async () => {
    const { link, heard } = dial([new Promise(() => {})])
    link.close()
    await settle()
    expect(heard).toEqual([])
  })

  it('tells no more of a chunk once a message of it has closed the link', async () => {
    const stream = byHand()
    const { fetch } = fetchOf(stream.response)
    const texts: string[] = []
    const { link } = openWith(sse(url, { fetch }), (text) => {
      texts.push(text)
      link.close()
    })
    await settle()
    stream.say('data: a\n\ndata: b\n\n')
    await settle()
    expect(texts).toEqual(['a'])
  })

  it('survives a listener that throws, which is reported as the page’s own error', async () => {
    const errors: unknown[] = []
    const catching = (error: unknown) => errors.push(error)
    process.once('uncaughtException', catching)
    const stream = byHand()
    const texts: string[] = []
    openWith(sse(url, { fetch: fetchOf(stream.response).fetch }), (text) => {
      texts.push(text)
      if (text === 'a') throw new Error('of the app')
    })
    await settle()
    stream.say('data: a\n\ndata: b\n\n')
    await settle()
    process.off('uncaughtException', catching)
    expect(texts).toEqual(['a', 'b'])
    expect(errors).toEqual([new Error('of the app')])
  })
})

function openWith(transport: Transport, message: (text: string) => void) {
  return { link: transport.open(plainRequest, { opened() {}, message, alive() {}, closed() {} }) }
}
