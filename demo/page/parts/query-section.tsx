// A query on screen: its skeleton, its error, and its data with the note that it could not be refreshed.
import type { UseQueryResult } from '@tanstack/react-query'
import { useRealtimeConnection } from 'livecache'
import { type ReactNode, useState } from 'react'
import { ErrorNotice, Skeleton } from './notices.tsx'

export interface QuerySectionProps<Data> {
  query: UseQueryResult<Data>
  /** In the middle of a sentence: `the goals`. */
  what: string
  skeletonRows: number
  children: (data: Data) => ReactNode
}

export function QuerySection<Data>({ query, what, skeletonRows, children }: QuerySectionProps<Data>) {
  const { data, isFetching, refetch } = query
  const error = useLastingError(query)
  const isNamed = useIsNamed(error)
  const retry = { onRetry: () => void refetch(), isRetrying: isFetching }
  if (data === undefined) {
    if (error === null) return <Skeleton rows={skeletonRows} label={`Loading ${what}`} />
    return (
      <ErrorNotice error={error} {...retry}>
        Could not load {what}.
      </ErrorNotice>
    )
  }
  return (
    <>
      {error !== null && !isNamed && (
        <ErrorNotice error={error} {...retry}>
          Could not refresh {what}; what you see may be out of date.
        </ErrorNotice>
      )}
      {children(data)}
    </>
  )
}

/** Whether it failed while the link was down: the indicator and the banner say so, once and for all lists. */
function useIsNamed(error: Error | null): boolean {
  const isDown = useRealtimeConnection(({ name }) => name !== 'connected')
  const [named, setNamed] = useState<Error | null>(null)
  // It outlives the loss by a moment, until what follows the way back has been fetched.
  if (isDown && error !== named) setNamed(error)
  return isDown || error === named
}

/** The error until a fetch succeeds. Query forgets it when the next fetch begins, and the notice would come and go. */
function useLastingError({ error, isSuccess }: UseQueryResult): Error | null {
  const [last, setLast] = useState(error)
  const lasting = isSuccess ? null : (error ?? last)
  if (lasting !== last) setLast(lasting)
  return lasting
}
