// Access that is revoked at the very moment at which the app is being asked about it: what it answers then is from before.
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Identity, TokenRefused } from '../../src/hub/index.ts'
import { base, serve } from './http-client.ts'
import { created, newHub, openTo, pass, signedIn, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

/** A `verify` that looks when it is asked, and answers when it is told to. Tokens are subjects. */
function slowVerify(streams = ['tenant:1', 'user:ada']) {
  const app = { locked: false, streams }
  const waiting: (() => void)[] = []
  const asked: (string | undefined)[] = []
  function verify(token: string | undefined): Promise<Identity> {
    asked.push(token)
    const seen = { ...app }
    return new Promise((resolve, reject) =>
      waiting.push(() => {
        if (seen.locked) reject(new TokenRefused('bad-claim', 'locked out'))
        else resolve({ subject: token!, streams: seen.streams })
      }),
    )
  }
  const answer = async () => {
    waiting.shift()?.()
    await pass(0)
  }
  return { app, asked, waiting, verify, answer }
}

describe('a sign-in that is being verified while its user is revoked', () => {
  it('is asked about once more, and refused if that is the answer now', async () => {
    const { app, asked, verify, answer } = slowVerify()
    const hub = newHub({ verify })
    const { frames, closed } = await signedIn(hub)
    app.locked = true
    await hub.revoke({ subject: 'ada' })
    await answer()
    expect([frames, closed, asked.length]).toEqual([[], [], 2])
    await answer()
    expect([frames, closed]).toEqual([[], [[4401, 'the token was refused']]])
  })

  it('gets what it may read now', async () => {
    const { app, verify, answer } = slowVerify()
    const hub = newHub({ verify })
    const { session, say, ofType } = await signedIn(hub)
    app.streams = ['user:ada']
    await hub.revoke({ subject: 'ada', streams: ['tenant:1'] })
    await answer()
    expect(session.identity()).toBeNull()
    await answer()
    expect(session.identity()).toEqual({ subject: 'ada', streams: ['user:ada'] })
    say({ type: 'subscribe', id: 'a', streams: ['tenant:1'] })
    expect(ofType('error')).toMatchObject([{ code: 'UNKNOWN_TOPIC', ref: 'a' }])
  })

  it('is caught as well between the answer and what comes of it', async () => {
    const { app, asked, verify, waiting } = slowVerify()
    const hub = newHub({ verify })
    const { session } = await signedIn(hub)
    waiting.shift()?.()
    app.locked = true
    void hub.revoke({ subject: 'ada' })
    await pass(0)
    expect([session.identity(), asked.length]).toEqual([null, 2])
  })

  it('is not asked about again for others, nor for what was revoked before', async () => {
    const { asked, verify, answer } = slowVerify()
    const hub = newHub({ verify })
    await hub.revoke({ subject: 'ada' })
    const { session } = await signedIn(hub)
    await hub.revoke({ subject: 'bo' })
    await answer()
    expect([session.identity()?.subject, asked.length]).toEqual(['ada', 1])
  })

  it('is put off where that goes on and on, as by a verify that revokes, and nobody is asked for ever', async () => {
    const refused: unknown[] = []
    let asked = 0
    const hub = newHub({
      verify: async (token) => {
        asked++
        await hub.revoke({ subject: token! })
        return { subject: token!, streams: [] }
      },
      observers: [{ refused: ({ code, limit }) => refused.push([code, limit]) }],
    })
    const { frames, closed } = await signedIn(hub)
    expect([frames, closed, asked]).toEqual([[], [[1013, 'no token can be verified now']], 10])
    expect(refused).toEqual([['UNAUTHORIZED', 'revoked-meanwhile']])
  })

  it.each(['/stream', '/stream?protocol=realtime.v1', '?protocol=realtime.v1'])(
    'is refused by HTTP, too: GET %s',
    async (path) => {
      const { app, verify, answer } = slowVerify()
      const { hub, ask } = serve({ verify })
      const asking = ask('GET', path)
      await pass(0)
      app.locked = true
      await hub.revoke({ subject: 'ada' })
      await answer()
      await answer()
      expect((await asking).status).toBe(401)
      expect(hub.sessions).toBe(0)
    },
  )

  it.each([
    ['GET', undefined],
    ['PATCH', '{"events":["goal.*"]}'],
  ])('is refused where it is for one request alone: %s subscriptions', async (method, body) => {
    const { app, verify, answer } = slowVerify()
    const { hub, ask } = serve({ verify })
    const asking = ask(method, '/subscriptions', body === undefined ? {} : { body })
    await pass(0)
    app.locked = true
    await hub.revoke({ subject: 'ada' })
    await answer()
    await answer()
    expect((await asking).status).toBe(401)
    expect(await hub.defaultOf('ada')).toBeNull()
  })
})

describe('a request whose body is on its way while its user is revoked', () => {
  it('changes nothing of the session, which is as unknown as any that has ended', async () => {
    const { hub, handle } = serve()
    const { session } = await signedIn(hub)
    let send!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) })
    const headers = { authorization: 'Bearer ada' }
    const init = { method: 'PATCH', headers, body, duplex: 'half' }
    const asking = handle(new Request(`${base}/subscriptions?connectionId=${session.id}`, init))
    await pass(0)
    await hub.revoke({ subject: 'ada' })
    send.enqueue(new TextEncoder().encode('{"events":["a"]}'))
    send.close()
    expect((await asking).status).toBe(404)
  })
})

