// What clients publish, said and answered in text as over a socket.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeError } from '../../src/base/errors.ts'
import type { AuthorizePublish, Hub, HubOptions } from '../../src/hub/index.ts'
import { newHub, openTo, pass, signedIn, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

/** Lets everything through unless the test says otherwise. */
function open(authorizePublish: AuthorizePublish = () => true, options: Partial<HubOptions> = {}): Hub {
  return newHub({ authorizePublish, ...options })
}

const renamed = (id: string, fields: object = {}) => ({
  type: 'publish',
  id,
  event: 'goal.renamed',
  payload: { name: id },
  stream: 'tenant:1',
  ...fields,
})

const isAnswer = ({ type, ref }: Record<string, unknown>) =>
  type === 'published' || (type === 'error' && ref !== undefined)

describe('what a client publishes', () => {
  it('reaches everybody who wants it, as the server made it, and is answered with its id', async () => {
    const hub = open()
    const ada = await subscribed(hub)
    const reader = await subscribed(hub, { events: ['goal.*'] }, 'narrow')
    ada.say({ ...renamed('m1'), eventId: 'forged', seq: 99, origin: { clientId: 'somebody' }, timestamp: 'never' })
    await pass(0)
    const [event] = reader.events()
    expect(event).toEqual({
      type: 'goal.renamed',
      eventId: expect.stringMatching(/^[\da-f-]{36}$/),
      timestamp: '2023-11-14T22:13:20.000Z',
      stream: 'tenant:1',
      seq: 1,
      epoch: hub.epoch,
      origin: { clientId: ada.session.id, mutationId: 'm1' },
      payload: { name: 'm1' },
    })
    expect(ada.events()).toEqual([event])
    expect(ada.ofType('published')).toEqual([{ type: 'published', ref: 'm1', eventId: event!['eventId'] }])
  })

  it('has the payload null where it was sent without one', async () => {
    const ada = await subscribed(open())
    ada.say({ type: 'publish', id: 'm1', event: 'goal.seen', stream: 'tenant:1' })
    await pass(0)
    expect(ada.events()).toMatchObject([{ type: 'goal.seen', payload: null }])
  })

  it('is what the server decides: another stream, another payload, another type, an entity', async () => {
    const asked: unknown[] = []
    const hub = open((identity, request) => {
      asked.push([identity.subject, request])
      return {
        type: 'goal.retitled',
        stream: 'goal:7',
        payload: { title: 'Ship' },
        entity: { type: 'goal', id: '7', version: 4 },
        v: 2,
        // A JavaScript app may try; these are not its to set.
        ...{ id: 'chosen', origin: { clientId: 'chosen' } },
      }
    })
    const ada = await subscribed(hub)
    ada.say({ type: 'publish', id: 'm1', event: 'goal.renamed', payload: { name: 'Ship' } })
    await pass(0)
    expect(asked).toEqual([['ada', { event: 'goal.renamed', payload: { name: 'Ship' } }]])
    expect(ada.events()).toMatchObject([
      {
        type: 'goal.retitled',
        stream: 'goal:7',
        payload: { title: 'Ship' },
        entity: { type: 'goal', id: '7', version: 4 },
        v: 2,
        origin: { clientId: ada.session.id, mutationId: 'm1' },
      },
    ])
    expect(ada.events()[0]!['eventId']).not.toBe('chosen')
  })

  it('is what was asked where the server decides only a part', async () => {
    const ada = await subscribed(open(() => ({ stream: 'goal:7' })))
    ada.say(renamed('m1'))
    await pass(0)
    expect(ada.events()).toMatchObject([{ type: 'goal.renamed', stream: 'goal:7', payload: { name: 'm1' } }])
  })

  it('is answered before a resume too, and comes as an event with it', async () => {
    const ada = await signedIn(open())
    ada.say({ type: 'subscribe', id: 's1', events: ['*'] })
    ada.say(renamed('m1'))
    await pass(0)
    ada.say({ type: 'resume', streams: {} })
    const said = ada.frames.map(({ type }) => type as string)
    expect(said).toEqual(['welcome', 'subscribed', 'published', 'goal.renamed', 'resumed'])
    expect(ada.events()).toMatchObject([{ replayed: true }])
  })

  it('is announced by a capability, and only where somebody may publish', async () => {
    const [on] = (await signedIn(open())).frames
    const [off] = (await signedIn(newHub())).frames
    expect(on!['capabilities']).toEqual(['ack-ids', 'ack-up-to', 'patterns', 'publish'])
    expect(off!['capabilities']).not.toContain('publish')
  })
})

describe('publishing is refused', () => {
  async function refusal(authorizePublish: AuthorizePublish | undefined, fields: object = {}) {
    const hub = newHub({ ...(authorizePublish && { authorizePublish }) })
    const ada = await subscribed(hub)
    ada.say(renamed('m1', fields))
    await pass(0)
    expect(ada.events()).toEqual([])
    expect(ada.closed).toEqual([])
    const { type, ref, ...error } = ada.frames.find(isAnswer)!
    expect([type, ref]).toEqual(['error', 'm1'])
    return error
  }

  it('where nobody decides, and where the answer is no', async () => {
    const forbidden = { code: 'FORBIDDEN', message: 'this may not be published', retryable: false }
    expect(await refusal(undefined)).toEqual(forbidden)
    expect(await refusal(() => false)).toEqual(forbidden)
    expect(await refusal(async () => false)).toEqual(forbidden)
    expect(await refusal((() => {}) as unknown as AuthorizePublish)).toEqual(forbidden)
  })

  it("for the protocol's own types, whatever the server decides", async () => {
    const authorize = vi.fn<AuthorizePublish>(() => true)
    expect(await refusal(authorize, { event: 'system.drain' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(authorize).not.toHaveBeenCalled()
    expect(await refusal(() => ({ type: 'system.drain' }))).toMatchObject({ code: 'FORBIDDEN' })
  })

  it.each([
    ['no stream', { stream: null }, 'name the stream'],
    ['a pattern for a stream', { stream: 'tenant:*' }, '"stream" that is a text without "*"'],
    ['no type', { event: '' }, '"type" that is a text'],
    ['the name of a frame', { event: 'ping' }, 'the name of a frame of the protocol'],
  ])('with %s', async (_what, fields, message) => {
    const error = await refusal(() => true, fields)
    expect(error).toMatchObject({ code: 'INVALID', retryable: false, message: expect.stringContaining(message) })
  })

  it('where it cannot be written as JSON, or is too large to be read', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(await refusal(() => ({ payload: circle }))).toMatchObject({ code: 'INVALID' })
    const deep = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) as unknown
    expect(await refusal(() => ({ payload: deep }))).toMatchObject({ code: 'INVALID' })
    const error = await refusal(() => ({ payload: 'x'.repeat(65_500) }))
    expect(error).toMatchObject({ code: 'TOO_LARGE', retryable: false })
  })

  it("for now, where the server's own function throws, which the server is told", async () => {
    const errors: RealtimeError[] = []
    const cause = new Error('the database is gone')
    const hub = open(
      () => {
        throw cause
      },
      { onError: (error) => errors.push(error) },
    )
    const ada = await subscribed(hub)
    ada.say(renamed('m1'))
    await pass(0)
    expect(ada.frames.at(-1)).toEqual({
      type: 'error',
      code: 'INTERNAL',
      message: 'the server failed; it was not published',
      retryable: true,
      ref: 'm1',
    })
    expect(errors).toMatchObject([{ code: 'handler-threw', cause }])
  })

  it('in print, where nobody listens for errors', async () => {
    const print = vi.spyOn(console, 'error').mockReturnValue()
    const ada = await subscribed(open(() => Promise.reject(new Error('gone'))))
    ada.say(renamed('m1'))
    await pass(0)
    expect(print).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'handler-threw' }))
    print.mockRestore()
  })

  it("with the frame's own reason where it lacks its id", async () => {
    const ada = await subscribed(open())
    ada.say({ type: 'publish', event: 'goal.renamed' })
    expect(ada.frames.at(-1)).toMatchObject({ code: 'INVALID', message: '"id" of a "publish" frame must be a string' })
  })
})

