// The Social room without a network: its database in memory, its routes called as the API does, its events through the real hub to
// pages of their own.
import { DatabaseSync } from 'node:sqlite'
import { QueryClient, QueryObserver, type QueryKey } from '@tanstack/react-query'
import { asOf, createRealtime, liveMutationOptions, type Operation } from 'livecache'
import { createTestServer } from 'livecache/testing'
import type { Origin } from '../../demo/server/api.ts'
import type { Room, RoomEvent } from '../../demo/server/room.ts'
import { socialRealtime } from '../../demo/rooms/social/realtime.ts'
import { createSocial } from '../../demo/rooms/social/server.ts'

export function createRoom({ onPublish = () => {} }: { onPublish?: (event: RoomEvent) => void } = {}) {
  const database = new DatabaseSync(':memory:')
  const published: RoomEvent[] = []
  const room = createSocial({
    database,
    publish(event) {
      published.push(event)
      onPublish(event)
    },
  })
  const call = callerOf(room)
  return { database, published, room, call, happen: room.happen }
}

/** `call('lena', 'PATCH /social/threads/audit', { readTo: 3 })` */
function callerOf(room: Room) {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who asks knows what is answered
  return function call<Answer>(by: string, request: string, body: Record<string, unknown> = {}, origin: Origin = {}) {
    const segments = request.split('/')
    const found = Object.keys(room.routes).find((route) => {
      const parts = route.split('/')
      return (
        parts.length === segments.length && parts.every((part, at) => part.startsWith(':') || part === segments[at])
      )
    })
    if (found === undefined) throw new Error(`There is no route for ${request}.`)
    const params = Object.fromEntries(
      found.split('/').flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), segments[at]!]] : [])),
    )
    const answer = room.routes[found]!({ params, body, by, origin, query: new URLSearchParams() })
    return structuredClone(answer) as Answer
  }
}

export type Bench = ReturnType<typeof createRoom>

/** A server that tells what happens in the room, and pages that listen to it. */
export function createBench() {
  const server = createTestServer({ verify: (by = '') => ({ subject: by, streams: bench.room.streams(by) }) })
  const bench = createRoom({
    onPublish: (event) => void server.publish(event),
  })

  /** A window of somebody. */
  function openPage(personId: string) {
    const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } })
    queryClient.mount()
    const { events, rules, streams } = socialRealtime
    const realtime = createRealtime({
      ...{ transports: [server.transport], events, rules, streams, fallbackMs: Infinity },
      getToken: () => personId,
      onError: (error) => errors.push(error),
    })
    const undos = [realtime.bindQueryClient(queryClient), realtime.hold()]

    function show(query: { queryKey: QueryKey; meta?: Record<string, unknown> | undefined }, ms = 40) {
      const observer = new QueryObserver<unknown>(queryClient, {
        queryKey: query.queryKey,
        ...(query.meta && { meta: query.meta }),
        queryFn: async (context) => {
          // As far as the events have come before the data is read.
          const header = server.hub.asOf(bench.room.streams(personId))
          const answer = bench.call(personId, `GET ${String(query.meta!['path'])}`)
          await wait(ms)
          asOf(context, { headers: { 'livecache-as-of': header } })
          return answer
        },
      })
      undos.push(observer.subscribe(() => {}))
    }

    /** Changes something as `useChange` does; the answer takes its time. */
    async function change(
      request: string,
      body: Record<string, unknown>,
      confirmed: (answer: never) => Operation | Operation[],
      { optimistic, ms = 30 }: { optimistic?: (tempId: string) => Operation | Operation[]; ms?: number } = {},
    ) {
      const optionsOf = () =>
        liveMutationOptions<never>({
          ...(optimistic && { optimistic: (_, { tempId }) => optimistic(tempId) }),
          confirmed,
          async mutationFn(_, { mutationId }) {
            await wait(ms)
            const answer = bench.call<never>(personId, request, body, { clientId: personId, mutationId })
            await wait(ms)
            return answer
          },
        })
      const mutation = queryClient.getMutationCache().build(queryClient, optionsOf())
      const done = mutation.execute()
      // As useMutation does with each render: what was begun with one closure may end with another.
      mutation.setOptions(optionsOf())
      await done
    }

    /** Keys of the queries that are not what the API answers. */
    const different = () =>
      queryClient
        .getQueryCache()
        .getAll()
        .filter(({ state, meta }) => {
          const answer = bench.call(personId, `GET ${String(meta!['path'])}`)
          return canonical(state.data) !== canonical(answer)
        })
        .map(({ queryKey }) => queryKey.join(' '))

    function close() {
      for (const undo of undos.toReversed()) undo()
      realtime.dispose()
      queryClient.clear()
      queryClient.unmount()
    }
    return { queryClient, realtime, show, change, different, close }
  }

  const errors: Error[] = []
  return { ...bench, server, openPage, errors }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The order of fields says nothing; that of lists does. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

/** Chance that can be had again. */
export function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}
