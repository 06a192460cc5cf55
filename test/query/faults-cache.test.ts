// Faults where events meet the cache: fetches under way, optimistic changes, pages, queries that are gone (test/faults.md).
import { MutationObserver, type QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeAsOf, type RealtimeEvent } from '../../src/protocol/index.ts'
import { invalidate, liveMutationOptions, patch, upsert } from '../../src/query/index.ts'
import { begin, end, type Goal, own, pass, setUp, show, showPages, wait } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const key = ['goals']
const namesOf = (...names: string[]): Goal[] => names.map((name, index) => ({ id: index + 1, name }))
const renamed = ({ payload: { id, name } }: RealtimeEvent<Goal>) => patch<Goal>(key, { name }, { id })

describe('an event for a query that is being fetched', () => {
  const rules = {
    patched: ({ payload }: RealtimeEvent<{ name: string }>) => patch<string>(key, () => payload.name),
    invalidated: () => invalidate(key),
  }
  const setUpFetching = async (during: string) => {
    let truth = 'old'
    const all = await setUp({ rules })
    const goal = show(all.queryClient, key, () => truth, { ms: 50 })
    if (during === 'a refetch') {
      await pass(100)
      void goal.observer.refetch()
    }
    await pass(10)
    truth = 'new'
    return { ...all, goal }
  }

  it('F41 patches during a refetch: it is shown at once, and stays', async () => {
    const { goal, publish } = await setUpFetching('a refetch')
    publish('patched', { name: 'new' })
    await pass(20)
    expect(goal.data).toBe('new')
    await pass(5_000)
    expect(goal.seen).toEqual(['old', 'new'])
    // The one it came into, and one that confirms it.
    expect(goal.begun).toHaveLength(3)
  })

  it('F41 patches during the first fetch: the older answer is never shown', async () => {
    const { goal, publish } = await setUpFetching('the first fetch')
    publish('patched', { name: 'new' })
    await pass(20)
    // What was never loaded is not made up of what an event names.
    expect(goal.state).toMatchObject({ status: 'pending', data: undefined })
    await pass(5_000)
    expect(goal.seen).toEqual(['new'])
  })

  it('F41 patches by version during the first fetch: the version of what is not there is asked of nobody', async () => {
    const asked: unknown[] = []
    const version = (goal: Goal) => {
      asked.push(goal)
      return goal.version
    }
    const { queryClient, happens, errors } = await setUp({
      rules: { saved: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(key, payload, { version }) },
    })
    const goal = show(queryClient, key, () => ({ id: 1, name: 'old', version: 1 }), { ms: 50 })
    await pass(10)
    await happens('saved', { name: 'new', version: 2 })
    await pass(5_000)
    expect(asked).not.toContain(undefined)
    expect(goal.seen).toEqual([{ id: 1, name: 'new', version: 2 }])
    expect(errors).toEqual([])
  })

  it.each(['the first fetch', 'a refetch'])('F41 invalidates during %s: one more follows', async (during) => {
    const { goal, publish } = await setUpFetching(during)
    const before = goal.begun.length
    publish('invalidated')
    await pass(5_000)
    expect(goal.data).toBe('new')
    expect(goal.begun).toHaveLength(before + 1)
    expect(goal.state).toMatchObject({ isInvalidated: false, fetchStatus: 'idle' })
  })

  it.each(['patched', 'invalidated'])(
    'F41 %s: also where the fetch had begun before the cache was bound, as it has in a component below the provider',
    async (type) => {
      let truth = 'old'
      const { queryClient, join, publish } = await setUp({ rules, isJoined: false })
      const goal = show(queryClient, key, () => truth, { ms: 300 })
      join()
      await pass(100)
      truth = 'new'
      publish(type, { name: 'new' })
      await pass(10_000)
      expect(goal.data).toBe('new')
    },
  )

  it('F41 and the fetch fails: what the event said stays, and so does the failure', async () => {
    const { queryClient, happens } = await setUp({ rules })
    let answer: string | Error = 'old'
    const goal = show(queryClient, key, () => answer, { ms: 50 })
    await pass(100)
    answer = new Error('down')
    void goal.observer.refetch()
    await pass(10)
    await happens('patched', { name: 'new' })
    await pass(40)
    expect(goal.state).toMatchObject({ status: 'error', data: 'new' })
  })
})

