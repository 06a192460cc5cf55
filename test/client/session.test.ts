import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { RealtimeError } from '../../src/base/errors.ts'
import { createScope } from '../../src/base/scope.ts'
import { createAcks } from '../../src/client/acks.ts'
import { createAnswers } from '../../src/client/answers.ts'
import type { Connection } from '../../src/client/connection.ts'
import type { ConnectionState } from '../../src/client/connection-machine.ts'
import { createOutbox } from '../../src/client/outbox.ts'
import { createPositions } from '../../src/client/positions.ts'
import { createSequencer } from '../../src/client/sequencer.ts'
import { createSession } from '../../src/client/session.ts'
import { createSubscriber } from '../../src/client/subscriber.ts'
import { createSubscriptions } from '../../src/client/subscriptions.ts'
import type { ClientFrame, ServerFrame, WelcomeFrame } from '../../src/protocol/frames.ts'
import { sampleEvent } from './sample-event.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const link = { name: 'connected', attempt: 0, transport: 'ws', connectionId: 'c1', since: 0, resumed: false } as const
const rest = { latencyMs: null, degraded: false } as const

/** A session of the real parts; only the connection is the test's. */
function setUp() {
  const scope = createScope(systemClock)
  const sent: ClientFrame[] = []
  const errors: RealtimeError[] = []
  const log: string[] = []
  const own = { state: { name: 'idle' } as ConnectionState, controls: [] as ServerFrame['type'][] }
  const send = (frame: ClientFrame) => void sent.push(frame)
  const connection = {
    get state() {
      return own.state
    },
    send,
    control: ({ type }: ServerFrame) => own.controls.includes(type),
    synced: () => log.push('synced'),
  } as Partial<Connection> as Connection
  const subscriptions = createSubscriptions({
    scope,
    releaseMs: 0,
    onJoin: (subscription) => subscriber.joined(subscription),
    onJoinAgain: () => {},
    onLeave(subscription) {
      session.left(subscription)
      subscriber.left(subscription)
    },
    onError: (error) => errors.push(error as RealtimeError),
  })
  const positions = createPositions()
  const sequencer = createSequencer({
    scope,
    now: systemClock.now,
    positions,
    holdMs: 10_000,
    maxHeld: 1_000,
    deliver: () => {},
    old: () => {},
    lost: ({ stream }) => log.push(`lost ${stream}`),
    settle: () => {},
  })
  const answers = createAnswers(scope, 10_000, (what) => log.push(`missed ${what}`))
  const subscriber = createSubscriber({
    state: () => own.state,
    send,
    current: () => subscriptions.current,
    knownTypes: ['goal.created'],
    lastEventId: () => positions.lastEventId,
    onAsked: ({ id }) => answers.expect(id, 'a subscription'),
    hearsOnlyAddress: () => false,
    onOutdated: () => {},
  })
  const acks = createAcks({ mode: 'auto', scope, now: systemClock.now, isHidden: () => false, gapMs: 0, send })
  const outbox = createOutbox({
    scope,
    maxQueued: 10,
    ttlMs: 60_000,
    answerLimitMs: 10_000,
    send,
    refusal: () => session.publishRefusal,
    onLate: () => {},
    onSettled: (id, code) => log.push(`${id} ${code ?? 'published'}`),
  })
  const session = createSession({
    connection,
    subscriptions,
    subscriber,
    positions,
    sequencer,
    acks,
    outbox,
    answers,
    signal: ({ streams, cause }) => log.push(`${cause}: ${streams === 'all' ? streams : streams.join()}`),
    revoke: ({ streams }) => log.push(`revoked: ${streams === 'all' ? streams : streams.join()}`),
    onError: (error) => errors.push(error),
  })
  const welcome = (capabilities: string[] = []): WelcomeFrame => ({
    type: 'welcome',
    connectionId: 'c1',
    protocol: 'realtime.v1',
    capabilities,
  })
  return {
    session,
    subscriptions,
    positions,
    sequencer,
    acks,
    outbox,
    sent,
    errors,
    own,
    scope,
    begin(...capabilities: string[]) {
      own.state = { ...link, ...rest, server: 'livecache' }
      session.begin(welcome(capabilities))
    },
    beginPlain() {
      own.state = { ...link, ...rest, server: 'plain' }
      session.begin(null)
    },
    end() {
      own.state = { name: 'connecting', attempt: 0, downSince: 0 }
      session.end()
    },
    publish: (id: string) => outbox.publish('goal.renamed', {}, { id }).catch(() => {}),
    /** What was said since the last time. */
    said: () => log.splice(0),
    types: () => sent.splice(0).map((frame) => ('id' in frame ? `${frame.type} ${frame.id}` : frame.type)),
    done: () => scope.dispose(),
  }
}

