// What a user may no longer read is said once, after all that came before it, and only to that user.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClientOptions, Revoked } from '../../src/client/index.ts'
import { begin, end, eventOf, pass, setUpLive } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const at = (seq: number) => ({ epoch: 'e1', seq })

/** A client that reads t and u, and all it says of revocations. */
async function setUp(options: Partial<ClientOptions> = {}) {
  const all = await setUpLive(options, { heads: { t: at(0), u: at(0) } })
  const revoked: Revoked[] = []
  all.client.onRevoked((each) => revoked.push(each))
  const say = (...frames: unknown[]) => {
    for (const frame of frames) all.transport.last.say(frame)
  }
  /** Subscribes to one stream, or to any. @returns the id of the subscription */
  const listenTo = (streams?: string[]) => {
    const leave = all.client.on('goal.secret', () => {}, streams && { streams })
    const asked = all.transport.last.sent.at(-1)
    const id = asked?.type === 'subscribe' ? asked.id : undefined
    return { id, leave, streams }
  }
  const grant = (streams?: string[]) => {
    const granted = listenTo(streams)
    say({ type: 'subscribed', ref: granted.id, streams: {} })
    return granted
  }
  const forbid = (ref: string | undefined, code = 'FORBIDDEN') => say({ type: 'error', code, ref })
  /** Another link, on which nothing is answered yet. */
  const comeBack = async () => {
    all.transport.last.close(1006)
    await pass(4_000)
    all.transport.last.welcome()
  }
  return { ...all, revoked, say, listenTo, grant, forbid, comeBack }
}

describe('streams the server withdraws', () => {
  it('are named to the app, and forgotten', async () => {
    const { client, say, revoked, diagnostics } = await setUp()
    say({ type: 'revoked', streams: ['t', 'never heard of'] })
    expect(revoked).toEqual([{ streams: ['t', 'never heard of'] }])
    expect(client.inspect().positions).toEqual({ u: at(0) })
    expect(diagnostics.at(-1)).toMatchObject({ type: 'revoked', level: 'info', streams: ['t', 'never heard of'] })
  })

  it('are named behind the events that came before, also those that wait for their flush', async () => {
    const { client, say } = await setUp()
    const order: unknown[] = []
    client.on('*', ({ seq }) => order.push(seq))
    client.onRevoked(() => order.push('revoked'))
    say(eventOf('t', 1), eventOf('t', 2), eventOf('u', 1), { type: 'revoked', streams: ['t'] })
    expect(order).toEqual([1, 2, 1, 'revoked'])
  })

  it('are named behind the flush in the middle of which the word came, and what that brought along', async () => {
    const { client, say } = await setUp()
    const order: unknown[] = []
    client.onFlush(([first]) => {
      if (first?.seq === 1) say(eventOf('t', 2), { type: 'revoked', streams: ['t'] })
    })
    client.on('*', ({ seq }) => order.push(seq))
    client.onRevoked(() => order.push('revoked'))
    say(eventOf('t', 1))
    expect(order).toEqual([1, 2, 'revoked'])
  })

  it('bring nothing more of what was held back for others before it', async () => {
    const { say, ids, resyncs } = await setUp()
    say(eventOf('t', 2), { type: 'revoked', streams: ['t'] })
    await pass(20_000)
    expect({ ids: ids(), resyncs }).toEqual({ ids: [], resyncs: [] })
  })

  it('may be none, which is no word at all', async () => {
    const { say, revoked } = await setUp()
    say({ type: 'revoked', streams: [] })
    expect(revoked).toEqual([])
  })
})

