// Whether the cache equals the server: each query of the workspace is fetched once more, past the cache, and compared.
import type { Query, QueryClient } from '@tanstack/react-query'
import { callApi } from './api.ts'

export interface Verdict {
  /** Queries that were compared. */
  checked: number
  /** Keys of those that differ. */
  different: readonly string[]
}

/** What is on its way when it is first compared has come by the last time. */
const attempts = 6
const pauseMs = 500

/** Rejects where the server cannot be reached. */
export async function verdictOf(queryClient: QueryClient): Promise<Verdict> {
  const queries = queryClient.getQueryCache().findAll({
    queryKey: ['workspace'],
    predicate: (query) => query.state.status === 'success' && pathOf(query) !== null,
  })
  const compared = await Promise.all(queries.map(compareForLong))
  return {
    checked: compared.filter((outcome) => outcome !== 'unclaimed').length,
    different: queries.flatMap(({ queryKey }, at) =>
      compared[at] === 'different' ? [queryKey.slice(1).join(' ')] : [],
    ),
  }
}

/** Where the server answers what the query holds; null where nowhere. */
function pathOf({ meta, queryKey, state }: Query): string | null {
  if (typeof meta?.['path'] === 'string') return meta['path']
  const [, , kind, goalId] = queryKey
  return kind === 'activity' ? `/feed/${String(goalId)}?limit=${itemsOf(state.data).length}` : null
}

/** A feed is compared by its entries, however many pages they came in. */
function itemsOf(data: unknown): readonly unknown[] {
  const { pages } = data as { pages: readonly { items: readonly unknown[] }[] }
  return pages.flatMap(({ items }) => items)
}

/** Off screen, and known to be old: it is fetched before it is shown. */
const isUnclaimed = (query: Query) => query.state.isInvalidated && !query.isActive()

async function compareForLong(query: Query): Promise<'same' | 'different' | 'unclaimed'> {
  const isFeed = query.queryKey[2] === 'activity'
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    if (isUnclaimed(query)) return 'unclaimed'
    const read = () => (isFeed ? itemsOf(query.state.data) : query.state.data)
    const before = read()
    const answer = await callApi<unknown>('GET', pathOf(query)!)
    const atServer = isFeed ? (answer as { items: unknown }).items : answer
    // What changes while it is asked for is compared both ways.
    if (isSame(atServer, read()) || isSame(atServer, before)) return 'same'
  }
  return isUnclaimed(query) ? 'unclaimed' : 'different'
}

const isSame = (one: unknown, other: unknown) => canonical(one) === canonical(other)

/** The order of fields says nothing; that of lists does. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