const at = (seq: number, epoch = 'e1') => ({ epoch, seq })

describe('a session on a livecache server', () => {
  it('says every subscription, then where to go on, and nothing more before that is answered', () => {
    const { session, subscriptions, positions, begin, publish, sent, types, said, done } = setUp()
    for (const events of [['a'], ['b']]) subscriptions.add({ events }, 'app', () => {})
    positions.set('s', at(3))
    positions.noteEvent('E3')
    void publish('m1')
    begin('publish')
    expect(sent.find(({ type }) => type === 'resume')).toEqual({
      type: 'resume',
      lastEventId: 'E3',
      streams: { s: at(3) },
    })
    expect(types()).toEqual(['subscribe s1', 'subscribe s2', 'resume'])
    for (const ref of ['s1', 's2']) session.receive({ type: 'subscribed', ref, streams: {} })
    session.receive({ type: 'resumed', streams: { s: { ...at(3), complete: true } } })
    expect(types()).toEqual(['publish m1'])
    expect(said()).toEqual(['synced'])
    done()
  })

  it('asks where to go on even where nothing was read yet', () => {
    const { begin, sent, done } = setUp()
    begin()
    expect(sent).toEqual([{ type: 'resume', streams: {} }])
    done()
  })

  it('misses what is not answered in time', () => {
    const { session, subscriptions, begin, said } = setUp()
    subscriptions.add({ events: ['a'] }, 'app', () => {})
    begin()
    vi.advanceTimersByTime(10_000)
    expect(said()).toEqual(['missed a subscription', 'missed the resume'])
    begin()
    session.receive({ type: 'subscribed', ref: 's1', streams: {} })
    session.receive({ type: 'resumed', streams: {} })
    vi.advanceTimersByTime(60_000)
    expect(said().filter((line) => line.startsWith('missed'))).toEqual([])
  })

  it('misses nothing on a link that is gone, neither answers nor events', () => {
    const { session, positions, begin, end, said } = setUp()
    positions.set('s', at(1))
    begin()
    session.receive({ type: 'ping', streams: { s: { prev: 3, seq: 8 } } })
    end()
    vi.advanceTimersByTime(60_000)
    expect(said()).toEqual([])
  })

  it('misses nothing on a link whose place another one took', () => {
    const { begin, beginPlain, said } = setUp()
    begin()
    beginPlain()
    vi.advanceTimersByTime(60_000)
    expect(said().filter((line) => line.startsWith('missed'))).toEqual([])
  })

  it('speaks as the server announced that it understands', () => {
    const { session, subscriptions, acks, begin, sent, done } = setUp()
    subscriptions.add({ events: ['goal.*'] }, 'app', () => {})
    begin()
    begin('patterns', 'ack-ids')
    expect(sent.filter(({ type }) => type === 'subscribe')).toEqual([
      { type: 'subscribe', id: 's1', events: ['goal.created'] },
      { type: 'subscribe', id: 's1', events: ['goal.*'] },
    ])
    for (const id of ['E1', 'E2']) acks.received(sampleEvent({ id }))
    acks.flush()
    expect(sent.at(-1)).toEqual({ type: 'ack', eventIds: ['E1', 'E2'] })
    expect(session.publishRefusal).not.toBeNull()
    done()
  })

  it('names the one stream a resume could not complete', () => {
    const { session, positions, begin, said, done } = setUp()
    positions.set('s', at(3))
    begin()
    session.receive({ type: 'resumed', streams: { s: { ...at(9), complete: false } } })
    expect(said()).toEqual(['lost: s', 'synced'])
    done()
  })

  it('has caught up once the resume is answered, on each link anew', () => {
    const { session, begin, end, done } = setUp()
    const resumed = () => session.receive({ type: 'resumed', streams: {} })
    const seen = [begin, resumed, begin, resumed, end].map((next) => {
      next()
      return session.isCaughtUp
    })
    expect(seen).toEqual([false, true, false, true, false])
    done()
  })

  it('names all the streams a resume could not complete, and those it says nothing of', () => {
    const { session, positions, begin, said, done } = setUp()
    for (const stream of ['s', 't', 'u']) positions.set(stream, at(3))
    begin()
    session.receive({
      type: 'resumed',
      streams: { s: { ...at(9), complete: false }, t: { ...at(3), complete: true } },
    })
    expect(said()).toEqual(['lost: s,u', 'synced'])
    done()
  })

  it('counts the links that began with a position', () => {
    const { session, positions, begin, end, done } = setUp()
    begin()
    end()
    expect(session.resumes).toBe(0)
    positions.set('s', at(1))
    begin()
    expect(session.resumes).toBe(1)
    done()
  })

  it('says that anything may have happened where it was up before and knows no position', () => {
    const { begin, end, said, done } = setUp()
    begin()
    expect(said()).toEqual([])
    end()
    begin()
    expect(said()).toEqual(['unconfirmed: all'])
    done()
  })

  it('says nothing of the kind to another user', () => {
    const { session, begin, end, said, done } = setUp()
    begin()
    end()
    session.forget()
    begin()
    expect(said()).toEqual([])
    done()
  })

  it('gives up positions that do not fit into a frame, and says which', () => {
    const { positions, begin, said, done } = setUp()
    const names = Array.from({ length: 1_000 }, (_, index) => `goal:${String(index).padStart(60, '0')}`)
    for (const stream of names) positions.set(stream, at(1))
    begin()
    const [line = ''] = said()
    expect(line).toMatch(/^lost: goal:/)
    expect(line).toContain(names[0])
    expect(line).not.toContain(names.at(-1))
    done()
  })

  it('lets go of what was held back on the link before, which comes again', () => {
    const { session, positions, begin, said, done } = setUp()
    positions.set('s', at(1))
    begin()
    session.receive({ type: 'ping', streams: { s: { prev: 3, seq: 8 } } })
    begin()
    session.receive({ type: 'resumed', streams: { s: { ...at(1), complete: true } } })
    said()
    vi.advanceTimersByTime(10_000)
    expect(said().filter((line) => line.startsWith('lost'))).toEqual([])
    done()
  })
})

