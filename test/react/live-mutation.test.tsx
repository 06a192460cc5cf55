// A list and a form: what is made here is one row from the click on, whichever comes first, the event or the answer.
import { useMutation, useQuery } from '@tanstack/react-query'
import { act, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { liveMutationOptions, upsert } from '../../src/query/index.ts'
import { pass, renderApp } from './app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Goal {
  id: number | string
  name: string
}

const key = ['goals']
const everywhere = { where: () => true }
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** An app in StrictMode. @param echoMs when the event comes, from the click on; null: never. The answer takes 100 ms */
function renderGoals({ echoMs, fails = false }: { echoMs: number | null; fails?: boolean }) {
  const goals: Goal[] = [{ id: 1, name: 'Ship' }]
  /** The rows of each render. */
  const rendered: string[][] = []
  const calls = { optimistic: 0, mutationFn: 0, settled: 0 }

  const saving = liveMutationOptions({
    async mutationFn(name: string, { mutationId }) {
      calls.mutationFn++
      if (echoMs !== null) {
        const goal = { id: 2, name }
        goals.push(goal)
        setTimeout(() => app.server.publish({ type: 'goal.created', payload: goal, origin: { mutationId } }), echoMs)
      }
      await wait(100)
      if (fails) throw new Error('refused')
      return { id: 2, name }
    },
    optimistic(name, { tempId }) {
      calls.optimistic++
      return upsert(key, { id: tempId, name }, everywhere)
    },
    onSettled: () => void calls.settled++,
  })

  function Goals() {
    const { data = [] } = useQuery({ queryKey: key, queryFn: async () => [...goals] })
    const { mutate, isPending, isError } = useMutation(saving)
    rendered.push(data.map(({ id }) => (typeof id === 'string' ? 'temp' : String(id))))
    return (
      <>
        <button onClick={() => mutate('Sail')}>{isPending ? 'saving' : isError ? 'failed' : 'add'}</button>
        <ul>
          {data.map(({ id, name }) => (
            <li key={id}>{name}</li>
          ))}
        </ul>
      </>
    )
  }

  const app = renderApp(<Goals />, {
    rules: { 'goal.created': ({ payload }: RealtimeEvent<Goal>) => upsert(key, payload, everywhere) },
  })
  const rows = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)
  const click = async () => {
    act(() => screen.getByRole('button').click())
    await pass(0)
  }
  /** Each content that was rendered, once. */
  const steps = () => rendered.map((ids) => ids.join(' ')).filter((ids, index, all) => ids !== all[index - 1])
  return { ...app, rows, click, steps, calls }
}

describe('a row that is added', () => {
  it.each([
    ['before the answer', 30],
    ['after the answer', 300],
    ['at the same time as the answer', 100],
  ])('is one row from the click on, with its event %s', async (_, echoMs) => {
    const { click, rows, steps, calls } = renderGoals({ echoMs })
    await pass(3_000)
    await click()
    expect(rows()).toEqual(['Ship', 'Sail'])
    expect(screen.getByRole('button')).toHaveTextContent('saving')
    await pass(30_000)
    expect(rows()).toEqual(['Ship', 'Sail'])
    expect(steps()).toEqual(['', '1', '1 temp', '1 2'])
    expect(screen.getByRole('button')).toHaveTextContent('add')
    // StrictMode renders twice and does nothing twice.
    expect(calls).toEqual({ optimistic: 1, mutationFn: 1, settled: 1 })
  })

  it('and never told of is one row as well', async () => {
    const { click, rows, steps } = renderGoals({ echoMs: 60_000 })
    await pass(3_000)
    await click()
    await pass(30_000)
    expect(rows()).toEqual(['Ship', 'Sail'])
    expect(steps()).toEqual(['', '1', '1 temp', '1 2'])
  })

  it('and refused goes again', async () => {
    const { click, rows, steps, calls } = renderGoals({ echoMs: null, fails: true })
    await pass(3_000)
    await click()
    expect(rows()).toEqual(['Ship', 'Sail'])
    await pass(30_000)
    expect(rows()).toEqual(['Ship'])
    expect(screen.getByRole('button')).toHaveTextContent('failed')
    expect(steps()).toEqual(['', '1', '1 temp', '1'])
    expect(calls.settled).toBe(1)
  })

  it('in an app that has unmounted is finished all the same', async () => {
    const { click, calls, unmount, queryClient } = renderGoals({ echoMs: null })
    await pass(3_000)
    await click()
    unmount()
    await pass(30_000)
    expect(calls.mutationFn).toBe(1)
    const held = queryClient.getQueryData<Goal[]>(key)!
    expect(held.filter(({ name }) => name === 'Sail').length).toBeLessThanOrEqual(1)
    queryClient.clear()
    // So long TanStack Query keeps a mutation.
    await pass(300_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
