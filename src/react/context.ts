// The client that the hooks read.
import { createContext, useContext } from 'react'
import { RealtimeError } from '../base/errors.ts'
import type { Realtime } from '../query/create-realtime.ts'

export const RealtimeContext = createContext<Realtime<any> | null>(null)

/** The client of the nearest provider; throws `no-provider` where there is none. @param caller for the message */
export function useRealtimeClient(caller = 'useRealtimeClient'): Realtime<any> {
  const client = useContext(RealtimeContext)
  if (client === null) {
    throw new RealtimeError(
      'no-provider',
      `${caller} ran outside <RealtimeProvider>, so it has no client to read. Render the provider above it; if it is there, the page holds two copies of livecache: let both come from one.`,
    )
  }
  return client
}
