import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { createRealtime, LiveBadge, patch, type RealtimeEvent, RealtimeIndicator, RealtimeProvider } from 'livecache'
import 'livecache/styles.css'

interface Price {
  id: string
  price: number
  version: number
}

const realtime = createRealtime({
  url: '/socket',
  server: 'plain', // left out, it would be found out by a first attempt
  rules: {
    'price.moved': ({ payload }: RealtimeEvent<Price>) =>
      patch<Price>(['prices'], payload, { id: payload.id, version: ({ version }) => version }),
  },
})
const queryClient = new QueryClient()

async function fetchPrices(): Promise<Price[]> {
  const response = await fetch('/api/prices')
  if (!response.ok) throw new Error(`The API answered ${response.status}.`)
  return response.json() as Promise<Price[]>
}

function Prices() {
  const { data = [] } = useQuery({ queryKey: ['prices'], queryFn: fetchPrices })
  return (
    <section>
      <h1>
        Prices <LiveBadge queryKey={['prices']} />
      </h1>
      <ul>
        {data.map(({ id, price }) => (
          <li key={id}>
            {id}: {price}
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
      <Prices />
    </RealtimeProvider>
  </QueryClientProvider>
)
