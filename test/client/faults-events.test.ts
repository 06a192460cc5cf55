// Faults of events and payloads (faults.md, B) in fake time.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineEvents, type StandardSchema } from '../../src/protocol/index.ts'
import { begin, end, eventOf, pass, setUpLive, tokens } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const head = { heads: { 'goal:1': { epoch: 'e1', seq: 0 }, 'goal:2': { epoch: 'e1', seq: 0 } } }
const acked = (sent: readonly { type: string }[]) =>
  sent
    .filter((frame) => frame.type === 'ack')
    .flatMap((frame) => ('eventIds' in frame ? frame.eventIds : [(frame as { eventId?: string }).eventId]))

describe('F31 an event that comes again', () => {
  it('F31 at once, late, or after a reconnect, is handed over once and confirmed each time', async () => {
    const { transport, ids } = await setUpLive({}, head)
    transport.last.say(eventOf('goal:1', 1))
    transport.last.say(eventOf('goal:1', 1))
    await pass(30_000)
    transport.last.say(eventOf('goal:1', 1))
    await pass(1_000)
    transport.last.close(1006)
    await pass(1_000)
    transport.last.welcome()
    transport.last.say(eventOf('goal:1', 1, { replayed: true }))
    await pass(2_000)
    expect(ids()).toEqual(['goal:1/1'])
    expect(transport.dials.map(({ sent }) => acked(sent).length)).toEqual([3, 1])
  })

  it('F31 five thousand times in one message, without a place in a stream', async () => {
    const { client, transport, heard } = await setUpLive()
    transport.last.say(Array(500).fill({ type: 'a', eventId: 'E1' }))
    for (let message = 0; message < 9; message++) transport.last.say(Array(500).fill({ type: 'a', eventId: 'E1' }))
    await pass(2_000)
    expect(heard).toHaveLength(1)
    expect(client.inspect().counters).toMatchObject({ received: 5_000, delivered: 1, duplicates: 4_999, acked: 5_000 })
  })
})

describe('F32 events out of order', () => {
  it('F32 are put in order by their places, and confirmed only when handed over', async () => {
    const { client, transport, ids } = await setUpLive({}, head)
    const confirmedSoFar: number[] = []
    for (const seq of [3, 2, 5, 1, 4]) {
      transport.last.say(eventOf('goal:1', seq))
      confirmedSoFar.push(acked(transport.last.sent).length)
    }
    expect(confirmedSoFar.slice(0, 3)).toEqual([0, 0, 0])
    await pass(5_000)
    expect(ids()).toEqual([1, 2, 3, 4, 5].map((seq) => `goal:1/${seq}`))
    expect(new Set(acked(transport.last.sent))).toEqual(new Set(ids()))
    expect(client.inspect().counters.heldBack).toBe(3)
  })

  it('F32 without places keep the order in which they came', async () => {
    const { transport, ids } = await setUpLive()
    for (const eventId of ['c', 'a', 'b']) transport.last.say({ type: 'x', eventId })
    await pass(100)
    expect(ids()).toEqual(['c', 'a', 'b'])
  })

  it('F32 of one stream do not wait for those of another', async () => {
    const { transport, ids } = await setUpLive({}, head)
    transport.last.say(eventOf('goal:1', 2))
    transport.last.say(eventOf('goal:2', 1))
    await pass(100)
    expect(ids()).toEqual(['goal:2/1'])
  })
})

