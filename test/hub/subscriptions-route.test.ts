// Over HTTP: what a session is subscribed to, changed while it runs, and what a user is sent by default.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Frame, serve } from './http-client.ts'
import { openTo, pass } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

async function connected(hub: ReturnType<typeof serve>['hub'], token = 'ada') {
  const end = openTo(hub, { transport: 'websocket' })
  end.say({ type: 'auth', token })
  await pass(0)
  end.say({ type: 'subscribe', id: 's1', events: ['goal.*'], filters: { status: 'open' } })
  end.say({ type: 'resume' })
  return end
}

const asJson = async (response: Promise<Response>) => (await (await response).json()) as Frame

describe('a session', () => {
  it('tells its user what it is subscribed to, over whichever way it is connected', async () => {
    const { hub, ask } = serve()
    const { session } = await connected(hub)
    expect(await asJson(ask('GET', `/subscriptions?connectionId=${session.id}`))).toEqual({
      connectionId: session.id,
      subscriptions: [{ id: 's1', events: ['goal.*'], filters: { status: 'open' } }],
    })
  })

  it('is changed at once, without connecting again', async () => {
    const { hub, ask } = serve()
    const { session, ofType, events } = await connected(hub)
    const path = `/subscriptions?connectionId=${session.id}`
    const body = JSON.stringify([
      { type: 'unsubscribe', id: 's1' },
      { id: 's2', events: ['issue.*'] },
    ])
    const answer = await ask('PATCH', path, { body })
    expect(answer.status).toBe(200)
    expect(((await answer.json()) as Frame)['subscriptions']).toEqual([{ id: 's2', events: ['issue.*'] }])
    expect(ofType('subscribed').at(-1)).toMatchObject({ ref: 's2' })
    hub.publish({ type: 'goal.created', stream: 'tenant:1', payload: {} })
    hub.publish({ type: 'issue.created', stream: 'tenant:1', payload: {} })
    expect(events().map(({ type }) => type as string)).toEqual(['issue.created'])
  })

  it('takes one subscription as an object, too', async () => {
    const { hub, ask } = serve()
    const { session } = await connected(hub)
    const body = JSON.stringify({ events: ['a', 'b'] })
    const answer = await asJson(ask('PATCH', `/subscriptions?connectionId=${session.id}`, { body }))
    expect(answer['subscriptions']).toContainEqual({ events: ['a', 'b'] })
  })

  it('of another user is as unknown as none', async () => {
    const { hub, ask } = serve()
    const { session } = await connected(hub)
    const foreign = await ask('GET', `/subscriptions?connectionId=${session.id}`, { token: 'bo' })
    const unknown = await ask('GET', '/subscriptions?connectionId=c-nobody', { token: 'bo' })
    expect([foreign.status, await foreign.text()]).toEqual([unknown.status, await unknown.text()])
    expect(foreign.status).toBe(404)
    const body = JSON.stringify({ events: ['a'] })
    expect((await ask('PATCH', `/subscriptions?connectionId=${session.id}`, { token: 'bo', body })).status).toBe(404)
    expect(session.subscriptions()).toHaveLength(1)
  })

  it('can be told nothing else this way', async () => {
    const { hub, ask } = serve()
    const { session } = await connected(hub)
    for (const body of ['[{"type":"auth","token":"ada"}]', '[{"type":"publish"}]', 'no JSON', '[1]']) {
      expect((await ask('PATCH', `/subscriptions?connectionId=${session.id}`, { body })).status).toBe(400)
    }
  })

  it('asks for a good token', async () => {
    const { ask } = serve()
    for (const token of [null, 'forged']) {
      expect((await ask('GET', '/subscriptions', { token })).status).toBe(401)
      expect((await ask('PATCH', '/subscriptions', { token, body: '{}' })).status).toBe(401)
    }
  })
})

describe('the default of a user', () => {
  it('is kept for the sessions to come, and told', async () => {
    const { hub, ask } = serve()
    expect(await asJson(ask('GET', '/subscriptions'))).toEqual({ default: null })
    const body = JSON.stringify({ events: ['goal.*'], filters: { status: 'open' } })
    const wanted = { events: ['goal.*'], filters: { status: 'open' } }
    expect(await asJson(ask('PATCH', '/subscriptions', { body }))).toEqual({ default: wanted })
    expect(await asJson(ask('GET', '/subscriptions'))).toEqual({ default: wanted })
    const plain = openTo(hub, { livecache: false, token: 'ada' })
    await pass(0)
    hub.publish({ type: 'goal.created', stream: 'tenant:1', payload: { status: 'open' } })
    hub.publish({ type: 'goal.created', stream: 'tenant:1', payload: { status: 'done' } })
    expect(plain.frames).toHaveLength(1)
    expect(await asJson(ask('PATCH', '/subscriptions', { body: 'null' }))).toEqual({ default: null })
  })

  it('that makes no sense is refused', async () => {
    const { ask } = serve()
    for (const body of ['[]', '"x"', 'no JSON', '{"events":"goal.*"}', '{"filters":[]}']) {
      expect((await ask('PATCH', '/subscriptions', { body })).status).toBe(400)
    }
    expect((await ask('PATCH', '/subscriptions', { body: ' '.repeat(70_000) })).status).toBe(413)
  })
})
