// Ids of events that a backend gives itself: what it publishes again under the same one, as after a lost answer, is there already.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { created, newHub, openTo, pass, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

it('an id that was published before is not published again, and answered as the first time, as by an engine', async () => {
  const hub = newHub()
  const end = await subscribed(hub)
  const first = hub.publish(created('tenant:1', 'EV-1'))
  expect(hub.publish({ ...created('goal:9', 'EV-1'), payload: 'another' })).toEqual(first)
  expect(await hub.append(created('tenant:1', 'EV-1'))).toEqual({ frame: first, isNew: false })
  expect(await hub.append(created('tenant:1', 'EV-2'))).toMatchObject({ frame: { seq: 2 }, isNew: true })
  expect(end.events().map(({ eventId }) => eventId as string)).toEqual(['EV-1', 'EV-2'])
  expect(hub.stats.published).toBe(2)
})

it('a plain client that confirms by ids is not cut off for an event that was published twice', async () => {
  const hub = newHub()
  const end = openTo(hub, { livecache: false, token: 'ada' })
  end.say({ type: 'subscribe' })
  await pass(0)
  hub.publish(created('tenant:1', 'EV-0'))
  end.say({ type: 'ack', eventId: 'EV-0' })
  for (let times = 0; times < 2; times++) hub.publish(created('tenant:1', 'EV-1'))
  for (const { eventId } of end.events()) end.say({ type: 'ack', eventId })
  await pass(40_000)
  expect([end.session.unacked(), end.closed]).toEqual([0, []])
})

it('an id that is no longer kept may be given to another event', async () => {
  const hub = newHub()
  hub.publish(created('tenant:1', 'EV-1'))
  await pass(300_000)
  hub.publish(created('goal:1'))
  expect(hub.publish(created('tenant:1', 'EV-1')).seq).toBe(2)
})