describe('what the server answers', () => {
  it('makes the heads of new streams positions, and asks for a fetch of what they feed', () => {
    const { session, subscriptions, positions, begin, said, done } = setUp()
    subscriptions.add({ events: ['a'] }, 'app', () => {})
    begin()
    session.receive({ type: 'subscribed', ref: 's1', streams: { s: at(41) } })
    expect(positions.streams).toEqual({ s: at(41) })
    session.receive({ type: 'subscribed', ref: 's1', streams: { s: at(50) } })
    expect(said()).toEqual(['joined: s'])
    session.receive({ type: 'subscribed', streams: { s: at(50), t: at(2) } })
    session.receive({ type: 'subscribed', streams: {} })
    expect(said()).toEqual(['joined: t'])
    done()
  })

  it('leaves it to the first event of a stream where that begins, on a server that tells no heads', () => {
    const { session, sequencer, begin, done } = setUp()
    begin()
    expect(sequencer.knowsHeads).toBe(true)
    session.receive({ type: 'subscribed', ref: 's1', streams: {} })
    expect(sequencer.knowsHeads).toBe(true)
    session.receive({ type: 'subscribed', ref: 's1' })
    expect(sequencer.knowsHeads).toBe(false)
    begin()
    expect(sequencer.knowsHeads).toBe(true)
    done()
  })

  it('is known for each subscription', () => {
    const { session, subscriptions, begin, errors, done } = setUp()
    for (const events of [['a'], ['b'], ['c']]) subscriptions.add({ events }, 'app', () => {})
    begin()
    session.receive({ type: 'subscribed', ref: 's1' })
    session.receive({ type: 'error', code: 'UNKNOWN_TOPIC', message: 'no such stream', ref: 's2' })
    expect(subscriptions.current.map(session.statusOf)).toEqual([
      { status: 'subscribed' },
      { status: 'refused', reason: 'no such stream' },
      { status: 'pending' },
    ])
    expect(errors.map(({ code }) => code)).toEqual(['refused'])
    expect(errors[0]?.message).toContain('the subscription to b: no such stream (UNKNOWN_TOPIC)')
    // Each link has its own answers.
    begin()
    expect(subscriptions.current.map((each) => session.statusOf(each).status)).toEqual([
      'pending',
      'pending',
      'pending',
    ])
    done()
  })

  it('a refusal is an answer too', () => {
    const { session, subscriptions, begin, said, done } = setUp()
    subscriptions.add({ events: ['a'] }, 'app', () => {})
    begin()
    session.receive({ type: 'error', code: 'FORBIDDEN', ref: 's1' })
    session.receive({ type: 'resumed', streams: {} })
    vi.advanceTimersByTime(60_000)
    expect(said()).toEqual(['synced'])
    done()
  })

  it('is waited for by nobody once everybody has left', () => {
    const { session, subscriptions, begin, said, done } = setUp()
    begin()
    session.receive({ type: 'resumed', streams: {} })
    said()
    const leave = subscriptions.add({ events: ['a'] }, 'app', () => {})
    leave()
    vi.advanceTimersByTime(60_000)
    expect(said()).toEqual([])
    done()
  })

  it('of a subscription that was left says nothing of another one', () => {
    const { session, subscriptions, begin, done } = setUp()
    begin()
    const leave = subscriptions.add({ events: ['a'] }, 'app', () => {})
    const [subscription] = subscriptions.current
    session.receive({ type: 'subscribed', ref: 's1' })
    expect(session.statusOf(subscription!)).toEqual({ status: 'subscribed' })
    leave()
    vi.advanceTimersByTime(0)
    expect(session.statusOf(subscription!)).toEqual({ status: 'pending' })
    done()
  })

  it('of faults that concern nothing it knows are reported, and end nothing', () => {
    const { session, begin, errors, done } = setUp()
    begin()
    session.receive({ type: 'error', code: 'INVALID', message: '"events" must be an array' })
    session.receive({ type: 'error', code: 'INTERNAL', ref: 's99' })
    expect(errors.map(({ code }) => code)).toEqual(['refused', 'refused'])
    expect(errors[0]?.message).toContain('"events" must be an array (INVALID)')
    expect(errors[1]?.message).toContain('INTERNAL (INTERNAL)')
    done()
  })

  it('moves positions past what filters kept out', () => {
    const { session, positions, begin, done } = setUp()
    positions.set('s', at(3))
    begin()
    session.receive({ type: 'ping', streams: { s: { prev: 3, seq: 8 } } })
    session.receive({ type: 'ping' })
    expect(positions.get('s')).toEqual(at(8))
    done()
  })

  it('asks for a fetch, of some streams or of all', () => {
    const { session, begin, said, done } = setUp()
    begin()
    session.receive({ type: 'resync', streams: ['s'] })
    session.receive({ type: 'resync' })
    expect(said()).toEqual(['requested: s', 'requested: all'])
    done()
  })

  it('forgets streams that may no longer be read', () => {
    const { session, positions, begin, done } = setUp()
    for (const stream of ['s', 't']) positions.set(stream, at(3))
    begin()
    session.receive({ type: 'revoked', streams: ['s', 'never heard of'] })
    expect(positions.streams).toEqual({ t: at(3) })
    done()
  })

  it('about the link itself is left to the connection', () => {
    const { session, own, begin, errors, said, done } = setUp()
    begin()
    own.controls = ['resync', 'error']
    session.receive({ type: 'resync' })
    session.receive({ type: 'error', code: 'UNAUTHORIZED' })
    expect(said()).toEqual([])
    expect(errors).toEqual([])
    done()
  })
})

