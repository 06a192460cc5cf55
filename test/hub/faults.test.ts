import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createFaults, type Faults, inMemoryTransport } from '../../src/hub/index.ts'
import type { ClientFrame } from '../../src/protocol/index.ts'
import type { Transport, TransportListener, TransportRequest } from '../../src/transports/index.ts'
import { newHub, pass } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const request: TransportRequest = {
  protocol: 'realtime.v1',
  params: {},
  credential: null,
  lastEventId: null,
  clock: systemClock,
  isHidden: () => false,
}

/** A transport whose other end is the test. */
function bench(faults: Faults) {
  const far = { listener: undefined as unknown as TransportListener, received: [] as string[], isClosed: false }
  const heard: string[] = []
  const inner: Transport = {
    name: 'inner',
    open(_request, listener) {
      far.listener = listener
      return {
        send: (frame) => void far.received.push((frame as { id: string }).id),
        close: () => void (far.isClosed = true),
      }
    },
  }
  const transport = faults.wrap(inner)
  const link = transport.open(request, {
    opened: (protocol) => void heard.push(`opened ${protocol}`),
    message: (text) => void heard.push(text),
    alive: () => void heard.push('alive'),
    closed: ({ code }) => void heard.push(`closed ${code}`),
  })
  far.listener.opened('realtime.v1')
  heard.length = 0
  const say = (id: string) => link.send({ type: 'unsubscribe', id } satisfies ClientFrame)
  const hear = (...texts: string[]) => texts.forEach((text) => far.listener.message(text))
  return { far, heard, link, say, hear, transport }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index))

describe('faults', () => {
  it('leave everything as it is until they are set', () => {
    const { far, heard, say, hear } = bench(createFaults({ clock: systemClock, seed: 1 }))
    for (const id of numbers(100)) say(id)
    hear(...numbers(100))
    far.listener.alive()
    far.listener.closed({ code: 1012, reason: '' })
    expect(far.received).toEqual(numbers(100))
    expect(heard).toEqual([...numbers(100), 'alive', 'closed 1012'])
  })

  it('keep what the port says of a transport', () => {
    const faults = createFaults({ clock: systemClock })
    const wrapped = faults.wrap({
      name: 'polling',
      oneWay: true,
      quietMs: 60_000,
      open: () => ({ send() {}, close() {} }),
    })
    expect(wrapped).toMatchObject({ name: 'polling', oneWay: true, quietMs: 60_000 })
  })

  it('drop about as many frames as they are told, in both directions', () => {
    const faults = createFaults({ clock: systemClock, seed: 1 })
    const { far, heard, say, hear } = bench(faults)
    faults.set({ drop: 0.3 })
    for (const id of numbers(1_000)) say(id)
    hear(...numbers(1_000))
    for (const arrived of [far.received, heard]) {
      expect(arrived.length).toBeGreaterThan(640)
      expect(arrived.length).toBeLessThan(760)
      expect(arrived).toEqual(arrived.toSorted((a, b) => Number(a) - Number(b)))
    }
  })

  it('double frames', () => {
    const faults = createFaults({ clock: systemClock, seed: 1 })
    const { heard, hear } = bench(faults)
    faults.set({ duplicate: 1 })
    hear('a', 'b')
    expect(heard).toEqual(['a', 'a', 'b', 'b'])
  })

  it('swap neighbours, and let the last one go after half a second', async () => {
    const faults = createFaults({ clock: systemClock, seed: 1 })
    const { heard, hear } = bench(faults)
    faults.set({ swap: 1 })
    hear('a', 'b', 'c')
    expect(heard).toEqual(['b', 'a'])
    // One timer, and that for the frame that waits.
    expect([faults.pending, vi.getTimerCount()]).toEqual([1, 1])
    await pass(500)
    expect(heard).toEqual(['b', 'a', 'c'])
    expect(faults.pending).toBe(0)
  })

  it('delay frames within their bounds, so that others overtake them', async () => {
    const faults = createFaults({ clock: systemClock, seed: 1 })
    const { heard, hear } = bench(faults)
    faults.set({ delay: 1, delayMs: [100, 200] })
    hear(...numbers(50))
    expect(faults.pending).toBe(50)
    await pass(99)
    expect(heard).toEqual([])
    await pass(101)
    expect(heard).not.toEqual(numbers(50))
    expect(heard.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers(50))
    expect(faults.pending).toBe(0)
  })

  it('are the same for the same seed, and others for another', async () => {
    const play = async (seed: number) => {
      const faults = createFaults({ clock: systemClock, seed })
      const { far, heard, say, hear } = bench(faults)
      faults.set({ drop: 0.2, duplicate: 0.2, swap: 0.2, delay: 0.2, delayMs: [1, 50] })
      for (const id of numbers(100)) {
        say(id)
        hear(id)
      }
      await pass(1_000)
      return [...far.received, '|', ...heard].join(' ')
    }
    expect(await play(7)).toBe(await play(7))
    expect(await play(7)).not.toBe(await play(8))
  })

  it('take their chance from the clock where there is no seed', () => {
    const draws = [0.9, 0.1, 0.9]
    const faults = createFaults({ clock: { ...systemClock, random: () => draws.shift()! } })
    const { heard, hear } = bench(faults)
    faults.set({ drop: 0.5 })
    hear('a', 'b', 'c')
    expect(heard).toEqual(['a', 'c'])
  })

  it('end when they are set to nothing: what is on its way arrives, and nothing more is lost', async () => {
    const faults = createFaults({ clock: systemClock, seed: 1 })
    const { heard, hear } = bench(faults)
    faults.set({ swap: 0.5, delay: 0.5, delayMs: [100, 1_000] })
    hear(...numbers(50))
    faults.set({})
    hear('quiet 1', 'quiet 2')
    expect(heard.slice(-2)).toContain('quiet 2')
    await pass(1_000)
    expect(heard).toHaveLength(52)
    expect(faults.pending).toBe(0)
  })
})

