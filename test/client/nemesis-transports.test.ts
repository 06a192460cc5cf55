// The laws under three transports, probes, pages, pauses and publishing. FUZZ_SEED, FUZZ_RUNS, FUZZ_SCHEDULE.
import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { createClient, type PageSignal } from '../../src/client/index.ts'
import { createHttpHandler } from '../../src/hub/index.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { polling, sse, type Transport } from '../../src/transports/index.ts'
import { fakePage } from './fixture.ts'

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const streams = ['goal:1', 'goal:2', 'goal:3']

type Step =
  | { do: 'publish'; stream: number; count: number }
  | { do: 'say'; stream: number }
  | { do: 'pass'; ms: number }
  | { do: 'cut'; code: number }
  | { do: 'cutHttp' }
  | { do: 'block'; what: 'ws' | 'sse' | 'poll'; on: boolean }
  | { do: 'page'; signal: PageSignal }
  | { do: 'hide'; on: boolean }
  | { do: 'pause'; ms: number }
  | { do: 'restart'; forgetting: boolean; ms: number }
  | { do: 'lag'; ms: number }
  | { do: 'reconnect' }
  | { do: 'listen' }
  | { do: 'jump'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      stream: fc.nat(2),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('say' as const), stream: fc.nat(2) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 1, 20, 300, 3_000, 15_000, 40_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      code: fc.constantFrom(1000, 1001, 1006, 1012, 4408, 4410),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'cutHttp' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('block' as const),
      what: fc.constantFrom('ws' as const, 'ws' as const, 'sse' as const, 'poll' as const),
      on: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('page' as const),
      signal: fc.constantFrom(
        'visible' as const,
        'focus' as const,
        'online' as const,
        'offline' as const,
        'network' as const,
        'resumed' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.constantFrom(0, 100, 5_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      forgetting: fc.boolean(),
      ms: fc.constantFrom(100, 8_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lag' as const), ms: fc.constantFrom(0, 5, 200, 2_500) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reconnect' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'listen' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.constantFrom(30_000, 3_600_000, -60_000) }),
  },
)

