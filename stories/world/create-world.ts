// A world of its own for each story: a server in the page, a device, a client and a cache, and a method for everything that
// can happen between them. What is shown of it is story-world.tsx and server-console.tsx.
import { onlineManager, QueryClient, type QueryClientConfig } from '@tanstack/react-query'
import {
  asOf,
  createRealtime,
  type ConnectionState,
  type Realtime,
  RealtimeError,
  type RealtimeOptions,
} from 'livecache'
import { systemClock } from 'livecache/client'
import { createFaults, type EventFrame, type NewEvent } from 'livecache/hub'
import { createTestServer, type TestServer, type TestServerOptions } from 'livecache/testing'
import type { Transport } from 'livecache/transports'
import { createDevice } from './device.ts'
import {
  bindings,
  createWorkspace,
  events,
  type Goal,
  goalsKey,
  people,
  rules,
  streams,
  type WorkspaceEvents,
  type WorkspaceEventType,
} from './workspace.ts'

/** What a story says of its world in `parameters.world`; false there: the story has none. */
export interface WorldOptions {
  /** Over the world's own, which are brief, so that late states are reached in seconds. */
  client?: Partial<RealtimeOptions<WorkspaceEvents>>
  /** The best transport gets nowhere, so a lesser one carries the data. @default false */
  isDegraded?: boolean
  server?: Omit<TestServerOptions, 'verify'>
  queries?: QueryClientConfig
}

/** What is wrong at the moment. */
export interface Troubles {
  isDown: boolean
  isMuted: boolean
  /** How late frames come, in ms. */
  delayMs: number
  isExpired: boolean
  isOffline: boolean
}

export interface GoalsAnswer {
  headers: Record<string, string>
  goals: Goal[]
}

export interface World {
  readonly client: Realtime<WorkspaceEvents>
  readonly queryClient: QueryClient
  readonly server: TestServer
  /** Lets the next thing happen in the workspace, the next thing of a type, or publishes exactly what is given. */
  publish(event?: WorkspaceEventType | (Omit<NewEvent, 'stream'> & { stream?: string })): EventFrame
  /** The same many times at once. @param count @default 100 */
  burst(count?: number, type?: WorkspaceEventType): void
  /** Cuts every link once. @param code @default 1006, no close frame. 4403: the server refuses the client for good */
  cut(code?: number, reason?: string): void
  /** Until `comeBack()` the server takes no link, and its API answers nothing. */
  goDown(): void
  comeBack(): void
  /** Links stay open and nothing travels. */
  mute(): void
  unmute(): void
  /** Each frame comes about so late, in ms; 0 ends that. */
  delay(ms: number): void
  /** Ends the session with 4401 and refuses every token, until `acceptTokens()`. */
  expireToken(): void
  acceptTokens(): void
  goOffline(): void
  goOnline(): void
  /** Resolves once the link is so, and rejects after `withinMs`. @param withinMs @default 10_000 */
  until(test: (state: ConnectionState) => boolean, withinMs?: number): Promise<ConnectionState>
  /** Resolves once what is published arrives wherever somebody listens: the link is up, and every subscription in effect. */
  untilHeard(): Promise<ConnectionState>
  readonly troubles: Troubles
  onTroubles(listener: () => void): () => void
  /** What the API of the server answers: the goals, and how new they are. */
  fetchGoals(): Promise<GoalsAnswer>
  dispose(): void
}

/** Outcomes that stories ask for; anything else that goes wrong is printed, and fails their test. */
const wanted: readonly string[] = ['unauthorized', 'refused', 'token-failed', 'not-connected']

/** As behind a proxy that lets no socket through. */
const blocked: Transport = {
  name: 'websocket',
  open(_request, listener) {
    queueMicrotask(() => listener.closed({ code: 1006, reason: '' }))
    return { send: () => {}, close: () => {} }
  },
}

