// The cache of the page, and how patient it is.
import { QueryClient } from '@tanstack/react-query'
import { RequestError } from './fetch-json.ts'

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A refusal stays one; a server that is away may be back in a moment.
        retry: (failures, error) => error instanceof RequestError && error.isTemporary && failures < 3,
        retryDelay: (attempt) => Math.min(4_000, 500 * 2 ** attempt),
        // Events keep what is on screen true, so coming back to the window is no reason to fetch.
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        networkMode: 'always',
      },
      // Fails at once and visibly, instead of waiting unseen for the network.
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
