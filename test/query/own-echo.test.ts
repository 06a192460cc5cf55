// Mutations made here: what is shown before the server has confirmed it, and what becomes of that. Orders of event and answer for
// a new row: faults-cache.test.ts (F42), rollbacks: F43.
import { type MutationFunctionContext, MutationObserver, type QueryClient } from '@tanstack/react-query'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { invalidate, liveMutationOptions, patch, upsert } from '../../src/query/index.ts'
import { begin, createQueryClient, end, type Goal, pass, setUp, show, wait } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const key = ['goals']
const everywhere = { where: () => true }
const namesOf = (...names: string[]): Goal[] => names.map((name, index) => ({ id: index + 1, name }))
const rules = {
  'goal.created': ({ payload }: RealtimeEvent<Goal>) => upsert(key, payload, everywhere),
  'goal.renamed': ({ payload: { id, name } }: RealtimeEvent<Goal>) => patch<Goal>(key, { name }, { id }),
}

/** Runs it, and waits until it has begun, without letting time pass. */
async function mutate(queryClient: QueryClient, options: object, variables?: unknown) {
  const done = new MutationObserver(queryClient, options).mutate(variables as never)
  done.catch(() => {})
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

const hanging = () => new Promise<never>(() => {})

/** A list on screen and a server that holds it. */
async function setUpList(...names: string[]) {
  const all = await setUp({ rules })
  const goals = namesOf(...names)
  const list = show<Goal[]>(all.queryClient, key, () => goals.map((goal) => ({ ...goal })))
  await pass(100)
  return { ...all, goals, list }
}

describe('the function of a mutation', () => {
  it('is told the id of this call and a temporary id for what it makes, the same for each attempt', async () => {
    const queryClient = createQueryClient()
    const told: { mutationId: string; tempId: string }[] = []
    const options = liveMutationOptions({
      async mutationFn(_: string, { mutationId, tempId }) {
        told.push({ mutationId, tempId })
        if (told.length < 3) throw new Error('try again')
      },
      optimistic: (_, { mutationId, tempId }) => void told.push({ mutationId, tempId }),
      retry: 3,
      retryDelay: 10,
    })
    await mutate(queryClient, options, 'one')
    await pass(100)
    expect(told).toHaveLength(3)
    expect(new Set(told.map(({ mutationId }) => mutationId)).size).toBe(1)
    expect(new Set(told.map(({ tempId }) => tempId)).size).toBe(1)
    await mutate(queryClient, options, 'two')
    await pass(100)
    expect(told.at(-1)!.mutationId).not.toBe(told[0]!.mutationId)
    expect(told.at(-1)!.tempId).not.toBe(told[0]!.tempId)
  })

  it('is given what TanStack Query gives it', async () => {
    const queryClient = createQueryClient()
    let given: MutationFunctionContext | null = null
    const mutationFn = async (_: void, context: MutationFunctionContext) => void (given = context)
    const options = liveMutationOptions({ mutationFn, mutationKey: ['make'], meta: { by: 'me' } })
    await mutate(queryClient, options)
    await pass(10)
    expect(given).toMatchObject({ client: queryClient, mutationKey: ['make'], meta: { by: 'me' } })
  })
})

describe('what is hoped for', () => {
  it('is shown in the same tick', async () => {
    const { queryClient, list } = await setUpList('a')
    const now = Date.now()
    const optimistic = () => patch<Goal>(key, { name: 'hoped' }, { id: 1 })
    await mutate(queryClient, liveMutationOptions({ mutationFn: hanging, optimistic }))
    expect(queryClient.getQueryData(key)).toEqual(namesOf('hoped'))
    expect(Date.now()).toBe(now)
    await pass(0)
    expect(list.data).toEqual(namesOf('hoped'))
  })

  it('does not make the query fresh, and completes none that never loaded', async () => {
    const queryClient = createQueryClient()
    queryClient.setQueryData(key, namesOf('a'), { updatedAt: 1_000 })
    const optimistic = () => [
      patch<Goal>(key, { name: 'hoped' }, { id: 1 }),
      patch<Goal>(['goal', 1], { name: 'hoped' }),
    ]
    await mutate(queryClient, liveMutationOptions({ mutationFn: hanging, optimistic }))
    expect(queryClient.getQueryState(key)).toMatchObject({ data: namesOf('hoped'), dataUpdatedAt: 1_000 })
    expect(queryClient.getQueryData(['goal', 1])).toBeUndefined()
  })

  it('is shown on a query as soon as that has loaded', async () => {
    const queryClient = createQueryClient()
    const list = show(queryClient, key, () => namesOf('a'))
    const optimistic = () => patch<Goal>(key, { name: 'hoped' }, { id: 1 })
    await mutate(queryClient, liveMutationOptions({ mutationFn: hanging, optimistic }))
    await pass(100)
    expect(list.seen).toEqual([namesOf('hoped')])
  })

  it('has the real id as soon as the answer has told it, and is not fetched where the event follows', async () => {
    const { queryClient, list, publish } = await setUpList('a')
    const options = liveMutationOptions({
      async mutationFn(name: string, { mutationId }) {
        await wait(60)
        setTimeout(() => publish('goal.created', { id: 2, name }, { origin: { mutationId } }), 500)
        return { id: 2, name }
      },
      optimistic: (name, { tempId }) => upsert(key, { id: tempId, name }, { ...everywhere, confirm: false }),
    })
    await mutate(queryClient, options, 'b')
    expect(queryClient.getQueryData<Goal[]>(key)!.map(({ id }) => id)).toEqual([1, expect.stringMatching(/^temp-/)])
    await pass(100)
    expect(list.data).toEqual(namesOf('a', 'b'))
    await pass(600)
    expect(list.data).toEqual(namesOf('a', 'b'))
  })

  it('has the id that `realId` finds in an answer of another shape', async () => {
    const { queryClient, list } = await setUpList('a')
    const options = liveMutationOptions({
      async mutationFn(name: string) {
        await wait(60)
        return { created: { key: 2 }, name }
      },
      optimistic: (name, { tempId }) => upsert(key, { id: tempId, name }, everywhere),
      realId: ({ created }) => created.key,
    })
    await mutate(queryClient, options, 'b')
    await pass(100)
    expect(list.data).toEqual(namesOf('a', 'b'))
  })

  it('gives way to what `confirmed` makes of the answer', async () => {
    const { queryClient, list, goals } = await setUpList('a')
    const options = liveMutationOptions({
      async mutationFn(name: string) {
        await wait(60)
        goals[0]!.name = name.trim()
        return { id: 1, name: name.trim() }
      },
      optimistic: (name) => patch<Goal>(key, { name }, { id: 1 }),
      confirmed: ({ id, name }) => patch<Goal>(key, { name }, { id }),
    })
    await mutate(queryClient, options, ' b ')
    expect(queryClient.getQueryData(key)).toEqual(namesOf(' b '))
    await pass(100)
    expect(list.data).toEqual(namesOf('b'))
    await pass(10_000)
    expect(list.seen).toEqual([namesOf('a'), namesOf(' b '), namesOf('b')])
  })

  it('may be nothing: `confirmed` alone shows the answer', async () => {
    const { queryClient, list, goals } = await setUpList('a')
    const options = liveMutationOptions({
      async mutationFn(goal: Goal) {
        goals.push(goal)
        return goal
      },
      confirmed: (goal) => upsert(key, goal, everywhere),
    })
    await mutate(queryClient, options, { id: 2, name: 'b' })
    await pass(0)
    expect(list.data).toEqual(namesOf('a', 'b'))
  })

  it('and the answer are older than an event that came before the answer', async () => {
    const { queryClient, list, publish } = await setUpList('a')
    const options = liveMutationOptions({
      async mutationFn(name: string, { mutationId }) {
        publish('goal.renamed', { id: 1, name }, { origin: { mutationId } })
        publish('goal.renamed', { id: 1, name: 'newer' })
        await wait(60)
        return { id: 1, name }
      },
      optimistic: (name) => patch<Goal>(key, { name }, { id: 1 }),
      confirmed: ({ id, name }) => patch<Goal>(key, { name }, { id }),
    })
    await mutate(queryClient, options, 'b')
    await pass(100)
    expect(list.data).toEqual(namesOf('newer'))
    expect(list.seen).toEqual([namesOf('a'), namesOf('b'), namesOf('newer')])
  })

  it('survives fetches that began before the answer, and goes with the first that began after it', async () => {
    const { list } = await answeredDuringFetch()
    expect(list.seen).toEqual([namesOf('a'), namesOf('b')])
    void list.observer.refetch()
    await pass(100)
    expect(list.data).toEqual(namesOf('b, as the server has it'))
  })

  it('is fetched after the answer, where a fetch that had begun before it answers behind it', async () => {
    const { list } = await answeredDuringFetch()
    await pass(10_000)
    expect(list.data).toEqual(namesOf('b, as the server has it'))
  })

  /** A fetch begins, then the server does it and answers, then comes what the fetch read before. */
  async function answeredDuringFetch() {
    const all = await setUpList('a')
    const options = liveMutationOptions({
      async mutationFn(name: string) {
        await wait(300)
        all.goals[0]!.name = `${name}, as the server has it`
      },
      optimistic: (name) => patch<Goal>(key, { name }, { id: 1 }),
    })
    await mutate(all.queryClient, options, 'b')
    await pass(270)
    void all.list.observer.refetch()
    await pass(100)
    return all
  }

  it('and confirmed by its answer has nothing fetched for a query that comes later', async () => {
    const { queryClient } = await setUpList('a')
    const options = liveMutationOptions({
      mutationFn: async (name: string) => name,
      optimistic: (name) => patch<Goal>(key, { name }, { id: 1 }),
      confirmed: (name) => patch<Goal>(key, { name }, { id: 1, confirm: false }),
    })
    await mutate(queryClient, options, 'b')
    await pass(100)
    const later = show(queryClient, [...key, 'later'], () => namesOf('b'))
    await pass(20_000)
    expect(later.begun).toHaveLength(1)
  })

  it('and never told of is fetched two seconds after the answer', async () => {
    const { queryClient, list, goals } = await setUpList('a')
    const options = liveMutationOptions({
      async mutationFn(name: string) {
        goals[0]!.name = `${name}, as the server has it`
      },
      optimistic: (name) => patch<Goal>(key, { name }, { id: 1 }),
    })
    await mutate(queryClient, options, 'b')
    await pass(1_900)
    expect(list.begun).toHaveLength(1)
    await pass(200)
    expect(list.begun).toHaveLength(2)
    expect(list.data).toEqual(namesOf('b, as the server has it'))
  })
})

describe('a mutation that fails', () => {
  /** Renames the first goal, and fails after `ms`. */
  const failing = (name: string, ms: number) =>
    liveMutationOptions({
      async mutationFn() {
        await wait(ms)
        throw new Error('refused')
      },
      optimistic: () => patch<Goal>(key, { name }, { id: 1 }),
    })

  it('takes back its own effect and not that of another one, whichever began first', async () => {
    const { queryClient, list, goals } = await setUpList('a', 'b')
    const making = liveMutationOptions({
      async mutationFn(goal: Goal) {
        await wait(100)
        goals.push(goal)
        return goal
      },
      optimistic: (goal, { tempId }) => upsert(key, { ...goal, id: tempId }, everywhere),
    })
    await mutate(queryClient, failing('first', 50), undefined)
    await mutate(queryClient, making, { id: 3, name: 'c' })
    await mutate(queryClient, failing('second', 150), undefined)
    await pass(0)
    expect(list.data!.map(({ name }) => name)).toEqual(['second', 'b', 'c'])
    await pass(60)
    expect(list.data!.map(({ name }) => name)).toEqual(['second', 'b', 'c'])
    await pass(50)
    expect(list.data).toEqual(namesOf('second', 'b', 'c'))
    await pass(50)
    expect(list.data).toEqual(namesOf('a', 'b', 'c'))
  })

  it('takes it back, and confirms it, also where its options were made anew meanwhile, as each render does', async () => {
    const { queryClient } = await setUpList('Ship')
    const outcomes = [() => Promise.reject(new Error('no')), () => Promise.resolve({ id: 1, name: 'Sail' })]
    for (const outcome of outcomes) {
      const make = () =>
        liveMutationOptions<Goal, Error, string>({
          mutationFn: async () => {
            await wait(50)
            return outcome()
          },
          optimistic: (name) => patch<Goal>(key, { name }, { id: 1 }),
          confirmed: (goal) => upsert(key, goal, everywhere),
        })
      const observer = new MutationObserver(queryClient, make())
      observer.mutate('Hoped for').catch(() => {})
      await pass(10)
      expect(queryClient.getQueryData(key)).toMatchObject([{ name: 'Hoped for' }])
      observer.setOptions(make())
      await pass(100)
      expect(queryClient.getQueryData(key)).toMatchObject([{ name: outcome === outcomes[0] ? 'Ship' : 'Sail' }])
    }
  })

  it('uncovers the effect of one that is still hoped for', async () => {
    const { queryClient, list } = await setUpList('a')
    await mutate(queryClient, failing('first', 500))
    await mutate(queryClient, failing('second', 50))
    await pass(0)
    expect(list.data).toEqual(namesOf('second'))
    await pass(60)
    expect(list.data).toEqual(namesOf('first'))
    await pass(500)
    expect(list.data).toEqual(namesOf('a'))
  })

  it('leaves what events and fetches have said meanwhile', async () => {
    const { queryClient, list, goals, happens } = await setUpList('a', 'b')
    await mutate(queryClient, failing('hoped', 500))
    await happens('goal.renamed', { id: 2, name: 'by event' })
    goals[0]!.name = 'by fetch'
    goals[1]!.name = 'by event'
    void list.observer.refetch()
    await pass(100)
    expect(list.data).toEqual(namesOf('hoped', 'by event'))
    await pass(500)
    expect(list.data).toEqual(namesOf('by fetch', 'by event'))
  })

  it('in its `onMutate` takes back what was shown', async () => {
    const { queryClient, list } = await setUpList('a')
    const onMutate = () => {
      throw new Error('no')
    }
    const mutationFn = vi.fn(async () => {})
    const optimistic = () => patch<Goal>(key, { name: 'hoped' }, { id: 1 })
    await mutate(queryClient, liveMutationOptions({ mutationFn, optimistic, onMutate }))
    await pass(100)
    expect(mutationFn).not.toHaveBeenCalled()
    expect(list.data).toEqual(namesOf('a'))
  })

  it('whose `optimistic` throws fails, and shows nothing', async () => {
    const { queryClient, list } = await setUpList('a')
    const onError = vi.fn()
    const mutationFn = vi.fn(async () => {})
    const optimistic = () => {
      throw new Error('boom')
    }
    await mutate(queryClient, liveMutationOptions({ mutationFn, optimistic, onError }))
    await pass(100)
    expect(mutationFn).not.toHaveBeenCalled()
    expect(onError).toHaveBeenCalledTimes(1)
    expect(list.seen).toEqual([namesOf('a')])
  })
})

describe('a mutation of which the event tells', () => {
  const optimistic = () => patch<number>(['other'], () => 2)

  it.each([
    ['that shows what is hoped for', { optimistic }],
    ['that shows nothing before', {}],
  ])('%s has fetched at once what the event asks for, also on a stream of many', async (_, options) => {
    const { queryClient, publish } = await setUp({ rules: { changed: () => invalidate(key) } })
    const { begun } = show(queryClient, key, () => 1)
    await pass(3_000)
    const mutationFn = async (_variables: void, { mutationId }: { mutationId: string }) =>
      publish('changed', {}, { stream: 'tenant:1', origin: { mutationId } })
    await mutate(queryClient, liveMutationOptions({ mutationFn, ...options }))
    await pass(20)
    expect(begun).toHaveLength(2)
  })

  it('of another client fetches by chance within two seconds, as all clients hear it', async () => {
    const { queryClient, publish } = await setUp({ rules: { changed: () => invalidate(key) } })
    const { begun } = show(queryClient, key, () => 1)
    await pass(3_000)
    publish('changed', {}, { stream: 'tenant:1', origin: { mutationId: 'of another client' } })
    await pass(900)
    expect(begun).toHaveLength(1)
    await pass(200)
    expect(begun).toHaveLength(2)
  })
})

describe('without a provider', () => {
  it('what is hoped for is shown, confirmed by a fetch after the answer, and nothing stays', async () => {
    const queryClient = createQueryClient()
    const goals = namesOf('a')
    const list = show<Goal[]>(queryClient, key, () => [...goals])
    await pass(100)
    const listeners = () => (queryClient.getQueryCache() as unknown as { listeners: Set<unknown> }).listeners.size
    const options = liveMutationOptions({
      async mutationFn(name: string) {
        await wait(60)
        goals.push({ id: 2, name: `${name}, as the server has it` })
        return { id: 2, name }
      },
      optimistic: (name, { tempId }) => upsert(key, { id: tempId, name }, everywhere),
    })
    const before = listeners()
    await mutate(queryClient, options, 'b')
    expect(listeners()).toBeGreaterThan(before)
    await pass(100)
    expect(list.data).toHaveLength(2)
    await pass(5_000)
    expect(list.data).toEqual(namesOf('a', 'b, as the server has it'))
    expect(list.seen.map(({ length }) => length)).not.toContain(3)
    expect(list.begun).toHaveLength(2)
    expect(listeners()).toBe(before)
  })

  it('a failure is taken back', async () => {
    const queryClient = createQueryClient()
    const list = show<Goal[]>(queryClient, key, () => namesOf('a'))
    await pass(100)
    const options = liveMutationOptions({
      async mutationFn() {
        await wait(60)
        throw new Error('refused')
      },
      optimistic: () => patch<Goal>(key, { name: 'hoped' }, { id: 1 }),
    })
    await mutate(queryClient, options)
    await pass(1_000)
    expect(list.seen).toEqual([namesOf('a'), namesOf('hoped'), namesOf('a')])
    expect(list.begun).toHaveLength(1)
  })
})

describe('what the app does when a mutation begins and ends', () => {
  it.each(['success', 'failure'])('is called as ever on %s: same arguments, same order, same results', async (how) => {
    async function callsOf(wrap: (options: object) => object) {
      const queryClient = createQueryClient()
      const calls: unknown[] = []
      const said = (name: string, given: unknown[]) => {
        const context = given.at(-1) as MutationFunctionContext
        calls.push([
          name,
          given.slice(0, -1),
          Object.keys(context).toSorted(),
          context.client === queryClient,
          context.meta,
        ])
      }
      const options = {
        meta: { by: 'me' },
        async mutationFn() {
          if (how === 'failure') throw new Error('refused')
          return 'answer'
        },
        async onMutate(...given: unknown[]) {
          said('onMutate', given)
          return 'result'
        },
        onSuccess: (...given: unknown[]) => said('onSuccess', given),
        onError: (...given: unknown[]) => said('onError', given),
        onSettled: (...given: unknown[]) => said('onSettled', given),
      }
      await mutate(queryClient, wrap(options), 'variables')
      await pass(10_000)
      return calls
    }
    const calls = await callsOf((options) => liveMutationOptions(options as never))
    expect(calls).toHaveLength(3)
    expect(calls).toEqual(await callsOf((options) => options))
  })

  it('is waited for: a promise of `onSuccess` holds up the end of the mutation', async () => {
    const queryClient = createQueryClient()
    const observer = new MutationObserver(
      queryClient,
      liveMutationOptions({ mutationFn: async () => 'answer', onSuccess: () => wait(500) }),
    )
    void observer.mutate()
    await pass(400)
    expect(observer.getCurrentResult().status).toBe('pending')
    await pass(200)
    expect(observer.getCurrentResult().status).toBe('success')
  })
})

describe('a mutation that hangs', () => {
  it('stays shown over any number of events and fetches', async () => {
    const { queryClient, list, goals, happens } = await setUpList('a', 'b')
    const optimistic = () => patch<Goal>(key, { name: 'hoped' }, { id: 1 })
    await mutate(queryClient, liveMutationOptions({ mutationFn: hanging, optimistic }))
    for (let turn = 0; turn < 50; turn++) {
      const name = `n${turn}`
      goals[1]!.name = name
      await happens('goal.renamed', { id: 2, name })
      if (turn % 10 === 0) void list.observer.refetch()
      await pass(100)
      expect(list.data).toEqual(namesOf('hoped', name))
    }
  })

  it('holds on to none of the events that come meanwhile', async () => {
    const events: WeakRef<object>[] = []
    const all = await setUp({
      rules: {
        'goal.renamed'(event: RealtimeEvent<Goal>) {
          events.push(new WeakRef(event.payload))
          return patch<Goal>(key, (goal) => ({ ...goal, name: event.payload.name }), { id: event.payload.id })
        },
      },
    })
    show(all.queryClient, key, () => namesOf('a', 'b'))
    await pass(100)
    const optimistic = () => patch<Goal>(key, { name: 'hoped' }, { id: 1 })
    await mutate(all.queryClient, liveMutationOptions({ mutationFn: hanging, optimistic }))
    for (let turn = 0; turn < 2_000; turn++) {
      all.publish('goal.renamed', { id: 2, name: `n${turn}` })
      if (turn % 50 === 0) await pass(50)
    }
    await pass(60_000)
    expect(events).toHaveLength(2_000)
    expect(await aliveOf(events)).toBeLessThan(50)
  })
})

/** How many of these are still held by somebody. */
async function aliveOf(references: readonly WeakRef<object>[]): Promise<number> {
  // A task of its own, which fake time does not have.
  await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve(null)
    })
    port1.start()
    port2.postMessage(null)
  })
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return references.filter((reference) => reference.deref() !== undefined).length
}

