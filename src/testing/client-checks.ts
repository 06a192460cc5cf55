// What a client makes of a transport: nothing lost and nothing twice, whatever happens to its links.
import { systemClock } from '../base/clock.ts'
import { createClient } from '../client/create-client.ts'
import type { ClientOptions } from '../client/options.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { Resync } from '../client/resync.ts'
import type { Transport, TransportLink } from '../transports/transport.ts'
import { expectSame, expectThat, pause, until, upTo } from './check.ts'
import type { TransportBench } from './transport-bench.ts'

export type Check = (bench: TransportBench) => Promise<void>

export const restartCheck = 'a client whose server forgot everything is told of the loss, and goes on'

export const clientChecks: Record<string, Check> = {
  'a client that loses its link in mid-stream gets everything, once and in order': (bench) =>
    withClient(bench, [bench.createTransport()], async (listening) => {
      await publishNumbers(bench, listening, 150, {
        50: () => bench.cut(),
        100: () => bench.cut(),
      })
      expectThat(
        listening.resyncs.every(({ cause }) => cause === 'joined'),
        'no loss is reported where there is none',
      )
    }),

  'a client confirms what it received': (bench) =>
    withClient(bench, [bench.createTransport()], async (listening) => {
      await publishNumbers(bench, listening, 20, {})
      const last = listening.events.at(-1)!
      const confirmed = async () =>
        (await bench.received()).some(
          (frame) =>
            frame.type === 'ack' &&
            (frame.eventId === last.id ||
              frame.eventIds?.includes(last.id) === true ||
              (frame.upTo?.[last.stream] ?? 0) >= last.seq),
        )
      await until(confirmed, 'the server hears of the last event', bench)
    }),

  'a client that changes its transport in mid-stream loses nothing and repeats nothing': (bench) => {
    const first = breakable(bench.createTransport(), 'first')
    const second = breakable((bench.createOtherTransport ?? bench.createTransport)(), 'second')
    return withClient(bench, [first.transport, second.transport], async (listening) => {
      const isOn = (name: string) =>
        until(() => transportOf(listening.client) === name, `it takes the ${name} transport`, bench)
      await publishNumbers(bench, listening, 200, {
        // What is published from here on finds no link, then the other one.
        50: () => first.break(),
        100: () => isOn('second'),
        120() {
          first.mend()
          second.break()
        },
        180: () => isOn('first'),
      })
    })
  },

  [restartCheck]: (bench) =>
    withClient(bench, [bench.createTransport()], async (listening) => {
      await publishNumbers(bench, listening, 10, {})
      await bench.restart?.()
      await until(() => listening.resyncs.some(({ cause }) => cause === 'lost'), 'the loss is reported', bench)
      const before = listening.events.length
      await bench.publish({ type: listening.eventType, payload: { n: 11 } })
      await until(() => listening.events.length > before, 'events of the new server arrive', bench)
    }),
}

interface Listening {
  client: RealtimeClient
  eventType: string
  events: { id: string; n: number; stream: string; seq: number }[]
  resyncs: Resync[]
}

async function withClient(
  bench: TransportBench,
  transports: readonly Transport[],
  check: (listening: Listening) => Promise<void>,
): Promise<void> {
  const { token } = bench
  const options: ClientOptions = {
    transports,
    storage: null,
    ackGapMs: 50,
    // Chance has no say in how long a check takes.
    clock: { ...systemClock, random: () => 0.1 },
    // A cut is reported by the state; anything else is told by what arrives, or does not.
    onError: () => {},
    ...(token !== undefined && { getToken: () => token }),
  }
  const client = createClient(options)
  const listening: Listening = { client, eventType: `conformance.${crypto.randomUUID()}`, events: [], resyncs: [] }
  client.onResync((resync) => listening.resyncs.push(resync))
  client.on(listening.eventType, ({ id, payload, stream, seq }) => {
    listening.events.push({ id: id ?? '', n: (payload as { n: number }).n, stream: stream ?? '', seq: seq ?? 0 })
  })
  client.hold()
  try {
    await until(() => isSubscribed(client), 'the client connects and is subscribed', bench)
    await check(listening)
  } finally {
    client.dispose()
  }
}

/** Publishes 1, 2, 3…, doing in between what is planned, and judges what arrived. */
async function publishNumbers(
  bench: TransportBench,
  { events, eventType }: Listening,
  count: number,
  plan: Record<number, () => unknown>,
): Promise<void> {
  for (const n of upTo(count)) {
    await bench.publish({ type: eventType, payload: { n } })
    await plan[n]?.()
    if (n % 10 === 0) await pause(5)
  }
  await until(() => events.length >= count, `all ${count} events arrive`, bench)
  await pause(50)
  expectSame(
    events.map(({ n }) => n),
    upTo(count),
    'events',
  )
}

function isSubscribed(client: RealtimeClient): boolean {
  const { state, subscriptions } = client.inspect()
  return state.name === 'connected' && subscriptions.every(({ status }) => status === 'subscribed')
}

function transportOf(client: RealtimeClient): string {
  const state = client.getState()
  return state.name === 'connected' ? state.transport : state.name
}

/** A transport that can be made to fail: its links are lost, and no new ones can be opened. */
function breakable(inner: Transport, name: string) {
  const ends = new Set<() => void>()
  let isBroken = false
  const transport: Transport = {
    ...inner,
    name,
    open(request, listener): TransportLink {
      const lost = { code: 1006, reason: `the check broke the ${name} transport` }
      if (isBroken) {
        let wanted = true
        queueMicrotask(() => wanted && listener.closed(lost))
        return { send: () => {}, close: () => void (wanted = false) }
      }
      const link = inner.open(request, {
        ...listener,
        closed(closure) {
          ends.delete(end)
          listener.closed(closure)
        },
      })
      const end = () => {
        link.close()
        listener.closed(lost)
      }
      ends.add(end)
      return {
        send: link.send,
        close(code, reason) {
          ends.delete(end)
          link.close(code, reason)
        },
      }
    },
  }
  return {
    transport,
    mend: () => void (isBroken = false),
    break() {
      isBroken = true
      for (const end of ends) end()
      ends.clear()
    },
  }
}
