// Going down: in which order, how fast, and whether anybody notices.
import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { RealtimeError } from '../../src/base/errors.ts'
import { createDrain, type DrainOptions, type DrainPhase, onSignals } from '../../src/gateway/drain.ts'
import { until } from '../smoke/until.ts'

/** A hub whose sessions leave some ms after they were asked, but for those that know no `reconnect`. */
function createFakeHub({ livecache = 0, plain = 0, leaveAfterMs = 5 }) {
  let here = livecache
  let notAsked = livecache
  let others = plain
  const asked: { at: number; count: number }[] = []
  const closed: { code: number | undefined; sessions: number }[] = []
  const begunAt = performance.now()
  return {
    asked,
    closed,
    get sessions() {
      return here + others
    },
    askToReconnect(_hint: { afterMs: number; spreadMs: number }, count: number) {
      const now = Math.min(count, notAsked)
      notAsked -= now
      asked.push({ at: performance.now() - begunAt, count: now })
      setTimeout(() => (here -= now), leaveAfterMs)
      return now
    },
    close(code?: number) {
      closed.push({ code, sessions: here + others })
      here = others = 0
    },
  }
}

function start(hub: ReturnType<typeof createFakeHub>, options: Partial<DrainOptions> = {}) {
  const phases: [DrainPhase, sessions: number, isRefusing: boolean][] = []
  const errors: RealtimeError[] = []
  const done: string[] = []
  const drain = createDrain({
    hub,
    noticeMs: 50,
    close: async () => void done.push('close'),
    lastly: async () => void done.push('lastly'),
    onPhase: (phase, { sessions }) => phases.push([phase, sessions, drain.isRefusing]),
    onError: (error) => errors.push(error),
    ...options,
  })
  return { drain, phases, errors, done, timed: () => msOf(drain.drain) }
}

async function msOf(run: () => Promise<void>): Promise<number> {
  const begunAt = performance.now()
  await run()
  return performance.now() - begunAt
}