describe('a renewal that is being verified while streams are revoked', () => {
  it('does not give them back by what was so before', async () => {
    const { app, verify, answer } = slowVerify()
    const hub = newHub({ verify })
    hub.publish(created())
    const { say, events, ofType } = openTo(hub)
    say({ type: 'auth', token: 'ada' })
    await answer()
    say({ type: 'subscribe', id: 's1' })
    say({ type: 'resume', streams: {} })
    say({ type: 'auth', token: 'ada' })
    await pass(0)
    app.streams = ['user:ada']
    await hub.revoke({ subject: 'ada', streams: ['tenant:1'] })
    await answer()
    await answer()
    expect(ofType('authenticated')).toHaveLength(1)
    expect(ofType('revoked')).toEqual([{ type: 'revoked', streams: ['tenant:1'] }])
    hub.publish(created())
    expect(events()).toEqual([])
  })

  it('that goes on and on leaves the session with the token it has', async () => {
    let revoking = false
    const hub = newHub({
      verify: async (token) => {
        if (revoking) await hub.revoke({ subject: token!, streams: ['tenant:1'] })
        return { subject: token!, streams: ['tenant:1', 'user:ada'] }
      },
    })
    const { say, closed, events, ofType } = await subscribed(hub)
    revoking = true
    say({ type: 'auth', token: 'ada' })
    await pass(0)
    for (const stream of ['tenant:1', 'user:ada']) hub.publish(created(stream))
    expect([closed, ofType('authenticated')]).toEqual([[], []])
    expect(events().map(({ stream }) => stream as string)).toEqual(['user:ada'])
  })
})

describe('what a client publishes while its user is revoked', () => {
  it('is not published upon an answer from before; where the session goes on it may be sent again', async () => {
    const answers: ((isAllowed: boolean) => void)[] = []
    const authorizePublish = () => new Promise<boolean>((resolve) => answers.push(resolve))
    const hub = newHub({ authorizePublish })
    const [ada, bo] = [await subscribed(hub), await subscribed(hub, {}, 'bo')]
    const frame = { type: 'publish', id: 'm1', event: 'goal.renamed', stream: 'tenant:1' }
    for (const { say } of [ada, bo]) say(frame)
    await pass(0)
    await hub.revoke({ subject: 'ada', streams: ['goal:1'] })
    for (const answer of answers.splice(0)) answer(true)
    await pass(0)
    expect(bo.ofType('published')).toHaveLength(1)
    expect([...ada.ofType('published'), ...ada.ofType('error')]).toMatchObject([
      { type: 'error', code: 'INTERNAL', ref: 'm1', retryable: true },
    ])
    ada.say(frame)
    await pass(0)
    await hub.revoke({ subject: 'ada' })
    for (const answer of answers.splice(0)) answer(true)
    await pass(0)
    expect([hub.stats.published, ada.closed.length]).toEqual([1, 1])
  })
})