describe('a row that is created here', () => {
  /** Creates one, which takes the server 60 ms. @param echoMs when its event comes; null: never */
  async function create({ echoMs, fails }: { echoMs: number | null; fails: boolean }) {
    const { queryClient, publish } = await setUp({
      rules: { 'goal.created': ({ payload }: RealtimeEvent<Goal>) => upsert(key, payload, { where: () => true }) },
    })
    const goals: Goal[] = namesOf('a')
    const list = show<Goal[]>(queryClient, key, () => [...goals])
    await pass(100)
    const options = liveMutationOptions({
      async mutationFn(name: string, { mutationId }) {
        const goal = { id: 2, name }
        if (echoMs !== null) {
          goals.push(goal)
          setTimeout(() => publish('goal.created', goal, { origin: { mutationId } }), echoMs)
        }
        await wait(60)
        if (fails) throw new Error('no answer')
        return goal
      },
      optimistic: (name, { tempId }) => upsert(key, { id: tempId, name }, { where: () => true }),
    })
    new MutationObserver(queryClient, options).mutate('mine').catch(() => {})
    await pass(1)
    expect(list.data).toHaveLength(2)
    await pass(10_000)
    return { data: list.data, lengths: list.seen.map(({ length }) => length) }
  }

  it.each([
    ['before the answer', 20],
    ['with the answer', 60],
    ['after the answer', 100],
    ['long after the answer, when a fetch has told of it', 4_000],
  ])('F42 whose event comes %s is one row, never two', async (_, echoMs) => {
    const { data, lengths } = await create({ echoMs, fails: false })
    expect(data).toEqual(namesOf('a', 'mine'))
    expect(new Set(lengths)).toEqual(new Set([1, 2]))
    expect(lengths.slice(1)).not.toContain(1)
  })

  it('F42 and refused goes, and leaves the others', async () => {
    const { data, lengths } = await create({ echoMs: null, fails: true })
    expect(data).toEqual(namesOf('a'))
    expect(lengths).toEqual([1, 2, 1])
  })

  it('F42 and made, though the answer was lost behind its event, stays one row', async () => {
    const { data, lengths } = await create({ echoMs: 20, fails: true })
    expect(data).toEqual(namesOf('a', 'mine'))
    expect(Math.max(...lengths)).toBe(2)
    expect(lengths.slice(1)).not.toContain(1)
  })

  it('F42 and made, though the answer was lost before its event, comes back as one row', async () => {
    const { data, lengths } = await create({ echoMs: 100, fails: true })
    expect(data).toEqual(namesOf('a', 'mine'))
    expect(lengths.slice(0, 4)).toEqual([1, 2, 1, 2])
    expect(Math.max(...lengths)).toBe(2)
  })
})

describe('an optimistic change that fails', () => {
  async function scenario(event: Goal) {
    const { queryClient, happens } = await setUp({ rules: { renamed } })
    const list = show<Goal[]>(queryClient, key, () => namesOf('a', 'b'))
    await pass(100)
    const options = liveMutationOptions({
      async mutationFn() {
        await wait(60)
        throw new Error('refused')
      },
      optimistic: () => patch<Goal>(key, { name: 'hoped' }, { id: 1 }),
    })
    new MutationObserver(queryClient, options).mutate().catch(() => {})
    await pass(10)
    await happens('renamed', event)
    const meanwhile = list.data
    await pass(100)
    return { meanwhile, data: list.data }
  }

  it('F43 leaves what an event said of another row meanwhile', async () => {
    const { meanwhile, data } = await scenario({ id: 2, name: 'new' })
    expect(meanwhile).toEqual(namesOf('hoped', 'new'))
    expect(data).toEqual(namesOf('a', 'new'))
  })

  it('F43 leaves what an event said of the same row meanwhile', async () => {
    const { data } = await scenario({ id: 1, name: 'new' })
    expect(data).toEqual(namesOf('new', 'b'))
  })
})

