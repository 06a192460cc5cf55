// React never renders an older value after a newer one, and no more often than there is something new to see.
import { type InfiniteData, useInfiniteQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Suspense, type ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { patch, type RealtimeOptions } from '../../src/query/index.ts'
import { pass, renderApp } from './app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Goal {
  id: number
  name: string
  version: number
}

const key = ['goal']
const stream = 'user:ada'
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A server with one goal, whose API takes 60 ms and answers what was there at the beginning. */
function createGoal() {
  const first: Goal = { id: 1, name: 'v1', version: 1 }
  const goal = { truth: first, fetches: 0, fetch }
  async function fetch() {
    goal.fetches++
    const { truth } = goal
    await wait(60)
    return { ...truth }
  }
  return goal
}

const rule = { renamed: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(key, payload) }
const versioned = {
  renamed: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(key, payload, { version: ({ version }) => version }),
}

function renderGoal(
  View: (props: { goal: ReturnType<typeof createGoal>; onRender: (value: Goal | undefined) => void }) => ReactNode,
  rules: NonNullable<RealtimeOptions['rules']> = rule,
) {
  const goal = createGoal()
  const rendered: (Goal | undefined)[] = []
  const app = renderApp(
    <Suspense fallback="…">
      <View goal={goal} onRender={(value) => rendered.push(value)} />
    </Suspense>,
    { rules },
  )
  return {
    ...app,
    goal,
    /** What was rendered, each value once. */
    steps: () => rendered.map((value) => value?.name ?? '').filter((name, index, all) => name !== all[index - 1]),
    /** How often, since the last time it was asked; StrictMode renders everything twice. */
    renders: () => rendered.splice(0).length / 2,
    /** The server changes the goal, and says so. */
    change(version: number) {
      goal.truth = { id: 1, name: `v${version}`, version }
      app.server.publish({ type: 'renamed', payload: goal.truth, stream })
    },
    refetch: () => void app.queryClient.refetchQueries({ queryKey: key }),
  }
}

type ViewProps = Parameters<Parameters<typeof renderGoal>[0]>[0]

function Plain({ goal, onRender }: ViewProps) {
  onRender(useQuery({ queryKey: key, queryFn: goal.fetch }).data)
  return null
}

function Suspended({ goal, onRender }: ViewProps) {
  onRender(useSuspenseQuery({ queryKey: key, queryFn: goal.fetch }).data)
  return null
}

function Selected({ goal, onRender }: ViewProps) {
  onRender(useQuery({ queryKey: key, queryFn: goal.fetch, select: ({ name }) => ({ name }) as Goal }).data)
  return null
}

function Paged({ goal, onRender }: ViewProps) {
  const { data } = useInfiniteQuery({
    queryKey: key,
    queryFn: async () => [await goal.fetch()],
    initialPageParam: 0,
    getNextPageParam: () => null,
  })
  onRender(data?.pages[0]![0])
  return null
}

const ofPages = {
  renamed: ({ payload }: RealtimeEvent<Goal>) =>
    patch<InfiniteData<Goal[]>>(key, ({ pageParams }) => ({ pageParams, pages: [[payload]] })),
}

describe('a refetch that is overtaken by an event', () => {
  it.each([
    ['useQuery', Plain, rule],
    ['useQuery with select', Selected, rule],
    ['useSuspenseQuery', Suspended, rule],
    ['useInfiniteQuery', Paged, ofPages],
  ])('shows nothing older again, to %s', async (_, View, rules) => {
    const { change, refetch, steps } = renderGoal(View, rules)
    await pass(3_000)
    for (let version = 2; version < 12; version++) {
      refetch()
      await pass(20)
      change(version)
      await pass(80)
    }
    await pass(10_000)
    const shown = Array.from({ length: 11 }, (__, index) => `v${index + 1}`)
    expect(steps().filter((name) => name !== '')).toEqual(shown)
  })

  it('in its first fetch shows the newer one alone', async () => {
    const { change, steps } = renderGoal(Plain)
    await pass(20)
    change(2)
    await pass(10_000)
    expect(steps()).toEqual(['', 'v2'])
  })

  it('shows nothing older again, though each answer lags behind the events, where the rule names a version', async () => {
    const { goal, change, refetch, steps } = renderGoal(Plain, versioned)
    await pass(3_000)
    for (let version = 2; version < 12; version++) {
      change(version)
      await pass(40)
      const { truth } = goal
      goal.truth = { id: 1, name: `v${version - 1}`, version: version - 1 }
      refetch()
      await pass(80)
      goal.truth = truth
    }
    await pass(60_000)
    expect(steps().filter((name) => name !== '')).toEqual(Array.from({ length: 11 }, (_, index) => `v${index + 1}`))
    expect(goal.fetches).toBe(11)
  })
})

describe('the number of renders', () => {
  it('is one for an event, none for an answer that says the same', async () => {
    const { change, refetch, renders } = renderGoal(Plain, versioned)
    await pass(3_000)
    renders()
    change(2)
    await pass(50)
    expect(renders()).toBe(1)
    refetch()
    await pass(1_000)
    expect(renders()).toBe(0)
  })

  it('is one for an event; the fetch it has overtaken hands out the very same data again', async () => {
    const { change, refetch, renders, queryClient } = renderGoal(Plain, versioned)
    await pass(3_000)
    renders()
    refetch()
    await pass(20)
    change(2)
    await pass(20)
    expect(renders()).toBe(1)
    const shown = queryClient.getQueryData(key)
    // TanStack Query has told of the older answer by the time it is set right, so React looks once more.
    await pass(1_000)
    expect(renders()).toBeLessThanOrEqual(1)
    expect(queryClient.getQueryData(key)).toBe(shown)
  })

  it('is one for a burst after its first event', async () => {
    const { change, renders } = renderGoal(Plain, versioned)
    await pass(3_000)
    renders()
    for (let version = 2; version < 202; version++) change(version)
    await pass(1_000)
    expect(renders()).toBeLessThanOrEqual(2)
  })
})
