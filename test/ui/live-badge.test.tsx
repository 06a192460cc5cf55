import { useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { patch } from '../../src/query/index.ts'
import { type BadgeStatus, LiveBadge } from '../../src/ui/index.ts'
import { pass, renderApp } from '../react/app.tsx'
import { offlinePage } from './offline-page.ts'
import { spoken, startListening } from './spoken.ts'

beforeEach(() => {
  vi.useFakeTimers()
  // What is fetched anew once the link is up is fetched at once.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  startListening()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const badge = () => document.querySelector<HTMLElement>('[data-lc="badge"]')
const pulse = () => badge()!.querySelector('[data-part="pulse"]')

const key = ['goals', 1]
const options = {
  serverOptions: { verify: () => ({ subject: 'ada', streams: ['test'] }) },
  streams: { test: [key] },
  rules: { 'goal.renamed': () => patch<{ name: string }>(key, (goal) => ({ ...goal, name: `${goal.name}!` })) },
}

function Goal({ paused = false }: { paused?: boolean }) {
  const { data } = useQuery({ queryKey: key, queryFn: () => ({ name: 'Sail' }) })
  return (
    <p>
      {data?.name}
      <LiveBadge queryKey={key} paused={paused} />
    </p>
  )
}

describe('the badge', () => {
  it('LB-1 says Live only while the query is, then Polling, Offline, Stale', async () => {
    const page = offlinePage()
    const { server, realtime } = renderApp(<Goal />, { ...options, page })
    expect(badge()).toBeNull()
    await pass(2_000)
    expect(badge()).toHaveTextContent('Live')
    // React 18 renders at the end of what passed, so its timers begin then.
    await pass(1)
    act(() => server.goDown())
    await pass(100)
    expect(badge()).toHaveTextContent('Polling')
    act(() => page.goOffline())
    await pass(5_000)
    expect(badge()).toHaveTextContent('Offline')
    page.goOnline()
    server.comeBack()
    await pass(5_000)
    expect(badge()).toHaveTextContent('Live')
    act(realtime.pause)
    expect(badge()).toHaveTextContent('Stale')
  })

  it('says nothing while the page loads, for 2.5 s at most', async () => {
    const { server } = renderApp(<Goal />, { ...options, serverOptions: { verify: () => new Promise(() => {}) } })
    await pass(2_499)
    expect(server.opened).toBe(1)
    expect(badge()).toBeNull()
    await pass(1)
    expect(badge()).toHaveTextContent('Polling')
  })

  it('stays once it has said something', async () => {
    const { server } = renderApp(<Goal />, options)
    for (let step = 0; step < 40 && badge() === null; step++) await pass(20)
    expect(badge()).toHaveTextContent('Live')
    await pass(1)
    act(() => server.goDown())
    expect(badge()).toHaveTextContent('Polling')
  })

  it('LB-1 says Paused, whatever the link does, where the user has paused it', async () => {
    const { rerender } = renderApp(<Goal paused />, options)
    await pass(2_000)
    expect(badge()).toHaveTextContent('Paused')
    rerender(<Goal />)
    expect(badge()).toHaveTextContent('Live')
  })

  it('LB-1 pulses for each change of the data, not for the first data, and for nobody who listens', async () => {
    const { server } = renderApp(<Goal />, options)
    await pass(2_000)
    expect(pulse()).toBeNull()
    act(() => void server.publish({ type: 'goal.renamed', payload: {} }))
    await pass(100)
    const first = pulse()
    expect(first).toHaveAttribute('aria-hidden', 'true')
    act(() => void server.publish({ type: 'goal.renamed', payload: {} }))
    await pass(100)
    expect(pulse()).not.toBe(first)
  })

  it('LB-1 shows each status by a word, a glyph and a tone of its own', () => {
    const seen = (['live', 'polling', 'stale', 'offline', 'paused'] as const).map((status) => {
      const { unmount } = render(<LiveBadge status={status} />)
      const { textContent } = badge()!
      const glyph = badge()!.querySelector('[data-icon]')!
      expect(glyph).toHaveAttribute('aria-hidden', 'true')
      const { innerHTML } = glyph
      unmount()
      return { textContent, innerHTML }
    })
    expect(seen.map(({ textContent }) => textContent)).toEqual(['Live', 'Polling', 'Stale', 'Offline', 'Paused'])
    expect(new Set(seen.map(({ innerHTML }) => innerHTML)).size).toBe(5)
  })

  it('LB-3 is no live region: a hundred of them that change say nothing', () => {
    const all = (status: BadgeStatus) =>
      Array.from({ length: 100 }, (_, index) => <LiveBadge key={index} status={status} />)
    const { rerender } = render(all('live'))
    rerender(all('stale'))
    rerender(all('offline'))
    expect(screen.getAllByText('Offline')).toHaveLength(100)
    expect(spoken()).toEqual([])
    expect(document.querySelector('[aria-live], [role="status"]')).toBeNull()
  })

  it('works without a provider where the app says the status', () => {
    render(<LiveBadge status="live" labels={{ status: { live: 'Direkt' } }} className="mine" />)
    expect(badge()).toHaveTextContent('Direkt')
    expect(badge()).toHaveClass('lc-badge', 'mine')
  })

  it('says with a code that it needs a provider to speak for a query', () => {
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(() => render(<LiveBadge queryKey={key} />)).toThrow(
      expect.objectContaining({ code: 'no-provider' }) as Error,
    )
    silence.mockRestore()
  })

  it('goes when it is no longer wanted: at once where nothing moves, else after its animations', async () => {
    const { rerender } = render(<LiveBadge status="live" />)
    rerender(<LiveBadge status="live" visible={false} />)
    expect(badge()).toBeNull()
    rerender(<LiveBadge status="live" />)
    let finish = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    badge()!.getAnimations = () => [{ finished } as unknown as Animation]
    rerender(<LiveBadge status="live" visible={false} />)
    expect(badge()).toHaveAttribute('data-leaving')
    await act(async () => {
      finish()
      await finished
    })
    expect(badge()).toBeNull()
  })
})
