// The server of a test whose clock is moved by hand: every fault an app may meet, each a call, each written down as plain data, so that
// it can be printed and played again (fault-schedule.ts).
import type { Identity } from '../hub/access.ts'
import type { EventFrame, NewEvent } from '../hub/event-log.ts'
import { definedOf } from '../base/defined.ts'
import type { Undo } from '../base/emitter.ts'
import { closeCodes } from '../protocol/codes.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { createTestServer, type TestServer, type TestServerOptions } from './create-test-server.ts'
import type { Fault, FaultStep } from './fault-step.ts'
import { createNetwork } from './network.ts'
import { createTimeline, type TestClock, type Timeline, timelineOf } from './test-clock.ts'

/** An event to publish: as the hub takes it, or as `buildEvent` made it. `stream` is `test` unless it says otherwise. */
export type PublishedEvent =
  | (Omit<NewEvent, 'stream'> & { stream?: string })
  | Pick<RealtimeEvent, 'id' | 'type' | 'payload' | 'entity' | 'stream' | 'origin' | 'v'>

export interface TestRealtimeServerOptions extends Omit<TestServerOptions, 'clock'> {
  /** Left out: one of its own, which stands still until the test moves it. */
  clock?: TestClock
}

/** Nothing that it does reaches a client before the clock moves: `await settle()`, or `await clock.advance(ms)`. */
export interface TestRealtimeServer extends Omit<TestServer, 'publish' | 'mute' | 'cut'> {
  readonly clock: TestClock
  /** Publishes an event. Throws what the hub throws: `invalid-option`, and with a table of events `unknown-event` and `invalid-payload`. */
  publish(event: PublishedEvent): EventFrame
  /** Cuts every link once; clients come back by themselves. @param code @default 1006, no close frame */
  drop(code?: number, reason?: string): void
  /** For `ms` nothing travels either way, and links stay open: what is said meanwhile is lost. `mute(0)` ends it. @param ms @default Infinity */
  mute(ms?: number): void
  /** The next frames with events are lost, on each link there is now. @param count @default 1 */
  lose(count?: number): void
  /** They come twice. @param count @default 1 */
  duplicate(count?: number): void
  /** They come in reverse order, once all of them are there, or after 5 s. @param count @default 2 */
  reorder(count?: number): void
  /** How long what is sent from now on is on its way, in ms. @param ms @default 0 */
  delay(ms?: number): void
  /** Every token used so far has expired: sessions end with 4401, and who comes back needs another one. */
  expireToken(): void
  /** Ends the server and starts it at once. @param options `forgetting`: its event log is gone, as of a new process. @default false */
  restart(options?: { forgetting?: boolean }): void
  /** Takes back every fault: what is kept back comes, and links are taken. The clock has to move for it to be felt. */
  heal(): void
  /** What was done to it so far, as data for `playFaults`. */
  readonly history: readonly FaultStep[]
}

const anybody: Identity = { subject: 'tester', streams: ['*'] }

/** Creates the server that `createTestRealtime` makes for itself; for several clients give it to each of them. */
export function createTestRealtimeServer({
  clock,
  verify = () => anybody,
  ...options
}: TestRealtimeServerOptions = {}): TestRealtimeServer {
  const timeline: Timeline = clock === undefined ? createTimeline() : timelineOf(clock)
  const serverClock = timeline.of('server')
  const used = new Set<string | undefined>()
  const expired = new Set<string | undefined>()
  const history: FaultStep[] = []
  const network = createNetwork(timeline.of('network'))
  const server = createTestServer({
    ...options,
    clock: serverClock,
    verify(token) {
      if (expired.has(token)) throw new Error('the test had this token expire')
      used.add(token)
      return verify(token)
    },
  })
  const beganAt = timeline.now()
  let cancelMute: Undo | null = null

  const note = (fault: Fault) => void history.push({ at: timeline.now() - beganAt, ...fault })

  function mute(ms: number) {
    cancelMute?.()
    if (ms <= 0) return server.unmute()
    server.mute()
    cancelMute = serverClock.timeout(server.unmute, ms)
  }

  return {
    ...server,
    clock: timeline,
    transport: network.wrap(server.transport),
    history,
    publish(given) {
      const event = asNewEvent(given)
      note({ do: 'publish', event })
      return server.publish(event)
    },
    drop(code, reason) {
      note({ do: 'drop', ...definedOf({ code, reason }) } as Fault)
      server.cut(code, reason)
    },
    mute(ms = Infinity) {
      note({ do: 'mute', ...(ms !== Infinity && { ms }) })
      mute(ms)
    },
    lose(count = 1) {
      note({ do: 'lose', count })
      server.faults.lose(count)
    },
    duplicate(count = 1) {
      note({ do: 'duplicate', count })
      server.faults.duplicate(count)
    },
    reorder(count = 2) {
      note({ do: 'reorder', count })
      server.faults.reorder(count)
    },
    delay(ms = 0) {
      note({ do: 'delay', ms })
      network.delay(ms)
    },
    expireToken() {
      note({ do: 'expireToken' })
      for (const token of used) expired.add(token)
      server.cut(closeCodes.unauthorized, 'the token expired')
    },
    goDown() {
      note({ do: 'goDown' })
      server.goDown()
    },
    comeBack({ forgetting = false } = {}) {
      note({ do: 'comeBack', forgetting })
      server.comeBack({ forgetting })
    },
    restart({ forgetting = false } = {}) {
      note({ do: 'restart', forgetting })
      server.goDown()
      server.comeBack({ forgetting })
    },
    heal() {
      note({ do: 'heal' })
      mute(0)
      network.delay(0)
      server.faults.clear()
      server.comeBack()
    },
    get opened() {
      return server.opened
    },
    get open() {
      return server.open
    },
    get isUp() {
      return server.isUp
    },
    get isMuted() {
      return server.isMuted
    },
    get hub() {
      return server.hub
    },
  }
}

function asNewEvent({ type, payload, id, stream = 'test', entity, origin, v }: PublishedEvent): NewEvent {
  return {
    type,
    payload,
    stream,
    ...(id != null && { id }),
    ...(entity != null && { entity }),
    ...(origin && { origin }),
    ...(v !== undefined && { v }),
  }
}