describe('a drain', () => {
  it('goes by steps: readiness, then no new sessions, then 1012 for who stays, then the port, then the last lines', async () => {
    const hub = createFakeHub({ livecache: 10, plain: 2 })
    const { drain, phases, done, errors, timed } = start(hub, { limitMs: 3_000 })
    expect([drain.phase, drain.isRefusing]).toEqual(['serving', false])
    const tookMs = await timed()
    expect(phases).toEqual([
      ['unready', 12, false],
      ['asking', 12, true],
      ['closing', 2, true],
      ['done', 0, true],
    ])
    expect(hub.closed).toEqual([{ code: 1012, sessions: 2 }])
    expect(done).toEqual(['close', 'lastly'])
    expect(errors).toEqual([])
    // Ten are asked in one round, and nobody is waited for that was not asked.
    expect(tookMs).toBeLessThan(900)
  })

  it('asks at a bounded pace, and faster where the time would not suffice', async () => {
    const few = createFakeHub({ livecache: 60 })
    await start(few, { perSecond: 100, limitMs: 10_000 }).timed()
    expect(few.asked.map(({ count }) => count)).toEqual([25, 25, 10])
    expect(few.asked[2]!.at - few.asked[0]!.at).toBeGreaterThan(450)

    const many = createFakeHub({ livecache: 10_000 })
    const { timed } = start(many, { perSecond: 100, limitMs: 2_000 })
    expect(await timed()).toBeLessThan(2_000)
    expect(many.asked.length).toBeGreaterThan(2)
    expect(many.closed).toEqual([{ code: 1012, sessions: 0 }])
  })

  it('closes who was asked and does not leave, in time', async () => {
    const hub = createFakeHub({ livecache: 10, leaveAfterMs: 60_000 })
    const { timed } = start(hub, { limitMs: 2_000 })
    expect(await timed()).toBeLessThan(1_500)
    expect(hub.closed).toEqual([{ code: 1012, sessions: 10 }])
  })

  it('waits for the last bytes of sockets before it cuts them', async () => {
    let connections = 3
    const openAtClose: number[] = []
    const { drain } = start(createFakeHub({}), {
      limitMs: 5_000,
      connections: () => connections,
      close: async () => void openAtClose.push(connections),
    })
    const drained = drain.drain()
    await sleep(300)
    connections = 0
    await drained
    expect(openAtClose).toEqual([0])
  })

  it('waits for events that are not kept yet before it lets the engine go', async () => {
    const status = { isUp: true, since: 0, waiting: 5, skewMs: 0 }
    const waitingAtClose: number[] = []
    const { drain, errors } = start(createFakeHub({}), {
      limitMs: 5_000,
      engine: { status },
      close: async () => void waitingAtClose.push(status.waiting),
    })
    const drained = drain.drain()
    await sleep(500)
    status.waiting = 0
    await drained
    expect([waitingAtClose, errors]).toEqual([[0], []])
  })

  it('ends in time where nothing goes as it should, and says so', async () => {
    const never = () => new Promise<void>(() => {})
    const { timed, errors, drain } = start(createFakeHub({ livecache: 5, plain: 5, leaveAfterMs: 60_000 }), {
      limitMs: 1_500,
      noticeMs: 60_000,
      engine: { status: { isUp: false, since: 0, waiting: 7, skewMs: 0 } },
      connections: () => 9,
      close: never,
      lastly: never,
    })
    const tookMs = await timed()
    expect(tookMs).toBeLessThan(1_500)
    expect(drain.phase).toBe('done')
    expect(errors.map(({ code }) => code)).toEqual(['engine-unavailable', 'handler-threw', 'handler-threw'])
    expect(errors[0]!.message).toContain('7 events could not be kept')
  })

  it('is the same drain, however often it is asked for, and whoever watches throws', async () => {
    const fail = () => {
      throw new Error('no logger')
    }
    const hub = createFakeHub({ plain: 1 })
    const { drain } = start(hub, { limitMs: 1_000, onPhase: fail, onError: fail, close: fail })
    expect(drain.drain()).toBe(drain.drain())
    await drain.drain()
    await drain.drain()
    expect(hub.closed.length).toBe(1)
  })
})

/** A process, as far as signals and its end go. */
function createFakeProcess() {
  const exits: number[] = []
  return Object.assign(new EventEmitter(), { exits, exit: (code: number) => void exits.push(code) })
}

describe('a signal', () => {
  const forSignals = (target: ReturnType<typeof createFakeProcess>) => ({ process: target as never })

  it('drains, and then ends the process with 0', async () => {
    const target = createFakeProcess()
    let drained = 0
    const drain = async () => {
      await sleep(50)
      drained++
    }
    onSignals({ drain }, forSignals(target))
    target.emit('SIGTERM', 'SIGTERM')
    expect(target.exits).toEqual([])
    await until(() => target.exits.length > 0)
    expect([drained, target.exits]).toEqual([1, [0]])
  })

  it('ends it at once the second time', () => {
    const target = createFakeProcess()
    onSignals({ drain: () => new Promise(() => {}) }, { ...forSignals(target), limitMs: 100 })
    target.emit('SIGTERM', 'SIGTERM')
    target.emit('SIGINT', 'SIGINT')
    expect(target.exits).toEqual([130])
  })

  it('ends it with 1 where the drain does not end', async () => {
    const target = createFakeProcess()
    onSignals({ drain: () => new Promise(() => {}) }, { ...forSignals(target), limitMs: 100 })
    target.emit('SIGTERM', 'SIGTERM')
    await until(() => target.exits.length > 0)
    expect(target.exits).toEqual([1])
  })

  it('means nothing any more after the undo', () => {
    const target = createFakeProcess()
    const undo = onSignals({ drain: async () => {} }, { ...forSignals(target), signals: ['SIGHUP'] })
    expect(target.eventNames()).toEqual(['SIGHUP'])
    undo()
    expect(target.eventNames()).toEqual([])
  })
})
