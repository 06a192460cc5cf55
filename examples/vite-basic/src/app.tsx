import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { LiveBadge, RealtimeIndicator, RealtimeProvider, RealtimeToasts } from 'livecache'
import { fetchOrders } from './backend'
import { realtime } from './realtime'
import 'livecache/styles.css'

const queryClient = new QueryClient()

function Orders() {
  const { data = [] } = useQuery({ queryKey: ['orders'], queryFn: fetchOrders })
  return (
    <section>
      <h1>
        Orders <LiveBadge queryKey={['orders']} />
      </h1>
      <ul>
        {data.map(({ id, customer, status }) => (
          <li key={id}>
            {id}: {customer}, {status}
          </li>
        ))}
      </ul>
    </section>
  )
}

export const App = () => (
  <QueryClientProvider client={queryClient}>
    <RealtimeProvider client={realtime}>
      <RealtimeIndicator />
      <RealtimeToasts rules={{ 'order.placed': ({ payload }) => ({ title: `${payload.customer} ordered` }) }} />
      <Orders />
    </RealtimeProvider>
  </QueryClientProvider>
)