describe('a query that is gone', () => {
  const other = ['other']
  const setUpGone = (update: (queryClient: QueryClient) => void) =>
    setUp({
      rules: {
        patched: () => [
          patch<string>(key, () => {
            update(all.queryClient)
            return 'new'
          }),
          patch<string>(other, () => 'new'),
        ],
      },
    }).then((given) => (all = given))
  let all: Awaited<ReturnType<typeof setUp>>

  it('F44 removed in the middle of its patch does not come back, and the rest is done', async () => {
    const { queryClient, happens, errors } = await setUpGone((cache) => cache.removeQueries({ queryKey: key }))
    for (const queryKey of [key, other]) queryClient.setQueryData(queryKey, 'old')
    await happens('patched')
    expect(queryClient.getQueryCache().find({ queryKey: key })).toBeUndefined()
    expect(queryClient.getQueryData(other)).toBe('new')
    expect(errors).toEqual([])
  })

  it('F44 removed between its event and the flush does not come back', async () => {
    const { queryClient, publish, errors } = await setUpGone(() => {})
    for (const queryKey of [key, other]) queryClient.setQueryData(queryKey, 'old')
    // The first one is done at once, the second waits.
    publish('ignored')
    publish('patched')
    queryClient.removeQueries({ queryKey: key })
    await pass(20)
    expect(queryClient.getQueryCache().find({ queryKey: key })).toBeUndefined()
    expect(queryClient.getQueryData(other)).toBe('new')
    expect(errors).toEqual([])
  })

  it('F44 thrown away for want of use does not come back by what waits to be confirmed', async () => {
    const { queryClient, happens, errors } = await setUpGone(() => {})
    const goal = show(queryClient, key, () => 'old', { gcTime: 500 })
    await pass(100)
    await happens('patched')
    goal.stop()
    await pass(10_000)
    expect(queryClient.getQueryCache().getAll()).toEqual([])
    expect(goal.begun).toHaveLength(1)
    expect(errors).toEqual([])
  })

  it('F44 removed during a fetch, then looked at again, starts afresh', async () => {
    const { queryClient, happens } = await setUpGone(() => {})
    const first = show(queryClient, key, () => 'old')
    await pass(10)
    await happens('patched')
    first.stop()
    queryClient.removeQueries({ queryKey: key })
    const again = show(queryClient, key, () => 'newer')
    await pass(5_000)
    expect(again.seen).toEqual(['newer'])
  })
})

describe('a list in pages', () => {
  const rules = {
    renamed,
    added: ({ payload }: RealtimeEvent<Goal>) => upsert(key, payload, { where: () => true, at: 'start' }),
    placed: ({ payload }: RealtimeEvent<Goal>) =>
      upsert(key, payload, { where: () => true, sort: (a, b) => Number(a.id) - Number(b.id) }),
  }
  async function setUpPages() {
    const goals = namesOf('a', 'b', 'c', 'd', 'e')
    const all = await setUp({ rules })
    const list = showPages(all.queryClient, key, () => goals.map((goal) => ({ ...goal })))
    await pass(100)
    return { ...all, goals, list }
  }

  it('F45 that grows at its start while the next page loads shows nothing twice', async () => {
    const { goals, list, happens } = await setUpPages()
    const added = { id: 9, name: 'new' }
    goals.unshift(added)
    void list.fetchNextPage()
    await pass(10)
    await happens('added', added)
    await pass(100)
    // The page that was asked for begins with what has moved out of the first one.
    expect(list.pages().flat()).toEqual(['9 new', '1 a', '2 b', '3 c'])
    await pass(5_000)
    expect(list.pages()).toEqual([
      ['9 new', '1 a'],
      ['2 b', '3 c'],
    ])
  })

  it('F45 keeps a patch that came while the next page loads, on either page', async () => {
    const { goals, list, happens } = await setUpPages()
    void list.fetchNextPage()
    await pass(10)
    for (const id of [1, 4]) {
      goals[id - 1]!.name = 'new'
      await happens('renamed', { id, name: 'new' })
    }
    await pass(60)
    expect(list.pages()).toEqual([
      ['1 new', '2 b'],
      ['3 c', '4 new'],
    ])
    await pass(5_000)
    expect(list.pages()[1]).toEqual(['3 c', '4 new'])
  })

  it('F45 is not touched by an event for a page that is not loaded', async () => {
    const { goals, list, happens } = await setUpPages()
    const before = list.data
    goals[3]!.name = 'new'
    await happens('renamed', { id: 4, name: 'new' })
    await happens('placed', { id: 5, name: 'new' })
    expect(list.data).toBe(before)
    await pass(5_000)
    expect(list.pages()).toEqual([['1 a', '2 b']])
    void list.fetchNextPage()
    await pass(100)
    expect(list.pages()[1]).toEqual(['3 c', '4 new'])
  })

  it('F45 with a total beside its items has that fetched, not guessed', async () => {
    const { queryClient, happens } = await setUp({
      rules: {
        // Nothing has to be confirmed of the row itself.
        added: ({ payload }: RealtimeEvent<Goal>) =>
          upsert(key, payload, { where: () => true, at: 'start', version: ({ version }) => version }),
      },
    })
    const goals = namesOf('a')
    const list = show(queryClient, key, () => ({ items: [...goals], total: goals.length }))
    await pass(100)
    goals.unshift({ id: 2, name: 'b', version: 1 })
    await happens('added', { id: 2, name: 'b', version: 1 })
    expect(list.data).toEqual({ items: goals, total: 1 })
    await pass(5_000)
    expect(list.data).toEqual({ items: goals, total: 2 })
    expect(list.begun).toHaveLength(2)
  })
})

