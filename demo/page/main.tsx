import { QueryClientProvider } from '@tanstack/react-query'
import { RealtimeProvider, RealtimeToasts, RealtimeUiProvider } from 'livecache'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { locale } from './format.ts'
import { createQueryClient } from './query-client.ts'
import { realtime } from './realtime.ts'
import { userId } from './session.ts'
import { useBookingSound } from '../rooms/bookings/booking-sound.ts'
import { SideBySide } from './side-by-side.tsx'
import { toastRules } from './toast-rules.ts'
import { Workspace } from './workspace.tsx'
import './styles/reset.css'
import 'livecache/styles.css'
import './styles/index.css'

function Toasts() {
  return <RealtimeToasts rules={toastRules} sound={useBookingSound()} />
}

const sides = new URLSearchParams(location.search).get('side')?.split(',') ?? []

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    {sides.length > 0 ? (
      <SideBySide people={sides} />
    ) : (
      <QueryClientProvider client={createQueryClient()}>
        <RealtimeProvider client={realtime} identity={userId}>
          <RealtimeUiProvider locale={locale}>
            <Workspace />
            <Toasts />
          </RealtimeUiProvider>
        </RealtimeProvider>
      </QueryClientProvider>
    )}
  </StrictMode>,
)
