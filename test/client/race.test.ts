import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { race, type Winner } from '../../src/client/race.ts'
import type { Transport } from '../../src/transports/index.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** A browser that does not open it at all. */
const forbidden: Transport = {
  name: 'forbidden',
  open() {
    throw new SyntaxError('not allowed here')
  },
}

function setUp({ order = [0, 1, 2], forbids = [] as number[] } = {}) {
  const scripted = ['ws', 'sse', 'poll'].map((name) => scriptedTransport(name))
  const scope = createScope(systemClock)
  const heard: string[] = []
  const begun: number[] = []
  const winners: Winner[] = []
  race(
    {
      clock: systemClock,
      order,
      nextAfterMs: 4_000,
      attemptOf(index) {
        begun.push(index)
        return {
          transport: forbids.includes(index) ? forbidden : scripted[index]!,
          kind: 'livecache',
          offers: true,
          token: 't',
          auth: 'none',
          plainParams: () => ({}),
          lastEventId: () => null,
          openTimeoutMs: 10_000,
          authTimeoutMs: 10_000,
          clock: systemClock,
          isHidden: () => false,
          mustBeLivecache: false,
        }
      },
    },
    scope,
    {
      opened: () => heard.push('opened'),
      ready(winner) {
        winners.push(winner)
        heard.push(`ready ${winner.index}`)
      },
      message: (text) => heard.push(text),
      alive: () => heard.push('alive'),
      closed: ({ code }) => heard.push(`closed ${code}`),
      mute: (index) => heard.push(`mute ${index}`),
      forbidden: (index) => heard.push(`forbidden ${index}`),
      failed: ({ code }, blind) => heard.push(`failed ${code}${blind ? ' blindly' : ''}`),
      refused: ({ message }) => heard.push(`refused ${message.includes('not allowed here')}`),
    },
  )
  const [first, second, third] = scripted.map(
    ({ dials }) =>
      () =>
        dials.at(-1)!,
  )
  return { scope, heard, begun, winners, first: first!, second: second!, third: third! }
}

describe('a race of transports', () => {
  it('begins with the first of the order alone', () => {
    const { begun, scope } = setUp({ order: [2, 0, 1] })
    expect(begun).toEqual([2])
    scope.dispose()
  })

  it('is over when that is ready', () => {
    const { heard, begun, winners, first } = setUp()
    vi.advanceTimersByTime(3_000)
    first().welcome()
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual(['opened', 'ready 0'])
    expect(begun).toEqual([0])
    expect(winners[0]).toMatchObject({ index: 0, welcome: { connectionId: 'c1' }, latencyMs: 0 })
  })

  it('begins the next beside one that has been silent for four seconds, and so on', () => {
    const { begun, scope, first } = setUp()
    vi.advanceTimersByTime(3_999)
    expect(begun).toEqual([0])
    vi.advanceTimersByTime(1)
    expect(begun).toEqual([0, 1])
    expect(first().closedByClient).toBe(false)
    vi.advanceTimersByTime(4_000)
    expect(begun).toEqual([0, 1, 2])
    scope.dispose()
  })

  it('begins the next at once where one failed, and gives that its own four seconds', () => {
    const { begun, first, scope } = setUp()
    vi.advanceTimersByTime(3_000)
    first().close()
    expect(begun).toEqual([0, 1])
    vi.advanceTimersByTime(3_999)
    expect(begun).toEqual([0, 1])
    vi.advanceTimersByTime(1)
    expect(begun).toEqual([0, 1, 2])
    scope.dispose()
  })

  it('is won by whichever is ready first; the others are closed and not heard any more', () => {
    const { heard, winners, first, second, scope } = setUp()
    vi.advanceTimersByTime(4_000)
    second().welcome()
    first().welcome()
    first().close(4401)
    scope.dispose()
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual(['opened', 'ready 1'])
    expect(first().closedByClient).toBe(true)
    expect(second().closedByClient).toBe(false)
    winners[0]!.link.send({ type: 'pong' })
    expect(second().sent.at(-1)).toEqual({ type: 'pong' })
  })

  it('hands over what is said on the link that won, which lives as long as its own scope', () => {
    const { heard, winners, first, scope } = setUp()
    first().welcome()
    scope.dispose()
    first().sayText('{"type":"a"}')
    expect(heard.slice(2)).toEqual(['{"type":"a"}'])
    winners[0]!.scope.dispose()
    expect(first().closedByClient).toBe(true)
    first().close()
    expect(heard).toHaveLength(3)
  })

  it('tells how the link that won ended', () => {
    const { heard, first } = setUp()
    first().welcome()
    first().close(1012)
    expect(heard.slice(2)).toEqual(['closed 1012'])
  })

  it('tells which opened and stayed mute, and goes on with the others', () => {
    const { heard, begun, first, second } = setUp()
    first().open()
    vi.advanceTimersByTime(4_000)
    second().open()
    vi.advanceTimersByTime(6_000)
    expect(heard).toEqual(['opened', 'opened', 'mute 0'])
    expect(begun).toEqual([0, 1, 2])
    second().say({ type: 'welcome', connectionId: 'c', protocol: 'realtime.v1' })
    expect(heard.at(-1)).toBe('ready 1')
    // Its attempts end with the race.
    vi.advanceTimersByTime(60_000)
    expect(heard).toHaveLength(4)
  })
})