describe('an answer that went astray', () => {
  function resumedBeforeSubscribed() {
    const made = setUp()
    made.positions.set('s', at(3))
    made.subscriptions.add({ events: ['a'] }, 'app', () => {})
    made.begin()
    made.session.receive({ type: 'resumed', streams: { s: { ...at(9), complete: true } } })
    made.said()
    return made
  }

  it('to a subscription may have cost its events, which is said when it comes after the resume', () => {
    const { session, said, done } = resumedBeforeSubscribed()
    session.receive({ type: 'subscribed', ref: 's1', streams: {} })
    expect(said()).toEqual(['unconfirmed: all', 'synced'])
    done()
  })

  it('and never came is said on the next link', () => {
    const { session, begin, said, done } = resumedBeforeSubscribed()
    begin()
    session.receive({ type: 'subscribed', ref: 's1', streams: {} })
    session.receive({ type: 'resumed', streams: { s: { ...at(9), complete: true } } })
    expect(said()).toEqual(['unconfirmed: all', 'synced'])
    begin()
    session.receive({ type: 'subscribed', ref: 's1', streams: {} })
    session.receive({ type: 'resumed', streams: { s: { ...at(9), complete: true } } })
    expect(said()).toEqual(['synced'])
    done()
  })

  it('is nobody’s loss once its subscription was left, or somebody else is signed in', () => {
    for (const part of ['left', 'forget'] as const) {
      const { session, subscriptions, begin, said, done } = resumedBeforeSubscribed()
      session[part](subscriptions.current[0]!)
      begin()
      session.receive({ type: 'subscribed', ref: 's1', streams: {} })
      session.receive({ type: 'resumed', streams: { s: { ...at(9), complete: true } } })
      expect(said().filter((line) => line === 'unconfirmed: all')).toEqual([])
      done()
    }
  })
})