describe('an app that writes over it', () => {
  it('with what it was given keeps what it hoped for, and has the truth fetched where the mutation fails', async () => {
    const { queryClient, list } = await setUpList('a', 'b')
    const options = liveMutationOptions({
      async mutationFn() {
        await wait(100)
        throw new Error('refused')
      },
      optimistic: () => patch<Goal>(key, { name: 'hoped' }, { id: 1 }),
    })
    await mutate(queryClient, options)
    await pass(10)
    queryClient.setQueryData<Goal[]>(key, (goals) => [...goals!, { id: 3, name: 'by the app' }])
    await pass(10)
    expect(list.data).toEqual(namesOf('hoped', 'b', 'by the app'))
    await pass(2_000)
    expect(list.data).toEqual(namesOf('a', 'b'))
    expect(list.begun).toHaveLength(2)
  })

  it('with something else keeps that, and what is hoped for lies on top of it again with the next change', async () => {
    const { queryClient, list, happens } = await setUpList('a', 'b')
    const optimistic = () => patch<Goal>(key, { name: 'hoped' }, { id: 1 })
    await mutate(queryClient, liveMutationOptions({ mutationFn: hanging, optimistic }))
    queryClient.setQueryData<Goal[]>(key, namesOf('by the app', 'b'))
    await pass(10)
    expect(list.data).toEqual(namesOf('by the app', 'b'))
    await happens('goal.renamed', { id: 2, name: 'new' })
    expect(list.data).toEqual(namesOf('hoped', 'new'))
  })
})