export function createWorld(options: WorldOptions = {}): World {
  const workspace = createWorkspace()
  const device = createDevice()
  const faults = createFaults({ clock: systemClock })
  const server = createTestServer({
    heartbeatMs: 2_000,
    ...options.server,
    verify() {
      if (troubles.isExpired) throw new Error('The token has expired.')
      return { subject: people.lena.id, streams: [...streams, '*'] }
    },
  })
  const client = createRealtime({
    transports: [...(options.isDegraded === true ? [blocked] : []), faults.wrap(server.transport)],
    page: device.page,
    storage: null,
    events,
    rules,
    streams: bindings,
    getToken: () => 'a-token',
    backoff: { ceilingsMs: [300, 600, 1_200, 2_400], jitter: 'none' },
    silenceTimeoutMs: 5_000,
    pingTimeoutMs: 300,
    settleMs: 500,
    onError: (error) => {
      if (!(error instanceof RealtimeError) || !wanted.includes(error.code)) console.error(error)
    },
    ...options.client,
  })
  const queryClient = new QueryClient({
    ...options.queries,
    defaultOptions: {
      queries: { retry: false, staleTime: Infinity, refetchOnWindowFocus: false },
      ...options.queries?.defaultOptions,
    },
  })
  queryClient.setQueryDefaults(goalsKey, {
    async queryFn(context) {
      const { headers, goals } = await fetchGoals()
      asOf(context, { headers })
      return goals
    },
  })

  const listeners = new Set<() => void>()
  let troubles: Troubles = { isDown: false, isMuted: false, delayMs: 0, isExpired: false, isOffline: false }

  function set(change: Partial<Troubles>) {
    troubles = { ...troubles, ...change }
    for (const listener of listeners) listener()
  }

  const unmuted = () =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (troubles.isMuted) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
    })

  async function fetchGoals(): Promise<GoalsAnswer> {
    // At once, else the client has joined the streams by then, and fetches once more to be sure.
    if (troubles.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, troubles.delayMs))
    await unmuted()
    if (troubles.isDown || troubles.isOffline) throw new TypeError('The server cannot be reached.')
    // Asked before the data is read.
    const headers = { 'Livecache-As-Of': server.hub.asOf(['team:goals']) }
    return { headers, goals: [...workspace.goals] }
  }

  /** Whether what is published now arrives wherever somebody listens. */
  function isHeard(): boolean {
    const { state, subscriptions } = client.inspect()
    return state.name === 'connected' && subscriptions.every(({ status }) => status === 'subscribed')
  }

  const waitFor = (test: () => boolean, what: string, withinMs = 10_000) =>
    new Promise<ConnectionState>((resolve, reject) => {
      const startedAt = Date.now()
      const timer = setInterval(look, 50)
      const off = client.onState(look)
      const end = () => {
        clearInterval(timer)
        off()
      }
      function look() {
        if (test()) {
          end()
          resolve(client.getState())
        } else if (Date.now() - startedAt > withinMs) {
          end()
          const is = JSON.stringify(client.getState())
          reject(new Error(`The link did not become so within ${withinMs} ms: ${what}. It is ${is}.`))
        }
      }
      look()
    })

  const publish: World['publish'] = (event) =>
    server.publish(typeof event === 'object' ? { stream: 'team:goals', ...event } : workspace.next(event))

  return {
    client,
    queryClient,
    server,
    publish,
    burst(count = 100, type) {
      for (let left = count; left > 0; left--) publish(type)
    },
    cut: server.cut,
    goDown() {
      set({ isDown: true })
      server.goDown()
    },
    comeBack() {
      set({ isDown: false })
      server.comeBack()
    },
    mute() {
      set({ isMuted: true })
      server.mute()
    },
    unmute() {
      set({ isMuted: false })
      server.unmute()
    },
    delay(ms) {
      set({ delayMs: ms })
      faults.set(ms > 0 ? { delay: 1, delayMs: [ms * 0.8, ms * 1.2] } : {})
    },
    expireToken() {
      set({ isExpired: true })
      server.cut(4401, 'the token has expired')
    },
    acceptTokens: () => set({ isExpired: false }),
    goOffline() {
      set({ isOffline: true })
      faults.mute(Infinity)
      onlineManager.setOnline(false)
      device.setOffline(true)
    },
    goOnline() {
      set({ isOffline: false })
      faults.mute(0)
      device.setOffline(false)
      onlineManager.setOnline(true)
    },
    until: (test, withinMs) => waitFor(() => test(client.getState()), test.toString(), withinMs),
    untilHeard: () => waitFor(isHeard, 'subscribed to all that is listened to'),
    get troubles() {
      return troubles
    },
    onTroubles(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    fetchGoals,
    dispose() {
      if (troubles.isOffline) onlineManager.setOnline(true)
      client.dispose()
      server.hub.close()
      queryClient.clear()
      listeners.clear()
    },
  }
}
