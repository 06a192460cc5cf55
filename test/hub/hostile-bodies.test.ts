// What may come over HTTP and could not be dealt with: bodies that are nested without end, tokens without number, a store that is away.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DefaultSubscription } from '../../src/hub/engine.ts'
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
