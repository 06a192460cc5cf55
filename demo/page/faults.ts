// The host's controls, as queries and mutations. They go past the page's wire, so they work while it is cut.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { FaultStatus } from '../shared/faults.ts'
import { fetchJson } from './fetch-json.ts'
import { pageId } from './page-id.ts'

const controlUrl = (path: string) => `/demo/${path}?page=${pageId}`

/** Asked for again each second: another page may have stopped the server, or switched the teammate. */
export const faultStatusQuery = queryOptions({
  queryKey: ['fault-status'],
  queryFn: ({ signal }) => fetchJson<FaultStatus>('GET', controlUrl('status'), { signal }),
  refetchInterval: 1_000,
  staleTime: 0,
  retry: false,
})

export function useFault(method: 'POST' | 'PUT' | 'DELETE', path: 'server/restart' | 'teammate' | 'cut') {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => fetchJson<FaultStatus>(method, controlUrl(path)),
    // A poll that is under way was answered before this and would undo it.
    onMutate: () => queryClient.cancelQueries({ queryKey: faultStatusQuery.queryKey }),
    onSuccess: (status) => queryClient.setQueryData(faultStatusQuery.queryKey, status),
  })
}