describe('F33 an event that never comes', () => {
  it('F33 is said to be lost within ten seconds, for its stream alone, and the stream goes on', async () => {
    const { transport, ids, resyncs, diagnostics } = await setUpLive({}, head)
    transport.last.say(eventOf('goal:1', 1))
    transport.last.say(eventOf('goal:1', 4))
    await pass(9_999)
    expect(resyncs).toEqual([])
    await pass(1)
    expect(resyncs).toEqual([{ streams: ['goal:1'], cause: 'lost' }])
    expect(diagnostics).toContainEqual(expect.objectContaining({ type: 'gap', stream: 'goal:1', from: 2, to: 3 }))
    transport.last.say(eventOf('goal:1', 5))
    await pass(100)
    expect(ids()).toEqual(['goal:1/1', 'goal:1/4', 'goal:1/5'])
  })

  it('F33 and was the last one is missed by the next ping', async () => {
    const { transport, resyncs } = await setUpLive({}, head)
    transport.last.say(eventOf('goal:1', 1))
    transport.last.say({ type: 'ping', streams: { 'goal:1': { prev: 2, seq: 2 } } })
    await pass(10_000)
    expect(resyncs).toEqual([{ streams: ['goal:1'], cause: 'lost' }])
  })

  it('F33 what a filter kept out is no loss', async () => {
    const { transport, ids, resyncs } = await setUpLive({}, head)
    transport.last.say(eventOf('goal:1', 1))
    transport.last.say(eventOf('goal:1', 7, { prev: 1 }))
    transport.last.say({ type: 'ping', streams: { 'goal:1': { prev: 7, seq: 9 } } })
    transport.last.say(eventOf('goal:1', 10))
    await pass(20_000)
    expect(ids()).toEqual(['goal:1/1', 'goal:1/7', 'goal:1/10'])
    expect(resyncs).toEqual([])
  })
})

describe('F34 to F36 what a server says of the past', () => {
  it('F34 events from before the position are dropped, however old their ids', async () => {
    const { client, transport, ids } = await setUpLive({}, { heads: { 'goal:1': { epoch: 'e1', seq: 20_000 } } })
    for (const seq of [1, 19_999, 20_000]) transport.last.say(eventOf('goal:1', seq, { replayed: true }))
    transport.last.say(eventOf('goal:1', 20_001))
    await pass(2_000)
    expect(ids()).toEqual(['goal:1/20001'])
    expect(client.inspect().counters.duplicates).toBe(3)
  })

  it('F35 another epoch at reconnect is one word of loss, and its low numbers are not old', async () => {
    const { transport, ids, resyncs } = await setUpLive({}, { heads: { 'goal:1': { epoch: 'e1', seq: 500 } } })
    transport.last.close(1006)
    await pass(1_000)
    transport.last.welcome()
    transport.last.say({ type: 'subscribed', ref: 's1', streams: { 'goal:1': { epoch: 'e2', seq: 0 } } })
    transport.last.say({ type: 'resumed', streams: { 'goal:1': { epoch: 'e2', seq: 0, complete: false } } })
    expect(resyncs).toEqual([{ streams: 'all', cause: 'lost' }])
    transport.last.say(eventOf('goal:1', 1, { epoch: 'e2', eventId: 'new' }))
    await pass(100)
    expect(ids()).toEqual(['new'])
  })

  it('F35 another epoch under a running link too, and stragglers of the old one are not news', async () => {
    const { transport, ids, resyncs } = await setUpLive({}, { heads: { 'goal:1': { epoch: 'e1', seq: 500 } } })
    transport.last.say(eventOf('goal:1', 1, { epoch: 'e2', eventId: 'n1' }))
    transport.last.say(eventOf('goal:1', 501))
    transport.last.say(eventOf('goal:1', 2, { epoch: 'e2', eventId: 'n2' }))
    await pass(100)
    expect(resyncs).toEqual([{ streams: ['goal:1'], cause: 'lost' }])
    expect(ids()).toEqual(['n1', 'n2'])
  })

  it('F36 a server that says it resumed, and did not, is still checked against the numbers', async () => {
    const { transport, ids, resyncs } = await setUpLive({}, head)
    transport.last.say(eventOf('goal:1', 1))
    transport.last.close(1006)
    await pass(1_000)
    transport.last.welcome({ heartbeatMs: 30_000 })
    transport.last.say({ type: 'subscribed', ref: 's1', streams: {} })
    transport.last.say(eventOf('goal:1', 3, { replayed: true }))
    transport.last.say({
      type: 'resumed',
      streams: {
        'goal:1': { epoch: 'e1', seq: 4, complete: true, prev: 4 },
        'goal:2': { epoch: 'e1', seq: 0, complete: true },
      },
    })
    await pass(10_000)
    expect(resyncs).toEqual([{ streams: ['goal:1'], cause: 'lost' }])
    expect(ids()).toEqual(['goal:1/1', 'goal:1/3'])
  })
})

