// An app as a stranger's: the components on a page, with a server in the same page that can be taken away.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { createRealtime } from '../../src/query/index.ts'
import { RealtimeProvider } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { ConnectionBanner, LiveBadge, RealtimeIndicator, StatusTransition } from '../../src/ui/index.ts'
import '../../src/styles.css'
import 'virtual:app.css'

const server = createTestServer()
const realtime = createRealtime({ transports: [server.transport], storage: null })
Object.assign(window, { server })

createRoot(document.querySelector('main')!).render(
  <QueryClientProvider client={new QueryClient()}>
    <RealtimeProvider client={realtime}>
      <ConnectionBanner afterMs={500} sticky />
      <RealtimeIndicator />
      <RealtimeIndicator variant="dot" labels={{ name: 'Dot' }} />
      <LiveBadge status="live" pulse={1} />
      <StatusTransition status="SUCCESS" />
      {Array.from({ length: 60 }, (_, index) => (
        <p key={index}>
          <button type="button">Goal {index + 1}</button>
        </p>
      ))}
    </RealtimeProvider>
  </QueryClientProvider>,
)