describe('what is published again with the same id', () => {
  it('is answered the same and done once, also in another session of the same subject', async () => {
    const authorize = vi.fn<AuthorizePublish>(() => true)
    const hub = open(authorize)
    const first = await subscribed(hub)
    first.say(renamed('m1'))
    first.say(renamed('m1'))
    await pass(0)
    first.session.gone()
    const second = await subscribed(hub)
    second.say(renamed('m1'))
    await pass(0)
    const answers = [...first.ofType('published'), ...second.ofType('published')]
    expect(answers).toHaveLength(3)
    expect(new Set(answers.map(({ eventId }) => eventId as string)).size).toBe(1)
    expect(first.events()).toHaveLength(1)
    expect(authorize).toHaveBeenCalledOnce()
  })

  it('is done once even where the first is still being decided when its session ends', async () => {
    let decide = () => {}
    const hub = open(() => new Promise((resolve) => (decide = () => resolve(true))))
    const first = await subscribed(hub)
    first.say(renamed('m1'))
    await pass(0)
    first.session.gone()
    const second = await subscribed(hub)
    second.say(renamed('m1'))
    await pass(0)
    decide()
    await pass(0)
    expect(second.events()).toHaveLength(1)
    expect(second.ofType('published')).toEqual([
      { type: 'published', ref: 'm1', eventId: second.events()[0]!['eventId'] },
    ])
    expect(first.ofType('published')).toEqual([])
  })

  it('is another event where it comes from another subject', async () => {
    const hub = open((_identity, { stream }) => stream !== undefined)
    const ada = await subscribed(hub)
    const bo = await subscribed(hub, { events: ['*'] }, 'bo')
    ada.say(renamed('m1'))
    bo.say(renamed('m1', { stream: 'tenant:2' }))
    await pass(0)
    expect([ada.events().length, bo.events().length]).toEqual([1, 1])
  })

  it('is tried again where it was refused, or failed, before', async () => {
    const decisions = [false, new Error('gone'), true]
    const hub = open(
      () => {
        const decision = decisions.shift()
        if (decision instanceof Error) throw decision
        return decision!
      },
      { onError: () => {} },
    )
    const ada = await subscribed(hub)
    for (let count = 0; count < 4; count++) ada.say(renamed('m1'))
    await pass(0)
    expect(ada.frames.filter(isAnswer).map(({ type, code }) => (code as string) ?? type)).toEqual([
      'FORBIDDEN',
      'INTERNAL',
      'published',
      'published',
    ])
    expect(ada.events()).toHaveLength(1)
  })

  it('is known for as long as events are kept, and then no more', async () => {
    const hub = open()
    const ada = await subscribed(hub, undefined, undefined, { awaitsAcks: false, oneWay: true })
    const publish = async () => {
      ada.say(renamed('m1'))
      await pass(0)
      return ada.events().length
    }
    expect(await publish()).toBe(1)
    await pass(299_999)
    expect(await publish()).toBe(1)
    await pass(1)
    expect(await publish()).toBe(2)
  })

  it('is known among the last 1,000 of its subject, whatever others publish', async () => {
    const hub = open()
    const quiet = { awaitsAcks: false }
    const ada = await subscribed(hub, undefined, undefined, quiet)
    const bo = await subscribed(hub, { events: ['*'] }, 'bo', quiet)
    bo.say(renamed('b', { stream: 'tenant:2' }))
    for (let number = 0; number < 1_001; number++) ada.say(renamed(`m${number}`))
    await pass(0)
    for (const id of ['m1', 'm1000']) ada.say(renamed(id))
    bo.say(renamed('b', { stream: 'tenant:2' }))
    await pass(0)
    expect([ada.events().length, bo.events().length]).toEqual([1_001, 1])
    ada.say(renamed('m0'))
    await pass(0)
    expect(ada.events()).toHaveLength(1_002)
  })
})

