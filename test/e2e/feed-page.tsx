// A goal's feed over a server in the same page, for what only a browser can tell: pixels, frames, memory.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { createRealtime } from '../../src/query/index.ts'
import { RealtimeProvider } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { type GoalActivity, GoalActivityFeed, goalEvents } from '../../src/goals/index.ts'
import '../../src/styles.css'
import 'virtual:app.css'

const count = Number(new URLSearchParams(location.search).get('count') ?? 60)
const pageSize = Number(new URLSearchParams(location.search).get('page') ?? 60)
let serial = 0
const make = (): GoalActivity => {
  serial++
  const text =
    serial % 3 === 0
      ? `Entry ${serial}, which has more to say than the others and goes over two lines`
      : `Entry ${serial}`
  return { id: serial, goalId: 'g1', kind: 'k', text, actor: { id: 1, name: 'Ada Okafor' }, createdAt: serial * 1_000 }
}
const history = Array.from({ length: count }, make).toReversed()

const server = createTestServer({ verify: () => ({ subject: 'ada', streams: ['goal:g1'] }) })
const realtime = createRealtime({ transports: [server.transport], storage: null, events: goalEvents })
Object.assign(window, {
  happen(times: number) {
    for (let time = 0; time < times; time++) {
      const activity = make()
      history.unshift(activity)
      server.publish({ type: 'goal.activity.created', stream: 'goal:g1', payload: { goalId: 'g1', activity } })
    }
  },
})

const queryFn = async ({ cursor }: { cursor: unknown }) => {
  const from = cursor === undefined ? 0 : history.findIndex(({ id }) => id === cursor) + 1
  const items = history.slice(from, from + pageSize)
  return { items, nextCursor: from + pageSize < history.length ? items.at(-1)?.id : null }
}

createRoot(document.querySelector('main')!).render(
  <QueryClientProvider client={new QueryClient()}>
    <RealtimeProvider client={realtime}>
      <GoalActivityFeed goalId="g1" queryFn={queryFn} maxEntries={12_000} />
    </RealtimeProvider>
  </QueryClientProvider>,
)
