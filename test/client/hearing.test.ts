// Whether a badge may say "live": never while it is not so, and everybody who asks is told when to ask again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClientOptions, createClient } from '../../src/client/index.ts'
import { begin, end, eventOf, pass, setUp as setUpClient } from './fixture.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(begin)
afterEach(end)

const at = (seq: number) => ({ epoch: 'e1', seq })
const spec = { events: ['goal.*'] }

/** A client whose cache listens to goals; the one subscription is s2, that to all events (s1) is a handler's. */
function setUp(options: Partial<ClientOptions> = {}, streams?: string[]) {
  const all = setUpClient(options)
  const { client, transport } = all
  const leave = client.subscribe({ ...spec, ...(streams && { streams }) }, () => {}, 'cache')
  let calls = 0
  client.onState(() => calls++)
  /** How often listeners were told since the last time. */
  const told = () => {
    const count = calls
    calls = 0
    return count
  }
  const say = (...frames: unknown[]) => {
    for (const frame of frames) transport.last.say(frame)
  }
  const answer = (heads: object = {}) =>
    say({ type: 'subscribed', ref: 's1', streams: heads }, { type: 'subscribed', ref: 's2', streams: heads })
  const resumed = () => say({ type: 'resumed', streams: {} })
  return { ...all, leave, told, say, answer, resumed }
}

/** The same, live on stream t. */
async function setUpLive(options: Partial<ClientOptions> = {}, streams?: string[]) {
  const all = setUp(options, streams)
  await pass(0)
  all.transport.last.welcome({ heartbeatMs: 30_000 })
  all.answer({ t: at(3), 'goal:1': at(1) })
  all.resumed()
  all.told()
  return all
}

describe('streams are heard', () => {
  it('once the link is up, the subscription answered and the resume as well, which each is told with the same state', async () => {
    const { client, transport, told, answer, resumed } = setUp()
    const heard = () => client.hears(['t'])
    await pass(0)
    expect(heard()).toBe(false)
    transport.last.welcome()
    const state = client.getState()
    told()
    expect(heard()).toBe(false)
    answer({ t: at(3) })
    expect({ heard: heard(), told: told() }).toEqual({ heard: false, told: 2 })
    resumed()
    expect({ heard: heard(), told: told() }).toEqual({ heard: true, told: 1 })
    expect(client.getState()).toBe(state)
  })

  it('where each of them is positioned; the first event of a stream positions it, and no later one is told', async () => {
    const { client, told, say } = await setUpLive()
    expect(client.hears(['t', 'user:7'])).toBe(false)
    say(eventOf('user:7', 1))
    expect({ heard: client.hears(['t', 'user:7']), told: told() }).toEqual({ heard: true, told: 1 })
    for (let seq = 2; seq < 10; seq++) say(eventOf('user:7', seq), { type: 'ping' })
    await pass(100)
    expect(told()).toBe(0)
  })

  it('by a pattern, where one that it takes is positioned', async () => {
    const { client } = await setUpLive()
    expect([client.hears(['goal:*']), client.hears(['user:*'])]).toEqual([true, false])
  })

  it('by what the cache listens to: a handler feeds no query', async () => {
    const { client, leave, told } = await setUpLive()
    leave()
    expect({ heard: client.hears(['t']), any: client.hears([]), told: told() }).toEqual({
      heard: false,
      any: false,
      told: 1,
    })
  })

  it('each by a subscription that concerns it', async () => {
    const { client } = await setUpLive({}, ['goal:*', 'user:7'])
    const heard = (...streams: string[]) => client.hears(streams)
    expect([heard('goal:1'), heard('*'), heard('t'), heard('goal:1', 't')]).toEqual([true, true, false, false])
  })

  it('as long as every subscription that concerns them is in effect', async () => {
    const { client, told, say } = await setUpLive()
    client.subscribe({ events: ['issue.*'], streams: ['t'] }, () => {}, 'cache')
    expect({ heard: client.hears(['t']), told: told() }).toEqual({ heard: false, told: 1 })
    expect(client.hears(['goal:1'])).toBe(true)
    say({ type: 'subscribed', ref: 's3', streams: {} })
    expect({ heard: client.hears(['t']), told: told() }).toEqual({ heard: true, told: 1 })
    say({ type: 'error', code: 'UNKNOWN_TOPIC', ref: 's3' })
    expect({ heard: client.hears(['t']), told: told() }).toEqual({ heard: false, told: 1 })
  })

  it('whichever the session may read, where none is named and no position asked for', async () => {
    const { client, transport, answer, resumed } = setUp()
    await pass(0)
    transport.last.welcome()
    answer()
    expect(client.hears([])).toBe(false)
    resumed()
    expect([client.hears([]), client.hears(['t'])]).toEqual([true, false])
  })
})

