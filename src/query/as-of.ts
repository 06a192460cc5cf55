// How new an answer of the API is, told by a header of its response: with it a fetch that overlaps events is set right exactly, and
// nothing has to be fetched to confirm it. The server's side is `asOf()` of the hub and the gateway.
import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { RealtimeError } from '../base/errors.ts'
import { asOfHeader, parseAsOf } from '../protocol/as-of.ts'
import { pageName, type Positions } from './record.ts'

/** What a `queryFn` is given, as far as it matters here. */
export interface AsOfContext {
  client: QueryClient
  queryKey: QueryKey
  /** Of an infinite query: which page the answer is. */
  pageParam?: unknown
  readonly signal?: AbortSignal
}

/** Anything with headers: a `Response`, or what other libraries answer. */
export interface WithHeaders {
  headers: { get(name: string): unknown } | Readonly<Record<string, unknown>>
}

/** What one answer of the running fetch said, or of one that was cancelled and goes on all the same. */
interface Note {
  readonly context: AsOfContext
  readonly positions: Positions
}

const notes = new WeakMap<Query, Note[]>()

/**
 * Reads how new a response is, in a `queryFn`: `asOf(context, await fetch(url, { signal: context.signal }))`. Returns the response. One that does not say is
 * treated as any other.
 * @param options.header its name. @default 'Livecache-As-Of'; across origins the server has to expose it
 */
export function asOf<Answer extends WithHeaders>(
  context: AsOfContext,
  response: Answer,
  { header = asOfHeader }: { header?: string } = {},
): Answer {
  if (typeof context?.client?.getQueryCache !== 'function') {
    throw new RealtimeError(
      'invalid-option',
      'asOf() was not given what its queryFn was given, so it does not know which query is meant. Pass the context on: queryFn: async (context) => asOf(context, await fetch(url)).',
    )
  }
  const positions = parseAsOf(headerOf(response, header))
  const query = positions && queryOf(context)
  if (query) notes.set(query, [...(notes.get(query) ?? []), { context, positions }])
  return response
}

function headerOf({ headers }: WithHeaders, name: string): unknown {
  if (typeof headers.get === 'function') return headers.get(name) as unknown
  const wanted = name.toLowerCase()
  return Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1]
}

function queryOf({ client, queryKey }: AsOfContext): Query | undefined {
  const cache = client.getQueryCache()
  const usual = cache.get(client.defaultQueryOptions({ queryKey }).queryHash)
  return usual ?? cache.find({ queryKey, exact: true })
}

/** What the answers of the fetch that has ended said, by page. */
export function takeAsOf(query: Query): Map<string, Positions> {
  const taken = new Map<string, Positions>()
  for (const { context, positions } of notes.get(query) ?? []) {
    // Looked at no earlier: TanStack Query takes a queryFn that has read its signal for one that heeds it.
    if (context.signal?.aborted) continue
    const page = pageName(context.pageParam)
    // Two answers for one page: an attempt was given up. Which of them counts is not known here, so the older does.
    taken.set(page, lower(taken.get(page) ?? positions, positions))
  }
  notes.delete(query)
  return taken
}

export const forgetAsOf = (query: Query): void => void notes.delete(query)

function lower(a: Positions, b: Positions): Positions {
  const shared = Object.entries(a).flatMap(([stream, position]) => {
    const other = Object.hasOwn(b, stream) ? b[stream] : undefined
    if (other === undefined || other.epoch !== position.epoch) return []
    return [[stream, other.seq < position.seq ? other : position] as const]
  })
  return Object.fromEntries(shared)
}
