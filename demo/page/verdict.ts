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
    predicate: ({ state, meta }) => state.status === 'success' && 'path' in (meta ?? {}),
  })
  const differs = await Promise.all(queries.map(differsForLong))
  return {
    checked: queries.length,
    different: queries.flatMap(({ queryKey }, index) => (differs[index] ? [queryKey.slice(1).join(' ')] : [])),
  }
}

async function differsForLong(query: Query): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const before = query.state.data
    const atServer = await callApi<unknown>('GET', String(query.meta!['path']))
    // What changes while it is asked for is compared both ways.
    if (isSame(atServer, query.state.data) || isSame(atServer, before)) return false
  }
  return true
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
