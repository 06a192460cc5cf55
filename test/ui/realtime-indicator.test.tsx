import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ar, RealtimeIndicator, type RealtimeIndicatorProps, RealtimeUiProvider } from '../../src/ui/index.ts'
import { Icon, iconOfStatus } from '../../src/ui/icons.tsx'
import { indicatorLabels } from '../../src/ui/labels.ts'
import { createTestServer } from '../../src/testing/index.ts'
import type { Transport } from '../../src/transports/index.ts'
import { pass, renderApp } from '../react/app.tsx'
import { offlinePage } from './offline-page.ts'
import { spoken, startListening } from './spoken.ts'

beforeEach(() => {
  vi.useFakeTimers()
  startListening()
})
afterEach(() => void vi.useRealTimers())

const indicator = () => document.querySelector<HTMLElement>('[data-lc="indicator"]')!
const trigger = () => screen.getByRole('button', { name: /^Realtime/ })
const details = () => document.querySelector<HTMLElement>('[data-part="details"]')!

/** A link that is down for good, after it was up. */
async function lost(props: RealtimeIndicatorProps = {}, downMs = 8_000) {
  const app = renderApp(<RealtimeIndicator {...props} />)
  await pass(2_000)
  app.server.goDown()
  await pass(downMs)
  return app
}

/** A server that lets nobody in until `letIn` is called. */
function refusing(props: RealtimeIndicatorProps = {}) {
  let refuse = true
  const app = renderApp(<RealtimeIndicator {...props} />, {
    serverOptions: {
      verify: () => {
        if (refuse) throw new Error('no')
        return { subject: 'ada', streams: ['*'] }
      },
    },
  })
  return { ...app, letIn: () => void (refuse = false) }
}

