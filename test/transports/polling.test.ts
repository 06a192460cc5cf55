// Asking in fake time: what is asked when, and what the answers mean.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { polling, type PollingOptions, type TransportRequest } from '../../src/transports/index.ts'
import { dial as dialWith } from './dial.ts'
import { type Call, fetchOf } from './fake-fetch.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2024, 10, 9) }))
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const url = 'https://api.example.com/events'
const livecache = { headers: { 'livecache-protocol': 'realtime.v1' } }
const welcome = { type: 'welcome', connectionId: 'c-1', protocol: 'realtime.v1' }

const answer = (body: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(body), init)
const opened = () => answer({ connectionId: 'c-1', frames: [welcome], after: 1 }, livecache)
const frames = (after: number, ...given: object[]) => answer({ frames: given, after }, livecache)
const held = () => new Promise<Response>(() => {})
const taken = () => new Response(null, { status: 204 })

function dial(
  answers: (Response | Error | Promise<Response>)[],
  request?: Partial<TransportRequest>,
  options?: PollingOptions,
) {
  const { calls, fetch } = fetchOf(...answers)
  const dialled = dialWith(polling(url, { fetch, ...options }), { protocol: 'realtime.v1', ...request })
  return { ...dialled, calls, asked: () => calls.map(shownCall) }
}

function shownCall({ url: address, init: { method, body } }: Call): string {
  const { search, pathname } = new URL(address)
  return `${method} ${pathname.replace('/events', '')}${search}${typeof body === 'string' ? ` ${body}` : ''}`
}

