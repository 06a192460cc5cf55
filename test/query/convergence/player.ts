// Plays a schedule against a client, a hub, a model server and a real QueryClient whose queries are on screen, lets it fall quiet, and
// says what of the promise was broken.
import {
  focusManager,
  hashKey,
  type InfiniteData,
  InfiniteQueryObserver,
  MutationObserver,
  notifyManager,
  QueryClient,
  QueryObserver,
  type QueryKey,
} from '@tanstack/react-query'
import { vi } from 'vitest'
import type { RealtimeEvent } from '../../../src/protocol/index.ts'
import {
  asOf,
  createRealtime,
  invalidate,
  liveMutationOptions,
  patch,
  remove,
  set,
  upsert,
} from '../../../src/query/index.ts'
import { createTestServer } from '../../../src/testing/index.ts'
import { faultyTransport, type FrameFault } from '../../client/faulty-transport.ts'
import { byRank, createModelServer, type Goal, streams } from './model-server.ts'

/**
 * `asOf`: the API lags, and says by how much. `version`: it reads its own writes, and the rules name the version. `plain`: it reads
 * its own writes and nothing says how new anything is.
 */
export type Kind = 'asOf' | 'version' | 'plain'

export type Step =
  | { do: 'create' | 'rename' | 'move' | 'finish' | 'remove' | 'recount'; goal: number }
  | { do: 'mutate'; what: 'create' | 'rename'; goal: number; end: 'answer' | 'fail' | 'lost' | 'hang'; ms: number }
  | { do: 'pass'; ms: number }
  | ({ do: 'fault' } & FrameFault)
  | { do: 'cut' | 'refetchAll' | 'next' | 'overwrite' }
  | { do: 'outage'; ms: number; forgetting: boolean }
  | { do: 'refetch' | 'toggle' | 'forget'; query: number }
  | { do: 'api'; ms: number; lagMs: number; failures: number }
  | { do: 'hide'; ms: number }

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const listKey = (status: string) => ['goals', 'list', { status }]
const detailKey = (id: number) => ['goals', 'detail', id]
const pagesKey = ['goals', 'pages']

export interface Outcome {
  readonly broken: readonly string[]
  readonly fetches: number
  /** Of these, those made once the schedule was over: to confirm, to fetch what was missed, to try again. */
  readonly confirming: number
}

