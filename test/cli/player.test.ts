// Playing the steps of a scenario, in fake time.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createPlayer } from '../../src/cli/player.ts'
import type { Step } from '../../src/cli/scenario.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const step = (name: string, fields: Partial<Step> = {}): Step => ({
  afterMs: 0,
  emit: [{ name }],
  fault: null,
  repeat: 1,
  everyMs: 0,
  ...fields,
})

function play(steps: Step[], loop = false) {
  const acts: string[] = []
  const states: string[] = []
  const player = createPlayer({
    scenario: { steps, loop },
    clock: systemClock,
    act: ({ emit }) => acts.push(`${Date.now()} ${String(emit[0]!['name'])}`),
    onState: (state) => states.push(state),
  })
  return { player, acts, states }
}

describe('a player', () => {
  it('waits until it is begun, then takes one step after the other', async () => {
    const { player, acts, states } = play([step('a', { afterMs: 100 }), step('b'), step('c', { afterMs: 50 })])
    await pass(1_000)
    expect([acts, player.state]).toEqual([[], 'waiting'])
    player.begin()
    player.begin()
    await pass(1_000)
    expect(acts).toEqual(['1100 a', '1100 b', '1150 c'])
    expect([states, player.step]).toEqual([['playing', 'over'], 3])
  })

  it('repeats a step', async () => {
    const { player, acts } = play([step('a', { afterMs: 10, repeat: 3, everyMs: 20 }), step('b', { afterMs: 5 })])
    player.begin()
    await pass(1_000)
    expect(acts).toEqual(['10 a', '30 a', '50 a', '55 b'])
  })

  it('begins again from the start where it loops, and is never over', async () => {
    const { player, acts } = play([step('a', { afterMs: 10 }), step('b', { afterMs: 10 })], true)
    player.begin()
    await pass(55)
    expect(acts).toEqual(['10 a', '20 b', '30 a', '40 b', '50 a'])
    expect([player.state, player.step]).toEqual(['playing', 2])
    player.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes on after a pause with what was left of the wait', async () => {
    const { player, acts, states } = play([step('a', { afterMs: 100 })])
    player.begin()
    await pass(70)
    player.pause()
    player.pause()
    await pass(1_000)
    expect([acts, vi.getTimerCount()]).toEqual([[], 0])
    player.resume()
    player.resume()
    await pass(29)
    expect(acts).toEqual([])
    await pass(1)
    expect(acts).toEqual(['1100 a'])
    expect(states).toEqual(['playing', 'paused', 'playing', 'over'])
  })

  it('begins again when it is asked to: while it plays, halted, over or not begun', async () => {
    const { player, acts } = play([step('a', { afterMs: 10 }), step('b', { afterMs: 10 })])
    player.restart()
    await pass(15)
    player.restart()
    await pass(5)
    player.pause()
    player.restart()
    await pass(25)
    player.restart()
    await pass(100)
    expect(acts).toEqual(['10 a', '30 a', '40 b', '55 a', '65 b'])
  })

  it('takes thousands of steps without a wait between them, and lets others have their turn', async () => {
    const { player, acts } = play([step('a', { repeat: 2_500 }), step('b')])
    player.begin()
    await pass(0)
    expect(acts).toHaveLength(1_000)
    await pass(10)
    expect(acts).toHaveLength(2_501)
  })

  it('has nothing to do without steps', () => {
    const { player, states } = play([])
    player.begin()
    player.pause()
    player.resume()
    player.restart()
    expect([player.state, player.step, states]).toEqual(['over', 0, []])
  })
})