describe('F37 clocks', () => {
  it('F37 a server that is a day ahead, and a clock that is set back, change nothing of order, dedupe and life', async () => {
    const { client, transport, clock, ids } = await setUpLive(
      {},
      { heads: head.heads, welcome: { serverTime: '2030-01-01T00:00:00Z' } },
    )
    transport.last.say(eventOf('goal:1', 1, { timestamp: '2030-01-02T00:00:00Z' }))
    clock.skewMs = -86_400_000
    transport.last.say(eventOf('goal:1', 2, { timestamp: '1999-01-01T00:00:00Z' }))
    transport.last.say(eventOf('goal:1', 1))
    transport.last.say({ type: 'ping' })
    await pass(30_000)
    expect(ids()).toEqual(['goal:1/1', 'goal:1/2'])
    expect(client.getState().name).toBe('connected')
  })

  it('F37 a token is renewed by what the server says of its life, not by this clock', async () => {
    const { reasons, getToken } = tokens('opaque')
    const { clock } = await setUpLive(
      { getToken, silenceTimeoutMs: Infinity },
      { welcome: { authExpiresInMs: 100_000, heartbeatMs: undefined } },
    )
    clock.skewMs = 3_600_000
    await pass(79_999)
    expect(reasons).toEqual(['connect'])
    await pass(1)
    expect(reasons).toEqual(['connect', 'expiring'])
  })
})

describe('F38 to F40 what is no proper event', () => {
  const numbers: StandardSchema<{ n: number }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        typeof (value as { n: unknown }).n === 'number'
          ? { value: value as { n: number } }
          : { issues: [{ message: 'must be a number', path: ['n'] }] },
    },
  }

  it('F38 an unknown type reaches who takes all; a payload that its schema refuses is reported once, with its path, and confirmed as rejected', async () => {
    const { client, transport, ids, diagnostics } = await setUpLive(
      { events: defineEvents({ 'goal.renamed': numbers }) },
      head,
    )
    transport.last.say({ type: 'never.heard.of', eventId: 'u' })
    transport.last.say(eventOf('goal:1', 1, { payload: { n: 'one' } }))
    transport.last.say(eventOf('goal:1', 2))
    await pass(2_000)
    expect(ids()).toEqual(['u', 'goal:1/2'])
    expect(client.inspect().quarantine).toMatchObject([{ path: 'payload.n', eventType: 'goal.renamed' }])
    expect(diagnostics.filter(({ type }) => type === 'quarantine')).toHaveLength(1)
    expect(transport.last.sent).toContainEqual({ type: 'ack', eventId: 'goal:1/1', rejected: true })
  })

  it.each(['{', '<!doctype html><title>502</title>', 'null', '7', '', '"text"', '[[]]'])(
    'F39 %j is counted, and the link stays',
    async (text) => {
      const { client, transport } = await setUpLive()
      transport.last.sayText(text)
      expect(client.inspect().counters.quarantined).toBe(1)
      expect(client.getState().name).toBe('connected')
    },
  )

  it('F40 a binary frame never reaches the app as "[object Blob]"', async () => {
    const { client, transport, heard } = await setUpLive()
    transport.last.sayText('binary data')
    await pass(100)
    expect(heard).toEqual([])
    expect(client.inspect().quarantine).toMatchObject([{ text: 'binary data' }])
  })
})