describe('streams are not heard any more', () => {
  it('once they were withdrawn', async () => {
    const { client, told, say } = await setUpLive()
    const atSignal: boolean[] = []
    client.onRevoked(({ streams }) => atSignal.push(client.hears(streams === 'all' ? [] : streams)))
    say({ type: 'revoked', streams: ['t'] })
    expect({ heard: client.hears(['t']), other: client.hears(['goal:1']), told: told() }).toEqual({
      heard: false,
      other: true,
      told: 1,
    })
    expect(atSignal).toEqual([false])
  })

  it('once they were withdrawn, also where another one began in the same message', async () => {
    const { client, told, transport } = await setUpLive()
    transport.last.say([{ type: 'revoked', streams: ['t'] }, eventOf('user:7', 1)])
    expect([client.hears(['t']), client.hears(['user:7']), told()]).toEqual([false, true, 1])
  })

  it('after a sleep, before any timer ran and whatever the state still says; a sign of life ends that', async () => {
    const { client, clock, told, say } = await setUpLive()
    clock.skewMs = 39_999
    expect(client.hears(['t'])).toBe(true)
    clock.skewMs = 40_000
    expect(client.hears(['t'])).toBe(false)
    expect(client.getState().name).toBe('connected')
    say({ type: 'ping' })
    expect({ heard: client.hears(['t']), told: told() }).toEqual({ heard: true, told: 1 })
  })

  it('as is told by the timer that comes late after a sleep, too', async () => {
    const { client, clock, told } = await setUpLive()
    clock.skewMs = 600_000
    await pass(40_000)
    expect({ heard: client.hears(['t']), told: told(), name: client.getState().name }).toEqual({
      heard: false,
      told: 1,
      name: 'connected',
    })
  })

  it('between two links, even by who asks in the moment the next one is up, until what was missed has come', async () => {
    const { client, transport, answer, say } = await setUpLive()
    transport.last.close(1006)
    expect(client.hears(['t'])).toBe(false)
    const answers: boolean[] = []
    client.onState(() => answers.push(client.hears(['t'])))
    await pass(1_000)
    transport.last.welcome()
    answer({ t: at(4) })
    say({ ...eventOf('t', 4), replayed: true })
    expect(new Set(answers)).toEqual(new Set([false]))
    say({ type: 'resumed', streams: { t: { ...at(4), complete: true }, 'goal:1': { ...at(1), complete: true } } })
    expect(answers.at(-1)).toBe(true)
  })

  it('by another user, and by a client that was disposed, which tells nobody', async () => {
    const { client, leave, told } = await setUpLive()
    client.configure({ identity: 'b' })
    expect(client.hears(['t'])).toBe(false)
    client.dispose()
    told()
    leave()
    expect({ heard: client.hears(['t']), told: told() }).toEqual({ heard: false, told: 0 })
  })
})

describe('a server that sends no signs of life', () => {
  it('needs none: being connected suffices', async () => {
    const { client, transport, clock, answer, resumed } = setUp()
    await pass(0)
    transport.last.welcome()
    answer({ t: at(3) })
    resumed()
    clock.skewMs = 3_600_000
    expect(client.hears(['t'])).toBe(true)
  })
})

describe('a plain server', () => {
  it('is taken at its word, as it answers nothing and knows no positions', async () => {
    const { client, transport } = setUp({ server: 'plain' })
    const answers: boolean[] = []
    client.onState(() => answers.push(client.hears(['t']) && client.hears([])))
    transport.last.open(null)
    expect(answers.at(-1)).toBe(true)
  })

  it('that hears nothing but the address is not heard of what that does not say yet', async () => {
    const transport = Object.assign(scriptedTransport(), { oneWay: true })
    const client = createClient({ transports: [transport], server: 'plain', storage: null })
    client.subscribe({ events: ['goal.created'] }, () => {}, 'cache')
    client.hold()
    transport.last.open(null)
    expect(client.hears(['t'])).toBe(true)
    client.subscribe({ events: ['issue.created'] }, () => {}, 'cache')
    expect(client.hears(['t'])).toBe(false)
    await pass(1_500)
    transport.last.open(null)
    expect({ heard: client.hears(['t']), dials: transport.dials.length }).toEqual({ heard: true, dials: 2 })
    client.dispose()
  })
})

describe('the position of a stream', () => {
  it('is how far it was read, also by what still waits for its flush, and unknown of one never heard of', async () => {
    const { client, say } = await setUpLive()
    expect([client.positionOf('t'), client.positionOf('constructor')]).toEqual([at(3), undefined])
    say(eventOf('t', 4), eventOf('t', 5))
    expect(client.positionOf('t')).toEqual(at(5))
    client.configure({ identity: 'b' })
    expect(client.positionOf('t')).toBeUndefined()
  })
})