describe('a livecache server', () => {
  it('opens a session with the first answer, and is asked again at once', async () => {
    const { heard, asked, signs } = dial([opened(), held()])
    await pass(0)
    expect(heard).toEqual([
      ['opened', 'realtime.v1'],
      ['message', JSON.stringify(welcome)],
    ])
    expect(asked()).toEqual(['GET ?protocol=realtime.v1', 'GET ?connectionId=c-1&after=1'])
    expect(signs()).toBe(1)
  })

  it('is told with each poll what came, so that it can let go of it', async () => {
    const event = { type: 'goal.created', eventId: 'EV-1', payload: { name: 'ü🙂' } }
    const { heard, asked } = dial([opened(), frames(2, event), frames(4, event, event), held()])
    await pass(0)
    expect(heard.slice(2)).toEqual(Array.from({ length: 3 }, () => ['message', JSON.stringify(event)]))
    expect(asked().slice(1)).toEqual([1, 2, 4].map((after) => `GET ?connectionId=c-1&after=${after}`))
  })

  it('says how the session ended, behind its last frames', async () => {
    const close = { code: 4408, reason: 'ACK_TIMEOUT' }
    const { heard, calls } = dial([opened(), answer({ frames: [{ type: 'pong' }], after: 2, close }, livecache)])
    await pass(100_000)
    expect(heard.slice(2)).toEqual([
      ['message', '{"type":"pong"}'],
      ['closed', 4408, 'ACK_TIMEOUT'],
    ])
    expect(calls).toHaveLength(2)
  })

  it.each([
    [401, 4401],
    [403, 4403],
    [404, 1006],
    [410, 1006],
    [429, 4429],
    [503, 1013],
  ])('ends the link by status %i with %i', async (status, code) => {
    const { heard, calls } = dial([opened(), new Response('', { status, headers: { 'retry-after': '3' } })])
    await pass(100_000)
    expect(heard.at(-1)).toEqual(['closed', code, `GET ${url} was answered with ${status}`, 3_000])
    expect(calls).toHaveLength(2)
  })

  it('ends the link where it cannot be reached, or its answer breaks off', async () => {
    const broken = new Response(new ReadableStream({ start: (controller) => controller.error(new Error('reset')) }))
    for (const lost of [new TypeError('fetch failed'), broken]) {
      const { heard } = dial([opened(), lost])
      await pass(0)
      expect(heard.at(-1)).toEqual(['closed', 1006, expect.any(String)])
    }
  })

  it('is given up where it holds a poll for longer than 40 s', async () => {
    const { heard, calls } = dial([opened(), held()])
    await pass(39_999)
    expect(heard).toHaveLength(2)
    await pass(1)
    expect(heard.at(-1)).toEqual(['closed', 1006, `GET ${url} was not answered within 40000 ms`])
    expect(calls.at(-1)!.init.signal!.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('pauses', () => {
  const empty = (count: number) => Array.from({ length: count }, () => frames(1))
  /** When each poll was asked, in s after the one before. */
  async function rhythm(answers: Response[], request?: Partial<TransportRequest>) {
    const moments: number[] = []
    const { fetch } = fetchOf(opened(), ...answers, held())
    const noting = (address: string, init: RequestInit) => {
      moments.push(Date.now())
      return fetch(address, init)
    }
    dialWith(polling(url, { fetch: noting as typeof globalThis.fetch }), { protocol: 'realtime.v1', ...request })
    await pass(1_000_000)
    return moments.slice(2, answers.length + 2).map((moment, index) => (moment - moments[index + 1]!) / 1000)
  }

  it('grow from 5 to 30 s while nothing changes', async () => {
    expect(await rhythm(empty(6))).toEqual([5, 10, 20, 30, 30, 30])
  })

  it('begin anew with any frame', async () => {
    expect(await rhythm([...empty(3), frames(2, { type: 'pong' }), ...empty(2)])).toEqual([5, 10, 20, 0, 5, 10])
  })

  it('are a minute while nobody can see the page', async () => {
    expect(await rhythm(empty(2), { isHidden: () => true })).toEqual([60, 60])
  })

  it('end soon after the page is shown again', async () => {
    let hidden = true
    setTimeout(() => (hidden = false), 31_000)
    expect(await rhythm(empty(2), { isHidden: () => hidden })).toEqual([35, 10])
  })

  it('outlast no clock that was put back', async () => {
    setTimeout(() => vi.setSystemTime(Date.UTC(2020)), 1_000)
    const { calls } = dial([opened(), ...empty(1), held()])
    await pass(10_000)
    expect(calls).toHaveLength(3)
  })

  it('are announced, so that nobody takes them for death', () => {
    expect(polling(url).quietMs).toBe(100_000)
  })

  it('are cut short by what the client says, where it is answered', async () => {
    const { link, asked } = dial([opened(), frames(1), taken(), taken(), held()])
    await pass(1_000)
    link.send({ type: 'ack', eventId: 'EV-1' })
    await pass(0)
    expect(asked().slice(2)).toEqual(['POST /ack?connectionId=c-1 [{"type":"ack","eventId":"EV-1"}]'])
    link.send({ type: 'ping' })
    await pass(0)
    expect(asked().slice(3)).toEqual([
      'PATCH /subscriptions?connectionId=c-1 [{"type":"ping"}]',
      'GET ?connectionId=c-1&after=1',
    ])
  })

  it('are left out where something was said while the server was about to answer empty', async () => {
    let release!: (response: Response) => void
    const slow = new Promise<Response>((resolve) => (release = resolve))
    const { link, asked } = dial([opened(), slow, taken(), held()])
    await pass(0)
    link.send({ type: 'ping' })
    await pass(0)
    release(frames(1))
    await pass(0)
    expect(asked().at(-1)).toBe('GET ?connectionId=c-1&after=1')
    expect(asked()).toHaveLength(4)
  })
})

describe('what the client says', () => {
  const subscribe = { type: 'subscribe', id: 's1', events: ['*'] } as const
  const resume = { type: 'resume', streams: {} } as const
  const ack = (eventId: string) => ({ type: 'ack', eventId }) as const
  const publish = { type: 'publish', id: 'm-1', event: 'goal.renamed' } as const

  /** A link whose every poll is held, and whose other requests are answered by `answers`. */
  async function open(...answers: (Response | Error | Promise<Response>)[]) {
    const all = dial([opened(), held(), ...answers], { credential: { token: 's3cret', place: 'header' } })
    await pass(0)
    return { ...all, said: () => all.asked().slice(2) }
  }

  it('goes to the endpoint of its frames, in order, with the token', async () => {
    const { link, said, calls } = await open(taken(), taken(), taken(), taken())
    for (const frame of [subscribe, resume, ack('EV-1'), ack('EV-2'), publish, { type: 'ping' } as const])
      link.send(frame)
    await pass(0)
    expect(said()).toEqual([
      `PATCH /subscriptions?connectionId=c-1 ${JSON.stringify([subscribe, resume])}`,
      `POST /ack?connectionId=c-1 ${JSON.stringify([ack('EV-1'), ack('EV-2')])}`,
      `POST ?connectionId=c-1 ${JSON.stringify([publish])}`,
      'PATCH /subscriptions?connectionId=c-1 [{"type":"ping"}]',
    ])
    for (const { init } of calls.slice(2)) {
      expect(init.headers).toEqual({ 'content-type': 'application/json', authorization: 'Bearer s3cret' })
    }
  })

  it('waits while a request is under way, and goes together then', async () => {
    let release!: (response: Response) => void
    const slow = new Promise<Response>((resolve) => (release = resolve))
    const { link, said } = await open(slow, taken())
    link.send(ack('EV-1'))
    await pass(0)
    link.send(ack('EV-2'))
    link.send(ack('EV-3'))
    await pass(0)
    expect(said()).toHaveLength(1)
    release(taken())
    await pass(0)
    expect(said()[1]).toBe(`POST /ack?connectionId=c-1 ${JSON.stringify([ack('EV-2'), ack('EV-3')])}`)
  })

  it('fills no request beyond what a server reads', async () => {
    const { link, calls } = await open(taken(), taken(), taken())
    for (let count = 0; count < 9; count++) link.send(ack('ü'.repeat(10_000)))
    await pass(0)
    const bodies = calls.slice(2).map(({ init }) => init.body as string)
    expect(bodies.map((body) => (JSON.parse(body) as unknown[]).length)).toEqual([3, 3, 3])
  })

  it.each([
    [new Response('', { status: 401 }), 4401],
    [new Response('', { status: 404 }), 1006],
    [new Response('', { status: 413 }), 1009],
    [new Response('', { status: 500 }), 1006],
    [new TypeError('fetch failed'), 1006],
  ])('ends the link where it may be lost: %s', async (failure, code) => {
    const { link, heard, calls } = await open(failure)
    link.send(subscribe)
    link.send(ack('EV-1'))
    await pass(100_000)
    expect(heard.at(-1)).toEqual([
      'closed',
      code,
      expect.stringMatching(/^PATCH https:\/\/api\.example\.com\/events\/subscr/),
    ])
    expect(calls).toHaveLength(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends the link where nobody takes it for 10 s', async () => {
    const { link, heard } = await open(held())
    link.send(subscribe)
    await pass(10_000)
    expect(heard.at(-1)).toEqual(['closed', 1006, 'the server took nothing for 10000 ms'])
  })

  it('goes where the app says, and from a stream to the address without /stream', async () => {
    const { link, calls } = dial([opened(), held(), taken()], {}, { sendUrl: 'https://ack.example.com/in/?key=1' })
    await pass(0)
    link.send(ack('EV-1'))
    await pass(0)
    expect(calls.at(-1)!.url).toBe('https://ack.example.com/in/ack?key=1&connectionId=c-1')
  })
})

describe('a plain server', () => {
  it.each([
    [
      'an array',
      [
        { id: 7, type: 'a' },
        { eventId: 'EV-8', type: 'b' },
      ],
      'EV-8',
    ],
    ['events', { events: [{ id: 7, type: 'a' }] }, '7'],
    ['frames', { frames: [{ event_id: 'EV-7', type: 'a' }], after: 'x' }, 'x'],
    ['data', { data: [{ id: 'EV-7', type: 'a' }], after: 12 }, '12'],
  ])('may answer with %s', async (_, body, after) => {
    const { heard, asked } = dial([answer(body), held()], { params: { events: 'a' } })
    await pass(0)
    expect(heard[0]).toEqual(['opened', null])
    expect(heard.length).toBeGreaterThan(1)
    expect(asked()).toEqual(['GET ?events=a&protocol=realtime.v1', `GET ?events=a&protocol=realtime.v1&after=${after}`])
  })

  it('goes on from the last event that was received', async () => {
    const { asked } = dial([answer([]), answer([]), held()], { lastEventId: 'EV-7', protocol: null })
    await pass(5_000)
    expect(asked()).toEqual(['GET ?after=EV-7', 'GET ?after=EV-7'])
  })

  it('may answer 204 for nothing', async () => {
    const { heard, asked } = dial([new Response(null, { status: 204 }), held()])
    await pass(5_000)
    expect(heard).toEqual([['opened', null]])
    expect(asked()).toHaveLength(2)
  })

  it.each(['{}', '"a"', '<html>', ''])('is no polling server where it answers %s', async (body) => {
    const { heard } = dial([new Response(body)])
    await pass(0)
    expect(heard).toEqual([
      ['closed', 1006, `${url} answered with no JSON array of events, and no object that holds one`],
    ])
  })

  it('is sent nothing, except acks where the app says where to', async () => {
    const mute = dial([answer([]), held()])
    const told = dial([answer([]), taken(), held()], {}, { sendUrl: url })
    await pass(0)
    for (const { link } of [mute, told]) {
      link.send({ type: 'subscribe', events: ['*'] })
      link.send({ type: 'ack', eventId: 'EV-1' })
    }
    await pass(0)
    expect(mute.asked()).toHaveLength(1)
    expect(told.asked().slice(1)).toEqual(['POST /ack [{"type":"ack","eventId":"EV-1"}]'])
  })
})

describe('close()', () => {
  it('ends whatever is under way, without a word', async () => {
    const { link, heard, calls } = dial([opened(), held(), held()])
    await pass(0)
    link.send({ type: 'ping' })
    await pass(0)
    heard.length = 0
    link.close()
    link.send({ type: 'ping' })
    await pass(100_000)
    expect(calls).toHaveLength(3)
    for (const { init } of calls.slice(1)) expect(init.signal!.aborted).toBe(true)
    expect(heard).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends a pause', async () => {
    const { link, calls } = dial([opened(), frames(1)])
    await pass(1_000)
    link.close()
    await pass(100_000)
    expect(calls).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})
