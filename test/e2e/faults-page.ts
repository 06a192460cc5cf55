// What the pages of the fault tests run: one client, a QueryClient where queries are asked for, and everything that was
// noticed on the way, for the test to read.
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import type { ClientInspection, ClientOptions, ConnectionState, Diagnostic } from '../../src/client/index.ts'
import { createRealtime, invalidate, type Realtime } from '../../src/query/index.ts'
import { polling, sse, type Transport, webSocket } from '../../src/transports/index.ts'
import { fastClock } from '../fast-clock.ts'

export interface PageOptions {
  /** Of the gateway, for WebSocket. */
  ws: string
  /** Of its events over HTTP. */
  http: string
  /** In the order to try. @default websocket alone */
  kinds?: readonly ('websocket' | 'sse' | 'polling')[]
  /** How many ms pass for the client in one of the wall. @default the browser's own time */
  speed?: number
  /** Tokens are fetched from here. @default no token */
  tokens?: string
  /** Queries that are on screen, each fed by its stream; the API answers at once. */
  queries?: readonly string[]
  client?: ClientOptions
}

export interface Noticed {
  readonly state: ConnectionState
  /** Whether the server has answered every subscription: it forwards nothing before. */
  readonly subscribed: boolean
  /** The names of the states so far. */
  readonly states: readonly string[]
  /** The numbers that events carried, in order. */
  readonly heard: readonly number[]
  readonly resyncs: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  readonly errors: readonly string[]
  /** How often each query was fetched. */
  readonly fetches: Readonly<Record<string, number>>
  /** Requests for a token: how many, and how many ran at a time at most. */
  readonly tokens: { readonly asked: number; readonly atOnce: number }
  /** What the browser forbade by the page's policy. */
  readonly violations: number
  /** How often the page came back from the back/forward cache. */
  readonly restored: number
  readonly counters: ClientInspection['counters']
}

export interface Lab {
  start(options: PageOptions): void
  noticed(): Noticed
  readonly realtime: Realtime
}

declare global {
  interface Window {
    lab: Lab
  }
}

const makers = { websocket: webSocket, sse, polling }
const seen = {
  states: [] as string[],
  heard: [] as number[],
  resyncs: [] as string[],
  diagnostics: [] as Diagnostic[],
  errors: [] as string[],
  fetches: {} as Record<string, number>,
  violations: 0,
  restored: 0,
}
document.addEventListener('securitypolicyviolation', () => seen.violations++)
window.addEventListener('pageshow', ({ persisted }) => persisted && seen.restored++)
const tokens = { asked: 0, atOnce: 0, running: 0 }
let realtime: Realtime

async function askForToken(address: string, signal: AbortSignal): Promise<string> {
  tokens.asked++
  tokens.running++
  tokens.atOnce = Math.max(tokens.atOnce, tokens.running)
  const over = () => tokens.running--
  signal.addEventListener('abort', over, { once: true })
  const answer = await fetch(address, { signal })
  const token = await answer.text()
  signal.removeEventListener('abort', over)
  if (!signal.aborted) over()
  return token
}

function show(queryClient: QueryClient, key: string): void {
  seen.fetches[key] = 0
  const queryFn = () => ++seen.fetches[key]!
  new QueryObserver(queryClient, { queryKey: [key], queryFn, staleTime: Infinity }).subscribe(() => {})
}

window.lab = {
  start({ ws, http, kinds = ['websocket'], speed, tokens: address, queries = [], client = {} }) {
    const transports: Transport[] = kinds.map((kind) =>
      makers[kind](kind === 'websocket' ? ws : kind === 'sse' ? `${http}/stream` : http),
    )
    realtime = createRealtime({
      transports,
      ...(speed !== undefined && { clock: fastClock(speed) }),
      ...(address !== undefined && { getToken: ({ signal }) => askForToken(address, signal) }),
      onDiagnostic: (diagnostic) => seen.diagnostics.push(diagnostic),
      onError: ({ code, message }) => seen.errors.push(`${code}: ${message}`),
      streams: Object.fromEntries(queries.map((key) => [key, [[key]]])),
      rules: Object.fromEntries(queries.map((key) => [`${key}.changed`, () => invalidate([key])])),
      ...client,
    })
    realtime.onState(() => {
      const { name } = realtime.getState()
      if (seen.states.at(-1) !== name) seen.states.push(name)
    })
    realtime.onResync(({ cause }) => seen.resyncs.push(cause))
    realtime.on('goal.*', ({ payload }) => seen.heard.push(payload as number))
    const queryClient = new QueryClient()
    queryClient.mount()
    realtime.bindQueryClient(queryClient)
    for (const key of queries) show(queryClient, key)
    realtime.hold()
  },
  noticed() {
    const { state, counters, subscriptions } = realtime.inspect()
    const subscribed = subscriptions.every(({ status }) => status === 'subscribed')
    return { ...seen, tokens, state, subscribed, counters }
  },
  get realtime() {
    return realtime
  },
}