describe('a muted link', () => {
  it('stays open and carries nothing, then carries again', async () => {
    const faults = createFaults({ clock: systemClock })
    const { far, heard, say, hear } = bench(faults)
    faults.mute(5_000)
    say('lost')
    hear('lost')
    far.listener.alive()
    await pass(4_999)
    hear('lost')
    await pass(1)
    say('after')
    hear('after')
    expect([far.received, heard]).toEqual([['after'], ['after']])
  })

  it('does not tell of its end', async () => {
    const faults = createFaults({ clock: systemClock })
    const { far, heard } = bench(faults)
    faults.mute(5_000)
    far.listener.closed({ code: 1012, reason: '' })
    await pass(10_000)
    expect(heard).toEqual([])
  })

  it('does not tell of it later either, nor of what was said meanwhile', async () => {
    const faults = createFaults({ clock: systemClock })
    const { far, heard, hear } = bench(faults)
    faults.set({ delay: 1, delayMs: [100, 100] })
    hear('before')
    faults.mute(50)
    hear('meanwhile')
    far.listener.closed({ code: 1012, reason: '' })
    await pass(200)
    expect(heard).toEqual(['before'])
  })

  it('loses what falls due meanwhile, and carries again at once when that is ended', async () => {
    const faults = createFaults({ clock: systemClock })
    const { heard, hear } = bench(faults)
    faults.set({ delay: 1, delayMs: [100, 100] })
    hear('due')
    faults.mute(5_000)
    await pass(200)
    faults.mute(0)
    faults.set({})
    hear('after')
    expect(heard).toEqual(['after'])
  })

  it('that was opened meanwhile never opens, and never speaks', async () => {
    const faults = createFaults({ clock: systemClock })
    faults.mute(5_000)
    const { heard, hear, far } = bench(faults)
    await pass(5_000)
    hear('something')
    far.listener.alive()
    expect(heard).toEqual([])
  })
})

describe('a link under faults', () => {
  it('is cut once, with all that is on its way, and the other side learns of it', async () => {
    const faults = createFaults({ clock: systemClock })
    const { far, heard, say, hear } = bench(faults)
    faults.set({ delay: 1, delayMs: [100, 100] })
    hear('late')
    say('late')
    faults.cut()
    faults.cut(1012)
    expect(faults.pending).toBe(0)
    hear('later')
    say('later')
    await pass(1_000)
    expect(heard).toEqual(['closed 1006'])
    expect([far.received, far.isClosed]).toEqual([[], true])
  })

  it('tells of its end behind what is still on its way', async () => {
    const faults = createFaults({ clock: systemClock })
    const { far, heard, hear } = bench(faults)
    faults.set({ delay: 1, delayMs: [100, 100] })
    hear('late')
    far.listener.closed({ code: 1012, reason: '' })
    expect(heard).toEqual([])
    await pass(100)
    expect(heard).toEqual(['late', 'closed 1012'])
  })

  it('is silent once it was closed', async () => {
    const faults = createFaults({ clock: systemClock })
    const { far, heard, hear, link } = bench(faults)
    faults.set({ delay: 1, swap: 1 })
    hear('a', 'b')
    link.close()
    hear('c')
    far.listener.closed({ code: 1000, reason: '' })
    await pass(2_000)
    expect(heard).toEqual([])
    expect([far.isClosed, faults.pending]).toEqual([true, 0])
  })

  it('is one of several under the same faults, each with its own frames', async () => {
    const faults = createFaults({ clock: systemClock })
    const [one, two] = [bench(faults), bench(faults)]
    faults.set({ swap: 1 })
    one.hear('a')
    two.hear('b')
    expect(faults.pending).toBe(2)
    one.hear('c')
    expect([one.heard, two.heard]).toEqual([['c', 'a'], []])
    faults.cut()
    expect(two.heard).toEqual(['closed 1006'])
  })

  it('signs in to a hub through it', async () => {
    const hub = newHub()
    const faults = createFaults({ clock: systemClock })
    const heard: string[] = []
    const link = faults.wrap(inMemoryTransport(hub)).open(request, {
      opened: (protocol) => void heard.push(String(protocol)),
      message: (text) => void heard.push((JSON.parse(text) as { type: string }).type),
      alive() {},
      closed: ({ code }) => void heard.push(String(code)),
    })
    await pass(0)
    link.send({ type: 'auth', token: 'ada' })
    await pass(0)
    hub.close()
    await pass(0)
    expect(heard).toEqual(['realtime.v1', 'welcome', '1012'])
  })
})
