// A client in fake time, on a page and servers that the test plays.
import { expect, vi } from 'vitest'
import {
  type ClientOptions,
  createClient,
  type Diagnostic,
  type Page,
  type PageSignal,
  type RealtimeClient,
  type RealtimeError,
  type Resync,
  type TokenReason,
  type TokenRequest,
} from '../../src/client/index.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { scriptedTransport } from './scripted-transport.ts'

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const clients: RealtimeClient[] = []

/** For `beforeEach`. */
export function begin(): void {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
}

/** For `afterEach`: nothing may be left running. */
export function end(): void {
  for (const client of clients.splice(0)) client.dispose()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
}

export interface FakePage extends Page {
  hidden: boolean
  offline: boolean
  emit(signal: PageSignal): void
  readonly listeners: number
}

export function fakePage(): FakePage {
  const listeners = new Set<(signal: PageSignal) => void>()
  const page: FakePage = {
    hidden: false,
    offline: false,
    isHidden: () => page.hidden,
    isOffline: () => page.offline,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    emit(signal) {
      for (const listener of [...listeners]) listener(signal)
    },
    get listeners() {
      return listeners.size
    },
  }
  return page
}

/** Time that can jump; chance in the middle, so that a delay of the ladder is three quarters of its ceiling. */
export function fakeClock() {
  const clock = {
    skewMs: 0,
    now: () => Date.now() + clock.skewMs,
    random: () => 0.5,
    timeout(run: () => void, ms: number) {
      if (ms === Infinity) return () => {}
      const timer = setTimeout(run, Math.max(0, ms))
      return () => clearTimeout(timer)
    },
  }
  return clock
}

/** A `getToken` and why it was asked. @param same the token of each time; by default they are numbered: `token-1` */
export function tokens(same?: string) {
  const reasons: TokenReason[] = []
  return {
    reasons,
    getToken({ reason }: TokenRequest) {
      reasons.push(reason)
      return same ?? `token-${reasons.length}`
    },
  }
}

/** A client that is held, its scripted server, and all it says. */
export function setUp(options: Partial<ClientOptions> = {}) {
  const transport = scriptedTransport()
  const clock = fakeClock()
  const page = fakePage()
  const errors: RealtimeError[] = []
  const diagnostics: Diagnostic[] = []
  const heard: RealtimeEvent[] = []
  const resyncs: Resync[] = []
  const client = createClient({
    transports: [transport],
    clock,
    page,
    storage: null,
    onError: (error) => errors.push(error),
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...options,
  })
  clients.push(client)
  client.on('*', (event) => heard.push(event))
  client.onResync((resync) => resyncs.push(resync))
  const release = client.hold()
  return {
    client,
    transport,
    clock,
    page,
    errors,
    diagnostics,
    heard,
    resyncs,
    release,
    ids: () => heard.map(({ id }) => id),
  }
}

/** The same, signed in and subscribed to a livecache server. @param heads of its streams */
export async function setUpLive(
  options: Partial<ClientOptions> = {},
  { welcome = {}, heads = {} }: { welcome?: object; heads?: Record<string, { epoch: string; seq: number }> } = {},
) {
  const all = setUp(options)
  await pass(0)
  all.transport.last.welcome({ heartbeatMs: 30_000, capabilities: ['ack-ids', 'patterns', 'publish'], ...welcome })
  all.transport.last.say({ type: 'subscribed', ref: 's1', streams: heads })
  all.transport.last.settle()
  all.resyncs.length = 0
  return all
}

/** What a promise rejects with, caught at once, so that it may do so at any time. */
export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )

/** An event as a livecache server sends it. */
export const eventOf = (stream: string, seq: number, fields: object = {}) => ({
  type: 'goal.renamed',
  eventId: `${stream}/${seq}`,
  stream,
  seq,
  epoch: 'e1',
  payload: { n: seq },
  ...fields,
})
