// The benchmark of the gateway with tiny numbers: real servers and clients in processes of their own, and the parts that can be wrong
// without one.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startAll, startChild } from '../../bench/gateway/child.ts'
import * as columns from '../../bench/gateway/columns.ts'
import { eventBytes, eventOf, stream } from '../../bench/gateway/event.ts'
import { clientFrame, createFrameReader, opcodes } from '../../bench/gateway/frames.ts'
import { goalsOf } from '../../bench/gateway/goals.ts'
import { measureIdle } from '../../bench/gateway/idle.ts'
import { openLink, type OpenLink } from '../../bench/gateway/links.ts'
import type { LoadTasks } from '../../bench/gateway/load.ts'
import { measureFanOut, type Measured } from '../../bench/gateway/measure.ts'
import { now } from '../../bench/gateway/clock.ts'
import { createTally } from '../../bench/gateway/tally.ts'
import { secret } from '../../bench/gateway/tokens.ts'
import { type WireName, wires } from '../../bench/gateway/wires.ts'
import { messageOf } from '../../bench/events/bytes.ts'
import { isMet } from '../../bench/goals.ts'
import { withPart } from '../../bench/results.ts'
import { createGateway, type Gateway, verifyJwt } from '../../src/gateway/index.ts'

const patience = 20_000

describe('a measurement', () => {
  // The one without pings is `ws` with fewer words.
  const { wsSilent: _, ...others } = columns

  it.concurrent.each(Object.values(others).map((column) => [column.name, column] as const))(
    'sees each event arrive at each client of %s, and what that costs',
    { timeout: patience },
    async (_name, column) => {
      const measured = await measureFanOut(column, { connections: 10, perSecond: 50, seconds: 0.4 })
      expect(measured.p50).toBeGreaterThan(0)
      expect(measured.p95).toBeGreaterThanOrEqual(measured.p50)
      expect(measured.p99).toBeGreaterThanOrEqual(measured.p95)
      expect(measured.p99).toBeLessThan(5_000)
      expect(measured.last).toBeGreaterThan(0)
      expect(measured.cpuUsPerDelivery).toBeGreaterThan(1)
      expect(measured.cpuUsPerDelivery).toBeLessThan(10_000)
      expect(measured.serverBusy).toBeGreaterThan(0)
      expect(measured.loadBusy).toBeGreaterThan(0)
      expect(measured.messagesPerEvent).toBeGreaterThan(0)
      expect(measured.messagesPerEvent).toBeLessThanOrEqual(1)
      // Of ten clients it is noise, but a number.
      expect(Math.abs(measured.rssBytes)).toBeLessThan(10_000_000)
    },
  )

  it('counts the events of packed messages one by one', { timeout: patience }, async () => {
    const { messagesPerEvent } = await measureFanOut(columns.gateway, {
      connections: 3,
      perSecond: 1_000,
      seconds: 0.4,
    })
    expect(messagesPerEvent).toBeLessThan(0.5)
  })

  it('of idle servers says what a ping costs, in each round', { timeout: patience }, async () => {
    const sides = [columns.ws, columns.gateway].map((column) => ({ column, connections: 20 }))
    const results = await measureIdle({ columns: sides, heartbeatMs: 300, rounds: 2 })
    for (const rounds of results.values()) {
      expect(rounds).toHaveLength(2)
      for (const percent of rounds) expect(percent).toBeGreaterThan(0)
    }
  })

  it('fails where its clients are refused, and says by what', { timeout: patience }, async () => {
    const confused = { ...columns.gateway, server: 'sse' as const }
    await expect(measureFanOut(confused, { connections: 1, perSecond: 10, seconds: 0.1 })).rejects.toThrow(
      /Client 1 \(\/realtime\): it was answered with HTTP\/1\.1 200/,
    )
  })
})

it('leaves no process behind where another does not start', { timeout: patience }, async () => {
  const started = startChild<LoadTasks>('load.ts', ['plain'])
  await expect(startAll([started, Promise.reject(new Error('the other one'))])).rejects.toThrow('the other one')
  await expect((await started).ask('cpuMs')).rejects.toThrow('closed')
})

describe('a client of ours', () => {
  let gateway: Gateway | null = null
  let link: OpenLink | null = null

  afterEach(async () => {
    link?.close()
    await gateway?.close()
  })

  const open = (name: WireName, port: number, onEvents: (events: number, messages: number) => void) =>
    new Promise<OpenLink>((resolve, reject) => {
      const opened = openLink(wires[name], port, 1, {
        ready: () => resolve(opened),
        received: (_link, events, messages) => onEvents(events, messages),
        failed: (reason) => reject(new Error(reason)),
      })
    })

  it.each(['livecache', 'livecache-sse'] as const)(
    'signs in, hears what it subscribed to, and confirms it: %s',
    async (name) => {
      gateway = createGateway({ verify: verifyJwt({ secret }) })
      const { port } = await gateway.listen(0)
      let events = 0
      link = await open(name, port, (more) => (events += more))
      const publish = (payload: object, type = eventOf(1).type) => gateway!.publish({ type, payload, stream })
      for (let n = 1; n <= 3; n++) await publish(eventOf(n).payload)
      // None of these is for it.
      await publish({ ...eventOf(4).payload, amount: 1 })
      await publish(eventOf(5).payload, 'goal.completed')
      await publish(eventOf(6).payload)
      await vi.waitFor(() => expect(events).toBe(4))
      expect(gateway.hub.stats.acks).toBe(0)
      link.confirm()
      // It counts what came, and of the six that is the fourth.
      await vi.waitFor(() => expect(gateway!.hub.stats.acks).toBe(3))
    },
  )

  it('is told that it was closed, and by which code', async () => {
    gateway = createGateway({ verify: () => Promise.reject(new Error('no')) })
    const { port } = await gateway.listen(0)
    await expect(open('livecache', port, () => {})).rejects.toThrow('4401')
  })
})

