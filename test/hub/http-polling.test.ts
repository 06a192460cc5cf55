// Long polling, by requests without a socket.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { serve } from './http-client.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const created = (id: string, payload: unknown = {}) => ({ type: 'goal.created', stream: 'tenant:1', id, payload })

type Answer = { frames: Record<string, any>[]; after: number; connectionId?: string; close?: unknown }

async function open(server = serve(), token = 'ada') {
  const response = await server.ask('GET', '?protocol=realtime.v1', { token })
  const first = (await response.json()) as Answer
  const connectionId = first.connectionId!
  const poll = async (after?: number, signal?: AbortSignal) => {
    const path = `?connectionId=${connectionId}${after === undefined ? '' : `&after=${after}`}`
    const answer = await server.ask('GET', path, { token, ...(signal && { signal }) })
    return { status: answer.status, ...((await answer.json()) as Answer) }
  }
  return { ...server, response, first, connectionId, poll }
}

/** Subscribed and resumed; `after` confirms what that said. */
async function flowing(server = serve(), token = 'ada') {
  const opened = await open(server, token)
  const resume = { type: 'resume', streams: {} }
  await opened.say(opened.connectionId, [{ type: 'subscribe', id: 's1', events: ['*'] }, resume], token)
  const { after } = await opened.poll(1)
  return { ...opened, after }
}

const ids = ({ frames }: Answer) => frames.map(({ eventId }) => eventId as unknown)

/** Whether a promise was kept by now. */
function watch<T>(promise: Promise<T>) {
  const watched: { value?: T } = {}
  void promise.then((value) => (watched.value = value))
  return watched
}

describe('the first poll', () => {
  it('opens a session and is answered at once with the welcome', async () => {
    const { response, first, hub } = await open()
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'livecache-protocol': 'realtime.v1',
    })
    expect(first).toMatchObject({ frames: [{ type: 'welcome', connectionId: first.connectionId }], after: 1 })
    expect(hub.sessions).toBe(1)
  })

  it('is refused by status, and leaves nothing behind', async () => {
    const { ask, hub } = serve()
    expect((await ask('GET', '?protocol=realtime.v1', { token: 'forged' })).status).toBe(401)
    expect((await ask('GET', '', {})).status).toBe(400)
    expect(hub.sessions).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a poll', () => {
  it('brings what waits, at once and together', async () => {
    const { hub, poll, after } = await flowing()
    hub.publish(created('EV-1'))
    hub.publish(created('EV-2'))
    const answer = await poll(after)
    expect(ids(answer)).toEqual(['EV-1', 'EV-2'])
    expect(answer.after).toBe(after + 2)
  })

  it('is held until something comes, and brings all of that moment', async () => {
    const { hub, poll, after } = await flowing()
    const held = watch(poll(after))
    await pass(24_999)
    expect(held.value).toBeUndefined()
    hub.publish(created('EV-1'))
    hub.publish(created('EV-2'))
    await pass(0)
    expect(ids(held.value!)).toEqual(['EV-1', 'EV-2'])
  })

  it('is answered empty after 25 s', async () => {
    const { poll, after } = await flowing()
    const held = watch(poll(after))
    await pass(25_000)
    expect(held.value).toMatchObject({ frames: [], after })
  })

  it('repeats what was not confirmed, and nothing that was', async () => {
    const { hub, poll, after } = await flowing()
    hub.publish(created('EV-1'))
    hub.publish(created('EV-2'))
    await poll(after)
    expect(ids(await poll(after))).toEqual(['EV-1', 'EV-2'])
    expect(ids(await poll(after + 1))).toEqual(['EV-2'])
    hub.publish(created('EV-3'))
    expect(ids(await poll(after + 2))).toEqual(['EV-3'])
    // An older one cannot bring back what was let go.
    expect(ids(await poll(0))).toEqual(['EV-3'])
  })

  it('that another one overtakes is answered empty', async () => {
    const { hub, poll, after } = await flowing()
    const older = watch(poll(after))
    await pass(0)
    const newer = watch(poll(after))
    await pass(0)
    expect(older.value).toMatchObject({ frames: [] })
    hub.publish(created('EV-1'))
    await pass(0)
    expect(ids(newer.value!)).toEqual(['EV-1'])
  })

  it('that is aborted takes nothing with it', async () => {
    const { hub, poll, after } = await flowing()
    const abort = new AbortController()
    watch(poll(after, abort.signal))
    await pass(0)
    abort.abort()
    hub.publish(created('EV-1'))
    expect(ids(await poll(after))).toEqual(['EV-1'])
  })

  it('brings a lot in parts', async () => {
    const { hub, poll, after } = await flowing()
    for (let count = 0; count < 1_500; count++) hub.publish(created(`EV-${count}`))
    const first = await poll(after)
    expect(first.frames).toHaveLength(1_000)
    expect((await poll(first.after)).frames).toHaveLength(500)
    for (let count = 0; count < 30; count++) hub.publish(created(`big-${count}`, 'x'.repeat(60_000)))
    expect(JSON.stringify(await poll(after + 1_500)).length).toBeLessThan(1_100_000)
  })

  it.each(['-1', '1.5', 'x'])('is refused with after=%s', async (after) => {
    const { ask, connectionId } = await open()
    expect((await ask('GET', `?connectionId=${connectionId}&after=${after}`)).status).toBe(400)
  })

  it('is refused to strangers as if there were no session', async () => {
    const { ask, connectionId } = await open()
    expect((await ask('GET', `?connectionId=${connectionId}`, { token: 'bo' })).status).toBe(404)
    expect((await ask('GET', '?connectionId=nobody')).status).toBe(404)
  })

  it('is not woken by pings that say nothing', async () => {
    const { poll, after } = await flowing()
    for (let round = 0; round < 3; round++) {
      const held = watch(poll(after))
      await pass(25_000)
      expect(held.value).toMatchObject({ frames: [] })
    }
  })
})

