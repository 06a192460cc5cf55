import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { GoalActivityFeed, goalKeys, LiveCard, MeasureSparkline, WidgetFrame } from '../../src/goals/index.ts'
import { createRealtime } from '../../src/query/index.ts'
import { RealtimeProvider } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { pass } from '../react/app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const items = [{ id: 1, goalId: 'g1', kind: 'k', text: 'Two masts', createdAt: 0 }]

function app() {
  const queryClient = new QueryClient()
  queryClient.setQueryData(goalKeys.activity('g1'), { pages: [{ items }], pageParams: [undefined] })
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider client={createRealtime({ transports: [createTestServer().transport] })}>
        <GoalActivityFeed goalId="g1" queryFn={async () => ({ items })} />
        <WidgetFrame title="Speed" queryKey={['speed']}>
          <MeasureSparkline name="Speed" readings={[{ id: 1, measureId: 'm', value: 4, at: 0 }]} />
        </WidgetFrame>
        <LiveCard version={1}>4</LiveCard>
      </RealtimeProvider>
    </QueryClientProvider>
  )
}

it('ALL-4 the domain renders on a server and hydrates without a warning, whatever the time', async () => {
  const complaints = vi.spyOn(console, 'error')
  vi.stubGlobal('document', undefined)
  const html = renderToString(app())
  vi.unstubAllGlobals()
  expect(html).toContain('Two masts')
  expect(html).not.toMatch(/ago|yesterday/)
  const container = document.createElement('div')
  document.body.append(container)
  container.innerHTML = html
  vi.setSystemTime(Date.now() + 3_600_000)
  const { unmount } = render(app(), { container, hydrate: true })
  await pass(3_000)
  expect(screen.getByRole('article')).toHaveTextContent(/Two masts.*ago/)
  expect(complaints.mock.calls).toEqual([])
  unmount()
})
