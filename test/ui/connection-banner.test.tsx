import { act, fireEvent, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectionBanner, RealtimeIndicator } from '../../src/ui/index.ts'
import { pass, renderApp } from '../react/app.tsx'
import { offlinePage } from './offline-page.ts'
import { spoken, startListening } from './spoken.ts'

beforeEach(() => {
  vi.useFakeTimers()
  startListening()
})
afterEach(() => void vi.useRealTimers())

const banner = () => document.querySelector<HTMLElement>('[data-lc="banner"]')!
const text = () => banner().querySelector<HTMLElement>('[role="status"]')!

describe('the banner', () => {
  it('OFF-1 leaves losses shorter than 15 s to the indicator', async () => {
    const { server } = renderApp(<ConnectionBanner />, { backoff: { ceilingsMs: [1_000], jitter: 'none' } })
    await pass(2_000)
    server.goDown()
    await pass(14_000)
    expect(banner()).not.toHaveAttribute('data-shown')
    server.comeBack()
    await pass(30_000)
    expect(banner()).not.toHaveAttribute('data-shown')
  })

  it('OFF-1 names the cause in a status that was there before, and what still works once that is known', async () => {
    const { server, queryClient } = renderApp(<ConnectionBanner />)
    await pass(2_000)
    const region = text()
    expect(region).toHaveTextContent('')
    server.goDown()
    await pass(15_500)
    expect(text()).toBe(region)
    expect(region).toHaveTextContent('The server cannot be reached. What you see may be out of date.')
    await act(() => queryClient.fetchQuery({ queryKey: ['goals'], queryFn: () => 1 }))
    await pass(100)
    expect(region).toHaveTextContent('Live updates are interrupted. Data still refreshes every 30 sec.')
    await act(() =>
      queryClient
        .fetchQuery({ queryKey: ['issues'], queryFn: () => Promise.reject(new Error('down')) })
        .catch(() => {}),
    )
    await pass(100)
    expect(region).toHaveTextContent('The server cannot be reached')
  })

  it('OFF-1 tells a device without network from a server that is down', async () => {
    const page = offlinePage()
    const { server } = renderApp(<ConnectionBanner />, { page })
    await pass(2_000)
    page.goOffline()
    server.goDown()
    await pass(20_000)
    expect(banner().dataset['cause']).toBe('device')
    expect(text()).toHaveTextContent('You are offline')
  })

  it('OFF-1 does not promise a refresh that nobody makes', async () => {
    const { server, queryClient } = renderApp(<ConnectionBanner />, { fallbackMs: Infinity })
    await pass(2_000)
    server.goDown()
    await pass(16_000)
    await act(() => queryClient.fetchQuery({ queryKey: ['goals'], queryFn: () => 1 }))
    await pass(100)
    expect(text()).toHaveTextContent('Data refreshes when you ask for it.')
  })

  it('comes at once where somebody has to sign in, and offers that', async () => {
    const onSignIn = vi.fn<() => void>()
    const verify = () => {
      throw new Error('no')
    }
    renderApp(<ConnectionBanner onSignIn={onSignIn} />, { serverOptions: { verify } })
    await pass(1_000)
    // React 18 renders at the end of what passed, so its timers begin then.
    await pass(1)
    expect(banner().dataset['cause']).toBe('signedOut')
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    expect(onSignIn).toHaveBeenCalledOnce()
  })

  it('says once that somebody is signed out, also beside an indicator', async () => {
    const verify = () => {
      throw new Error('no')
    }
    const both = (
      <>
        <RealtimeIndicator />
        <ConnectionBanner />
      </>
    )
    renderApp(both, { serverOptions: { verify } })
    await pass(10_000)
    await pass(10_000)
    expect(spoken().filter((said) => said.includes('signed out'))).toHaveLength(1)
  })

  it('tries again when asked, and goes when the link is back; what it said is not said again', async () => {
    const { server } = renderApp(
      <>
        <RealtimeIndicator />
        <ConnectionBanner />
      </>,
    )
    await pass(2_000)
    server.goDown()
    await pass(20_000)
    server.comeBack()
    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }))
    await pass(3_000)
    expect(banner()).not.toHaveAttribute('data-shown')
    expect(spoken().filter((said) => said.startsWith('Connection lost'))).toHaveLength(1)
    expect(spoken().filter((said) => said.startsWith('Back online'))).toHaveLength(1)
  })

  it('keeps its place, and takes no focus when it comes', async () => {
    const { server } = renderApp(
      <>
        <ConnectionBanner />
        <button type="button">work</button>
      </>,
    )
    await pass(2_000)
    expect(banner()).toHaveAttribute('data-reserve')
    screen.getByRole('button', { name: 'work' }).focus()
    server.goDown()
    await pass(20_000)
    expect(banner()).toHaveAttribute('data-shown')
    expect(screen.getByRole('button', { name: 'work' })).toHaveFocus()
  })

  it('is not there for a loss by somebody’s wish', async () => {
    const { realtime } = renderApp(<ConnectionBanner afterMs={0} />)
    await pass(2_000)
    act(realtime.pause)
    await pass(60_000)
    expect(banner()).not.toHaveAttribute('data-shown')
  })
})