describe('several that are published', () => {
  it('are decided and done in the order they came, while nothing else waits', async () => {
    const waitMs: Record<string, number> = { m1: 500, m2: 100, m3: 0 }
    const asked: string[] = []
    const hub = open(async (_identity, { payload }) => {
      const { name } = payload as { name: string }
      asked.push(name)
      await new Promise((resolve) => setTimeout(resolve, waitMs[name]))
      return true
    })
    const ada = await subscribed(hub)
    for (const id of ['m1', 'm2', 'm3']) ada.say(renamed(id))
    ada.say({ type: 'ping' })
    expect(ada.ofType('pong')).toHaveLength(1)
    await pass(499)
    expect(asked).toEqual(['m1'])
    await pass(200)
    expect(ada.events().map(({ payload }) => (payload as { name: string }).name)).toEqual(['m1', 'm2', 'm3'])
    expect(ada.ofType('published').map(({ ref }) => ref as string)).toEqual(['m1', 'm2', 'm3'])
  })

  it('of other sessions do not wait', async () => {
    const hub = open((identity) => (identity.subject === 'ada' ? new Promise(() => {}) : true))
    const ada = await subscribed(hub)
    const bo = await subscribed(hub, { events: ['*'] }, 'bo')
    ada.say(renamed('m1'))
    bo.say(renamed('m2', { stream: 'tenant:2' }))
    await pass(0)
    expect([ada.events().length, bo.events().length]).toEqual([0, 1])
  })

  it('are not begun once their session has ended', async () => {
    let decide = () => {}
    const authorize = vi.fn<AuthorizePublish>(() => new Promise((resolve) => (decide = () => resolve(true))))
    const hub = open(authorize)
    const ada = await subscribed(hub)
    for (const id of ['m1', 'm2']) ada.say(renamed(id))
    await pass(0)
    ada.session.end(4401, 'signed out')
    decide()
    await pass(0)
    expect(authorize).toHaveBeenCalledOnce()
    expect(ada.frames.filter(isAnswer)).toEqual([])
  })

  it('are decided for whoever holds the session then', async () => {
    const seen: (readonly string[])[] = []
    const hub = open(async ({ streams }) => {
      seen.push(streams)
      await new Promise((resolve) => setTimeout(resolve, 100))
      return true
    })
    const ada = await subscribed(hub)
    for (const id of ['m1', 'm2']) ada.say(renamed(id))
    await pass(0)
    ada.say({ type: 'auth', token: 'narrow' })
    await pass(200)
    expect(seen).toEqual([['user:ada', 'tenant:1', 'goal:*'], ['tenant:1']])
  })

  it('are too many where 2,000 wait', async () => {
    const ada = await subscribed(open(() => new Promise(() => {})))
    for (let number = 0; number < 2_000; number++) ada.say(renamed(`m${number}`))
    expect(ada.closed).toEqual([])
    ada.say(renamed('one more'))
    expect(ada.closed).toEqual([[4429, 'too much waits to be published']])
  })

  it('end with the session where an answer could not be sent: the client says them again in the next one', async () => {
    const told: string[] = []
    const closed: number[] = []
    const hub = open(undefined, { onError: ({ code }) => told.push(code) })
    const session = hub.connect(
      {
        send(text) {
          if (text.includes('"published"')) throw new Error('the socket is closing')
        },
        close: (code) => closed.push(code),
      },
      { livecache: true },
    )
    session.receive('{"type":"auth","token":"ada"}')
    await pass(0)
    for (const id of ['m1', 'm2']) session.receive(JSON.stringify(renamed(id)))
    await pass(0)
    expect([told, closed, hub.sessions]).toEqual([['handler-threw'], [1011], 0])
  })
})

describe('a plain client', () => {
  it('that publishes is answered too', async () => {
    const plain = openTo(open(), { livecache: false, token: 'ada' })
    await pass(0)
    plain.say(renamed('m1'))
    await pass(0)
    expect(plain.ofType('published')).toMatchObject([{ ref: 'm1' }])
  })
})
