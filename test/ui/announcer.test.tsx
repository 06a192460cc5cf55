import { act, fireEvent, render, screen } from '@testing-library/react'
import { StrictMode, useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Dialog, useAnnouncer } from '../../src/ui/index.ts'
import { pass } from '../react/app.tsx'
import { spoken, startListening } from './spoken.ts'

beforeEach(() => {
  vi.useFakeTimers()
  startListening()
})
afterEach(() => void vi.useRealTimers())

let say: ReturnType<typeof useAnnouncer>['say']
function Speaker() {
  ;({ say } = useAnnouncer())
  return null
}
const regions = () => [...document.querySelectorAll<HTMLElement>('[data-lc="announcer"]')]

describe('the announcer', () => {
  it('stands there empty before there is anything to say, and is the same after a hundred updates', async () => {
    render(
      <StrictMode>
        <Speaker />
        <Speaker />
      </StrictMode>,
    )
    const [region] = regions()
    expect(regions()).toHaveLength(1)
    expect(region).toHaveTextContent('')
    for (let n = 0; n < 100; n++) {
      say(`update ${n}`, { key: 'updates' })
      await pass(700)
    }
    expect(regions()).toEqual([region])
    expect(spoken().length).toBeGreaterThan(10)
  })

  it('says the last of two hundred in a second, once', async () => {
    render(<Speaker />)
    for (let n = 1; n <= 200; n++) {
      say(`${n} new`, { key: 'count' })
      await pass(5)
    }
    await pass(3_000)
    expect(spoken()).toEqual(['200 new'])
  })

  it('does not wait for ever for what never settles', async () => {
    render(<Speaker />)
    for (let n = 1; n <= 100; n++) {
      say(`${n} new`, { key: 'count' })
      await pass(100)
    }
    expect(spoken().length).toBeGreaterThanOrEqual(2)
    expect(spoken().length).toBeLessThanOrEqual(4)
  })

  it('joins what falls due together, and leaves three seconds between two', async () => {
    render(<Speaker />)
    say('one')
    say('two')
    await pass(1_000)
    expect(spoken()).toEqual(['one. two'])
    say('three', { settleMs: 0 })
    await pass(2_900)
    expect(spoken()).toHaveLength(1)
    await pass(100)
    expect(spoken()).toEqual(['one. two', 'three'])
  })

  it('says the same words again when they come again', async () => {
    render(<Speaker />)
    say('saved')
    await pass(7_000)
    say('saved')
    await pass(7_000)
    expect(spoken()).toEqual(['saved', 'saved'])
  })

  it('interrupts only where asked to', async () => {
    render(<Speaker />)
    say('calm')
    say('urgent', { priority: 'assertive' })
    await pass(1_000)
    expect(document.querySelector('[aria-live="polite"]')).toHaveTextContent('calm')
    expect(document.querySelector('[aria-live="assertive"]')).toHaveTextContent('urgent')
  })

  it('speaks by ariaNotify where the browser can, and never by both', async () => {
    const notified: unknown[][] = []
    Object.assign(HTMLElement.prototype, { ariaNotify: (...args: unknown[]) => void notified.push(args) })
    try {
      render(<Speaker />)
      say('calm')
      say('urgent', { priority: 'assertive' })
      await pass(1_000)
      expect(notified).toEqual([
        ['urgent', { priority: 'high' }],
        ['calm', { priority: 'normal' }],
      ])
      expect(spoken()).toEqual([])
    } finally {
      Reflect.deleteProperty(HTMLElement.prototype, 'ariaNotify')
    }
  })

  it('speaks from inside of a modal dialog while one is open', async () => {
    function App() {
      const [isOpen, setIsOpen] = useState(false)
      return (
        <>
          <Speaker />
          <button type="button" onClick={() => setIsOpen(true)}>
            open
          </button>
          <Dialog isOpen={isOpen} onClose={() => setIsOpen(false)} title="Invite">
            <button type="button">inside</button>
          </Dialog>
        </>
      )
    }
    render(
      <StrictMode>
        <App />
      </StrictMode>,
    )
    const opener = screen.getByRole('button', { name: 'open' })
    opener.focus()
    fireEvent.click(opener)
    const dialog = screen.getByRole('dialog', { name: 'Invite' })
    expect(dialog.contains(document.activeElement)).toBe(true)
    say('heard inside')
    await pass(1_000)
    expect(dialog.querySelector('[aria-live="polite"]')).toHaveTextContent('heard inside')
    fireEvent.keyDown(dialog, { key: 'Escape' })
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(opener).toHaveFocus()
    say('heard outside')
    await pass(3_000)
    expect(regions()).toHaveLength(1)
    expect(regions()[0]).toHaveTextContent('heard outside')
  })

  it('keeps focus inside of a modal dialog', () => {
    render(
      <Dialog isOpen onClose={() => {}} title="Invite">
        <button type="button">last</button>
      </Dialog>,
    )
    const close = screen.getByRole('button', { name: 'Close' })
    const last = screen.getByRole('button', { name: 'last' })
    act(() => last.focus())
    fireEvent.keyDown(last, { key: 'Tab' })
    expect(close).toHaveFocus()
    fireEvent.keyDown(close, { key: 'Tab', shiftKey: true })
    expect(last).toHaveFocus()
  })

  it('goes with its last user, and leaves no timer behind', async () => {
    const { unmount } = render(<Speaker />)
    say('never said')
    unmount()
    await pass(0)
    expect(regions()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
