// Every transport that ships keeps to the port, over real sockets; and the checks find what does not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestServer, type TransportBench, transportConformance } from '../../src/testing/index.ts'
import type { Transport } from '../../src/transports/index.ts'
import { type GatewayBench, startGatewayBench } from './gateway-bench.ts'
import { kinds, transportTo } from './transport-to.ts'

/** Nobody listens there. */
const deadPort = 9

describe.each(kinds)('%s', (kind) => {
  let started: GatewayBench
  beforeAll(async () => void (started = await startGatewayBench()))
  afterAll(() => started.close())

  const bench: TransportBench = {
    createTransport: () => transportTo(kind, started.port),
    createRefusedTransport: () => transportTo(kind, deadPort),
    createOtherTransport: () => transportTo(kind === 'websocket' ? 'sse' : 'websocket', started.port),
    publish: (event) => started.server.publish(event),
    cut: () => started.server.cut(),
    received: () => started.server.received(),
    restart: () => started.server.restart(),
    token: 'conformance',
  }
  it.each(transportConformance(bench))('$name', ({ run }) => expect(run()).resolves.toBeUndefined(), 20_000)
})

/** A bench in memory, whose transport may be tampered with. */
function memoryBench(
  tamper: (transport: Transport) => Transport = (transport) => transport,
  limitMs = 5_000,
): TransportBench {
  const server = createTestServer()
  const elsewhere = createTestServer()
  elsewhere.goDown()
  return {
    createTransport: () => tamper(server.transport),
    createRefusedTransport: () => elsewhere.transport,
    publish: (event) => void server.publish(event),
    cut: () => server.cut(),
    received: () => server.received,
    restart: () => server.comeBack({ forgetting: true }),
    limitMs,
  }
}

describe('in memory', () => {
  it.each(transportConformance(memoryBench()))('$name', ({ run }) => expect(run()).resolves.toBeUndefined())
})

type Open = Transport['open']

/** The same transport, but for how it opens. */
const opening =
  (change: (open: Open) => Open) =>
  (transport: Transport): Transport => ({
    ...transport,
    open: change(transport.open),
  })

const order = 'brings events in order, each once'
const recovers = 'a client that loses its link in mid-stream gets everything, once and in order'

describe('the checks find a transport that', () => {
  it.each<[string, (open: Open) => Open, string, string]>([
    [
      'brings messages twice',
      (open) => (request, listener) =>
        open(request, {
          ...listener,
          message(text) {
            listener.message(text)
            listener.message(text)
          },
        }),
      order,
      'This should be so, and is not: 200 events arrive once and in order; 400 came, and number 2 is the first that differs.',
    ],
    [
      'loses some',
      (open) => (request, listener) => {
        let count = 0
        const message = (text: string) => (++count % 50 === 0 ? undefined : listener.message(text))
        return open(request, { ...listener, message })
      },
      order,
      'This should be so, and is not: all events arrive within 500 ms.',
    ],
    [
      'swaps neighbours',
      (open) => (request, listener) => {
        let kept: string | null = null
        const message = (text: string) => {
          if (kept === null && text.includes('"n":100}')) kept = text
          else {
            listener.message(text)
            if (kept !== null) listener.message(kept)
            kept = null
          }
        }
        return open(request, { ...listener, message })
      },
      order,
      'This should be so, and is not: 200 events arrive once and in order; 200 came, and number 100 is the first that differs.',
    ],
    [
      'spoils letters',
      (open) => (request, listener) =>
        open(request, { ...listener, message: (text) => listener.message(text.replaceAll('€', '?')) }),
      'brings text as it was sent: every alphabet, emoji, line ends, 60 KB',
      'This should be so, and is not: 5 texts arrive once and in order; 5 came, and number 1 is the first that differs.',
    ],
    [
      'sends the last thing first',
      (open) => (request, listener) => {
        const link = open(request, listener)
        const stack: Parameters<typeof link.send>[0][] = []
        const send = (frame: (typeof stack)[number]) => {
          stack.push(frame)
          queueMicrotask(() => link.send(stack.pop()!))
        }
        return { ...link, send }
      },
      'says what the client says, all of it, in order',
      'This should be so, and is not: 60 frames arrive once and in order; 60 came, and number 1 is the first that differs.',
    ],
    [
      'opens while it is being opened',
      (open) => (request, listener) => {
        listener.opened('realtime.v1')
        return open(request, { ...listener, opened: () => {} })
      },
      'opens, says which protocol the server chose, and brings its welcome',
      'This should be so, and is not: the link keeps to the port: opened was called before open() returned.',
    ],
    [
      'reports no protocol',
      (open) => (request, listener) => open(request, { ...listener, opened: () => listener.opened(null) }),
      'opens, says which protocol the server chose, and brings its welcome',
      'This should be so, and is not: it reports the protocol realtime.v1, not null.',
    ],
    [
      'goes on after it was closed',
      (open) => (request, listener) => ({ ...open(request, listener), close: () => {} }),
      'is silent once it was closed, and may be closed twice',
      'This should be so, and is not: a closed link calls nobody back.',
    ],
    [
      'reports its end twice',
      (open) => (request, listener) =>
        open(request, {
          ...listener,
          closed(closure) {
            listener.closed(closure)
            listener.closed(closure)
          },
        }),
      'reports a cut once, as the end of the link, or outlives it',
      'This should be so, and is not: the cut is reported once, not 2 times.',
    ],
    [
      'keeps a cut to itself',
      (open) => (request, listener) => open(request, { ...listener, closed: () => {} }),
      'reports a cut once, as the end of the link, or outlives it',
      'This should be so, and is not: the cut is reported, or events still arrive within 500 ms.',
    ],
    [
      'takes a cut for a normal end',
      (open) => (request, listener) =>
        open(request, { ...listener, closed: (closure) => listener.closed({ ...closure, code: 1000 }) }),
      'reports a cut once, as the end of the link, or outlives it',
      'This should be so, and is not: a cut is not reported as a normal end (1000), after which clients wait.',
    ],
    [
      'tells its client nothing of a cut',
      (open) => (request, listener) => open(request, { ...listener, closed: () => {} }),
      recovers,
      'This should be so, and is not: all 150 events arrive within 500 ms.',
    ],
    [
      'sends no acks',
      (open) => (request, listener) => {
        const link = open(request, listener)
        return { ...link, send: (frame) => (frame.type === 'ack' ? undefined : link.send(frame)) }
      },
      'a client confirms what it received',
      'This should be so, and is not: the server hears of the last event within 500 ms.',
    ],
  ])('%s', async (_, change, name, sentence) => {
    const checks = transportConformance(memoryBench(opening(change), 500))
    await expect(checks.find((check) => check.name === name)!.run()).rejects.toThrow(sentence)
  })

  it('throws where nobody answers', async () => {
    const bench = memoryBench()
    const open = () => {
      throw new Error('no')
    }
    const refused = { ...bench, createRefusedTransport: () => ({ name: 'throwing', open }) }
    const name = 'reports a link that cannot be opened once, and throws nothing'
    await expect(
      transportConformance(refused)
        .find((check) => check.name === name)!
        .run(),
    ).rejects.toThrow('no')
  })
})

it('leaves out what a bench cannot do', () => {
  const { restart: _, ...bench } = memoryBench()
  expect(transportConformance(bench)).toHaveLength(transportConformance(memoryBench()).length - 1)
})
