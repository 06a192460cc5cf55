import { render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toneOf } from '../../src/client/index.ts'
import { RealtimeIndicator } from '../../src/ui/index.ts'
import { StatusGlyph } from '../../src/ui/status-glyph.tsx'
import { pass, renderApp } from '../react/app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const indicator = () => document.querySelector<HTMLElement>('[data-lc="indicator"]')!

describe('the indicator', () => {
  it('states the status in words, named for what it is', async () => {
    renderApp(<RealtimeIndicator />)
    await pass(0)
    expect(indicator()).toHaveTextContent('Realtime: Connecting')
    await pass(1_000)
    expect(indicator()).toHaveTextContent('Realtime: Connected')
    expect(indicator().dataset).toMatchObject({ lc: 'indicator', status: 'connected', tone: 'good' })
  })

  it('shows no blip, and a real loss after 2.5 s', async () => {
    const { server } = renderApp(<RealtimeIndicator />)
    await pass(2_000)
    server.cut()
    const words = new Set<string>()
    for (let step = 0; step < 20; step++) {
      await pass(100)
      words.add(indicator().textContent)
    }
    expect([...words]).toEqual(['Realtime: Connected'])
    server.goDown()
    await pass(2_400)
    expect(indicator()).toHaveTextContent('Connected')
    await pass(200)
    expect(indicator()).toHaveTextContent('Reconnecting')
    server.comeBack()
    await pass(10_000)
    expect(indicator()).toHaveTextContent('Connected')
  })

  it('is no live region: a change is shown and not spoken', async () => {
    renderApp(<RealtimeIndicator />)
    await pass(1_000)
    expect(document.querySelector('[aria-live], [role="status"], [role="alert"], output')).toBeNull()
  })

  it('offers to try again where only a person can help', async () => {
    let refuse = true
    const verify = () => {
      if (refuse) throw new Error('no')
      return { subject: 'ada', streams: ['*'] }
    }
    renderApp(<RealtimeIndicator />, { serverOptions: { verify } })
    await pass(5_000)
    expect(indicator()).toHaveTextContent('Realtime: Signed out')
    expect(indicator().dataset['tone']).toBe('bad')
    refuse = false
    screen.getByRole('button', { name: 'Retry now' }).click()
    await pass(5_000)
    expect(indicator()).toHaveTextContent('Realtime: Connected')
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('takes other words, classes and attributes', async () => {
    renderApp(
      <RealtimeIndicator
        className="mine"
        title="Link"
        labels={{ name: 'Echtzeit', status: { connected: 'Verbunden' } }}
      />,
    )
    await pass(1_000)
    expect(indicator()).toHaveTextContent('Echtzeit: Verbunden')
    expect(indicator()).toHaveClass('lc-indicator', 'mine')
    expect(indicator()).toHaveAttribute('title', 'Link')
  })

  it('has a shape of its own for each tone, hidden from assistive technology', () => {
    const shapes = [...new Set(Object.values(toneOf))].map((tone) => {
      const { container, unmount } = render(<StatusGlyph tone={tone} />)
      const html = container.innerHTML
      expect(container.firstElementChild).toHaveAttribute('aria-hidden', 'true')
      unmount()
      return html
    })
    expect(new Set(shapes).size).toBe(4)
  })
})
