import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pass } from '../react/app.tsx'
import { spoken, startListening } from '../ui/spoken.ts'
import { pageSize, renderFeed, start } from './feed-app.tsx'

beforeEach(() => {
  vi.useFakeTimers({ now: start })
  vi.spyOn(Math, 'random').mockReturnValue(0)
  // jsdom lays nothing out.
  Element.prototype.scrollTo ??= () => {}
  startListening()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const feed = () => screen.getByRole('feed')
const rows = () => screen.queryAllByRole('article')
const texts = () => rows().map((row) => row.querySelector('[data-part="text"]')?.textContent)
const pill = () => screen.queryByRole('button', { name: /new activit/ })

describe('the feed', () => {
  it('FEED-1 is a feed of articles with their places, right after insertion and paging', async () => {
    const app = renderFeed(pageSize + 5)
    await pass(2_000)
    expect(feed()).toHaveAccessibleName('Activity')
    expect(rows()).toHaveLength(pageSize)
    expect(rows()[0]).toHaveAttribute('aria-posinset', '1')
    expect(rows()[0]).toHaveAttribute('aria-setsize', '-1')
    expect(rows()[0]).toHaveAccessibleName(/Ada entry 25/)
    act(() => void app.happen('fresh'))
    await pass(100)
    expect(texts()[0]).toBe('fresh')
    expect(rows().map((row) => row.getAttribute('aria-posinset'))).toEqual(rows().map((_, index) => String(index + 1)))
    fireEvent.click(screen.getByRole('button', { name: 'Show older' }))
    await pass(10)
    expect(feed()).toHaveAttribute('aria-busy', 'true')
    await pass(500)
    expect(feed()).toHaveAttribute('aria-busy', 'false')
    expect(rows()).toHaveLength(pageSize + 6)
    expect(rows()[0]).toHaveAttribute('aria-setsize', String(pageSize + 6))
    expect(screen.getByText('That is all there is.')).toBeVisible()
  })

  it('FEED-1 goes from article to article by Page Down and Page Up, and leaves by Control with End and Home', async () => {
    renderFeed(5)
    await pass(2_000)
    expect(rows().map((row) => row.tabIndex)).toEqual([0, -1, -1, -1, -1])
    act(() => rows()[0]!.focus())
    fireEvent.keyDown(rows()[0]!, { key: 'PageDown' })
    await pass(50)
    expect(rows()[1]).toHaveFocus()
    expect(rows()[1]!.tabIndex).toBe(0)
    fireEvent.keyDown(rows()[1]!, { key: 'PageUp' })
    await pass(50)
    expect(rows()[0]).toHaveFocus()
    fireEvent.keyDown(rows()[0]!, { key: 'End', ctrlKey: true })
    expect(screen.getByRole('button', { name: 'after' })).toHaveFocus()
    act(() => rows()[0]!.focus())
    fireEvent.keyDown(rows()[0]!, { key: 'Home', ctrlKey: true })
    expect(screen.getByRole('button', { name: 'Pause' })).toHaveFocus()
  })

  it.each([
    ['the focus is inside', () => act(() => rows()[1]!.focus())],
    ['the pointer is over it', () => void fireEvent.pointerEnter(feed().parentElement!, { pointerType: 'mouse' })],
    [
      'it is scrolled away',
      () => {
        const scroller = feed().parentElement!
        Object.defineProperty(scroller, 'scrollTop', { value: 120 })
        fireEvent.scroll(scroller)
      },
    ],
  ])('FEED-2 while %s, arrivals change only the pill, and are said once', async (_why, begin) => {
    const app = renderFeed(3)
    await pass(2_000)
    begin()
    await pass(10)
    const before = texts()
    for (let count = 0; count < 3; count++) {
      act(() => void app.happen())
      await pass(50)
    }
    expect(texts()).toEqual(before)
    expect(pill()).toHaveTextContent('3 new activities')
    await pass(4_000)
    expect(spoken()).toEqual(['3 new activities'])
  })

  it('FEED-3 the pill shows them, moves the focus to the first, and is gone; Esc sends it away without', async () => {
    const app = renderFeed(3)
    await pass(2_000)
    act(() => rows()[1]!.focus())
    await pass(10)
    act(() => void app.happen('one'))
    act(() => void app.happen('two'))
    await pass(100)
    fireEvent.keyDown(pill()!, { key: 'Escape' })
    expect(pill()).toBeNull()
    expect(texts()).toEqual(['entry 3', 'entry 2', 'entry 1'])
    act(() => void app.happen('three'))
    await pass(100)
    expect(pill()).toHaveTextContent('3 new activities')
    fireEvent.click(pill()!)
    await pass(100)
    expect(pill()).toBeNull()
    expect(texts()).toEqual(['three', 'two', 'one', 'entry 3', 'entry 2', 'entry 1'])
    expect(rows()[0]).toHaveFocus()
  })

  it('FEED-3 the pill comes again, also for as many as were dismissed or shown before', async () => {
    const app = renderFeed(3)
    await pass(2_000)
    act(() => rows()[1]!.focus())
    await pass(10)
    for (const end of [
      () => fireEvent.click(pill()!),
      () => fireEvent.keyDown(pill()!, { key: 'Escape' }),
      () => fireEvent.click(pill()!),
    ]) {
      act(() => void app.happen())
      await pass(100)
      expect(pill()).not.toBeNull()
      end()
      await pass(100)
      expect(pill()).toBeNull()
    }
  })

  it('FEED-5 Pause freezes rows and times; resuming brings all in order', async () => {
    const app = renderFeed(2)
    await pass(2_000)
    const button = screen.getByRole('button', { name: 'Pause' })
    expect(button).toHaveAttribute('aria-pressed', 'false')
    fireEvent.click(button)
    expect(button).toHaveAttribute('aria-pressed', 'true')
    const frozen = feed().textContent
    let changes = 0
    const observer = new MutationObserver((records) => void (changes += records.length))
    observer.observe(feed(), { subtree: true, childList: true, characterData: true })
    act(() => void app.happen('one'))
    act(() => void app.happen('two'))
    await pass(60_000)
    expect(feed().textContent).toBe(frozen)
    expect(changes).toBe(0)
    observer.disconnect()
    fireEvent.click(button)
    await pass(100)
    expect(texts()).toEqual(['two', 'one', 'entry 2', 'entry 1'])
  })

  it('FEED-6 marks what is new in text too, for 5 s at most, and not what was there or is older', async () => {
    const app = renderFeed(pageSize + 2)
    await pass(2_000)
    expect(screen.queryByText('New')).toBeNull()
    act(() => void app.happen('fresh'))
    await pass(100)
    expect(within(rows()[0]!).getByText('New')).toBeVisible()
    expect(rows().filter((row) => 'new' in row.dataset)).toHaveLength(1)
    await pass(5_000)
    expect(screen.queryByText('New')).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Show older' }))
    await pass(500)
    expect(screen.queryByText('New')).toBeNull()
  })

  it('FEED-7 scrolls to what is new only if asked to, and no more once the reader has taken over', async () => {
    const scrollTo = vi.spyOn(Element.prototype, 'scrollTo').mockImplementation(() => {})
    const app = renderFeed(3, { autoScroll: true })
    await pass(2_000)
    const scroller = feed().parentElement!
    Object.defineProperty(scroller, 'scrollTop', { value: 120, configurable: true })
    fireEvent.scroll(scroller)
    scrollTo.mockClear()
    act(() => void app.happen('followed'))
    await pass(100)
    expect(texts()[0]).toBe('followed')
    expect(scrollTo).toHaveBeenCalled()
    fireEvent.wheel(scroller)
    scrollTo.mockClear()
    act(() => void app.happen('held'))
    await pass(100)
    expect(texts()[0]).toBe('followed')
    expect(scrollTo).not.toHaveBeenCalled()
  })

  it('FEED-7 follows nobody who wants no movement', async () => {
    document.documentElement.dataset['lcMotion'] = 'reduce'
    const scrollTo = vi.spyOn(Element.prototype, 'scrollTo').mockImplementation(() => {})
    const app = renderFeed(3, { autoScroll: true })
    await pass(2_000)
    act(() => void app.happen())
    await pass(100)
    expect(scrollTo).not.toHaveBeenCalled()
    delete document.documentElement.dataset['lcMotion']
  })

  it('FEED-8 has a row for each of up to 200 entries', async () => {
    renderFeed(150)
    await pass(2_000)
    for (let page = 0; page < 8; page++) {
      const older = screen.queryByRole('button', { name: 'Show older' })
      if (older !== null) fireEvent.click(older)
      await pass(200)
    }
    expect(rows()).toHaveLength(150)
  })

  it('moves no focus when something comes', async () => {
    const app = renderFeed(3)
    await pass(2_000)
    screen.getByRole('button', { name: 'before' }).focus()
    act(() => void app.happen())
    await pass(100)
    expect(screen.getByRole('button', { name: 'before' })).toHaveFocus()
  })

  it('is shared: two feeds of one goal ask once and subscribe once', async () => {
    const app = renderFeed(3, {}, 2)
    await pass(2_000)
    const subscribed = app.server.received.filter(({ type }) => type === 'subscribe')
    expect(subscribed).toHaveLength(1)
    expect(rows()).toHaveLength(6)
    act(() => void app.happen('both'))
    await pass(100)
    expect(texts().filter((text) => text === 'both')).toHaveLength(2)
  })

  it('shows the kinds asked for', async () => {
    const app = renderFeed(2, { kinds: ['decision.created'] })
    await pass(2_000)
    expect(rows()).toHaveLength(0)
    act(() => void app.happen('Two banks', 'decision.created'))
    act(() => void app.happen('an action', 'action.completed'))
    await pass(100)
    expect(texts()).toEqual(['Two banks'])
  })

  it('says what is missing where a log was lost, and has fetched it', async () => {
    const app = renderFeed(3)
    await pass(2_000)
    act(() => app.server.goDown())
    app.history.unshift({ ...app.history[0]!, id: 'missed', text: 'missed', createdAt: new Date(start).toISOString() })
    await pass(1_000)
    act(() => app.server.comeBack({ forgetting: true }))
    await pass(40_000)
    expect(texts()).toEqual(['missed', 'entry 3', 'entry 2', 'entry 1'])
    expect(within(rows()[1]!).getByText(/connection was lost here/)).toBeVisible()
  })

  it('has words for loading, for nothing, and for a failure that can be tried again', async () => {
    const { unmount } = renderFeed(0)
    expect(screen.getByText('Loading the activity…')).toBeVisible()
    await pass(2_000)
    expect(screen.getByText(/Nothing has happened yet/)).toBeVisible()
    unmount()
    let works = false
    renderFeed(0, {
      queryFn: async () => {
        if (!works) throw new Error('The database sleeps.')
        return { items: [] }
      },
    })
    await pass(2_000)
    expect(screen.getByRole('alert')).toHaveTextContent('The activity could not be loaded. The database sleeps.')
    works = true
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await pass(500)
    expect(screen.getByText(/Nothing has happened yet/)).toBeVisible()
  })
})