export async function play(kind: Kind, schedule: readonly Step[]): Promise<Outcome> {
  const began = Date.now()
  // Chance that can be replayed.
  let chance = 1
  vi.spyOn(Math, 'random').mockImplementation(() => (chance = (chance * 16_807) % 2_147_483_647) / 2_147_483_647)
  const broken: string[] = []
  const server = createTestServer()
  const faulty = faultyTransport(server.transport)
  const model = createModelServer(
    (event) => server.hub.publish(event),
    () => server.hub.asOf(streams),
  )
  for (let rank = 1; rank <= 5; rank++) model.create({ name: `g${rank}`, rank: rank * 10 })

  const version = kind === 'version' ? { version: (goal: Goal) => goal.version } : {}
  const realtime = createRealtime({
    transports: [faulty.transport],
    onError: (error) => broken.push(error.message),
    streams: { 'goals:*': [['goals']] },
    rules: {
      'goal.saved'({ payload }) {
        const { goal } = payload as { goal: Goal }
        return [
          upsert(['goals', 'list'], goal, {
            ...version,
            sort: byRank,
            where: ({ status }, key) => (key[2] as { status: string }).status === status,
          }),
          upsert(pagesKey, goal, { ...version, sort: byRank, where: () => true }),
          upsert({ queryKey: detailKey(goal.id as number), exact: true }, goal, version),
        ]
      },
      'goal.removed'({ payload }: RealtimeEvent<{ id: number }>) {
        return [
          remove(['goals', 'list'], payload.id),
          remove(pagesKey, payload.id),
          set(detailKey(payload.id), { id: payload.id, isGone: true }, { confirm: true }),
        ]
      },
      'goals.recounted': () => invalidate(['goals']),
    },
  })

  // ── the API ───────────────────────────────────────────────────────────────────────────────────────────────────

  const api = { ms: 40, lagMs: 0, failures: 0 }
  const calls: { name: string; at: number }[] = []

  async function ask<Data>(name: string, context: any, read: (lagMs: number) => { data: Data; asOf: string }) {
    calls.push({ name, at: Date.now() })
    const { ms, lagMs } = api
    await wait(ms / 2)
    if (api.failures > 0) {
      api.failures--
      throw new Error('down')
    }
    const answer = read(kind === 'asOf' ? lagMs : 0)
    await wait(ms / 2)
    if (kind === 'asOf') asOf(context, { headers: { 'livecache-as-of': answer.asOf } })
    return answer.data
  }

  const queryClient = new QueryClient({
    defaultOptions: { queries: { staleTime: Infinity, gcTime: 5_000, retry: 20, retryDelay: 300 } },
  })
  /** What was shown of each entity by each query, to see that it never goes back. */
  const seen = new Map<string, number>()

  function look(name: string, data: unknown) {
    for (const goal of goalsIn(data)) {
      // What is only hoped for has no version.
      if (goal.version === 0) continue
      const key = `${name} ${goal.id}`
      const before = seen.get(key) ?? 0
      if (kind !== 'plain' && goal.version < before) {
        broken.push(`${name} showed goal ${goal.id} in version ${goal.version} after ${before}`)
      }
      seen.set(key, Math.max(before, goal.version))
    }
  }

  // A query that is removed takes along what it knew; the next one of its key begins anew.
  const stopForgetting = queryClient.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'removed') return
    const name = queries.find(({ key }) => hashKey(key) === query.queryHash)?.name
    for (const key of seen.keys()) if (key.startsWith(`${name} `)) seen.delete(key)
  })

  interface Shown {
    name: string
    key: QueryKey
    observer: QueryObserver<any, any, any, any, any> | InfiniteQueryObserver<any, any, any, any, any>
    stop: (() => void) | null
  }

  function shown(name: string, observer: Shown['observer'], key: QueryKey): Shown {
    return { name, key, observer, stop: null }
  }

  const list = (status: Goal['status']) =>
    shown(
      status,
      new QueryObserver(queryClient, {
        queryKey: listKey(status),
        queryFn: (context) => ask(status, context, (lagMs) => model.list(status, lagMs)),
      }),
      listKey(status),
    )
  const detail = (id: number) =>
    shown(
      `detail ${id}`,
      new QueryObserver(queryClient, {
        queryKey: detailKey(id),
        queryFn: (context) => ask(`detail ${id}`, context, (lagMs) => model.detail(id, lagMs)),
      }),
      detailKey(id),
    )
  const pagesObserver = new InfiniteQueryObserver(queryClient, {
    queryKey: pagesKey,
    initialPageParam: null as Goal | null,
    queryFn: (context) => ask('pages', context, (lagMs) => model.page(context.pageParam, lagMs)),
    getNextPageParam: (last: { next: Goal | null }) => last.next,
  })
  const queries: Shown[] = [
    list('open'),
    list('done'),
    detail(1),
    detail(2),
    shown('pages', pagesObserver as never, pagesKey),
  ]

  function toggle(query: Shown) {
    if (query.stop) {
      query.stop()
      query.stop = null
      return
    }
    // As a component that mounts: the query may have been removed meanwhile.
    query.observer.setOptions(query.observer.options as never)
    const stop = query.observer.subscribe(
      // As React's useQuery does it.
      notifyManager.batchCalls(() => look(query.name, query.observer.getCurrentResult().data)),
    )
    query.stop = stop
    look(query.name, query.observer.getCurrentResult().data)
  }

  // ── mutations ─────────────────────────────────────────────────────────────────────────────────────────────────

  const hanging: (() => void)[] = []

  async function send({ what, goal, end, ms }: Extract<Step, { do: 'mutate' }>, mutationId: string) {
    await wait(ms / 2)
    if (end === 'fail') throw new Error('refused')
    if (end === 'hang') return new Promise<Goal>((_resolve, reject) => hanging.push(() => reject(new Error('gone'))))
    const ids = model.ids
    const id = ids[goal % Math.max(1, ids.length)]
    const saved =
      what === 'create'
        ? model.create({ name: 'mine', rank: 15 + goal }, mutationId)
        : id === undefined
          ? null
          : model.change(id, { name: `mine ${goal}` }, mutationId)
    await wait(ms / 2)
    if (end === 'lost' || saved === null) throw new Error('no answer')
    return saved
  }

  function mutate(step: Extract<Step, { do: 'mutate' }>) {
    const target = model.ids[step.goal % Math.max(1, model.ids.length)]
    const options = liveMutationOptions({
      mutationFn: (_: void, { mutationId }) => send(step, mutationId),
      optimistic: (_, { tempId }) => {
        if (step.what === 'create') {
          const hoped: Goal = { id: tempId, name: 'mine', status: 'open', rank: 15 + step.goal, version: 0 }
          const where = (_goal: Goal, key: QueryKey) => (key[2] as { status: string }).status === 'open'
          return [
            upsert(['goals', 'list'], hoped, { where, sort: byRank }),
            upsert(pagesKey, hoped, { where: () => true, sort: byRank }),
          ]
        }
        if (target === undefined) return []
        const changes = { name: `mine ${step.goal}` }
        return [
          patch<Goal>(['goals', 'list'], changes, { id: target }),
          patch<Goal>(pagesKey, changes, { id: target }),
          patch<Goal>({ queryKey: detailKey(target), exact: true }, changes),
        ]
      },
    })
    new MutationObserver(queryClient, { ...options, retry: false }).mutate().catch(() => {})
  }

  // ── the schedule ──────────────────────────────────────────────────────────────────────────────────────────────

  queryClient.mount()
  const unbind = realtime.bindQueryClient(queryClient)
  for (const query of queries) toggle(query)
  const release = realtime.hold()
  await pass(3_500)

  /** Fetches that somebody asked for. */
  let asked = queries.length
  for (const [turn, step] of schedule.entries()) {
    const goal = 'goal' in step ? model.ids[step.goal % Math.max(1, model.ids.length)] : undefined
    switch (step.do) {
      case 'create':
        model.create({ name: `n${turn}`, rank: 5 + step.goal * 7 })
        break
      case 'rename':
        if (goal !== undefined) model.change(goal, { name: `r${turn}` })
        break
      case 'move':
        if (goal !== undefined) model.change(goal, { rank: (turn * 17) % 60 })
        break
      case 'finish':
        if (goal !== undefined) {
          const status = model.all.find(({ id }) => id === goal)!.status === 'open' ? 'done' : 'open'
          model.change(goal, { status })
        }
        break
      case 'remove':
        if (goal !== undefined) model.remove(goal)
        break
      case 'recount':
        if (goal !== undefined) model.recount(goal)
        break
      case 'mutate':
        mutate(step)
        break
      case 'pass':
        await pass(step.ms)
        break
      case 'fault':
        faulty.add(step)
        break
      case 'cut':
        server.cut(4408)
        await pass(50)
        break
      case 'outage':
        server.goDown()
        await pass(step.ms)
        server.comeBack({ forgetting: step.forgetting })
        if (step.forgetting) model.restarted()
        break
      case 'refetchAll':
        asked += queries.length * 3
        void queryClient.refetchQueries()
        break
      case 'refetch':
        asked += 3
        void queries[step.query % queries.length]!.observer.refetch()
        break
      case 'toggle':
        asked += 3
        toggle(queries[step.query % queries.length]!)
        break
      case 'forget': {
        const query = queries[step.query % queries.length]!
        asked += 3
        if (query.stop) toggle(query)
        queryClient.removeQueries({ queryKey: query.key, exact: true })
        toggle(query)
        break
      }
      case 'next':
        asked += 1
        void pagesObserver.fetchNextPage()
        break
      case 'overwrite':
        // The app writes data of its own, as many do with the answer of a mutation.
        queryClient.setQueryData<Goal[]>(listKey('open'), (goals) => goals && [...goals])
        break
      case 'api':
        Object.assign(api, { ms: step.ms, lagMs: step.lagMs, failures: step.failures })
        break
      case 'hide':
        focusManager.setFocused(false)
        await pass(step.ms)
        focusManager.setFocused(true)
        asked += queries.length * 3
        break
    }
  }

  // ── quiet ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const before = calls.length
  faulty.heal()
  Object.assign(api, { ms: 40, lagMs: 0, failures: 0 })
  await pass(1_000)
  for (const give of hanging) give()
  await pass(100)
  asked += queries.filter(({ stop }) => stop === null).length
  for (const query of queries) if (!query.stop) toggle(query)
  await pass(10_000)
  // A failure is on screen, and whoever sees it tries again.
  for (const { observer } of queries) if (observer.getCurrentResult().isError) void observer.refetch()
  await pass(150_000)

  for (const query of queries) {
    const { status, fetchStatus } = query.observer.getCurrentResult()
    if (status !== 'success' || fetchStatus !== 'idle') broken.push(`${query.name} is ${status} and ${fetchStatus}`)
  }
  const data = (key: QueryKey) => queryClient.getQueryData(key)
  compare(`open`, data(listKey('open')), model.list('open').data)
  compare(`done`, data(listKey('done')), model.list('done').data)
  for (const id of [1, 2]) compare(`detail ${id}`, data(detailKey(id)), model.detail(id).data)
  const pages = goalsIn(data(pagesKey))
  compare('pages', pages, model.all.slice(0, pages.length))
  if (pages.length < model.all.length && !pagesObserver.getCurrentResult().hasNextPage) {
    broken.push(`pages end at ${pages.length} of ${model.all.length}`)
  }
  const seconds = (Date.now() - began) / 1_000
  const { subscriptions, state } = realtime.inspect()
  if (state.name !== 'connected') broken.push(`the link is ${state.name} at quiet`)
  for (const { spec, status } of subscriptions)
    if (status !== 'subscribed') broken.push(`${spec.events[0]} is ${status}`)
  for (const { name } of queries) {
    const own = calls.filter((call) => call.name === name)
    if (name !== 'pages' && own.length > asked + seconds)
      broken.push(`${name} was fetched ${own.length} times in ${seconds} s`)
  }

  for (const query of queries) query.stop?.()
  stopForgetting()
  unbind()
  release()
  realtime.dispose()
  server.hub.close()
  queryClient.clear()
  queryClient.unmount()
  await pass(20_000)
  if (vi.getTimerCount() > 0) broken.push(`${vi.getTimerCount()} timers were left behind`)
  vi.setSystemTime(began)
  return { broken: [...new Set(broken)], fetches: calls.length, confirming: calls.length - before }

  function compare(name: string, held: unknown, truth: unknown) {
    if (JSON.stringify(held) !== JSON.stringify(truth)) {
      broken.push(`${name} holds ${brief(held)}, the server ${brief(truth)}`)
    }
  }
}

function goalsIn(data: unknown): Goal[] {
  if (Array.isArray(data)) return data as Goal[]
  if (data === undefined || data === null) return []
  const { pages } = data as InfiniteData<{ items: Goal[] }>
  if (pages) return pages.flatMap(({ items }) => items)
  return typeof data === 'object' && 'version' in data ? [data as Goal] : []
}

function brief(data: unknown): string {
  const goals = goalsIn(data)
  if (goals.length === 0) return JSON.stringify(data)
  return goals.map(({ id, name, rank, version }) => `${id}:${name}@${rank}v${version}`).join(' ')
}
