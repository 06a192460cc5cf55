// The kit in React 18.3 and 19. What it stands on: create-test-realtime.test.ts.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { fireEvent, screen } from '@testing-library/react'
import { createContext, type ReactNode, useContext, useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../src/client/index.ts'
import { invalidate, type RealtimeOptions, upsert } from '../../../src/query/index.ts'
import { useRealtime, useRealtimeConnection, useRealtimeEvent } from '../../../src/react/index.ts'
import { buildEvent, createTestRealtimeServer } from '../../../src/testing/index.ts'
import { renderHookWithRealtime, renderWithRealtime } from '../../../src/testing/react/index.ts'
import { LiveBadge, RealtimeIndicator } from '../../../src/ui/index.ts'

const complaints: unknown[][] = []
beforeEach(() => {
  complaints.length = 0
  // As Testing Library sets it where the runner's functions are global: React then says what ran outside of act.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.spyOn(console, 'error').mockImplementation((...line: unknown[]) => void complaints.push(line))
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  expect(complaints).toEqual([])
})

interface Goal {
  id: string
  name: string
}
const rules: RealtimeOptions['rules'] = {
  'goal.created': ({ payload }) => upsert<Goal>(['goals'], payload as Goal, { where: () => true }),
  'goals.changed': () => invalidate(['goals']),
}

function Goals({ read = () => [] }: { read?: () => Goal[] | Promise<Goal[]> }) {
  const { data = [], status } = useQuery({ queryKey: ['goals'], queryFn: async () => read() })
  return (
    <>
      <RealtimeIndicator />
      <LiveBadge queryKey={['goals']} data-testid="badge" />
      <ul aria-label={status}>
        {data.map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
      </ul>
    </>
  )
}
const names = () => screen.queryAllByRole('listitem').map(({ textContent }) => textContent)

describe('renderWithRealtime', () => {
  it('says which environment is missing where there is no document', () => {
    vi.stubGlobal('document', undefined)
    expect(() => renderWithRealtime(<Goals />)).toThrow(
      expect.objectContaining({ code: 'missing-peer', message: expect.stringContaining('@vitest-environment jsdom') }),
    )
  })

  it('shows what an event brings, and says when the link is gone and back', async () => {
    const { server, clock, settle, container } = renderWithRealtime(<Goals />, { rules })
    const status = () => container.querySelector('[data-lc="indicator"]')?.getAttribute('data-status')
    await settle()
    expect([status(), screen.getByTestId('badge').dataset['status']]).toEqual(['connected', 'live'])
    server.publish(buildEvent('goal.created', { payload: { id: 'g1', name: 'Launch' } }))
    await settle()
    expect(names()).toEqual(['Launch'])
    server.goDown()
    await clock.advance(3_000)
    expect(status()).toBe('reconnecting')
    expect(screen.getByTestId('badge').dataset['status']).not.toBe('live')
    server.comeBack()
    await settle()
    expect(status()).toBe('connected')
  })

  it('returns what Testing Library returns, and all of the kit', async () => {
    const { rerender, unmount, getByRole, realtime, queryClient, server, clock, settle } = renderWithRealtime(
      <p>one</p>,
    )
    rerender(<Goals />)
    await settle()
    expect(getByRole('list')).toBeInTheDocument()
    expect([realtime.getState().name, queryClient.getQueryData(['goals'])]).toEqual(['connected', []])
    clock.jump(60_000)
    expect(systemClock.now()).toBe(clock.now())
    unmount()
    await settle()
    expect([server.open, systemClock.now() - clock.now() !== 0]).toEqual([0, true])
  })

  it('has fetched what an event asks for', async () => {
    const goals: Goal[] = []
    const { server, settle } = renderWithRealtime(<Goals read={() => [...goals]} />, { rules })
    await settle()
    goals.push({ id: 'g1', name: 'Launch' })
    server.publish({ type: 'goals.changed', payload: {} })
    await settle()
    expect(names()).toEqual(['Launch'])
  })

  it('serves hooks that publish, listen and mutate', async () => {
    function Chat() {
      const [lines, setLines] = useState<string[]>([])
      const { publish } = useRealtime()
      const queryClient = useQueryClient()
      const send = useMutation({
        mutationFn: (text: string) => publish('line.written', text),
        onSuccess: () => queryClient.setQueryData(['sent'], true),
      })
      useRealtimeEvent('line.written', ({ payload }) => setLines((known) => [...known, String(payload)]))
      return (
        <>
          <button onClick={() => send.mutate('hello')}>{send.status}</button>
          <output>{lines.join(', ')}</output>
        </>
      )
    }
    const server = createTestRealtimeServer({ authorizePublish: () => ({ stream: 'test' }) })
    const { settle, queryClient } = renderWithRealtime(<Chat />, { server })
    await settle()
    fireEvent.click(screen.getByRole('button'))
    await settle()
    expect([screen.getByRole('button').textContent, screen.getByRole('status').textContent]).toEqual([
      'success',
      'hello',
    ])
    expect(queryClient.getQueryData(['sent'])).toBe(true)
  })

  it('has the app’s own providers inside, and its identity and flag', async () => {
    const Theme = createContext('none')
    function Inner({ children }: { children: ReactNode }) {
      const status = useRealtimeConnection((connection) => connection.status)
      return <Theme.Provider value={status}>{children}</Theme.Provider>
    }
    const Shown = () => <p>{useContext(Theme)}</p>
    const { server, settle } = renderWithRealtime(<Shown />, { wrapper: Inner, enabled: false })
    await settle()
    expect(screen.getByText('idle')).toBeInTheDocument()
    expect(server.opened).toBe(0)
  })

  it('serves two pages of one server', async () => {
    const ada = renderWithRealtime(<Goals />, { rules })
    const bob = renderWithRealtime(<Goals />, { rules, server: ada.server })
    await ada.settle()
    await bob.settle()
    ada.server.publish(buildEvent('goal.created', { payload: { id: 'g1', name: 'Launch' } }))
    await ada.settle()
    expect([ada.server.open, names()]).toEqual([2, ['Launch', 'Launch']])
  })

  it('is the same in strict mode, and under fake timers', async () => {
    vi.useFakeTimers()
    const read = () => new Promise<Goal[]>((resolve) => setTimeout(() => resolve([{ id: 'g1', name: 'Slow' }]), 300))
    const { server, settle } = renderWithRealtime(<Goals read={read} />, {
      rules,
      renderOptions: { reactStrictMode: true },
    })
    await settle()
    server.publish(buildEvent('goal.created', { payload: { id: 'g2', name: 'Launch' } }))
    await settle()
    expect([names(), server.open]).toEqual([['Slow', 'Launch'], 1])
  })
})

describe('renderHookWithRealtime', () => {
  it('renders a hook, and again with other props', async () => {
    const { result, rerender, server, settle } = renderHookWithRealtime(
      ({ type }: { type: string }) => {
        const [heard, setHeard] = useState<string[]>([])
        useRealtimeEvent(type, (event) => setHeard((known) => [...known, event.type]))
        return { heard, status: useRealtimeConnection((connection) => connection.status) }
      },
      { initialProps: { type: 'goal.created' } },
    )
    await settle()
    expect(result.current.status).toBe('connected')
    server.publish(buildEvent('goal.created'))
    server.publish(buildEvent('goal.removed'))
    await settle()
    rerender({ type: 'goal.removed' })
    await settle()
    server.publish(buildEvent('goal.removed'))
    await settle()
    expect(result.current.heard).toEqual(['goal.created', 'goal.removed'])
  })
})
