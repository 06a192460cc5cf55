// Whether a link is wanted, alone: what the connection is told is recorded. Through a client it is in connection.test.ts.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import type { ConnectionState } from '../../src/client/connection-machine.ts'
import { createDemand } from '../../src/client/demand.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const done: string[] = []
  const connection = {
    state: { name: 'idle' } as ConnectionState,
    dials: 0,
    start: () => void done.push('start'),
    restart: () => void done.push('restart'),
    stop: (reason: string) => void done.push(`stop: ${reason}`),
    rest: () => void done.push('rest'),
  }
  const scope = createScope(systemClock)
  const demand = createDemand({ connection, transports: [], scope, forget: () => void done.push('forget') })
  return { done, connection, scope, demand }
}

describe('a link is wanted', () => {
  it('from the first holder to the last, and a holder that comes back in the same task changes nothing', () => {
    const { done, demand } = setUp()
    const first = demand.hold()
    const second = demand.hold()
    first()
    first()
    expect(demand.isHeld()).toBe(true)
    second()
    const third = demand.hold()
    vi.runAllTimers()
    expect(done).toEqual(['start', 'start'])
    third()
    vi.runAllTimers()
    expect([...done.slice(2), demand.isHeld()]).toEqual(['stop: nobody uses it', false])
  })

  it('by nobody while the flag is off or it is paused, of which the flag counts more', () => {
    const { done, demand } = setUp()
    demand.pause()
    demand.configure({ enabled: false })
    demand.hold()
    demand.configure({ enabled: true })
    demand.resume()
    expect(done).toEqual(['stop: paused', 'rest', 'stop: paused', 'start'])
  })

  it('at once where somebody asks for it, which ends a pause, and not where nobody holds the client', () => {
    const { done, demand } = setUp()
    demand.reconnect()
    demand.hold()
    demand.pause()
    demand.reconnect()
    demand.connectAsWanted()
    expect(done).toEqual(['start', 'stop: paused', 'restart', 'start'])
  })

  it('by no disposed client, which cannot be held', () => {
    const { done, scope, demand } = setUp()
    scope.dispose()
    demand.configure({ identity: 'ada' })
    demand.reconnect()
    demand.resume()
    expect(() => demand.hold()).toThrow(/was disposed/)
    expect(done).toEqual([])
  })
})

describe('who is signed in', () => {
  it('is no change the first time it is said, and what is not named stays', () => {
    const { done, connection, demand } = setUp()
    demand.configure({ identity: 'ada' })
    demand.hold()
    connection.dials = 1
    demand.configure({ identity: 'ada' })
    demand.configure({ enabled: true })
    expect(done).toEqual(['start'])
  })

  it('makes another link where it is somebody else, and none while there is none to be', () => {
    const { done, connection, demand } = setUp()
    demand.configure({ identity: 'ada' })
    demand.hold()
    connection.dials = 1
    demand.configure({ identity: 'bo' })
    demand.pause()
    demand.configure({ identity: 'cy' })
    demand.configure({ identity: 'di', enabled: false })
    expect(done).toEqual(['start', 'forget', 'restart', 'stop: paused', 'forget', 'forget', 'rest'])
  })

  it('ends the link of the one before also where nobody holds it any more', () => {
    const { done, connection, demand } = setUp()
    connection.dials = 1
    demand.configure({ identity: 'ada' })
    connection.state = { name: 'connecting', attempt: 0, downSince: 0 }
    demand.configure({ identity: 'bo' })
    expect(done).toEqual(['forget', 'forget', 'stop: another user'])
  })
})