describe('the indicator', () => {
  it('IND-1 states the status in words, named for what it is', async () => {
    renderApp(<RealtimeIndicator />)
    await pass(0)
    expect(trigger()).toHaveAccessibleName('Realtime: Connecting')
    await pass(1_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
    expect(indicator().dataset).toMatchObject({ lc: 'indicator', status: 'connected', tone: 'good', variant: 'chip' })
  })

  it('IND-1 has a name as a dot too', async () => {
    renderApp(<RealtimeIndicator variant="dot" />)
    await pass(1_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
  })

  it('IND-1 has a glyph of its own for each state, hidden from assistive technology', () => {
    const shapes = Object.values(iconOfStatus).map((name) => {
      const { container, unmount } = render(<Icon name={name} />)
      expect(container.firstElementChild).toHaveAttribute('aria-hidden', 'true')
      const { innerHTML } = container
      unmount()
      return innerHTML
    })
    expect(new Set(shapes).size).toBe(Object.keys(iconOfStatus).length)
  })

  it('IND-2 shows no blip and says nothing of it', async () => {
    const { server } = renderApp(<RealtimeIndicator />)
    await pass(2_000)
    server.cut()
    const words = new Set<string>()
    for (let step = 0; step < 80; step++) {
      await pass(100)
      words.add(indicator().textContent)
    }
    expect([...words]).toEqual(['Realtime: Connected'])
    expect(spoken()).toEqual([])
  })

  it('IND-2 shows a loss after 2.5 s, says it once after 5 s, and then that it is over', async () => {
    const { server } = renderApp(<RealtimeIndicator />)
    await pass(2_000)
    server.goDown()
    await pass(2_400)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
    await pass(200)
    expect(trigger()).toHaveAccessibleName('Realtime: Reconnecting')
    await pass(2_300)
    expect(spoken()).toEqual([])
    await pass(20_000)
    expect(spoken()).toEqual(['Connection lost, retrying'])
    server.comeBack()
    await pass(40_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
    expect(spoken()).toEqual(['Connection lost, retrying', 'Back online'])
  })

  it('IND-2 says nothing of a loss that is over before 5 s, nor of its end', async () => {
    const { server } = renderApp(<RealtimeIndicator />, { backoff: { ceilingsMs: [100], jitter: 'none' } })
    await pass(2_000)
    server.goDown()
    await pass(4_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Reconnecting')
    server.comeBack()
    await pass(20_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
    expect(spoken()).toEqual([])
  })

  it('IND-2 says a loss once, however many there are', async () => {
    const { server } = renderApp(Array.from({ length: 5 }, (_, index) => <RealtimeIndicator key={index} />))
    await pass(2_000)
    server.goDown()
    await pass(10_000)
    expect(spoken()).toEqual(['Connection lost, retrying'])
  })

  it('IND-3 counts down outside of live regions', async () => {
    await lost({}, 15_000)
    fireEvent.click(trigger())
    const texts = new Set<string>()
    for (let second = 0; second < 6; second++) {
      await pass(1_000)
      texts.add(details().textContent)
    }
    expect(texts.size).toBeGreaterThan(3)
    expect(details()).toHaveTextContent(/Next try(now|in \d+ sec)/)
    expect(details().closest('[aria-live], [role="status"], [role="alert"], output')).toBeNull()
    expect(details().querySelector('[aria-live], [role="status"], [role="alert"], output')).toBeNull()
  })

  it('IND-3 changes the countdown once in 5 s at most where movement is unwanted', async () => {
    document.documentElement.dataset['lcMotion'] = 'reduce'
    try {
      await lost({}, 30_000)
      fireEvent.click(trigger())
      await pass(10)
      let changes = 0
      const observer = new MutationObserver((records) => void (changes += Math.min(1, records.length)))
      observer.observe(details(), { subtree: true, characterData: true, childList: true })
      for (let second = 0; second < 4; second++) await pass(1_000)
      expect(changes).toBeLessThanOrEqual(1)
      observer.disconnect()
    } finally {
      delete document.documentElement.dataset['lcMotion']
    }
  })

  it('IND-4 opens its details, and closes them by Esc, by a press outside and by a second click', async () => {
    renderApp(
      <>
        <RealtimeIndicator />
        <p>elsewhere</p>
      </>,
    )
    await pass(1_000)
    const button = trigger()
    expect(button).toHaveAttribute('aria-expanded', 'false')
    button.focus()
    fireEvent.click(button)
    const dialog = screen.getByRole('dialog', { name: 'Realtime: Connected' })
    expect(button).toHaveAttribute('aria-expanded', 'true')
    expect(button).toHaveAttribute('aria-controls', dialog.id)
    fireEvent.keyDown(document.activeElement!, { key: 'Escape' })
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(button).toHaveFocus()

    fireEvent.click(button)
    expect(screen.getByRole('dialog')).toBeVisible()
    fireEvent.pointerDown(screen.getByText('elsewhere'))
    expect(screen.queryByRole('dialog')).toBeNull()

    fireEvent.click(button)
    fireEvent.pointerDown(button)
    fireEvent.click(button)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(button).toHaveAttribute('aria-expanded', 'false')
  })

  it('IND-5 shows its word as a tooltip on focus and hover, until Esc', async () => {
    renderApp(<RealtimeIndicator variant="dot" />)
    await pass(1_000)
    const button = trigger()
    expect(button).not.toHaveAttribute('aria-describedby')
    act(() => button.focus())
    await pass(0)
    const tooltip = screen.getByRole('tooltip')
    expect(tooltip).toHaveTextContent('Connected')
    expect(button).toHaveAttribute('aria-describedby', tooltip.id)
    fireEvent.keyDown(button, { key: 'Escape' })
    await pass(0)
    expect(screen.queryByRole('tooltip')).toBeNull()
    expect(button).not.toHaveAttribute('aria-describedby')
    expect(button).toHaveFocus()

    fireEvent.pointerEnter(button, { pointerType: 'mouse' })
    await pass(400)
    fireEvent.pointerLeave(button)
    await pass(100)
    fireEvent.pointerEnter(screen.getByRole('tooltip'))
    await pass(5_000)
    expect(screen.getByRole('tooltip')).toBeInTheDocument()
    fireEvent.pointerLeave(screen.getByRole('tooltip'))
    await pass(200)
    expect(screen.queryByRole('tooltip')).toBeNull()
  })

  it('IND-6 tells what will not be tried again from what is disconnected, and offers something to do', async () => {
    const { server } = renderApp(<RealtimeIndicator />)
    await pass(2_000)
    server.cut(4403, 'no entry')
    await pass(2_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Refused')
    expect(indicatorLabels.status.failed).not.toBe(indicatorLabels.status.suspended)
    fireEvent.click(trigger())
    expect(details()).toHaveTextContent('is not tried again by itself')
    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }))
    await pass(2_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
  })

  it('offers to sign in where the server wants that, and where not told how, to try again', async () => {
    const onSignIn = vi.fn<() => void>()
    const { rerender, letIn } = refusing({ onSignIn })
    await pass(5_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Signed out')
    expect(indicator().dataset['tone']).toBe('bad')
    fireEvent.click(trigger())
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    expect(onSignIn).toHaveBeenCalledOnce()
    rerender(<RealtimeIndicator />)
    expect(screen.queryByRole('button', { name: 'Sign in' })).toBeNull()
    letIn()
    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }))
    await pass(5_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
  })

  it('tells paused from disconnected, and resumes', async () => {
    const { realtime } = renderApp(<RealtimeIndicator />)
    await pass(1_000)
    act(realtime.pause)
    await pass(1_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Paused')
    fireEvent.click(trigger())
    fireEvent.click(screen.getByRole('button', { name: 'Resume' }))
    await pass(3_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
  })

  it('tells in its details by what and how fast the data comes, and since when', async () => {
    renderApp(<RealtimeIndicator />)
    await pass(182_000)
    fireEvent.click(trigger())
    expect(details()).toHaveTextContent('Changes appear as they happen.')
    expect(details()).toHaveTextContent(/Since.*\(3 minutes ago\)/)
    expect(details()).toHaveTextContent('Carried byMemory')
    expect(details()).toHaveTextContent(/Round trip\d+ ms/)
  })

  it('tells the four causes of a loss apart', async () => {
    const meaning = () => {
      fireEvent.click(trigger())
      return details().querySelector('[data-part="meaning"]')!.textContent
    }
    const page = offlinePage()
    const offline = renderApp(<RealtimeIndicator />, { page })
    await pass(2_000)
    page.goOffline()
    offline.server.goDown()
    await pass(8_000)
    const device = meaning()
    offline.unmount()

    const down = await lost()
    const server = meaning()
    await act(() => down.queryClient.fetchQuery({ queryKey: ['goals'], queryFn: () => 1 }))
    await pass(1_000)
    const realtime = details().querySelector('[data-part="meaning"]')!.textContent
    down.unmount()

    refusing()
    await pass(5_000)
    const signedOut = meaning()

    expect({ device, server, realtime, signedOut }).toEqual({
      device: 'This device has no network. Live updates come back with it.',
      server: 'The server cannot be reached. What you see may be out of date.',
      realtime: 'Live updates are interrupted. Data still refreshes every 30 sec.',
      signedOut: 'Sign in again to see changes as they happen.',
    })
  })

  it('is not shown while healthy if so wanted, nor before the first link; what is being read stays', async () => {
    const { server } = renderApp(<RealtimeIndicator hideWhenHealthy />)
    await pass(3_000)
    expect(indicator()).toBeNull()
    server.goDown()
    await pass(5_000)
    fireEvent.click(trigger())
    server.comeBack()
    await pass(40_000)
    expect(screen.getByRole('dialog', { name: 'Realtime: Connected' })).toBeVisible()
    fireEvent.keyDown(document.body, { key: 'Escape' })
    expect(indicator()).toBeNull()
  })

  it('says three words only if so wanted', async () => {
    const { server } = renderApp(<RealtimeIndicator words="simple" />)
    await pass(2_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Connected')
    server.goDown()
    await pass(8_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Reconnecting')
    await pass(180_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Disconnected')
  })

  it('says that a lesser transport carries the data', async () => {
    const broken: Transport = {
      name: 'broken',
      open(_request, listener) {
        queueMicrotask(() => listener.closed({ code: 1006, reason: '' }))
        return { send: () => {}, close: () => {} }
      },
    }
    const server = createTestServer()
    renderApp(<RealtimeIndicator />, { transports: [broken, server.transport] })
    await pass(30_000)
    expect(trigger()).toHaveAccessibleName('Realtime: Slower connection')
    expect(indicator().dataset).toMatchObject({ status: 'connected', tone: 'working', degraded: '' })
    // By more than a colour, for whom the dot is all there is.
    expect(trigger().querySelector('[data-icon]')).not.toHaveAttribute('data-icon', iconOfStatus.connected)
  })

  it('takes other words, classes, attributes, parts and icons', async () => {
    renderApp(
      <RealtimeIndicator
        className="mine"
        title="Link"
        labels={{ name: 'Echtzeit', status: { connected: 'Verbunden' } }}
        classNames={{ word: 'word', root: ({ status }) => `is-${status}` }}
        slotProps={{ trigger: { id: 'the-trigger' } }}
        slots={{ word: 'em' }}
        icons={{ dot: <i data-testid="own" /> }}
      />,
    )
    await pass(1_000)
    expect(indicator()).toHaveTextContent('Echtzeit: Verbunden')
    expect(indicator()).toHaveClass('lc-indicator', 'mine', 'is-connected')
    expect(indicator()).toHaveAttribute('title', 'Link')
    expect(document.querySelector('em.word')).toHaveTextContent('Verbunden')
    expect(document.querySelector('#the-trigger')).toBe(screen.getByRole('button'))
    expect(screen.getByTestId('own')).toBeInTheDocument()
  })

  it('goes unstyled: no class of ours but the one for what is heard and not seen', async () => {
    renderApp(<RealtimeIndicator unstyled />)
    await pass(1_000)
    fireEvent.click(trigger())
    const classes = [indicator(), ...indicator().querySelectorAll('[class]')].map((element) => element.className)
    expect(new Set(classes.filter((name) => typeof name === 'string' && name !== ''))).toEqual(
      new Set(['lc-sr', 'lc-icon']),
    )
    expect(indicator().dataset['status']).toBe('connected')
  })

  it('speaks Arabic, without a word of English', async () => {
    renderApp(
      <RealtimeUiProvider labels={ar}>
        <RealtimeIndicator />
      </RealtimeUiProvider>,
    )
    await pass(90_000)
    fireEvent.click(screen.getByRole('button'))
    expect(screen.getByRole('button')).toHaveAccessibleName('الاتصال المباشر: متصل')
    expect(indicator().textContent.replace(/AM|PM/g, '')).not.toMatch(/[A-Za-z]{3,}/)
  })
})
