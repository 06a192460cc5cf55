import { expect, it } from 'vitest'
import { nearestTo } from '../../src/base/nearest.ts'

const known = ['goal.created', 'goal.renamed', 'goal.completed', 'chat.typing']

it.each([
  ['GoalRenamed', 'goal.renamed'],
  ['goal_completed', 'goal.completed'],
  ['goal.craeted', 'goal.created'],
  ['typing', 'chat.typing'],
])('finds for %s what may be meant', (name, meant) => {
  const [nearest] = nearestTo(name, known)
  expect(nearest?.name).toBe(meant)
  expect(nearest?.likeness).toBeGreaterThan(0.6)
})

it('rates what is alike from 0 to 1, three at most', () => {
  expect(nearestTo('goal.renamed', known).map(({ likeness }) => likeness)).toEqual([
    1,
    expect.any(Number),
    expect.any(Number),
  ])
  expect(nearestTo('invoice', known)[0]?.likeness).toBeLessThan(0.3)
  expect(nearestTo('a', [])).toEqual([])
  expect(nearestTo('', [''])).toEqual([{ name: '', likeness: 0 }])
})
