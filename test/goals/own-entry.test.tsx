import { QueryClient, QueryClientProvider, useMutation } from '@tanstack/react-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type GoalActivity, GoalActivityFeed, goalEvents, goalKeys } from '../../src/goals/index.ts'
import { createRealtime, liveMutationOptions, upsert } from '../../src/query/index.ts'
import { RealtimeProvider } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { pass } from '../react/app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const put = (activity: GoalActivity) =>
  upsert<GoalActivity>(goalKeys.activity('g1'), activity, { where: () => true, at: 'start', confirm: false })

const entry = (id: string): GoalActivity => ({
  id,
  goalId: 'g1',
  kind: 'note.created',
  text: 'Two masts',
  createdAt: new Date().toISOString(),
})

it.each([
  ['its event comes before the answer', 20, 80],
  ['its event comes behind the answer', 80, 20],
  ['no event of it comes', null, 20],
])('an entry the user has made is there once, where %s', async (_why, eventAfterMs, answerAfterMs) => {
  const server = createTestServer({ verify: () => ({ subject: 'ada', streams: ['goal:g1'] }) })
  const realtime = createRealtime({ transports: [server.transport], events: goalEvents })
  const history: GoalActivity[] = []

  function Note() {
    // Written inline, as apps do: each render makes them anew.
    const { mutate } = useMutation(
      liveMutationOptions<GoalActivity>({
        async mutationFn(_variables, { mutationId }) {
          const activity = entry('real')
          history.unshift(activity)
          if (eventAfterMs !== null) {
            setTimeout(() => {
              const payload = { goalId: 'g1', activity }
              server.publish({ type: 'goal.activity.created', stream: 'goal:g1', payload, origin: { mutationId } })
            }, eventAfterMs)
          }
          await new Promise((resolve) => setTimeout(resolve, answerAfterMs))
          return activity
        },
        optimistic: (_variables, { tempId }) => put(entry(tempId)),
        confirmed: put,
      }),
    )
    return (
      <button type="button" onClick={() => mutate()}>
        note
      </button>
    )
  }

  render(
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider client={realtime}>
        <Note />
        <GoalActivityFeed goalId="g1" queryFn={async () => ({ items: [...history] })} />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  await pass(5_000)
  fireEvent.click(screen.getByRole('button', { name: 'note' }))
  const counts = new Set<number>()
  for (let step = 0; step < 40; step++) {
    await act(() => vi.advanceTimersByTimeAsync(5))
    counts.add(screen.queryAllByRole('article').length)
  }
  await pass(5_000)
  counts.add(screen.queryAllByRole('article').length)
  expect([...counts]).toEqual([1])
  expect(screen.getByRole('article').dataset['id']).toBe('real')
})
