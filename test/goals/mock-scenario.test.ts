// The scenario that the mock server comes with is about goals: its events are those of this pack.
import { expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { builtInScenario } from '../../src/cli/built-in-scenario.ts'
import { readScenario } from '../../src/cli/scenario.ts'
import { goalEvents } from '../../src/goals/index.ts'
import { checkPayload } from '../../src/protocol/define-events.ts'

it('the built-in scenario is fit for the goals pack, and without a gap between what it says', () => {
  let id = 0
  const world = { clock: { ...systemClock, random: () => 0 }, newId: () => `id-${++id}` }
  const { events, fill, steps, loop } = readScenario(builtInScenario, world)
  const payloads = [...events.values()].map((template) => fill(template))
  for (const { type, payload } of payloads) {
    const row = Object.hasOwn(goalEvents, type) ? goalEvents[type as keyof typeof goalEvents] : undefined
    expect(checkPayload(row, payload)).toMatchObject({ ok: true })
  }
  expect(payloads.filter(({ type }) => type in goalEvents)).toHaveLength(3)
  expect(
    loop && steps.every(({ afterMs, everyMs, repeat }) => afterMs === 2_000 && (repeat === 1 || everyMs === 2_000)),
  ).toBe(true)
  expect(steps.flatMap(({ emit }) => emit)).toHaveLength(events.size)
})
