import { describe, expect, it } from 'vitest'
import {
  type ClientFrame,
  decodeClientFrame,
  encodeFrame,
  maxFrameDepth,
  maxFrameLength,
  type ServerFrame,
} from '../../src/protocol/index.ts'
import { decode, decodeBriefly } from './decode.ts'

const clientFrame = (text: string) => {
  const message = decodeClientFrame(text)
  return message.kind === 'frame' ? message.frame : message.reason
}

describe('a message of a server', () => {
  it.each([
    ['', 'a frame must be JSON'],
    [' ', 'a frame must be JSON'],
    ['ping', 'a frame must be JSON'],
    ['{"type":"a"', 'a frame must be JSON'],
    ['<!DOCTYPE html><title>502 Bad Gateway</title>', 'a frame must be JSON'],
    ['[object Blob]', 'a frame must be JSON'],
    ['null', 'a frame must be an object, not null'],
    ['42', 'a frame must be an object, not a number'],
    ['"text"', 'a frame must be an object, not a string'],
    ['true', 'a frame must be an object, not a boolean'],
    ['{}', 'a frame needs a "type"'],
    ['{"type":7}', 'a frame needs a "type"'],
    ['[[{"type":"a"}]]', 'a frame must be an object, not an array'],
  ])('that is none is refused with its reason: %j', (text, reason) => {
    expect(decode(text)).toEqual([{ kind: 'invalid', reason, text }])
  })

  it('may be several events, and a bad one among them stops no other', () => {
    expect(decodeBriefly('[{"type":"a"},null,{"type":"ping"},{"payload":1},{"type":"b"}]')).toEqual([
      'event a',
      'a frame must be an object, not null',
      'frame ping',
      'a frame needs a "type"',
      'event b',
    ])
  })

  it('may be no event at all', () => {
    expect(decode('[]')).toEqual([])
  })

  it('is kept, where it is refused, up to 500 characters', () => {
    const [message] = decode('x'.repeat(2000))
    expect(message).toMatchObject({ kind: 'invalid', text: 'x'.repeat(500) })
  })

  it('may have 64 Ki characters and not one more', () => {
    const sized = (length: number) => {
      const text = '{"type":"a","payload":""}'
      return text.replace('""', `"${'x'.repeat(length - text.length)}"`)
    }
    expect(maxFrameLength).toBe(65_536)
    expect(decodeBriefly(sized(maxFrameLength))).toEqual(['event a'])
    expect(decodeBriefly(sized(maxFrameLength + 1))).toEqual([
      'a frame may have 65536 characters at most, this one has 65537',
    ])
    expect(decodeBriefly(sized(1_000_000))).toEqual(['a frame may have 65536 characters at most, this one has 1000000'])
  })

  it('survives as many keys as fit', () => {
    const payload = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k_${index}`, 1]))
    const [message] = decode(JSON.stringify({ type: 'a', payload }))
    expect(message?.kind === 'event' && Object.keys(message.event.payload as object)).toHaveLength(5_000)
  })
})

describe('depth', () => {
  const tooDeep = 'a frame may be nested 32 levels deep at most'
  /** A frame of `levels` levels, itself the first. */
  const nested = (type: string, field: string, levels: number) =>
    `{"type":"${type}","${field}":${'{"a":'.repeat(levels - 2)}{}${'}'.repeat(levels - 2)}}`

  it('is allowed up to 32 levels and not one more', () => {
    expect(maxFrameDepth).toBe(32)
    expect(decodeBriefly(nested('a', 'payload', 32))).toEqual(['event a'])
    expect(decodeBriefly(nested('a', 'payload', 33))).toEqual([tooDeep])
  })

  it('counts the same in control frames, from either side', () => {
    expect(decodeBriefly(nested('subscribed', 'filters', 32))).toEqual(['frame subscribed'])
    expect(decodeBriefly(nested('subscribed', 'filters', 33))).toEqual([tooDeep])
    expect(clientFrame(nested('subscribe', 'filters', 32))).toMatchObject({ type: 'subscribe' })
    expect(clientFrame(nested('subscribe', 'filters', 33))).toBe(tooDeep)
  })

  it('of one element of a list is its own', () => {
    expect(decodeBriefly(`[${nested('a', 'payload', 32)},${nested('b', 'payload', 33)}]`)).toEqual(['event a', tooDeep])
  })

  it.each([10_000, 100_000])('of %i levels ends no process', (levels) => {
    const deep = '['.repeat(levels / 2) + ']'.repeat(levels / 2)
    const texts = [
      deep,
      `{"type":"a","payload":${deep}}`,
      `{"type":${deep}}`,
      `{"type":"subscribe","filters":{"a":${deep}}}`,
    ]
    for (const text of texts) {
      expect(decode(text)).toEqual([expect.objectContaining({ kind: 'invalid' })])
      expect(decodeClientFrame(text)).toMatchObject({ kind: 'invalid' })
    }
  })
})

const serverFrames: ServerFrame[] = [
  {
    type: 'welcome',
    connectionId: 'c1',
    protocol: 'realtime.v1',
    heartbeatMs: 30_000,
    ackTimeoutMs: 30_000,
    replayWindowMs: 300_000,
    authExpiresInMs: 3_600_000,
    serverTime: '2024-11-09T14:30:00Z',
    capabilities: ['batch', 'ack-ids', 'ack-up-to', 'patterns', 'publish'],
  },
  { type: 'welcome', connectionId: 'c1', protocol: 'realtime.v1' },
  { type: 'authenticated', authExpiresInMs: 0 },
  { type: 'subscribed', ref: 's1', events: ['goal.*'], filters: {}, streams: { 'goal:1': { epoch: 'e1', seq: 0 } } },
  { type: 'subscribed' },
  { type: 'unsubscribed', ref: 's1' },
  { type: 'resumed', streams: { 'goal:1': { epoch: 'e1', seq: 4, complete: true, prev: 3 } } },
  { type: 'resumed', streams: { 'goal:1': { epoch: 'e1', seq: 4, complete: false } } },
  { type: 'ping' },
  { type: 'ping', streams: { 'goal:1': { prev: 7, seq: 9 } } },
  { type: 'pong' },
  { type: 'published', ref: 'm1', eventId: 'x' },
  { type: 'error', code: 'FORBIDDEN', message: 'no', retryable: false, retryAfterMs: 10, ref: 's1' },
  { type: 'reconnect', afterMs: 100, spreadMs: 5_000 },
  { type: 'resync', streams: ['goal:1'], reason: 'restored' },
  { type: 'resync' },
  { type: 'revoked', streams: ['goal:1'] },
]

const clientFrames: ClientFrame[] = [
  { type: 'subscribe', id: 's1', events: ['a'], filters: { minAmount: 0 }, streams: ['goal:*'], lastEventId: 'x' },
  { type: 'subscribe' },
  { type: 'unsubscribe', id: 's1' },
  { type: 'unsubscribe', events: ['a'] },
  { type: 'ack', eventId: 'x' },
  { type: 'ack', eventId: 'x', rejected: true },
  { type: 'ack', eventIds: ['x', 'y'] },
  { type: 'ack', upTo: { 'goal:1': 4, 'snake_case:1': 0 } },
  { type: 'ping' },
  { type: 'pong' },
  { type: 'auth', token: 't' },
  { type: 'auth' },
  { type: 'resume', lastEventId: 'x', streams: { 'goal:1': { epoch: 'e1', seq: 4 } } },
  { type: 'resume', streams: {} },
  { type: 'publish', id: 'm1', event: 'goal.renamed', payload: { goal_id: 7 }, stream: 'goal:1' },
  { type: 'publish', id: 'm1', event: 'goal.renamed', payload: 0 },
  { type: 'publish', id: 'm1', event: 'goal.renamed' },
]

describe('a frame', () => {
  it.each(serverFrames)('of a server comes out as it went in: $type', (frame) => {
    expect(decode(encodeFrame(frame))).toEqual([{ kind: 'frame', frame }])
  })

  it.each(clientFrames)('of a client comes out as it went in: $type', (frame) => {
    expect(decodeClientFrame(encodeFrame(frame))).toEqual({ kind: 'frame', frame })
  })

  it('may be written in snake_case, but for the names of streams and filters, which are data', () => {
    const text =
      '{"type":"subscribed","streams":{"user_goals:a_b":{"epoch":"e_1","seq":1}},"filters":{"min_amount":5},"ref":"s_1"}'
    expect(decode(text)).toEqual([{ kind: 'frame', frame: JSON.parse(text) as unknown }])
    expect(decode('{"type":"error","code":"X","retry_after_ms":5}')).toMatchObject([{ frame: { retryAfterMs: 5 } }])
    expect(clientFrame('{"type":"ack","event_id":"EV_1"}')).toEqual({ type: 'ack', eventId: 'EV_1' })
  })

  it('keeps the camelCase field where both are written, wherever it stands', () => {
    for (const text of [
      '{"type":"ack","event_id":"snake","eventId":"camel"}',
      '{"type":"ack","eventId":"camel","event_id":"snake"}',
    ])
      expect(clientFrame(text)).toEqual({ type: 'ack', eventId: 'camel' })
  })

  it('may write null for what it leaves out', () => {
    expect(decode('{"type":"error","code":"UNAUTHORIZED","message":null,"ref":null}')).toEqual([
      { kind: 'frame', frame: { type: 'error', code: 'UNAUTHORIZED' } },
    ])
    expect(clientFrame('{"type":"subscribe","events":null,"filters":null,"streams":null}')).toEqual({
      type: 'subscribe',
    })
    expect(clientFrame('{"type":"resume","streams":null}')).toEqual({ type: 'resume' })
  })

  it('may have fields this version does not know', () => {
    expect(decodeBriefly('{"type":"ping","sentBy":"v9"}')).toEqual(['frame ping'])
    expect(clientFrame('{"type":"pong","latency":3}')).toMatchObject({ type: 'pong' })
  })

  it('has no field that reaches a prototype', () => {
    const frame = clientFrame('{"type":"subscribe","__proto__":{"events":["all"]},"filters":{"__proto__":{"a":1}}}')
    expect(frame).toEqual({ type: 'subscribe', filters: {} })
    expect(Object.getPrototypeOf(frame)).toBe(Object.prototype)
    expect((frame as { events?: unknown }).events).toBeUndefined()
  })
})

describe('a control frame of the wrong shape', () => {
  it.each([
    ['{"type":"welcome","protocol":"realtime.v1"}', '"connectionId" of a "welcome" frame must be a string'],
    ['{"type":"welcome","connectionId":null,"protocol":"p"}', '"connectionId" of a "welcome" frame must be a string'],
    [
      '{"type":"welcome","connectionId":"c","protocol":"p","heartbeatMs":"30s"}',
      '"heartbeatMs" of a "welcome" frame must be a number of 0 or more',
    ],
    [
      '{"type":"welcome","connectionId":"c","protocol":"p","capabilities":"batch"}',
      '"capabilities" of a "welcome" frame must be an array of strings',
    ],
    ['{"type":"error"}', '"code" of a "error" frame must be a string'],
    ['{"type":"error","code":404}', '"code" of a "error" frame must be a string'],
    ['{"type":"error","code":"X","retryable":"no"}', '"retryable" of a "error" frame must be true or false'],
    ['{"type":"reconnect","afterMs":-1}', '"afterMs" of a "reconnect" frame must be a number of 0 or more'],
    ['{"type":"reconnect","after_ms":1e999}', '"afterMs" of a "reconnect" frame must be a number of 0 or more'],
    ...['["a"]', '{"a":9}', '{"a":{"seq":9}}', '{"a":{"prev":-1,"seq":9}}', '{"a":{"prev":1,"seq":1.5}}'].map(
      (streams) => [
        `{"type":"ping","streams":${streams}}`,
        '"streams" of a "ping" frame must be an object that holds a {"prev", "seq"} for each stream',
      ],
    ),
    ['{"type":"published","ref":"m1"}', '"eventId" of a "published" frame must be a string'],
    ['{"type":"resync","streams":"all"}', '"streams" of a "resync" frame must be an array of strings'],
    ['{"type":"revoked"}', '"streams" of a "revoked" frame must be an array of strings'],
    ['{"type":"subscribed","filters":[]}', '"filters" of a "subscribed" frame must be an object'],
  ])('is refused, naming the field: %s', (text, reason) => {
    expect(decodeBriefly(text)).toEqual([reason])
  })

  it.each([
    '{}',
    '{"epoch":"e"}',
    '{"seq":1}',
    '{"epoch":1,"seq":1}',
    '{"epoch":"e","seq":-1}',
    '{"epoch":"e","seq":0.5}',
    '{"epoch":"e","seq":1,"prev":"1"}',
    '{"epoch":"e","seq":1,"prev":-1}',
    'null',
    '7',
  ])('is refused where a position is none: %s', (position) => {
    const reason = 'frame must be an object that holds an {"epoch", "seq"} for each stream'
    expect(decodeBriefly(`{"type":"resumed","streams":{"a":${position}}}`)).toEqual([
      `"streams" of a "resumed" ${reason}`,
    ])
    expect(clientFrame(`{"type":"resume","streams":{"a":${position}}}`)).toBe(`"streams" of a "resume" ${reason}`)
  })

  it.each([
    ['{"type":"subscribe","events":"goal.*"}', '"events" of a "subscribe" frame must be an array of strings'],
    ['{"type":"subscribe","events":["a",7]}', '"events" of a "subscribe" frame must be an array of strings'],
    ['{"type":"subscribe","id":7}', '"id" of a "subscribe" frame must be a string'],
    ['{"type":"ack","eventIds":"x"}', '"eventIds" of a "ack" frame must be an array of strings'],
    ['{"type":"ack","eventId":"x","rejected":1}', '"rejected" of a "ack" frame must be true or false'],
    ['{"type":"auth","token":{}}', '"token" of a "auth" frame must be a string'],
    ['{"type":"ack","upTo":{"a":-1}}', '"upTo" of a "ack" frame must be an object that holds a seq for each stream'],
    ['{"type":"ack","upTo":["a"]}', '"upTo" of a "ack" frame must be an object that holds a seq for each stream'],
    ['{"type":"publish","event":"a"}', '"id" of a "publish" frame must be a string'],
    ['{"type":"publish","id":"m1"}', '"event" of a "publish" frame must be a string'],
    ['{"type":"publish","id":"m1","event":"a","stream":7}', '"stream" of a "publish" frame must be a string'],
  ])('of a client is refused the same way: %s', (text, reason) => {
    expect(clientFrame(text)).toBe(reason)
  })
})

describe('a frame of a client', () => {
  it.each([
    ['nonsense', 'a frame must be JSON'],
    ['[{"type":"ping"}]', 'a frame must be an object, not an array'],
    ['null', 'a frame must be an object, not null'],
    ['{}', 'a frame needs a "type"'],
    ['{"type":"goal.created"}', 'no frame has the type "goal.created"'],
    ['{"type":"constructor"}', 'no frame has the type "constructor"'],
    ['{"type":{}}', '"type" of a frame must be a string, not an object'],
    ['{"type":null}', '"type" of a frame must be a string, not null'],
  ])('that is none is refused with its reason: %s', (text, reason) => {
    expect(clientFrame(text)).toBe(reason)
  })

  it('is quoted in short, however long its type is', () => {
    expect(clientFrame(JSON.stringify({ type: 'x'.repeat(60_000) }))).toBe(`no frame has the type "${'x'.repeat(80)}"`)
  })
})
