// Sessions that are pinged together, in fake time.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createHeartbeats, type Pinged } from '../../src/hub/heartbeat.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const pass = (ms: number) => vi.advanceTimersByTime(ms)

function member(options: Partial<Pinged> = {}) {
  const told: string[] = []
  const tell = (what: string) => () => void told.push(what)
  return {
    heardAt: Date.now(),
    idleMs: Infinity,
    answersPings: false,
    beat: tell('ping'),
    onMute: tell('mute'),
    onIdle: tell('idle'),
    onThrew: tell('threw'),
    ...options,
    told,
  }
}

describe('heartbeats', () => {
  it('have one timer for all who begin at about the same time', () => {
    const heartbeats = createHeartbeats(systemClock, 30_000)
    const early = member()
    heartbeats.join(early)
    pass(300)
    const late = member()
    heartbeats.join(late)
    expect(vi.getTimerCount()).toBe(1)
    pass(29_699)
    expect([early.told, late.told]).toEqual([[], []])
    pass(1)
    expect([early.told, late.told]).toEqual([['ping'], ['ping']])
    pass(30_000)
    expect(late.told).toEqual(['ping', 'ping'])
  })

  it('begin anew for who comes later, and take up who comes as others were pinged', () => {
    const heartbeats = createHeartbeats(systemClock, 30_000)
    heartbeats.join(member())
    pass(301)
    const late = member()
    heartbeats.join(late)
    expect(vi.getTimerCount()).toBe(2)
    pass(29_999)
    expect(late.told).toEqual([])
    pass(1)
    expect(late.told).toEqual(['ping'])
    heartbeats.join(member())
    expect(vi.getTimerCount()).toBe(2)
  })

  it('do not hold a ping against who came after it', () => {
    const heartbeats = createHeartbeats(systemClock, 30_000)
    const first = member({ answersPings: true })
    heartbeats.join(first)
    pass(30_000)
    pass(100)
    const late = member({ answersPings: true })
    heartbeats.join(late)
    pass(10_000)
    expect([first.told, late.told]).toEqual([['ping', 'mute'], []])
  })

  it('check each ping by itself where they come faster than answers may take', () => {
    const heartbeats = createHeartbeats(systemClock, 4_000)
    const mute = member({ answersPings: true })
    heartbeats.join(mute)
    pass(4_000 + 9_999)
    expect(mute.told).toEqual(['ping', 'ping', 'ping'])
    pass(1)
    expect(mute.told).toEqual(['ping', 'ping', 'ping', 'mute'])
  })

  it('leave no timer behind once everybody has left, also in the middle of a round', () => {
    const heartbeats = createHeartbeats(systemClock, 30_000)
    const leaving = member({ beat: () => round.leave(leaving) })
    const round = heartbeats.join(leaving)
    const other = member()
    heartbeats.join(other)
    pass(30_000)
    expect(other.told).toEqual(['ping'])
    round.leave(other)
    expect(vi.getTimerCount()).toBe(0)
    const next = member()
    heartbeats.join(next)
    pass(30_000)
    expect(next.told).toEqual(['ping'])
  })

  it('go on for all others where one throws, which is told', () => {
    const heartbeats = createHeartbeats(systemClock, 30_000)
    const broken = member({
      beat() {
        throw new Error('broken')
      },
    })
    heartbeats.join(broken)
    const other = member()
    heartbeats.join(other)
    pass(60_000)
    expect([broken.told, other.told]).toEqual([
      ['threw', 'threw'],
      ['ping', 'ping'],
    ])
  })
})
