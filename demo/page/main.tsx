import { QueryClientProvider } from '@tanstack/react-query'
import { RealtimeProvider } from 'livecache'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './query-client.ts'
import { realtime } from './realtime.ts'
import { userId } from './session.ts'
import { Workspace } from './workspace.tsx'
import 'livecache/styles.css'
import './styles/index.css'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <RealtimeProvider client={realtime} identity={userId}>
        <Workspace />
      </RealtimeProvider>
    </QueryClientProvider>
  </StrictMode>,
)