describe('a storm of invalidations', () => {
  it('F46 of ten thousand in a tick makes two fetches at most of each query, and the last of them knows all', async () => {
    let truth = 0
    const { queryClient, publish } = await setUp({ rules: { changed: () => invalidate(key) } })
    const shown = [1, 2, 3].map((id) => show(queryClient, [...key, id], () => truth))
    await pass(100)
    for (let turn = 0; turn < 10_000; turn++) {
      truth++
      publish('changed')
    }
    await pass(10_000)
    for (const { begun, data } of shown) {
      expect(begun.length - 1).toBeLessThanOrEqual(2)
      expect(data).toBe(10_000)
    }
  })

  it('F46 of ten thousand while the page is hidden makes one, on return', async () => {
    const { focusManager } = await import('@tanstack/react-query')
    const { queryClient, publish } = await setUp({ rules: { changed: () => invalidate(key) } })
    const { begun } = show(queryClient, key, () => 1)
    await pass(100)
    focusManager.setFocused(false)
    for (let turn = 0; turn < 10_000; turn++) publish('changed')
    await pass(60_000)
    expect(begun).toHaveLength(1)
    focusManager.setFocused(true)
    await pass(10_000)
    focusManager.setFocused(undefined)
    expect(begun).toHaveLength(2)
  })
})