async function play(schedule: readonly Step[], acks: 'auto' | 'manual'): Promise<string[]> {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  let chance = 1
  let skew = 0
  const clock = {
    now: () => Date.now() + skew,
    random: () => (chance = (chance * 16_807) % 2_147_483_647) / 2_147_483_647,
    timeout(run: () => void, ms: number) {
      if (ms === Infinity) return () => {}
      const timer = setTimeout(run, Math.max(0, ms))
      return () => clearTimeout(timer)
    },
  }
  const server = createTestServer({
    authorizePublish: () => true,
    verify: (token) => {
      const expiresAt = Number(token)
      if (!(expiresAt > Date.now())) throw new Error('expired')
      return { subject: 'ada', streams: ['*'], expiresAt }
    },
  })
  const blocked = { ws: false, sse: false, poll: false }
  let lag = 0
  let handlerOf = server.hub
  let handle = createHttpHandler(handlerOf)
  let isUp = true
  const running = new Set<AbortController>()
  const errors: string[] = []
  const fetchOf = (what: 'sse' | 'poll') =>
    (async (address: string, init: RequestInit) => {
      const own = new AbortController()
      running.add(own)
      const aborted = new Promise<never>((_, reject) => {
        const fail = () => reject(new DOMException('aborted', 'AbortError'))
        own.signal.addEventListener('abort', fail)
        init.signal?.addEventListener('abort', () => (own.abort(), fail()))
      })
      aborted.catch(() => {})
      const go = async () => {
        if (lag > 0) await new Promise((resolve) => setTimeout(resolve, lag))
        if (blocked[what] || !isUp) throw new TypeError('network')
        if (handlerOf !== server.hub) handle = createHttpHandler((handlerOf = server.hub))
        const { signal: _, ...rest } = init
        const response = await handle(new Request(address, { ...rest, signal: own.signal }))
        if (!response.headers.get('content-type')?.includes('event-stream')) return response
        const reader = response.body!.getReader()
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            try {
              const chunk = await Promise.race([reader.read(), aborted])
              if (chunk.done) controller.close()
              else controller.enqueue(chunk.value)
            } catch (error) {
              void reader.cancel().catch(() => {})
              controller.error(error)
            }
          },
          cancel: () => reader.cancel(),
        })
        return new Response(body, { status: response.status, headers: response.headers })
      }
      return Promise.race([go(), aborted])
    }) as unknown as typeof fetch
  const ws: Transport = {
    name: 'ws',
    open(request, listener) {
      if (!blocked.ws) return server.transport.open(request, listener)
      let wanted = true
      setTimeout(() => wanted && listener.closed({ code: 1006, reason: '' }), 10)
      return { send() {}, close: () => void (wanted = false) }
    },
  }
  const page = fakePage()
  const base = 'http://hub/api/v1/events'
  const client = createClient({
    transports: [ws, sse(`${base}/stream`, { fetch: fetchOf('sse') }), polling(base, { fetch: fetchOf('poll') })],
    server: 'livecache',
    clock,
    page,
    acks,
    storage: null,
    probeIntervalMs: 20_000,
    getToken: async () => {
      await new Promise((resolve) => setTimeout(resolve, 30))
      return String(Date.now() + 90_000)
    },
    onError: ({ message }) => errors.push(message),
  })
  const heard: RealtimeEvent[] = []
  const signals: { streams: readonly string[] | 'all'; at: number }[] = []
  const published: { id: string; stream: string; at: number }[] = []
  const said: { settled: string | null; id: string }[] = []
  const broken: string[] = []
  client.on('*', (event) => {
    heard.push(event)
    client.ack(event)
  })
  client.onResync(({ streams: named }) => signals.push({ streams: named, at: Date.now() }))
  const release = client.hold()
  await pass(500)
  for (const [index, at] of schedule.entries()) {
    switch (at.do) {
      case 'publish':
        for (let n = 0; n < at.count; n++) {
          const stream = streams[at.stream]!
          const { eventId } = server.publish({ type: 'goal.counted', stream, payload: { n } })
          published.push({ id: eventId, stream, at: Date.now() })
        }
        break
      case 'say': {
        const one = { settled: null as string | null, id: `m${index}` }
        said.push(one)
        client.publish('goal.said', { index }, { stream: streams[at.stream]!, id: one.id }).then(
          () => (one.settled = 'ok'),
          ({ code }: { code: string }) => (one.settled = code),
        )
        break
      }
      case 'pass':
        await pass(at.ms)
        break
      case 'cut':
        server.cut(at.code)
        break
      case 'cutHttp':
        for (const request of running) request.abort()
        running.clear()
        break
      case 'block':
        blocked[at.what] = at.on
        break
      case 'page':
        page.emit(at.signal)
        break
      case 'hide':
        page.hidden = at.on
        page.emit(at.on ? 'hidden' : 'visible')
        break
      case 'pause':
        client.pause()
        await pass(at.ms)
        client.resume()
        break
      case 'restart':
        isUp = false
        server.goDown()
        for (const request of running) request.abort()
        running.clear()
        await pass(at.ms)
        server.comeBack({ forgetting: at.forgetting })
        isUp = true
        break
      case 'lag':
        lag = at.ms
        break
      case 'reconnect':
        client.reconnect()
        break
      case 'listen':
        client.on(`other.${index}`, () => {})
        break
      case 'jump':
        skew += at.ms
        break
    }
  }
  blocked.ws = blocked.sse = blocked.poll = false
  lag = 0
  await pass(200_000)
  const quiet = heard.length
  for (const stream of streams) {
    const { eventId } = server.publish({ type: 'goal.counted', stream, payload: {} })
    published.push({ id: eventId, stream, at: Date.now() })
  }
  await pass(61_000)
  if (heard.length < quiet + 3) broken.push('deaf at quiet')
  const ids = heard.map(({ id }) => id)
  if (new Set(ids).size !== ids.length) broken.push('twice')
  const mutations = heard.flatMap(({ origin }) => (origin?.mutationId ? [origin.mutationId] : []))
  const forgot = schedule.some((at) => at.do === 'restart' && at.forgetting)
  if (!forgot && new Set(mutations).size !== mutations.length) broken.push('published twice')
  for (const stream of streams) {
    const read = heard.filter((event) => event.stream === stream)
    if (
      read.some(
        (event, place) => place > 0 && read[place - 1]!.epoch === event.epoch && read[place - 1]!.seq! >= event.seq!,
      )
    )
      broken.push('order')
  }
  for (const event of published) {
    const excused = signals.some(
      ({ streams: named, at }) => at >= event.at && (named === 'all' || named.includes(event.stream)),
    )
    if (!ids.includes(event.id) && !excused) broken.push('lost without a word')
  }
  if (client.getState().name !== 'connected') broken.push(`state ${client.getState().name}`)
  for (const { settled, id } of said) {
    if (settled === null) broken.push('publish never settled')
    if (settled === 'ok' && !mutations.includes(id) && !signals.length) broken.push('published and never heard')
  }
  if (client.inspect().publishing > 0) broken.push('publishing left')
  for (const message of errors)
    if (!/sign in|transport|getToken/.test(message)) broken.push(`error: ${message.slice(0, 120)}`)
  for (const { reason } of client.inspect().quarantine) broken.push(`quarantine ${reason}`)
  release()
  client.dispose()
  await pass(1_000)
  server.hub.close()
  if (page.listeners > 0) broken.push('listeners left')
  await pass(200_000)
  if (vi.getTimerCount() > 0) broken.push(`${vi.getTimerCount()} timers left`)
  vi.useRealTimers()
  return [...new Set(broken)]
}

const { FUZZ_SEED = '1', FUZZ_RUNS = '300', FUZZ_SCHEDULE } = process.env

it.each(['auto', 'manual'] as const)(
  'the laws hold over three transports, with acks: %s',
  async (acks) => {
    const keepsTheLaws = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (schedule) => {
      expect(await play(schedule, acks)).toEqual([])
    })
    const again = FUZZ_SCHEDULE === undefined ? [] : [[JSON.parse(FUZZ_SCHEDULE) as Step[]] as [Step[]]]
    const numRuns = again.length > 0 ? 1 : Number(FUZZ_RUNS)
    await fc.assert(keepsTheLaws, { numRuns, seed: Number(FUZZ_SEED), examples: again })
  },
  600_000,
)
