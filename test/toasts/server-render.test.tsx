// Rendered on a server and taken over by a page.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render } from '@testing-library/react'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRealtime } from '../../src/query/index.ts'
import { RealtimeProvider } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { RealtimeToasts, useToastHistory, useToastSound } from '../../src/toasts/index.ts'
import { pass } from '../react/app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function Page() {
  const { entries } = useToastHistory()
  const { isBlocked } = useToastSound()
  return (
    <>
      <RealtimeToasts rules={{ 'goal.*': () => ({ title: 'Goal' }) }} sound />
      <p>{`${entries.length} ${isBlocked}`}</p>
    </>
  )
}

it('renders the same on the server and in the page that takes it over, and toasts from then on', async () => {
  const complaint = vi.spyOn(console, 'error')
  const server = createTestServer()
  const realtime = createRealtime({ transports: [server.transport] })
  const tree = (
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider client={realtime}>
          <Page />
        </RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  vi.stubGlobal('document', undefined)
  vi.stubGlobal('window', undefined)
  const html = renderToString(tree)
  vi.unstubAllGlobals()
  expect(html).toBe('<p>0 false</p>')
  expect(vi.getTimerCount()).toBe(0)

  const container = document.createElement('div')
  document.body.append(container)
  container.innerHTML = html
  act(() => void render(tree, { container, hydrate: true }))
  await pass(1_000)
  server.publish({ type: 'goal.completed', payload: {} })
  await pass(100)
  expect(document.querySelectorAll('[data-lc="toast"]')).toHaveLength(1)
  expect(container.querySelector('p')).toHaveTextContent('1 true')
  expect(complaint).not.toHaveBeenCalled()
})