describe('an event that is older than the data', () => {
  it('F47 by its version does not turn it back, and nothing is fetched', async () => {
    const { queryClient, happens, realtime } = await setUp({
      rules: {
        saved: ({ payload }: RealtimeEvent<Goal>) => [
          patch<Goal>(['goal'], payload, { version: (goal) => goal.version }),
          upsert(key, payload, { version: (goal) => goal.version }),
        ],
      },
    })
    const goal = show(queryClient, ['goal'], () => ({ id: 1, name: 'v5', version: 5 }))
    const list = show(queryClient, key, () => [{ id: 1, name: 'v5', version: 5 }])
    await pass(100)
    await happens('saved', { id: 1, name: 'v3', version: 3 })
    expect(goal.data).toMatchObject({ name: 'v5' })
    expect(list.data).toMatchObject([{ name: 'v5' }])
    expect(realtime.inspect().queries.map(({ changes }) => changes.map(({ effect }) => effect))).toEqual([
      ['skipped'],
      ['skipped'],
    ])
    await happens('saved', { id: 1, name: 'v6', version: 6 })
    expect(goal.data).toMatchObject({ name: 'v6' })
    expect(list.data).toMatchObject([{ name: 'v6' }])
    await pass(60_000)
    expect([goal.begun.length, list.begun.length]).toEqual([1, 1])
  })

  it('F47 by its version does not let an older answer turn back what events have said', async () => {
    let truth: Goal = { id: 1, name: 'v1', version: 1 }
    const { queryClient, happens } = await setUp({
      rules: {
        saved: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(key, payload, { version: (goal) => goal.version }),
      },
    })
    const goal = show(queryClient, key, () => truth)
    await pass(100)
    await happens('saved', { id: 1, name: 'v2', version: 2 })
    // A replica that lags: the fetch begins after the event, and answers what was before it.
    void goal.observer.refetch()
    await pass(5_000)
    expect(goal.data).toMatchObject({ name: 'v2' })
    expect(goal.seen.map(({ name }) => name)).toEqual(['v1', 'v2'])
    truth = { id: 1, name: 'v3', version: 3 }
    void goal.observer.refetch()
    await pass(100)
    expect(goal.data).toMatchObject({ name: 'v3' })
  })

  it('F47 by its position does not turn it back, and nothing is fetched', async () => {
    const { queryClient, happens, server } = await setUp({
      rules: { renamed: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(key, { name: payload.name }) },
    })
    const goal = show(queryClient, key, () => ({ id: 1, name: 'second' }), {
      asOf: () => encodeAsOf({ [own]: { epoch: server.hub.epoch, seq: 2 } }),
    })
    await pass(100)
    // What the answer knew already is told only now.
    await happens('renamed', { name: 'first' })
    expect(goal.data).toMatchObject({ name: 'second' })
    await happens('renamed', { name: 'second' })
    await happens('renamed', { name: 'third' })
    expect(goal.data).toMatchObject({ name: 'third' })
    await pass(60_000)
    expect(goal.seen.map(({ name }) => name)).toEqual(['second', 'third'])
    expect(goal.begun).toHaveLength(1)
  })

  it('F47 by its position: an answer that lags is completed by what it lacks, and by that alone', async () => {
    const { queryClient, happens, asOfNow } = await setUp({
      rules: { renamed: ({ payload }: RealtimeEvent<Partial<Goal>>) => patch<Goal>(key, payload) },
    })
    await happens('renamed', { name: 'a' })
    const [answer, asOf] = [{ id: 1, name: 'a', rank: 0 }, asOfNow()]
    const goal = show(queryClient, key, () => answer, { asOf: () => asOf })
    await pass(100)
    await happens('renamed', { name: 'b' })
    // This one begins after the event, and tells what was before it.
    void goal.observer.refetch()
    await pass(60_000)
    expect(goal.data).toEqual({ id: 1, name: 'b', rank: 0 })
    expect(goal.seen.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(goal.begun).toHaveLength(2)
  })
})

describe('data of another shape than a rule expects', () => {
  it('F48 throws in its updater: reported by name, fetched again, and the rest is done', async () => {
    const { queryClient, happens, errors } = await setUp({
      rules: {
        changed: () => [
          patch<{ tags: string[] }>(key, ({ tags }) => ({ tags: tags.map((tag) => tag.trim()) })),
          patch<{ name: string }>(['list'], { name: 'new' }),
          patch<string>(['other'], () => 'new'),
        ],
      },
    })
    queryClient.setQueryData(['list'], [1, 2])
    queryClient.setQueryData(['other'], 'old')
    let truth: object = { labels: [] }
    const goal = show(queryClient, key, () => truth)
    await pass(100)
    truth = { tags: ['mended'] }
    await happens('changed')
    expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      expect.stringMatching(/^handler-threw: The rule "changed" failed on event/),
      expect.stringMatching(/^handler-threw: The rule "changed" failed on event .* data that is no plain object/),
    ])
    expect(queryClient.getQueryState(['list'])).toMatchObject({ data: [1, 2], isInvalidated: true })
    expect(queryClient.getQueryData(['other'])).toBe('new')
    await pass(5_000)
    expect(goal.data).toEqual({ tags: ['mended'] })
  })

  it('F48 and answers what its `select` cannot read: that fails on screen, and nowhere else', async () => {
    const { queryClient, happens, errors } = await setUp({
      rules: { changed: () => patch<object>(key, () => ({ labels: [] })) },
    })
    const goal = show<object>(queryClient, key, () => ({ tags: ['a'] }), {
      select: ({ tags }: { tags: string[] }) => tags.length,
    })
    await pass(100)
    expect(goal.data).toBe(1)
    await happens('changed')
    expect(goal.observer.getCurrentResult().isError).toBe(true)
    expect(errors).toEqual([])
    // The fetch that confirms the change mends it.
    await pass(5_000)
    expect(goal.data).toBe(1)
  })
})