describe('a race that nobody wins', () => {
  it('has failed once the last one did, for the reason of the first', () => {
    const { heard, first, second, third } = setUp()
    first().open()
    first().close(1011)
    second().close(1001)
    expect(heard).toEqual(['opened'])
    third().close(1006)
    expect(heard).toEqual(['opened', 'failed 1011'])
  })

  it('is blind where none of them opened', () => {
    const { heard, first, second, third } = setUp()
    for (const dial of [first, second, third]) dial().close()
    expect(heard).toEqual(['failed 1006 blindly'])
  })

  it('waits for those that are still silent', () => {
    const { heard, first, second, third } = setUp()
    vi.advanceTimersByTime(4_000)
    second().close()
    third().close()
    expect(heard).toEqual([])
    first().close(1006)
    expect(heard).toEqual(['failed 1006 blindly'])
  })

  it('is over at once where the server itself spoke: the others would hear the same', () => {
    for (const code of [4401, 4403, 4429, 1013, 1000]) {
      const { heard, begun, first, second } = setUp()
      vi.advanceTimersByTime(4_000)
      first().close(code)
      expect(heard).toEqual([`failed ${code}`])
      expect(begun).toEqual([0, 1])
      expect(second().closedByClient).toBe(true)
      vi.advanceTimersByTime(60_000)
      expect(begun).toEqual([0, 1])
    }
  })

  it('is over at once where the server said when to come back', () => {
    const { heard, begun, first } = setUp()
    first().open()
    first().say({ type: 'reconnect', afterMs: 3_000 })
    expect(heard).toEqual(['opened', 'failed 1012'])
    expect(begun).toEqual([0])
    vi.advanceTimersByTime(4_000)
    expect(begun).toEqual([0])
  })

  it('passes over what the browser will not open, and says so', () => {
    const { heard, begun, second, third } = setUp({ forbids: [0] })
    expect(begun).toEqual([0, 1])
    second().welcome()
    expect(heard).toEqual(['forbidden 0', 'opened', 'ready 1'])
    expect(third()).toBeUndefined()
    vi.advanceTimersByTime(4_000)
  })

  it('is refused where the browser opens none, and has failed where one of them could be tried', () => {
    expect(setUp({ forbids: [0, 1, 2] }).heard).toEqual(['forbidden 0', 'forbidden 1', 'forbidden 2', 'refused true'])
    const { heard, second } = setUp({ forbids: [0, 2] })
    second().close()
    expect(heard).toEqual(['forbidden 0', 'forbidden 2', 'failed 1006 blindly'])
  })

  it('is ended by its scope, with every transport it has begun', () => {
    const { heard, begun, first, second, scope } = setUp()
    vi.advanceTimersByTime(5_000)
    scope.dispose()
    expect([first().closedByClient, second().closedByClient]).toEqual([true, true])
    first().welcome()
    second().close()
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual([])
    expect(begun).toEqual([0, 1])
  })
})