describe('a cache that begins to listen', () => {
  it('is told to fetch when the server says that the subscription is in effect', () => {
    const { session, subscriptions, begin, said, done } = setUp()
    begin()
    session.receive({ type: 'resumed', streams: {} })
    said()
    subscriptions.add({ events: ['a'] }, 'cache', () => {})
    session.cacheJoins(subscriptions.current[0]!, true)
    expect(said()).toEqual([])
    session.receive({ type: 'subscribed', ref: 's1', streams: { s: at(4) } })
    session.receive({ type: 'subscribed', ref: 's1', streams: {} })
    expect(said()).toEqual(['joined: all'])
    done()
  })

  it('is told at once where that was in effect already, or on a plain server, which never says', () => {
    const livecache = setUp()
    livecache.begin()
    livecache.subscriptions.add({ events: ['a'] }, 'cache', () => {})
    livecache.session.cacheJoins(livecache.subscriptions.current[0]!, false)
    expect(livecache.said()).toEqual(['joined: all'])
    livecache.done()
    const plain = setUp()
    plain.beginPlain()
    plain.said()
    plain.subscriptions.add({ events: ['a'] }, 'cache', () => {})
    plain.session.cacheJoins(plain.subscriptions.current[0]!, true)
    expect(plain.said()).toEqual(['joined: all'])
    plain.done()
  })

  it('before the link is up is told with the first one, where positions others moved would say nothing', () => {
    const { session, subscriptions, positions, begin, said, done } = setUp()
    positions.set('s', at(3))
    subscriptions.add({ events: ['a'] }, 'cache', () => {})
    session.cacheJoins(subscriptions.current[0]!, true)
    begin()
    session.receive({ type: 'subscribed', ref: 's1', streams: { s: at(9) } })
    expect(said()).toEqual(['joined: all'])
    done()
  })

  it('and is refused, or leaves again, is told nothing', () => {
    for (const part of ['refused', 'left']) {
      const { session, subscriptions, begin, said, done } = setUp()
      begin()
      subscriptions.add({ events: ['a'] }, 'cache', () => {})
      const [subscription] = subscriptions.current
      session.cacheJoins(subscription!, true)
      if (part === 'left') session.left(subscription!)
      else session.receive({ type: 'error', code: 'FORBIDDEN', ref: 's1' })
      session.receive({ type: 'subscribed', ref: 's1', streams: {} })
      expect(said()).toEqual([])
      done()
    }
  })
})