describe('F49, F50 handlers', () => {
  it('F49 that throw, reject or never resolve are reported, and hold up neither the others nor the acks', async () => {
    const { client, transport, errors, ids } = await setUpLive({}, head)
    client.on('goal.renamed', () => {
      throw new Error('a')
    })
    client.on('goal.renamed', () => Promise.reject(new Error('b')) as never)
    client.on('goal.renamed', () => new Promise(() => {}) as never)
    transport.last.say(eventOf('goal:1', 1))
    transport.last.say(eventOf('goal:1', 2))
    await pass(5_000)
    expect(ids()).toEqual(['goal:1/1', 'goal:1/2'])
    expect(errors.map(({ code }) => code)).toEqual(Array(4).fill('handler-threw'))
    expect(acked(transport.last.sent)).toEqual(['goal:1/1', 'goal:1/2'])
  })

  it('F50 that subscribe, leave, publish or force a resync in the middle: nothing is skipped, doubled or out of order', async () => {
    const { client, transport, ids } = await setUpLive({}, head)
    const order: string[] = []
    const leave = client.on('goal.renamed', ({ id }) => {
      order.push(`first ${id}`)
      leave()
      client.on('goal.renamed', (event) => order.push(`second ${event.id}`))
      void client.publish('goal.renamed').catch(() => {})
      // As a message that comes in while handlers run.
      transport.last.say({ type: 'resync' })
    })
    client.onResync(() => order.push('resync'))
    transport.last.say([eventOf('goal:1', 1), eventOf('goal:1', 2)])
    await pass(100)
    expect(order).toEqual(['first goal:1/1', 'second goal:1/2', 'resync'])
    expect(ids()).toEqual(['goal:1/1', 'goal:1/2'])
  })

  it('F50 that pause the client: what was confirmed is still theirs, and nothing follows', async () => {
    const { client, transport, ids } = await setUpLive({}, head)
    client.on('goal.renamed', () => client.pause())
    transport.last.say([eventOf('goal:1', 1), eventOf('goal:1', 2)])
    transport.last.say(eventOf('goal:1', 3))
    await pass(100)
    expect(ids()).toEqual(['goal:1/1', 'goal:1/2'])
  })

  it('F50 that dispose the client hear nothing more, in the middle of a batch', async () => {
    const { client, transport, ids } = await setUpLive({}, head)
    client.on('goal.renamed', () => client.dispose())
    transport.last.say([eventOf('goal:1', 1), eventOf('goal:1', 2)])
    transport.last.say(eventOf('goal:1', 3))
    await pass(100)
    expect(ids()).toEqual(['goal:1/1'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('F51, F52 hostile payloads', () => {
  it.each([
    ['a megabyte', JSON.stringify({ type: 'a', eventId: 'x', payload: 'x'.repeat(1_048_576) })],
    ['a hundred thousand levels', `{"type":"a","eventId":"x","payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    [
      'two hundred thousand keys',
      JSON.stringify({
        type: 'a',
        payload: Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`k${n}`, 1])),
      }),
    ],
  ])('F51 %s: kept out, counted, survived', async (_what, text) => {
    const { client, transport, ids } = await setUpLive()
    transport.last.sayText(text)
    transport.last.say({ type: 'a', eventId: 'next' })
    await pass(100)
    expect(ids()).toEqual(['next'])
    expect(client.inspect().counters.quarantined).toBe(1)
  })

  it('F52 names of members as keys, ids and streams touch no prototype', async () => {
    const { client, transport, heard } = await setUpLive()
    transport.last.sayText(
      '{"type":"a","eventId":"__proto__","payload":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"ok":1}}',
    )
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      transport.last.say({ type: name, eventId: name, stream: name, seq: 1, epoch: 'e', payload: { ok: 2 } })
      transport.last.say({ type: 'published', ref: name, eventId: name })
      transport.last.say({ type: 'error', code: name })
    }
    await pass(100)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(heard[0]!.payload).toEqual({ ok: 1 })
    expect(Object.getPrototypeOf(heard[0]!.payload)).toBe(Object.prototype)
    expect(heard.slice(1).map(({ id }) => id)).toEqual(['constructor', 'toString', 'hasOwnProperty'])
    expect(client.getState().name).toBe('connected')
  })
})

describe('F53, F56, F57 values', () => {
  it('F53 links, markup and bidi marks arrive as the text they are, for whoever shows them to escape', async () => {
    const { transport, heard } = await setUpLive()
    const payload = { link: 'javascript:alert(1)', text: '<img src=x onerror=alert(1)>', name: '\u202Egnp.exe' }
    transport.last.say({ type: 'a', eventId: '1', payload })
    await pass(100)
    expect(heard[0]!.payload).toEqual(payload)
  })

  it('F56 dates, minus zero, emoji keys and numbers up to 2^53 are what was sent; an id beyond it is none', async () => {
    const { transport, heard } = await setUpLive()
    const payload = { at: '2024-11-09T14:30:00Z', '🎯': 1, big: 9_007_199_254_740_991, text: '9007199254740993' }
    transport.last.say({ type: 'a', eventId: '1', payload })
    transport.last.sayText('{"type":"b","eventId":9007199254740993,"payload":{"zero":-0}}')
    await pass(100)
    expect(heard[0]!.payload).toEqual(payload)
    expect(heard[1]!.id).toBeNull()
    expect(Object.is((heard[1]!.payload as { zero: number }).zero, -0)).toBe(true)
  })

  it('F57 keys that are data keep their spelling where the app says so, and a collision is settled the same way each time', async () => {
    const { transport, heard } = await setUpLive({ exempt: ['payload.labels'] })
    transport.last.say({ type: 'a', eventId: '1', payload: { labels: { needs_review: 1 }, goal_id: 7 } })
    transport.last.say({ type: 'a', eventId: '2', payload: { goal_id: 'snake', goalId: 'camel' } })
    transport.last.say({ type: 'a', eventId: '3', payload: { goalId: 'camel', goal_id: 'snake' } })
    await pass(100)
    expect(heard[0]!.payload).toEqual({ labels: { needs_review: 1 }, goalId: 7 })
    expect(heard[1]!.payload).toEqual(heard[2]!.payload)
  })
})

describe('F54, F55 too much at once', () => {
  it('F54 a flood that handlers cannot keep up with gives way to one resync of its streams, and says so', async () => {
    const { transport, clock, heard, resyncs, diagnostics, client } = await setUpLive({ maxQueuedEvents: 1_000 }, head)
    client.on('*', () => void (clock.skewMs += 1))
    for (let message = 0; message < 40; message++) {
      transport.last.say(Array.from({ length: 100 }, (_, n) => eventOf('goal:1', message * 100 + n + 1)))
    }
    await pass(120_000)
    expect(resyncs.length).toBeGreaterThan(0)
    expect(resyncs.every(({ streams, cause }) => cause === 'overflow' && streams.length === 1)).toBe(true)
    const dropped = diagnostics.reduce(
      (sum, diagnostic) => sum + (diagnostic.type === 'overflow' ? diagnostic.dropped : 0),
      0,
    )
    expect(heard.length + dropped).toBe(4_000)
    const seqs = heard.map(({ seq }) => seq!)
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  })

  it('F54 one flush takes no longer than its budget: the rest waits for the next frames', async () => {
    const { client, transport, clock, heard } = await setUpLive({}, head)
    client.on('*', () => void (clock.skewMs += 1))
    transport.last.say(Array.from({ length: 400 }, (_, n) => eventOf('goal:1', n + 1)))
    const flushes: number[] = [heard.length]
    for (let frame = 0; frame < 60; frame++) {
      await pass(20)
      flushes.push(heard.length - flushes.reduce((a, b) => a + b, 0))
    }
    expect(Math.max(...flushes.slice(1))).toBeLessThanOrEqual(8)
    expect(heard.length).toBe(400)
  })

  it('F55 a page that was blocked for five seconds reads what came before it judges the link', async () => {
    const { client, transport, clock } = await setUpLive({ silenceTimeoutMs: 2_000 }, { welcome: { heartbeatMs: 0 } })
    transport.last.say({ type: 'ping' })
    clock.skewMs += 15_000
    await pass(10_000)
    // Timers ran first, as browsers do; the messages of the blocked time come now.
    transport.last.say({ type: 'ping' })
    transport.last.say({ type: 'pong' })
    await pass(1_000)
    expect(client.getState().name).toBe('connected')
    expect(transport.dials).toHaveLength(1)
  })
})

describe('F58 a hostile pattern', () => {
  it('F58 is matched in linear time: one that goes back would need longer than the universe has', async () => {
    const { client, transport, heard } = await setUpLive()
    const handler = vi.fn()
    client.on(`${'*.'.repeat(5_000)}z`, handler)
    client.on(`${'*.'.repeat(4_999)}*`, handler)
    transport.last.say({ type: `${'a.'.repeat(5_000)}y`, eventId: '1' })
    await pass(100)
    expect(heard).toHaveLength(1)
    expect(handler).toHaveBeenCalledTimes(1)
  })
})
