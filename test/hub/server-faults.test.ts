// Faults at the server's end, in fake time: what a socket is given, and what a real client makes of it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createClient } from '../../src/client/index.ts'
import { inMemoryTransport } from '../../src/hub/index.ts'
import { createServerFaults, type ServerFaults } from '../../src/hub/server-faults.ts'
import { newHub, pass } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const event = (name: string) => JSON.stringify({ type: name, eventId: name })
const ping = JSON.stringify({ type: 'ping' })

/** A socket that notes what it is given: the types of frames, and how it was closed. */
function socketBehind(faults: ServerFaults) {
  const given: string[] = []
  const sink = faults.wrap({
    send: (text) => void given.push((JSON.parse(text) as { type: string }).type),
    close: (code, reason) => void given.push(`closed ${code} ${reason}`),
  })
  const say = (...names: string[]) => names.forEach((name) => sink.send(name === 'ping' ? ping : event(name)))
  return { given, sink, say }
}

const newFaults = () => createServerFaults({ clock: systemClock })

describe('faults at the server', () => {
  it('leave everything as it is until they are asked for', () => {
    const { given, sink, say } = socketBehind(newFaults())
    say('a', 'ping', 'b')
    sink.close(1012, 'going')
    expect(given).toEqual(['a', 'ping', 'b', 'closed 1012 going'])
  })

  it('lose the next events of each link, and no other frames', () => {
    const faults = newFaults()
    const [one, two] = [socketBehind(faults), socketBehind(faults)]
    faults.lose(2)
    one.say('a', 'ping', 'b', 'c')
    two.say('a')
    expect(faults.pending.losing).toBe(1)
    two.say('b', 'c')
    expect([one.given, two.given]).toEqual([['ping', 'c'], ['c']])
    expect(faults.pending.losing).toBe(0)
  })

  it('concern the links there are, and none that come later', () => {
    const faults = newFaults()
    faults.lose(1)
    faults.duplicate(1)
    const { given, say } = socketBehind(faults)
    say('a')
    expect(given).toEqual(['a'])
  })

  it('lose and double control frames where they are asked to', () => {
    const faults = newFaults()
    const { given, say } = socketBehind(faults)
    faults.lose(1, 'all')
    say('ping', 'a')
    faults.duplicate(2, 'all')
    say('ping', 'b', 'c')
    expect(given).toEqual(['a', 'ping', 'ping', 'b', 'b', 'c'])
  })

  it('double the next events', () => {
    const faults = newFaults()
    const { given, say } = socketBehind(faults)
    faults.duplicate(2)
    say('a', 'ping', 'b', 'c')
    expect(given).toEqual(['a', 'a', 'ping', 'b', 'b', 'c'])
  })

  it('turn the next events round, once all of them are there', () => {
    const faults = newFaults()
    const { given, say } = socketBehind(faults)
    faults.reorder(3)
    say('a', 'ping', 'b')
    expect(given).toEqual(['ping'])
    expect(faults.pending.reordering).toBe(1)
    say('c', 'd')
    expect(given).toEqual(['ping', 'c', 'b', 'a', 'd'])
  })

  it('let an event go that nothing overtakes within five seconds', async () => {
    const faults = newFaults()
    const { given, say } = socketBehind(faults)
    faults.reorder(2)
    say('a')
    await pass(4_999)
    expect(given).toEqual([])
    await pass(1)
    say('b')
    expect(given).toEqual(['a', 'b'])
  })

  it('see each event of a pack', () => {
    const faults = newFaults()
    const { given, sink } = socketBehind(faults)
    faults.lose(1)
    sink.send(`[${event('a')},${event('b')},${event('c')}]`)
    expect(given).toEqual(['b', 'c'])
  })

  it('leave to a socket what it can do: pack events, ping, tell what waits', () => {
    const faults = newFaults()
    const given: string[] = []
    const note = (how: string) => (text: string) =>
      void given.push(`${how} ${(JSON.parse(text) as { type: string }).type}`)
    const sink = faults.wrap({
      send: note('sent'),
      sendEvent: note('packed'),
      close() {},
      buffered: () => 7,
      ping: () => void given.push('pinged'),
    })
    sink.sendEvent?.(event('a'))
    faults.duplicate(1)
    sink.sendEvent?.(event('b'))
    sink.send(ping)
    sink.ping?.()
    faults.mute(1_000)
    sink.ping?.()
    faults.mute(0)
    expect(given).toEqual(['packed a', 'packed b', 'packed b', 'sent ping', 'pinged'])
    expect(sink.buffered?.()).toBe(7)
    expect('sendEvent' in socketBehind(faults).sink).toBe(false)
  })

  it('mute every link, new ones too: what is said meanwhile is lost, and an end is told afterwards', async () => {
    const faults = newFaults()
    const old = socketBehind(faults)
    faults.mute(10_000)
    const young = socketBehind(faults)
    old.say('a', 'ping')
    young.sink.close(4408, 'too late')
    await pass(9_999)
    old.say('b')
    expect([old.given, young.given, faults.pending.mutedForMs]).toEqual([[], [], 1])
    await pass(1)
    old.say('c')
    expect([old.given, young.given, faults.pending.mutedForMs]).toEqual([['c'], ['closed 4408 too late'], 0])
  })

  it('keep only the last word on how long they mute', async () => {
    const faults = newFaults()
    const { given, say } = socketBehind(faults)
    faults.mute(1_000)
    faults.mute(5_000)
    await pass(2_000)
    say('a')
    faults.mute(0)
    say('b')
    expect(given).toEqual(['b'])
  })

  it('end every link once, behind what was kept back', () => {
    const faults = newFaults()
    const { given, sink, say } = socketBehind(faults)
    faults.reorder(2)
    say('a')
    faults.end(4401, 'the token expired')
    sink.close(1012, 'going')
    say('b')
    expect(given).toEqual(['a', 'closed 4401 the token expired'])
  })

  it('are taken back: nothing more is lost, and what was kept back arrives', () => {
    const faults = newFaults()
    const { given, say } = socketBehind(faults)
    faults.duplicate(5)
    faults.reorder(5)
    say('a')
    faults.mute(60_000)
    faults.clear()
    say('b')
    expect(given).toEqual(['a', 'a', 'b'])
    expect(faults.pending).toEqual({ mutedForMs: 0, losing: 0, duplicating: 0, reordering: 0 })
  })

  it('leave no timer behind', () => {
    const faults = newFaults()
    const { say } = socketBehind(faults)
    faults.reorder(2)
    say('a')
    faults.mute(60_000)
    faults.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a client behind faults of the server', () => {
  /** A client that hears a hub through them, and what it heard. */
  async function join() {
    const faults = newFaults()
    const hub = newHub()
    const transport = inMemoryTransport({
      ...hub,
      connect: (sink, request) => hub.connect(faults.wrap(sink), request),
    })
    const reasons: string[] = []
    const client = createClient({
      transports: [transport],
      storage: null,
      getToken({ reason }) {
        reasons.push(reason)
        return 'ada'
      },
      onError: () => {},
    })
    const heard: unknown[] = []
    const lost: unknown[] = []
    client.on('goal.counted', ({ payload }) => heard.push(payload))
    client.onResync(({ cause, streams }) => cause === 'joined' || lost.push(cause, streams))
    client.hold()
    await pass(1_000)
    const publish = (...payloads: number[]) =>
      payloads.forEach((payload) => hub.publish({ type: 'goal.counted', stream: 'tenant:1', payload }))
    publish(1)
    await pass(100)
    const end = () => {
      client.dispose()
      hub.close()
      faults.dispose()
    }
    return { faults, client, heard, lost, reasons, publish, end }
  }

  it.each<[string, (faults: ServerFaults) => void]>([
    ['duplicated', (faults) => faults.duplicate(4)],
    ['reordered', (faults) => faults.reorder(4)],
    ['duplicated and reordered', (faults) => (faults.duplicate(4), faults.reorder(6))],
    ['ended', (faults) => faults.end(1001, 'cut')],
    ['signed out', (faults) => faults.end(4401, 'the token expired')],
  ])('hears every event once and in order where it is %s', async (_name, fault) => {
    const { faults, heard, lost, publish, end } = await join()
    fault(faults)
    publish(2, 3, 4, 5)
    await pass(30_000)
    publish(6)
    await pass(60_000)
    expect([heard, lost]).toEqual([[1, 2, 3, 4, 5, 6], []])
    end()
  })

  it('asks for a fresh token where its session is said to have expired', async () => {
    const { faults, client, reasons, end } = await join()
    faults.end(4401, 'the token expired')
    await pass(5_000)
    expect([reasons, client.getState().name]).toEqual([['connect', 'rejected'], 'connected'])
    end()
  })

  it('is told of what was lost where others come behind it, and of nothing twice', async () => {
    const { faults, heard, lost, publish, end } = await join()
    faults.lose(2)
    publish(2, 3, 4, 5)
    await pass(60_000)
    expect(heard).toEqual([1, 4, 5])
    expect(lost).toEqual(['lost', ['tenant:1']])
    end()
  })

  it('gets what was lost, where it was the last, with the next session: nobody confirmed it', async () => {
    const { faults, heard, lost, publish, end } = await join()
    faults.mute(10_000)
    publish(2, 3)
    await pass(60_000)
    expect([heard, lost]).toEqual([[1, 2, 3], []])
    end()
  })
})
