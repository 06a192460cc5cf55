import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { type AckMode, createAcks } from '../../src/client/acks.ts'
import type { AckFrame } from '../../src/protocol/frames.ts'
import { sampleEvent } from './sample-event.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function setUp({
  mode = 'auto',
  capabilities = [],
  gapMs = 1_000,
  ackTimeoutMs,
}: { mode?: AckMode; capabilities?: string[]; gapMs?: number; ackTimeoutMs?: number } = {}) {
  const sent: AckFrame[] = []
  const page = { hidden: false }
  const acks = createAcks({
    mode,
    scope: createScope(systemClock),
    now: systemClock.now,
    isHidden: () => page.hidden,
    gapMs,
    send: (frame) => sent.push(frame),
  })
  acks.begin(capabilities, ackTimeoutMs)
  /** One message that brought these events. */
  const message = (...ids: string[]) => {
    for (const id of ids) acks.received(sampleEvent({ id }))
    acks.flush()
  }
  return { sent, acks, page, message }
}

const place = (seq: number, stream = 's') => sampleEvent({ id: `${stream}-${seq}`, stream, seq, epoch: 'e1' })

describe('acks', () => {
  it('go one by one where the server announced nothing else', () => {
    const { message, sent } = setUp()
    message('a', 'b')
    expect(sent).toEqual([
      { type: 'ack', eventId: 'a' },
      { type: 'ack', eventId: 'b' },
    ])
  })

  it('that go one by one never wait, since a server counts the time', () => {
    const { message, sent } = setUp()
    message('a')
    message('b')
    expect(sent).toHaveLength(2)
  })

  it('go in one frame where the server takes that, alone in the plain form', () => {
    const { acks, message, sent } = setUp({ capabilities: ['ack-ids'] })
    message('a', 'b')
    vi.advanceTimersByTime(1_000)
    message('c')
    acks.flush()
    expect(sent).toEqual([
      { type: 'ack', eventIds: ['a', 'b'] },
      { type: 'ack', eventId: 'c' },
    ])
    expect(acks.sent).toBe(3)
  })

  it('go in at most one frame a second where they go together', () => {
    const { message, sent } = setUp({ capabilities: ['ack-ids'] })
    message('a')
    message('b')
    vi.advanceTimersByTime(500)
    message('c')
    vi.advanceTimersByTime(499)
    expect(sent).toEqual([{ type: 'ack', eventId: 'a' }])
    vi.advanceTimersByTime(1)
    expect(sent.slice(1)).toEqual([{ type: 'ack', eventIds: ['b', 'c'] }])
  })

  it('go after a second where a hundred wait, be it the last that came', () => {
    const { message, sent } = setUp({ capabilities: ['ack-ids'], gapMs: 5_000 })
    const count = () => sent.map(({ eventId, eventIds }) => (eventId === undefined ? eventIds!.length : 1))
    message('first')
    for (let n = 1; n < 100; n++) message(`few ${n}`)
    vi.advanceTimersByTime(999)
    expect(count()).toEqual([1])
    message('the hundredth')
    vi.advanceTimersByTime(1)
    expect(count()).toEqual([1, 100])
    for (let n = 0; n < 99; n++) message(`few again ${n}`)
    vi.advanceTimersByTime(3_000)
    expect(count()).toEqual([1, 100])
    message('the hundredth again')
    expect(count()).toEqual([1, 100, 100])
    message('one more')
    vi.advanceTimersByTime(4_999)
    expect(count()).toEqual([1, 100, 100])
    vi.advanceTimersByTime(1)
    expect(count()).toEqual([1, 100, 100, 1])
  })

  it('go within a sixth of the time for which the server waits', () => {
    const { message, sent } = setUp({ capabilities: ['ack-ids'], gapMs: 5_000, ackTimeoutMs: 3_000 })
    message('a')
    message('b')
    vi.advanceTimersByTime(499)
    expect(sent).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(sent).toHaveLength(2)
  })

  it('go each second anew as long as events come', () => {
    const { message, sent } = setUp({ capabilities: ['ack-ids'] })
    for (const id of ['a', 'b', 'c', 'd']) {
      message(id)
      vi.advanceTimersByTime(600)
    }
    vi.advanceTimersByTime(1_000)
    expect(sent.map(({ eventId, eventIds }) => eventId ?? eventIds)).toEqual(['a', 'b', ['c', 'd']])
  })

  it('go in the task that received the event while the page is hidden', () => {
    const { message, page, sent } = setUp({ capabilities: ['ack-ids'] })
    message('a')
    page.hidden = true
    message('b')
    expect(sent).toHaveLength(2)
  })

  it('that wait for a timer go along with the next message once the page was hidden', () => {
    const { message, page, sent } = setUp({ capabilities: ['ack-ids'] })
    message('a')
    message('b')
    page.hidden = true
    message('c')
    expect(sent.slice(1)).toEqual([{ type: 'ack', eventIds: ['b', 'c'] }])
  })

  it('do not wait for a clock that was set back', () => {
    const { message, sent } = setUp({ capabilities: ['ack-ids'] })
    message('a')
    vi.setSystemTime(Date.now() - 3_600_000)
    message('b')
    expect(sent).toHaveLength(2)
  })

  it('of more than fit into a frame are parted', () => {
    const { message, sent } = setUp({ capabilities: ['ack-ids'] })
    message(...Array.from({ length: 1_001 }, (_, index) => `E${index}`))
    expect(sent.map(({ eventIds }) => eventIds?.length)).toEqual([500, 500, 1])
    expect(new Set(sent.flatMap(({ eventIds }) => eventIds)).size).toBe(1_001)
  })

  it('name the furthest place of each stream where the server takes that', () => {
    const { acks, sent } = setUp({ capabilities: ['ack-ids', 'ack-up-to'] })
    for (const event of [place(4), place(5), place(9, 't'), place(4), sampleEvent({ id: 'x' })]) acks.received(event)
    acks.flush()
    expect(sent).toEqual([
      { type: 'ack', upTo: { s: 5, t: 9 } },
      { type: 'ack', eventId: 'x' },
    ])
    expect(acks.sent).toBe(5)
  })

  it('name a place once', () => {
    const { acks, sent } = setUp({ capabilities: ['ack-up-to'] })
    for (const event of [place(4), place(2, 't')]) {
      acks.received(event)
      acks.flush()
      vi.advanceTimersByTime(1_000)
      acks.flush()
    }
    expect(sent).toEqual([
      { type: 'ack', upTo: { s: 4 } },
      { type: 'ack', upTo: { t: 2 } },
    ])
  })

  it('are not sent for an event without an id', () => {
    const { acks, sent } = setUp()
    acks.received(sampleEvent({ id: null }))
    acks.refused(sampleEvent({ id: null }), true)
    acks.flush()
    expect(sent).toEqual([])
    expect(acks.sent).toBe(0)
  })

  it('say again what came again', () => {
    const { acks, sent } = setUp()
    acks.repeated(sampleEvent({ id: 'a' }))
    acks.flush()
    expect(sent).toEqual([{ type: 'ack', eventId: 'a' }])
  })

  it('say which event was refused, at once', () => {
    const { acks, sent } = setUp({ capabilities: ['ack-ids', 'ack-up-to'] })
    acks.refused(place(4), true)
    expect(sent).toEqual([{ type: 'ack', eventId: 's-4', rejected: true }])
    expect(acks.sent).toBe(1)
  })

  it('confirm a refused event to a server that knows no rejection', () => {
    const { acks, sent } = setUp()
    acks.refused(sampleEvent({ id: 'a' }), false)
    acks.flush()
    expect(sent).toEqual([{ type: 'ack', eventId: 'a' }])
  })

  it('due on a link that is gone are dropped: the server sends those events again', () => {
    const { acks, message, sent } = setUp({ capabilities: ['ack-ids', 'ack-up-to'] })
    message('a')
    message('b')
    acks.received(place(7))
    acks.begin([])
    vi.advanceTimersByTime(5_000)
    acks.flush()
    expect(sent).toEqual([{ type: 'ack', eventId: 'a' }])
  })

  it('begin on a new link with what that server takes, and without a wait', () => {
    const { acks, message, sent } = setUp({ capabilities: ['ack-ids'] })
    message('a')
    acks.begin(['ack-ids'])
    message('b')
    expect(sent).toHaveLength(2)
  })
})