describe('a session on a plain server', () => {
  it('says its wishes, takes them for granted, and has the cache fetch', () => {
    const { session, subscriptions, sequencer, beginPlain, sent, said, done } = setUp()
    subscriptions.add({ events: ['a'] }, 'app', () => {})
    beginPlain()
    expect(sent).toEqual([{ type: 'subscribe', events: ['a'] }])
    expect(subscriptions.current.map(session.statusOf)).toEqual([{ status: 'subscribed' }])
    expect(sequencer.knowsHeads).toBe(false)
    expect(session.publishRefusal).toMatchObject({ code: 'publish-unsupported' })
    expect(said()).toEqual(['joined: all', 'synced'])
    vi.advanceTimersByTime(60_000)
    expect(said()).toEqual([])
    done()
  })

  it('cannot tell after a reconnect whether something was missed', () => {
    const { beginPlain, end, said, done } = setUp()
    beginPlain()
    said()
    end()
    beginPlain()
    expect(said()).toEqual(['unconfirmed: all', 'synced'])
    done()
  })
})

describe('publishing', () => {
  it('is possible as long as the server is not known, and refused where it takes none', async () => {
    const { session, begin, publish, said, done } = setUp()
    expect(session.publishRefusal).toBeNull()
    void publish('m1')
    begin('patterns')
    await vi.advanceTimersByTimeAsync(0)
    expect(said()).toEqual(['m1 publish-unsupported'])
    expect(session.publishRefusal).toMatchObject({ code: 'publish-unsupported' })
    done()
  })

  it('is answered, or refused under its own id', async () => {
    const { session, begin, publish, said, errors, done } = setUp()
    begin('publish')
    expect(session.publishRefusal).toBeNull()
    session.receive({ type: 'resumed', streams: {} })
    said()
    for (const id of ['m1', 'm2']) void publish(id)
    session.receive({ type: 'published', ref: 'm1', eventId: 'E1' })
    session.receive({ type: 'error', code: 'FORBIDDEN', ref: 'm2' })
    await vi.advanceTimersByTimeAsync(0)
    expect(said()).toEqual(['m1 published', 'm2 publish-refused'])
    expect(errors).toEqual([])
    done()
  })

  it('waits for the next resume once the link is gone', () => {
    const { session, begin, end, publish, types, done } = setUp()
    begin('publish')
    session.receive({ type: 'resumed', streams: {} })
    end()
    void publish('m1')
    begin('publish')
    expect(types()).toEqual(['resume', 'resume'])
    session.receive({ type: 'resumed', streams: {} })
    expect(types()).toEqual(['publish m1'])
    // The same where another link took the place of this one.
    begin('publish')
    void publish('m2')
    expect(types()).toEqual(['resume'])
    done()
  })
})