describe('a subscription that was in effect and is forbidden', () => {
  it('takes its streams along; where it names none, nobody knows which', async () => {
    const { grant, forbid, revoked, errors, diagnostics } = await setUp()
    forbid(grant(['t', 'goal:*']).id)
    forbid(grant().id)
    expect(revoked).toEqual([{ streams: ['t', 'goal:*'] }, { streams: 'all' }])
    expect(errors.map(({ code }) => code)).toEqual(['refused', 'refused'])
    expect(diagnostics.filter(({ type }) => type === 'revoked')).toHaveLength(2)
  })

  it('is one on the next link as well, however many links it was not answered on', async () => {
    const { grant, forbid, comeBack, revoked } = await setUp()
    const { id } = grant(['t'])
    await comeBack()
    await comeBack()
    forbid(id)
    expect(revoked).toEqual([{ streams: ['t'] }])
  })

  it('is withdrawn once', async () => {
    const { grant, forbid, comeBack, revoked } = await setUp()
    const { id } = grant(['t'])
    forbid(id)
    await comeBack()
    forbid(id)
    expect(revoked).toHaveLength(1)
  })

  it('is named behind the events that came before', async () => {
    const { client, grant, forbid, say } = await setUp()
    const { id } = grant(['t'])
    const order: unknown[] = []
    client.on('*', ({ seq }) => order.push(seq))
    client.onRevoked(() => order.push('revoked'))
    say(eventOf('t', 1), eventOf('t', 2))
    forbid(id)
    expect(order).toEqual([1, 2, 'revoked'])
  })

  it('brings nothing more of what was held back, though another one reads the same', async () => {
    const { grant, forbid, say, ids } = await setUp()
    const { id } = grant(['t'])
    say(eventOf('t', 2), eventOf('u', 2))
    forbid(id)
    await pass(20_000)
    expect(ids()).toEqual(['u/2'])
  })

  it('leaves the places of streams that another one reads', async () => {
    const { client, say, forbid, grant } = await setUp()
    const t = grant(['t'])
    const goals = grant(['goal:*'])
    say({ type: 'subscribed', ref: goals.id, streams: { 'goal:1': at(4) } })
    // The one to everything, which reads all three.
    forbid('s1', 'UNKNOWN_TOPIC')
    forbid(t.id)
    expect(client.inspect().positions).toEqual({ u: at(0), 'goal:1': at(4) })
    forbid(goals.id)
    expect(client.inspect().positions).toEqual({ u: at(0) })
  })

  it('is missed by nobody, where the answer to the resume says nothing of its streams', async () => {
    const { say, comeBack, forbid, resyncs } = await setUp()
    await comeBack()
    forbid('s1')
    say({ type: 'resumed', streams: {} })
    expect(resyncs).toEqual([])
  })
})

describe('nothing was taken away', () => {
  it('where a subscription was never in effect', async () => {
    const { listenTo, forbid, comeBack, revoked } = await setUp()
    const { id } = listenTo(['t'])
    forbid(id)
    await comeBack()
    forbid(id)
    expect(revoked).toEqual([])
  })

  it('where the server says something else than that it is forbidden', async () => {
    const { grant, forbid, revoked } = await setUp()
    forbid(grant(['t']).id, 'UNKNOWN_TOPIC')
    expect(revoked).toEqual([])
  })

  it('from another user than the one who had it', async () => {
    const { client, transport, grant, forbid, revoked } = await setUp()
    const { id } = grant(['t'])
    client.configure({ identity: 'b' })
    await pass(0)
    transport.last.welcome()
    forbid(id)
    expect(revoked).toEqual([])
  })

  it('from a subscription that everybody has left', async () => {
    const { grant, forbid, revoked } = await setUp()
    const { id, leave } = grant(['t'])
    leave()
    await pass(1_000)
    forbid(id)
    expect(revoked).toEqual([])
  })
})

describe('who hears of it', () => {
  const frame = { type: 'revoked', streams: ['t'] }

  it('is everybody, though one throws', async () => {
    const { client, say, revoked, errors } = await setUp()
    client.onRevoked(() => {
      throw new Error('boom')
    })
    const later: Revoked[] = []
    const leave = client.onRevoked((each) => later.push(each))
    say(frame)
    leave()
    say(frame)
    expect([revoked.length, later.length]).toEqual([2, 1])
    expect(errors[0]).toMatchObject({ message: expect.stringContaining('A listener to revocations threw') })
  })

  it('is nobody once another user is signed in, as by one that hears of it or of an event before it', async () => {
    for (const by of ['revoked', 'event'] as const) {
      const { client, say } = await setUp()
      const heard: string[] = []
      const signIn = () => client.configure({ identity: 'b' })
      if (by === 'event') client.on('*', ({ seq }) => seq === 2 && signIn())
      else client.onRevoked(signIn)
      client.onRevoked(() => heard.push(by))
      say(eventOf('t', 1), eventOf('t', 2), frame)
      expect(heard).toEqual([])
    }
  })
})