describe('acks by hand', () => {
  it('name what the app names, and nothing else', () => {
    const { acks, message, sent } = setUp({ mode: 'manual' })
    message('a', 'b')
    expect(sent).toEqual([])
    acks.confirm('a')
    expect(sent).toEqual([{ type: 'ack', eventId: 'a' }])
    expect(acks.sent).toBe(1)
  })

  it('name again what came again and was confirmed before, but not what the app still works on', () => {
    const { acks, sent } = setUp({ mode: 'manual' })
    acks.confirm('a')
    for (const id of ['a', 'b']) acks.repeated(sampleEvent({ id }))
    acks.flush()
    expect(sent.map(({ eventId }) => eventId)).toEqual(['a', 'a'])
  })

  it('name no place, which would speak for events the app has not done with', () => {
    const { acks, sent } = setUp({ mode: 'manual', capabilities: ['ack-up-to'] })
    acks.confirm('s-4')
    acks.repeated(place(4))
    acks.flush()
    vi.advanceTimersByTime(1_000)
    expect(sent.every(({ upTo }) => upTo === undefined)).toBe(true)
    expect(sent).toHaveLength(2)
  })

  it('still tell the server what can never be used', () => {
    const { acks, sent } = setUp({ mode: 'manual' })
    acks.refused(sampleEvent({ id: 'a' }), true)
    expect(sent).toEqual([{ type: 'ack', eventId: 'a', rejected: true }])
  })
})

describe('acks that are off', () => {
  it('say nothing, whatever happens', () => {
    const { acks, message, sent } = setUp({ mode: 'off' })
    message('a')
    acks.repeated(sampleEvent())
    acks.refused(sampleEvent(), true)
    acks.refused(sampleEvent(), false)
    acks.confirm('a')
    acks.flush()
    expect(sent).toEqual([])
    expect(acks.sent).toBe(0)
  })
})

describe('acks outside their mode', () => {
  it('do not listen to the app where they go by themselves', () => {
    const { acks, sent } = setUp()
    acks.confirm('a')
    expect(sent).toEqual([])
  })
})
