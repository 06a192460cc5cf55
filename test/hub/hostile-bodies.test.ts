// What may come over HTTP and could not be dealt with: bodies that are nested without end, tokens without number, a store that is away.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import type { DefaultSubscription, Engine } from '../../src/hub/engine.ts'
import { type Frame, serve } from './http-client.ts'
import { openTo, pass } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const nested = (levels: number) => `{"filters":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`

async function opened(ask: ReturnType<typeof serve>['ask']): Promise<string> {
  const answer = (await (await ask('GET', '?protocol=realtime.v1')).json()) as Frame
  return answer['connectionId'] as string
}

describe('a body that is nested without end', () => {
  it('is refused as the default of a user', async () => {
    const { ask } = serve()
    expect((await ask('PATCH', '/subscriptions', { body: nested(30_000) })).status).toBe(400)
    expect((await ask('PATCH', '/subscriptions', { body: nested(32) })).status).toBe(400)
    expect(await (await ask('GET', '/subscriptions')).json()).toEqual({ default: null })
    expect((await ask('PATCH', '/subscriptions', { body: nested(20) })).status).toBe(200)
  })

  it('is refused as what a session says, whichever field it is in', async () => {
    const { ask } = serve()
    const id = await opened(ask)
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    for (const frame of [`{"type":"subscribe","filters":{"a":${deep}}}`, `{"type":${deep}}`]) {
      expect((await ask('PATCH', `/subscriptions?connectionId=${id}`, { body: `[${frame}]` })).status).toBe(400)
    }
  })
})

it('a default that the store holds and that makes no sense is as none, and ends nothing', async () => {
  const { hub } = serve()
  for (const wanted of [JSON.parse(nested(30_000)), { events: 5 }, { events: ['*'], streams: [1] }]) {
    await hub.setDefault('ada', wanted as DefaultSubscription)
    const plain = openTo(hub, { livecache: false, token: 'ada' })
    // A rejection that nobody handles would fail the run.
    await pass(0)
    hub.publish({ type: 'goal.created', stream: 'tenant:1', payload: {} })
    expect([plain.frames, plain.closed]).toEqual([[], []])
  }
})

it('tokens that a session is told without end are not all remembered: the newest are, and it can be spoken to by them', async () => {
  const { ask, say } = serve({ verify: (token) => ({ subject: 'ada', streams: ['tenant:1'], roles: [token!] }) })
  const id = await opened(ask)
  const renew = async (token: string, by: string) => (await say(id, [{ type: 'auth', token }], by)).status
  expect(await renew('token 0', 'ada')).toBe(204)
  for (let n = 1; n < 30; n++) expect(await renew(`token ${n}`, `token ${n - 1}`)).toBe(204)
  // One that was replaced a moment ago is still on its way in other requests.
  expect(await renew('token 30', 'token 28')).toBe(204)
  // As one of the same user who does not belong to the session: it may change what it wants, and say nothing else.
  expect(await renew('token 31', 'ada')).toBe(400)
  expect(await renew('x'.repeat(9_000), 'token 30')).toBe(204)
  expect(await renew('token 32', 'x'.repeat(9_000))).toBe(400)
})

describe('while the store is away', () => {
  const away = async () => {
    throw new RealtimeError('engine-unavailable', 'The store is away.')
  }
  const engine: Engine = {
    name: 'away',
    status: { isUp: false, since: 0, waiting: 0, skewMs: 0 },
    follow: async () => {},
    append: away,
    tell: away,
    defaultOf: away,
    setDefault: away,
    close: async () => {},
  }

  it.each([
    ['read', 'GET', {}],
    ['changed', 'PATCH', { body: '{}' }],
  ])('a default that is to be %s is answered with 503, and pages may read that', async (_what, method, init) => {
    const { ask } = serve({ engine })
    const answer = await ask(method, '/subscriptions', { ...init, headers: { origin: 'https://app.example.com' } })
    expect(answer.status).toBe(503)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'retry-after': '2',
      'access-control-allow-origin': 'https://app.example.com',
    })
  })
})

it('a verification that never ends holds no request for longer than a sign-in may take', async () => {
  const { ask } = serve({ authTimeoutMs: 10_000 })
  const asked = ask('GET', '/subscriptions', { token: 'never' })
  await pass(9_999)
  await pass(1)
  expect((await asked).status).toBe(503)
})
