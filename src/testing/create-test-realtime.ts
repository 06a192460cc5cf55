// A real client with its rules, on a server in the same process, in a time that the test moves. No ports, and nothing to wait for.
import type { QueryClient } from '@tanstack/react-query'
import { browserPage, type Page } from '../client/page-signals.ts'
import type { EventTable } from '../protocol/define-events.ts'
import { createRealtime, type Realtime, type RealtimeOptions } from '../query/create-realtime.ts'
import { retainLiveCache } from '../query/live-cache.ts'
import { settle as settleAll } from './settle.ts'
import { lendToThePage, type TestClock, timelineOf } from './test-clock.ts'
import { createTestRealtimeServer, type TestRealtimeServer } from './test-realtime-server.ts'

export interface TestRealtimeOptions<Events extends EventTable = EventTable> extends Omit<
  RealtimeOptions<Events>,
  'url' | 'transports' | 'clock' | 'server'
> {
  /** One that several clients share, from `createTestRealtimeServer` or of another `createTestRealtime`. @default one of its own, which lets everybody in */
  server?: TestRealtimeServer
}

export interface TestRealtime<Events extends EventTable = EventTable> {
  /** For `RealtimeProvider`, or for `hold()` and `bindQueryClient()`. Nothing connects before. */
  readonly realtime: Realtime<Events>
  readonly server: TestRealtimeServer
  /** The only time that livecache knows in this test, its components included. It stands still. */
  readonly clock: TestClock
  /**
   * Moves the clock until nothing is pending that matters: events that are on their way, links that can come back, fetches, mutations, words
   * that components show within a second. Heartbeats, acks, limits of time and fetches that only confirm do not. Rejects with `not-settled`.
   */
  settle(): Promise<void>
  /**
   * Ends the client and gives the system its time back, which the rest of livecache in this process then goes by again. Where the runner has
   * a global `afterEach` that happens by itself.
   */
  dispose(): void
}

const running = new Set<() => void>()

/** Creates both. Times are those of the clock: timers of the app itself, and of TanStack Query, stay the runner's. */
export function createTestRealtime<const Events extends EventTable = EventTable>({
  server = createTestRealtimeServer(),
  ...options
}: TestRealtimeOptions<Events> = {}): TestRealtime<Events> {
  const timeline = timelineOf(server.clock)
  const queryClients = new Set<QueryClient>()
  const client = createRealtime<Events>({
    storage: null,
    page: stillPage,
    ...(options as RealtimeOptions<Events>),
    transports: [server.transport],
    clock: timeline.of('client'),
  })
  const realtime: Realtime<Events> = {
    ...client,
    bindQueryClient(queryClient, gate) {
      // Held first, so that it is this clock that what looks after the cache goes by.
      const [, release] = retainLiveCache(queryClient, timeline.of('cache'))
      const unbind = client.bindQueryClient(queryClient, gate)
      queryClients.add(queryClient)
      return () => {
        queryClients.delete(queryClient)
        unbind()
        release()
      }
    },
  }

  const giveBack = lendToThePage(realtime, timeline)

  function dispose() {
    running.delete(dispose)
    realtime.dispose()
    giveBack()
  }
  running.add(dispose)

  return {
    realtime,
    server,
    clock: timeline,
    settle: () =>
      settleAll({
        timeline,
        client: realtime,
        queryClients: () => queryClients,
        answers: () => server.isUp && !server.isMuted,
      }),
    dispose,
  }
}

/** The page as it is, but that frames are not painted by a time of their own. */
const stillPage: Page = {
  isHidden: browserPage.isHidden,
  isOffline: browserPage.isOffline,
  listen: browserPage.listen,
}

// As Testing Library does it: only where the runner's functions are global.
const { afterEach } = globalThis as { afterEach?: (run: () => void) => void }
if (typeof afterEach === 'function') {
  afterEach(() => {
    for (const dispose of [...running]) dispose()
  })
}