describe('a polled session', () => {
  it('is not ended for want of acks or pongs', async () => {
    const { hub, poll, after } = await flowing()
    hub.publish(created('EV-1'))
    await pass(100_000)
    expect(await poll(after)).toMatchObject({ status: 200 })
  })

  it('tells how it ended, behind everything that came before, and is gone then', async () => {
    const { hub, poll, after } = await flowing(serve(), 'short')
    hub.publish(created('EV-1'))
    await pass(5_000)
    const last = await poll(after)
    expect(ids(last)).toEqual(['EV-1'])
    expect(last.close).toEqual({ code: 4401, reason: 'the token expired' })
    expect((await poll(last.after)).status).toBe(404)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells whoever is waiting at once', async () => {
    const { hub, poll, after } = await flowing()
    const held = watch(poll(after))
    await pass(0)
    hub.close()
    await pass(0)
    expect(held.value).toMatchObject({ frames: [], close: { code: 1012 } })
  })

  it('ends when nobody fetched for 150 s', async () => {
    const { hub, poll, after } = await flowing()
    await pass(149_999)
    expect(hub.sessions).toBe(1)
    const held = watch(poll(after))
    await pass(25_000)
    expect(held.value).toMatchObject({ status: 200 })
    await pass(149_999)
    expect(hub.sessions).toBe(1)
    await pass(1)
    expect(hub.sessions).toBe(0)
    expect((await poll(after)).status).toBe(404)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    // The two before them are confirmed by the first poll only.
    ['10,000 frames', 9_999, ''],
    ['16 MB', 279, 'x'.repeat(60_000)],
  ])('has to begin anew where more than %s wait, once what waits was fetched', async (_, count, payload) => {
    const opened = await flowing()
    for (let index = 0; index < count + 5; index++) opened.hub.publish(created(`EV-${index}`, payload))
    expect(opened.hub.sessions).toBe(0)
    let { after } = opened
    let last: Answer | null = null
    let fetched = 0
    while (last?.close === undefined) {
      last = await opened.poll(after)
      after = last.after
      fetched += last.frames.length
    }
    expect(last.close).toEqual({ code: 4410, reason: 'too much waited to be fetched' })
    expect(fetched).toBe(count)
    expect((await opened.poll(after)).status).toBe(404)
    expect(vi.getTimerCount()).toBe(0)
  })
})