describe('frames', () => {
  const read = (chunks: readonly Buffer[]) => {
    const texts: string[] = []
    const reader = createFrameReader((opcode, bytes, start, end) => {
      texts.push(`${opcode} ${bytes.toString('utf8', start, end)}`)
    })
    const memory = Buffer.alloc(200_000)
    for (const chunk of chunks) {
      chunk.copy(memory, 7)
      reader(memory, 7, 7 + chunk.length)
    }
    return texts
  }

  it('are read wherever they are cut', () => {
    const sent = ['', 'short', 'x'.repeat(300)]
    const bytes = Buffer.concat(sent.map((text) => messageOf('plain', [text])))
    const expected = sent.map((text) => `${opcodes.text} ${text}`)
    expect(read([bytes])).toEqual(expected)
    for (let at = 1; at < bytes.length; at++)
      expect(read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected)
    expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected)
  })

  it('of more than 64 KB are read too', () => {
    const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70])
    const [text] = read([Buffer.concat([head, Buffer.alloc(70_000, 'x')])])
    expect(text).toHaveLength(70_002)
  })

  it.each([0, 125, 126, 1_000])('of a client are masked, with %i bytes', (length) => {
    const frame = clientFrame('x'.repeat(length))
    const head = length < 126 ? 2 : 4
    expect(frame[1]! & 0x80).toBe(0x80)
    expect(frame).toHaveLength(head + 4 + length)
    const mask = frame.subarray(head, head + 4)
    const body = frame.subarray(head + 4).map((byte, at) => byte ^ mask[at & 3]!)
    expect(Buffer.from(body).toString()).toBe('x'.repeat(length))
  })
})

describe('a tally', () => {
  it('takes latencies from when each event was sent, and the last client of each', async () => {
    const tally = createTally(2, 10, 2)
    const sentAt = [now() - 100, now() - 50]
    tally.add(10, 1)
    tally.add(10, 2)
    tally.add(11, 1)
    await tally.complete(1_000)
    const { p50, p99, last } = tally.latencies(sentAt)
    expect(p99).toBeGreaterThanOrEqual(100)
    expect(p99).toBeLessThan(150)
    expect(p50).toBeGreaterThanOrEqual(100)
    expect(last).toBeGreaterThanOrEqual(100)
  })

  it('fails where something is missing', async () => {
    const tally = createTally(2, 0, 2)
    tally.add(0, 2)
    await expect(tally.complete(20)).rejects.toThrow('2 of 4 deliveries')
  })

  it('fails where something came twice', async () => {
    const tally = createTally(1, 0, 2)
    tally.add(0, 2)
    tally.add(2, 1)
    await expect(tally.complete(20)).rejects.toThrow('twice')
  })
})

it('sends events that all have the same size', () => {
  for (const n of [1, 10, 12_345]) expect(JSON.stringify(eventOf(n))).toHaveLength(eventBytes)
})

describe('goals', () => {
  const measured = (figures: Partial<Measured>): readonly Measured[] => [
    {
      p50: 10,
      p95: 20,
      p99: 30,
      last: 30,
      cpuUsPerDelivery: 8,
      messagesPerEvent: 1,
      serverBusy: 0.5,
      loadBusy: 0.5,
      rssBytes: 8_000,
      keptBytes: 4_000,
      ...figures,
    },
  ]
  const crowd = (ours: Partial<Measured>) =>
    new Map([
      [columns.ws, measured({})],
      [columns.socketIo, measured({ cpuUsPerDelivery: 12 })],
      [columns.gateway, measured(ours)],
    ])

  it('are met by who is as good as ws', () => {
    expect(goalsOf({ crowd: crowd({}) }).filter((goal) => !isMet(goal))).toEqual([])
  })

  it.each<[keyof Measured, number, number]>([
    ['cpuUsPerDelivery', 9.1, 2],
    ['last', 31, 1],
    ['p95', 201, 1],
    ['rssBytes', 13_000, 2],
    ['keptBytes', 7_000, 1],
  ])('are missed by more %s', (what, value, misses) => {
    expect(goalsOf({ crowd: crowd({ [what]: value }) }).filter((goal) => !isMet(goal))).toHaveLength(misses)
  })

  it('are none where nothing was measured', () => {
    expect(goalsOf({})).toEqual([])
  })
})

describe('the file of results', () => {
  const whole = '# Results\n\n## Results of the page\n\nfast\n\n## Results of the gateway\n\nold\n'

  it('keeps what others wrote', () => {
    expect(withPart(whole, 'Results of the gateway', 'new')).toBe(
      '# Results\n\n## Results of the page\n\nfast\n\n## Results of the gateway\n\nnew\n',
    )
    expect(withPart(whole, 'Results of the page', 'faster')).toBe(
      '# Results\n\n## Results of the page\n\nfaster\n\n## Results of the gateway\n\nold\n',
    )
  })

  it('gets a part that it has not', () => {
    expect(withPart('', 'One', 'text')).toBe('# Results\n\n## One\n\ntext\n')
    expect(withPart('# Results\n\n## One\n\ntext\n', 'Two', 'more')).toBe(
      '# Results\n\n## One\n\ntext\n\n## Two\n\nmore\n',
    )
  })
})
