import { afterEach, describe, expect, it } from 'vitest'
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { invalidate } from '../../src/query/index.ts'
import {
  createFaultSchedule,
  createTestRealtime,
  type FaultStep,
  playFaults,
  printFaults,
} from '../../src/testing/index.ts'

const undos: (() => void)[] = []
afterEach(() => {
  for (const undo of undos.splice(0).toReversed()) undo()
})

/** A counter at a server, and a page that shows it. */
async function begin() {
  let count = 0
  const kit = createTestRealtime({
    getToken: () => crypto.randomUUID(),
    onError: () => {},
    rules: { 'goal.counted': () => invalidate(['count']) },
  })
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, gcTime: Infinity } } })
  const observer = new QueryObserver(queryClient, { queryKey: ['count'], queryFn: async () => count })
  const heard: number[] = []
  kit.realtime.on('goal.counted', ({ payload }) => heard.push(payload as number))
  undos.push(
    kit.dispose,
    kit.realtime.bindQueryClient(queryClient),
    kit.realtime.hold(),
    observer.subscribe(() => {}),
  )
  await kit.settle()
  return {
    kit,
    heard,
    act: () => kit.server.publish({ type: 'goal.counted', payload: ++count }),
    result: () => ({ count, shown: observer.getCurrentResult().data, state: kit.realtime.getState().name }),
  }
}

/** What a schedule did to both. */
async function play(schedule: readonly FaultStep[]) {
  const { kit, heard, act, result } = await begin()
  await playFaults(schedule, kit.server, { act })
  await kit.settle()
  return { kit, heard, ...result() }
}

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another one for another', () => {
    const schedule = createFaultSchedule({ seed: 7, steps: 30 })
    expect(createFaultSchedule({ seed: 7, steps: 30 })).toEqual(schedule)
    expect(createFaultSchedule({ seed: 8, steps: 30 })).not.toEqual(schedule)
    expect(schedule).toHaveLength(30)
    // Written down, so that it stays the same from release to release.
    expect(schedule.slice(0, 3)).toEqual([
      { at: 494, do: 'mute', ms: 500 },
      { at: 983, do: 'reorder', count: 3 },
      { at: 2735, do: 'act', n: 13 },
    ])
  })

  it('has every fault in it sooner or later, and only those that are wanted', () => {
    const all = new Set(createFaultSchedule({ seed: 1, steps: 500 }).map((step) => step.do))
    expect([...all].toSorted()).toEqual(
      'act comeBack delay drop duplicate goDown heal lose mute reorder restart'.split(' '),
    )
    const some = new Set(
      createFaultSchedule({ seed: 1, steps: 200, faults: ['drop', 'expireToken'] }).map((step) => step.do),
    )
    expect([...some].toSorted()).toEqual(['drop', 'expireToken'])
  })

  it('keeps the promise, whatever the seed: what is shown at the end is what the server holds', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const schedule = createFaultSchedule({ seed, steps: 30 })
      const { count, shown, heard, state } = await play(schedule)
      const inOrder = heard.every((n, place) => place === 0 || heard[place - 1]! < n)
      expect({ shown, state, inOrder }, `seed ${seed}: ${printFaults(schedule)}`).toEqual({
        shown: count,
        state: 'connected',
        inOrder: true,
      })
    }
  }, 60_000)

  it('is printed as one line, and does the same to what it is played on', async () => {
    const schedule = createFaultSchedule({
      seed: 3,
      steps: 40,
      faults: ['act', 'drop', 'lose', 'expireToken', 'restart'],
    })
    const first = await play(schedule)
    const again = await play(JSON.parse(printFaults(schedule)) as FaultStep[])
    expect(again.kit.server.history).toEqual(first.kit.server.history)
    expect(again.heard).toEqual(first.heard)
  })

  it('is written down of what a test did by hand, and played again', async () => {
    const { kit, heard } = await begin()
    const { server, clock } = kit
    const at = clock.now()
    server.publish({ type: 'goal.counted', payload: 1, id: 'e1' })
    await clock.advance(1_000)
    server.drop(4408)
    server.lose(2)
    server.publish({ type: 'goal.counted', payload: 2, id: 'e2' })
    await clock.advance(500)
    server.mute(3_000)
    server.reorder()
    server.duplicate()
    server.delay(20)
    server.restart({ forgetting: true })
    server.goDown()
    await clock.advance(10_000)
    server.comeBack()
    server.expireToken()
    server.heal()
    const recorded = server.history.map((step) => ({ ...step, at: step.at - server.history[0]!.at }))
    expect(clock.now() - at).toBe(11_500)
    expect(recorded.map((step) => [step.at, step.do])).toEqual([
      [0, 'publish'],
      [1_000, 'drop'],
      [1_000, 'lose'],
      [1_000, 'publish'],
      [1_500, 'mute'],
      [1_500, 'reorder'],
      [1_500, 'duplicate'],
      [1_500, 'delay'],
      [1_500, 'restart'],
      [1_500, 'goDown'],
      [11_500, 'comeBack'],
      [11_500, 'expireToken'],
      [11_500, 'heal'],
    ])
    const again = await play(recorded)
    expect(again.kit.server.history.slice(0, -1).map((step) => step.do)).toEqual(recorded.map((step) => step.do))
    await clock.advance(120_000)
    expect([heard, again.heard]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('is not played where nobody says what an act is', async () => {
    const { server } = createTestRealtime()
    await expect(playFaults([{ at: 0, do: 'act', n: 1 }], server)).rejects.toMatchObject({ code: 'invalid-option' })
  })
})
