// A server component: the data is here before the page is, and the indicator needs no file of its own.
import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { RealtimeIndicator } from 'livecache'
import { Goals } from './goals'
import { fetchGoals } from './goals-api'

export const dynamic = 'force-dynamic'

export default async function Page() {
  const queryClient = new QueryClient()
  await queryClient.prefetchQuery({ queryKey: ['goals'], queryFn: fetchGoals })
  return (
    <main>
      <RealtimeIndicator />
      <HydrationBoundary state={dehydrate(queryClient)}>
        <Goals />
      </HydrationBoundary>
    </main>
  )
}
