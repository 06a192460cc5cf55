// How new an answer of an API is, as the hub tells it.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseAsOf } from '../../src/protocol/index.ts'
import { created, newHub, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('names where each stream is, as a subscription is told', async () => {
  const hub = newHub()
  for (const stream of ['tenant:1', 'tenant:1', 'tenant:2']) hub.publish(created(stream))
  const { epoch } = hub
  const text = hub.asOf(['tenant:1', 'user:ada'])
  expect(text).toBe(`{"tenant:1":{"epoch":"${epoch}","seq":2},"user:ada":{"epoch":"${epoch}","seq":0}}`)
  const { ofType } = await subscribed(hub, { events: ['*'] })
  expect(ofType('subscribed')[0]?.['streams']).toEqual(parseAsOf(text))
})

it('is a lower bound of what is read behind it: an event that comes in between is not counted', () => {
  const hub = newHub()
  const text = hub.asOf(['tenant:1'])
  const { seq } = hub.publish(created())
  expect(parseAsOf(text)?.['tenant:1']?.seq).toBeLessThan(seq)
})

it('may be that of no stream, and of one with any name', () => {
  const hub = newHub()
  expect(hub.asOf([])).toBe('{}')
  hub.publish(created('toString'))
  const read = parseAsOf(hub.asOf(['toString', '__proto__']))
  expect(read?.['toString']).toEqual({ epoch: hub.epoch, seq: 1 })
  expect(read?.['__proto__']).toEqual({ epoch: hub.epoch, seq: 0 })
})

it('is asked of streams by name: a pattern has no place', () => {
  const hub = newHub()
  for (const stream of ['tenant:*', '', undefined]) {
    expect(() => hub.asOf(['tenant:1', stream as string])).toThrow('asOf needs the names of streams')
  }
})
