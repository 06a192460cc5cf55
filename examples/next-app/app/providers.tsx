// Made on both sides, connected in the browser alone: what opens the link is an effect of the provider.
'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRealtime, invalidate, RealtimeProvider } from 'livecache'
import { type ReactNode, useState } from 'react'

const realtime = createRealtime({
  url: process.env.NEXT_PUBLIC_REALTIME_URL ?? 'ws://127.0.0.1:4100/realtime', // what `npx livecache mock` serves
  rules: { 'goal.*': () => invalidate(['goals']) },
})

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } }))
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider client={realtime}>{children}</RealtimeProvider>
    </QueryClientProvider>
  )
}
