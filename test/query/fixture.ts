// A QueryClient with queries on screen, under a client and a server in the same process, in fake time.
import {
  InfiniteQueryObserver,
  notifyManager,
  QueryClient,
  type QueryKey,
  QueryObserver,
  type QueryObserverOptions,
} from '@tanstack/react-query'
import { expect, vi } from 'vitest'
import type { RealtimeError } from '../../src/client/index.ts'
import { encodeAsOf } from '../../src/protocol/index.ts'
import type { NewEvent } from '../../src/hub/index.ts'
import { asOf, createRealtime, type Gate, type RealtimeOptions } from '../../src/query/index.ts'
import { createTestServer, type TestServerOptions } from '../../src/testing/index.ts'
import type { Transport, TransportListener } from '../../src/transports/index.ts'

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export interface Goal {
  id: number | string
  name: string
  version?: number
}

const undos: (() => void)[] = []
const owned = (undo: () => void) => void undos.push(undo)

/** For `beforeEach`. */
export function begin(): void {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  // What is spread by chance comes at half the time.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
}

/** For `afterEach`: nothing may be left running. */
export async function end(): Promise<void> {
  for (const undo of undos.splice(0).toReversed()) undo()
  // What runs may end; of a mutation that hangs the last timer is that of the journal.
  await pass(40_000)
  const left = vi.getTimerCount()
  vi.useRealTimers()
  vi.restoreAllMocks()
  expect(left).toBe(0)
}

/** As apps have it, minus what would only make tests longer. */
export function createQueryClient(): QueryClient {
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } })
  queryClient.mount()
  owned(() => {
    queryClient.clear()
    queryClient.unmount()
  })
  return queryClient
}

export interface SetUpOptions extends Omit<RealtimeOptions, 'transports'> {
  serverOptions?: TestServerOptions
  queryClient?: QueryClient
  gate?: Gate
  /** False: the client is not bound to the QueryClient and not held. */
  isJoined?: boolean
  /** The name of the transport. */
  transport?: string
}

/** The stream of the one user there is: what comes on it is fetched at once. */
export const own = 'user:ada'

/** A client that is connected and bound, and its server. */
export async function setUp(options: SetUpOptions = {}) {
  const { serverOptions, queryClient = createQueryClient(), gate, isJoined = true, transport, ...rest } = options
  const server = createTestServer(serverOptions)
  const errors: RealtimeError[] = []
  const wire = tapped(server.transport, transport)
  const realtime = createRealtime({
    transports: [wire.transport],
    onError: (error) => errors.push(error),
    fallbackMs: Infinity,
    ...rest,
  })
  const heads: Record<string, { epoch: string; seq: number }> = {}
  owned(() => {
    realtime.dispose()
    server.hub.close()
  })

  const publish = (type: string, payload: unknown = {}, fields: Partial<NewEvent> = {}) => {
    const frame = server.publish({ type, payload, stream: own, ...fields })
    heads[frame.stream] = { epoch: frame.epoch, seq: frame.seq }
    return frame
  }
  function bind() {
    const unbind = realtime.bindQueryClient(queryClient, gate)
    owned(unbind)
    return unbind
  }
  const connect = () => owned(realtime.hold())
  /** Binds and connects; the undo takes back the binding alone. */
  function join() {
    const unbind = bind()
    connect()
    return unbind
  }

  const unbind = isJoined ? join() : () => {}
  await pass(20)
  return {
    server,
    realtime,
    queryClient,
    errors,
    publish,
    bind,
    connect,
    join,
    unbind,
    /** Says something to the client that the server did not. */
    say: wire.say,
    /** How new an answer of now is, for the header. */
    asOfNow: () => encodeAsOf(heads),
    /** Publishes, and waits until it is on screen. */
    async happens(type: string, payload?: unknown, fields?: Partial<NewEvent>) {
      publish(type, payload, fields)
      await pass(20)
    },
  }
}

/** The same transport, on which the test may say something too. */
function tapped(inner: Transport, name = inner.name): { transport: Transport; say: (frame: unknown) => void } {
  let last: TransportListener | null = null
  return {
    say: (frame) => last?.message(JSON.stringify(frame)),
    transport: {
      name,
      open(request, listener) {
        last = listener
        return inner.open(request, listener)
      },
    },
  }
}

export interface ShowOptions extends Partial<QueryObserverOptions<any, any, any, any, any>> {
  /** How long a fetch takes; it answers what the server held when it began. */
  ms?: number
  /** How new the answer says it is. */
  asOf?: () => string | undefined
}

/** Puts a query on screen. `read` answers what the server holds; an error is thrown. */
export function show<Data = unknown>(
  queryClient: QueryClient,
  queryKey: QueryKey,
  read: () => Data | Error,
  { ms = 60, asOf: newness, ...options }: ShowOptions = {},
) {
  const begun: number[] = []
  const observer = new QueryObserver<Data>(queryClient, {
    queryKey,
    queryFn: async (context) => {
      begun.push(Date.now())
      const value = read()
      const header = newness?.()
      await wait(ms)
      if (value instanceof Error) throw value
      asOf(context, { headers: { 'livecache-as-of': header } })
      return value
    },
    ...(options as object),
  })
  return Object.assign(onScreen(queryClient, queryKey, observer), { begun })
}

export interface Page {
  items: Goal[]
  next: number | null
}

/** Puts an infinite query on screen, whose pages begin at an index of the server's list. */
export function showPages(
  queryClient: QueryClient,
  queryKey: QueryKey,
  read: () => readonly Goal[],
  { ms = 60, size = 2, asOf: newness }: { ms?: number; size?: number; asOf?: () => string | undefined } = {},
) {
  const begun: number[] = []
  const observer = new InfiniteQueryObserver(queryClient, {
    queryKey,
    initialPageParam: 0,
    getNextPageParam: (last: Page) => last.next,
    queryFn: async (context): Promise<Page> => {
      begun.push(Date.now())
      const from = context.pageParam
      const all = read()
      const header = newness?.()
      const page = { items: all.slice(from, from + size), next: from + size < all.length ? from + size : null }
      await wait(ms)
      asOf(context, { headers: { 'livecache-as-of': header } })
      return page
    },
  })
  return Object.assign(onScreen(queryClient, queryKey, observer as never), {
    begun,
    fetchNextPage: () => observer.fetchNextPage(),
    pages: () =>
      (observer.getCurrentResult().data?.pages ?? []).map(({ items }) => items.map(({ id, name }) => `${id} ${name}`)),
  })
}

function onScreen<Data>(queryClient: QueryClient, queryKey: QueryKey, observer: QueryObserver<Data>) {
  /** What was rendered, one after the other; the same content twice in a row counts once. */
  const seen: Data[] = []
  let renders = 0
  function render() {
    renders++
    const { data } = observer.getCurrentResult()
    if (data !== undefined && JSON.stringify(data) !== JSON.stringify(seen.at(-1))) seen.push(data)
  }
  // As React's useQuery does it.
  const stop = observer.subscribe(notifyManager.batchCalls(render))
  owned(stop)
  return {
    observer,
    seen,
    stop,
    get renders() {
      return renders
    },
    get data() {
      return observer.getCurrentResult().data
    },
    get state() {
      return queryClient.getQueryState<Data>(queryKey)!
    },
  }
}
