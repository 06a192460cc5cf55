// The shapes servers send, and the one event each becomes.
import { describe, expect, it } from 'vitest'
import { decodeBriefly, decodeEvent, receivedAt } from './decode.ts'

const payloadOf = (frame: object) => decodeEvent(frame).payload

describe('the type of an event', () => {
  it('is the name of the SSE event before all', () => {
    const event = decodeEvent({ type: 'a', event: 'b', payload: {} }, { sse: { event: 'c' } })
    expect(event.type).toBe('c')
  })

  it('is not the SSE name "message", which says nothing, nor an empty one', () => {
    expect(decodeEvent({ type: 'a' }, { sse: { event: 'message' } }).type).toBe('a')
    expect(decodeEvent({ type: 'a' }, { sse: { event: '' } }).type).toBe('a')
  })

  it('is "type" before "event"', () => {
    expect(decodeEvent({ type: 'a', event: 'b' }).type).toBe('a')
    expect(decodeEvent({ event: 'b' }).type).toBe('b')
  })

  it.each([[{ type: 7, event: 'b' }], [{ type: '', event: 'b' }], [{ type: null, event: 'b' }]])(
    'is "event" where "type" is no name: %j',
    (frame) => {
      expect(decodeEvent(frame).type).toBe('b')
    },
  )

  it('must be there', () => {
    expect(decodeBriefly('{"eventId":"1","payload":{}}')).toEqual(['a frame needs a "type"'])
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('may be named like a member: %s', (type) => {
    expect(decodeEvent({ type, payload: { a: 1 } })).toMatchObject({ type, payload: { a: 1 } })
  })
})

describe('the id of an event', () => {
  it('is eventId, then event_id, then the SSE id', () => {
    const sse = { id: 'from-sse' }
    expect(decodeEvent({ type: 'a', eventId: '1', event_id: '2' }, { sse }).id).toBe('1')
    expect(decodeEvent({ type: 'a', event_id: '2' }, { sse }).id).toBe('2')
    expect(decodeEvent({ type: 'a', id: '3', payload: {} }, { sse }).id).toBe('from-sse')
  })

  it('is "id" only where the frame is an envelope with a payload', () => {
    expect(decodeEvent({ type: 'a', id: '3', payload: {} }).id).toBe('3')
    expect(decodeEvent({ type: 'a', id: '3', name: 'flat' })).toMatchObject({
      id: null,
      payload: { id: '3', name: 'flat' },
    })
  })

  it('is null where the server sent none, or an empty one', () => {
    expect(decodeEvent({ type: 'a', payload: {} }).id).toBeNull()
    expect(decodeEvent({ type: 'a', eventId: '', payload: {} }, { sse: { id: '' } }).id).toBeNull()
  })

  it('is text where the server counts its events', () => {
    expect(decodeEvent({ type: 'a', eventId: 42 }).id).toBe('42')
    expect(decodeEvent({ type: 'a', id: 0, payload: {} }).id).toBe('0')
  })

  it('is none where a number was rounded, so that two events never pass for one', () => {
    expect(decodeEvent('{"type":"a","eventId":9007199254740993}').id).toBeNull()
    expect(decodeEvent('{"type":"a","eventId":1.5}').id).toBeNull()
  })
})

describe('the time of an event', () => {
  const at = Date.UTC(2024, 10, 9, 14, 30)

  it('is timestamp, then sentAt, then sent_at', () => {
    const [first, second, third] = ['2024-11-09T14:30:00Z', '2024-11-09T14:30:01Z', '2024-11-09T14:30:02Z']
    expect(decodeEvent({ type: 'a', timestamp: first, sentAt: second, sent_at: third }).time).toBe(at)
    expect(decodeEvent({ type: 'a', sentAt: second, sent_at: third }).time).toBe(at + 1000)
    expect(decodeEvent({ type: 'a', sent_at: third })).toMatchObject({ time: at + 2000, timeEstimated: false })
  })

  it('may be epoch ms', () => {
    expect(decodeEvent({ type: 'a', timestamp: at }).time).toBe(at)
  })

  it('keeps the offset the server wrote', () => {
    expect(decodeEvent({ type: 'a', timestamp: '2024-11-09T15:30:00+01:00' }).time).toBe(at)
  })

  it.each(['2024-11-09T14:30', '2024-11-09T14:30:00', '2024-11-09 14:30:00.000000'])(
    'is UTC where no offset is written: %s',
    (timestamp) => {
      expect(decodeEvent({ type: 'a', timestamp }).time).toBe(at)
    },
  )

  it.each([[undefined], [null], ['yesterday'], [{ seconds: 5 }], [true]])(
    'is the time of arrival, and marked so, where the server gave none: %j',
    (timestamp) => {
      expect(decodeEvent({ type: 'a', timestamp })).toMatchObject({ time: receivedAt, timeEstimated: true })
    },
  )

  it('is the next field that says one where the first is no time', () => {
    expect(decodeEvent({ type: 'a', timestamp: 'soon', sentAt: at })).toMatchObject({ time: at, timeEstimated: false })
  })
})

describe('the payload of an event', () => {
  it('is "payload" before all, whatever it holds', () => {
    for (const payload of [{ a: 1 }, [1, 2], 'text', 0, false, null]) {
      expect(payloadOf({ type: 'goal', payload, data: { b: 1 }, goal: { c: 1 } })).toEqual(payload)
    }
  })

  it('is "data" next, where that is an object', () => {
    expect(payloadOf({ type: 'goal', data: { b: 1 }, goal: { c: 1 } })).toEqual({ b: 1 })
    expect(payloadOf({ type: 'goal', data: 'text', goal: { c: 1 } })).toEqual({ c: 1 })
  })

  it('is the field named like the type', () => {
    expect(payloadOf({ type: 'transaction', transaction: { id: 'T' }, wallet: { id: 'W' } })).toEqual({ id: 'T' })
    expect(payloadOf({ type: 'goal_created', goal_created: { id: 'G' }, user: { id: 'U' } })).toEqual({ id: 'G' })
    expect(payloadOf({ type: 'goal.created', 'goal.created': { id: 'G' }, created: { id: 'C' } })).toEqual({ id: 'G' })
  })

  it('is the field named like the last segment of the type, in camelCase', () => {
    expect(payloadOf({ type: 'goal.activity_log', activity_log: { id: 'A' }, user: {} })).toEqual({ id: 'A' })
  })

  it('is the only field that is left, where that holds an object', () => {
    expect(payloadOf({ type: 'balance', eventId: '1', wallet: { currency: 'NGN' } })).toEqual({ currency: 'NGN' })
  })

  it('is otherwise all that is left', () => {
    const rest = { wallet: { id: 'W' }, user: 'U' }
    expect(payloadOf({ type: 'balance', eventId: '1', timestamp: 1, ...rest })).toEqual(rest)
    expect(payloadOf({ type: 'count', total: 5 })).toEqual({ total: 5 })
    expect(payloadOf({ type: 'list', items: [1] })).toEqual({ items: [1] })
    expect(payloadOf({ type: 'tick' })).toEqual({})
  })

  it('may be a list', () => {
    expect(payloadOf({ type: 'prices', prices: [1, 2], total: 3 })).toEqual([1, 2])
  })

  it('is a mere value only where that stands alone: beside others it is one of several fields', () => {
    expect(payloadOf({ type: 'count', count: 5 })).toBe(5)
    expect(payloadOf({ type: 'user.removed', removed: null })).toBeNull()
    expect(payloadOf({ type: 'status', status: 'PAID', orderId: 7 })).toEqual({ status: 'PAID', orderId: 7 })
  })

  it('never holds what belongs to the envelope', () => {
    const envelope = {
      type: 'a',
      event_id: '1',
      sent_at: 1,
      timestamp: 1,
      stream: 's',
      seq: 2,
      prev: 0,
      epoch: 'e',
      v: 1,
      origin: {},
      entity: {},
      meta: {},
      metadata: {},
      replayed: true,
    }
    expect(payloadOf({ ...envelope, mine: 1 })).toEqual({ mine: 1 })
  })

  it('may be named "event" where "event" does not say the type', () => {
    expect(payloadOf({ event: 'calendar.changed', calendar: { id: 1 } })).toEqual({ id: 1 })
    expect(payloadOf({ type: 'calendar.changed', event: { id: 1 } })).toEqual({ id: 1 })
    expect(payloadOf({ type: 'event', event: { id: 1 } })).toEqual({ id: 1 })
    expect(payloadOf({ type: 'audit', event: 'login', user: 'U' })).toEqual({ event: 'login', user: 'U' })
  })
})

describe('the place of an event', () => {
  const place = { stream: 'tenant:3', seq: 7, prev: 4, epoch: 'e1', v: 2 }

  it('is read as the server says it', () => {
    expect(decodeEvent({ type: 'a', ...place, payload: {} })).toMatchObject(place)
  })

  it('is left out where the server says none', () => {
    const event = decodeEvent({ type: 'a', payload: {} })
    for (const field of [...Object.keys(place), 'origin']) expect(event).not.toHaveProperty(field)
  })

  it.each([[-1], [0], [1.5], ['7'], [2 ** 53], [null], [true]])('has no seq where it says %j', (seq) => {
    expect(decodeEvent({ type: 'a', seq, payload: {} })).not.toHaveProperty('seq')
  })

  it('may follow nothing, so prev may be 0 and seq may not', () => {
    expect(decodeEvent({ type: 'a', seq: 2, prev: 0, payload: {} })).toMatchObject({ seq: 2, prev: 0 })
    expect(decodeEvent({ type: 'a', seq: 2, prev: -1, payload: {} })).not.toHaveProperty('prev')
  })

  it.each([[''], [7], [null], [{}]])('has no stream and no epoch where they are no names: %j', (name) => {
    const event = decodeEvent({ type: 'a', stream: name, epoch: name, payload: {} })
    expect(event).not.toHaveProperty('stream')
    expect(event).not.toHaveProperty('epoch')
  })
})

describe('what an event says beside its payload', () => {
  it('names the entity, its id as text', () => {
    const entity = { type: 'goal', id: 12, version: 3 }
    expect(decodeEvent({ type: 'a', entity, payload: {} }).entity).toEqual({ type: 'goal', id: '12', version: 3 })
    expect(decodeEvent({ type: 'a', entity: { type: 'goal', id: 'g' }, payload: {} }).entity).toEqual({
      type: 'goal',
      id: 'g',
    })
  })

  it.each([
    ['null', null],
    ['a name', '"goal"'],
    ['no id', '{"type":"goal"}'],
    ['no type', '{"id":"1"}'],
    ['an id that was rounded', '{"type":"goal","id":9007199254740993}'],
  ])('has no entity where it is not one: %s', (_, entity) => {
    expect(decodeEvent(`{"type":"a","payload":{},"entity":${entity}}`).entity).toBeNull()
  })

  it('leaves out a version that is no count', () => {
    const entity = { type: 'goal', id: '1', version: -3 }
    expect(decodeEvent({ type: 'a', entity, payload: {} }).entity).toEqual({ type: 'goal', id: '1' })
  })

  it('says who caused it', () => {
    const origin = { client_id: 'c1', mutation_id: 'm1', secret: 'x' }
    expect(decodeEvent({ type: 'a', origin, payload: {} }).origin).toEqual({ clientId: 'c1', mutationId: 'm1' })
    expect(decodeEvent({ type: 'a', origin: 'LHR', payload: {} })).not.toHaveProperty('origin')
  })

  it('takes meta before metadata, and only objects', () => {
    expect(decodeEvent({ type: 'a', meta: { a: 1 }, metadata: { b: 1 } }).meta).toEqual({ a: 1 })
    expect(decodeEvent({ type: 'a', metadata: { b: 1 } }).meta).toEqual({ b: 1 })
    expect(decodeEvent({ type: 'a', meta: 'text' }).meta).toEqual({})
  })

  it('is replayed only where it says true', () => {
    expect(decodeEvent({ type: 'a', replayed: true }).replayed).toBe(true)
    expect(decodeEvent({ type: 'a', replayed: 'yes' }).replayed).toBe(false)
  })

  it('names the transport and the time of arrival', () => {
    expect(decodeEvent({ type: 'a' }, { transport: 'sse' })).toMatchObject({ transport: 'sse', receivedAt })
  })
})

describe('an SSE message', () => {
  const entity = { id: 'TXN-123', type: 'TRANSFER', timestamp: 'yesterday', stream: 'of-money', amount: 5 }

  it('is the entity alone where its data is no frame: all of it, reserved names included', () => {
    const event = decodeEvent(entity, { sse: { event: 'transaction', id: 'EV-1' } })
    expect(event).toMatchObject({ type: 'transaction', id: 'EV-1', payload: entity, timeEstimated: true })
    expect(event).not.toHaveProperty('stream')
  })

  it('never takes the id of the entity for its own', () => {
    expect(decodeEvent(entity, { sse: { event: 'transaction' } }).id).toBeNull()
  })

  it.each([
    [{ type: 'transaction', eventId: 'EV-1', transaction: { id: 'T' } }],
    [{ eventId: 'EV-1', transaction: { id: 'T' } }],
    [{ event_id: 'EV-1', payload: { id: 'T' } }],
  ])('is a frame where its data says so: %j', (frame) => {
    const event = decodeEvent(frame, { sse: { event: 'transaction' } })
    expect(event).toMatchObject({ type: 'transaction', id: 'EV-1', payload: { id: 'T' } })
  })

  it('tells the eventId of an entity from that of a frame by the id beside the data', () => {
    const ticket = { eventId: 'concert-7', seat: 12 }
    const event = decodeEvent(ticket, { sse: { event: 'ticket.sold', id: '881' } })
    expect(event).toMatchObject({ id: '881', payload: ticket })
  })

  it('named "message", or not at all, is a frame as over a socket', () => {
    const frame = { type: 'goal.created', eventId: '1', payload: { id: 'G' } }
    for (const sse of [{ event: 'message' }, {}]) {
      expect(decodeEvent(frame, { sse })).toMatchObject({ type: 'goal.created', id: '1', payload: { id: 'G' } })
    }
  })

  it('is a control frame where its name repeats the type', () => {
    expect(decodeBriefly('{"type":"ping"}', { sse: { event: 'ping' } })).toEqual(['frame ping'])
    expect(decodeBriefly('{"type":"ping"}', { sse: { event: 'message' } })).toEqual(['frame ping'])
    expect(decodeBriefly('{"type":"ping"}', { sse: {} })).toEqual(['frame ping'])
  })

  it('is no control frame where only its entity has such a type', () => {
    expect(decodeBriefly('{"type":"error","code":"E1"}', { sse: { event: 'log.line' } })).toEqual(['event log.line'])
  })
})

describe('raw', () => {
  it('keeps the spelling that came', () => {
    const frame = { type: 'a', event_id: '1', payload: { goal_id: 'G' } }
    const event = decodeEvent(frame)
    expect(event.raw).toEqual(frame)
    expect(event.payload).toEqual({ goalId: 'G' })
  })

  it('keeps the whole frame, envelope included, where no name changed', () => {
    const frame = { type: 'a', eventId: '1', payload: { a: [1, { b: null }] } }
    expect(decodeEvent(frame).raw).toEqual(frame)
  })
})