describe('in whichever order things happen', () => {
  const streams = ['tenant:1', 'tenant:2', 'goal:1']
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constantFrom('take' as const, 'give' as const),
        stream: fc.constantFrom(...streams),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constantFrom('lock' as const, 'unlock' as const, 'come' as const, 'renew' as const),
      }),
    },
    { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('answer' as const), which: fc.nat(2) }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('tick' as const), count: fc.nat(6) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('rest' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constantFrom('publish' as const), stream: fc.constantFrom(...streams) }),
    },
  )

  it.each(['verify', 'authorize'])('nobody hears what %s did not allow any more when it was said', async (judge) => {
    const check = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const app = { locked: false, streams: new Set(streams) }
      const waiting: (() => void)[] = []
      /** What was so when it was asked, told later. */
      const later = <Value>(answer: () => Value) =>
        new Promise<Value>((resolve, reject) =>
          waiting.push(() => void Promise.resolve().then(answer).then(resolve, reject)),
        )
      const hub = newHub({
        verify(token) {
          const { locked, streams: now } = { ...app, streams: [...app.streams] }
          return later(() => {
            if (locked) throw new TokenRefused('bad-claim', 'locked out')
            return { subject: token!, streams: judge === 'verify' ? now : ['tenant:*', 'goal:1'] }
          })
        },
        ...(judge === 'authorize' && {
          authorize(_reader: Identity, stream: string) {
            const isAllowed = app.streams.has(stream)
            return later(() => isAllowed)
          },
        }),
        authTimeoutMs: 1_000_000,
      })
      const ends: ReturnType<typeof openTo>[] = []
      const forbidden: string[] = []
      const come = () => {
        const end = openTo(hub)
        ends.push(end)
        end.say({ type: 'auth', token: 'ada' })
        end.say({ type: 'subscribe', id: 'all' })
        end.say({ type: 'resume', streams: {} })
        return end
      }
      const say = (stream: string) => {
        const { eventId } = hub.publish(created(stream))
        if (app.locked || !app.streams.has(stream)) forbidden.push(eventId)
      }
      const settleAll = async () => {
        for (let round = 0; round < 200 && waiting.length > 0; round++) {
          waiting.shift()?.()
          await pass(0)
        }
      }
      for (const taken of steps) {
        if (taken.does === 'take') {
          app.streams.delete(taken.stream)
          void hub.revoke({ subject: 'ada', streams: [taken.stream] })
        } else if (taken.does === 'give') app.streams.add(taken.stream)
        else if (taken.does === 'unlock') app.locked = false
        else if (taken.does === 'lock') {
          app.locked = true
          void hub.revoke({ subject: 'ada' })
        } else if (taken.does === 'come') come()
        else if (taken.does === 'renew') for (const end of ends) end.say({ type: 'auth', token: 'ada' })
        else if (taken.does === 'answer') waiting.splice(taken.which % Math.max(1, waiting.length), 1)[0]?.()
        else if (taken.does === 'tick') for (let count = 0; count < taken.count; count++) await Promise.resolve()
        else if (taken.does === 'rest') await pass(0)
        else if ('stream' in taken) say(taken.stream)
      }
      await settleAll()
      for (const stream of streams) say(stream)
      const heard = ends.flatMap(({ events }) => events().map(({ eventId }) => eventId as string))
      expect(heard.filter((id) => forbidden.includes(id))).toEqual([])
      // And it still works.
      app.locked = false
      const last = come()
      await settleAll()
      for (const stream of app.streams) hub.publish(created(stream))
      await settleAll()
      const told = last.ofType('subscribed').flatMap((frame) => Object.keys(frame['streams'] as object))
      for (const stream of app.streams)
        expect([...last.events().map((event) => event['stream'] as string), ...told]).toContain(stream)
      hub.close()
    })
    await fc.assert(check, { numRuns: 1_000 })
  })
})
