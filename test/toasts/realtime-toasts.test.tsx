// Real sonner in jsdom, which has no matchMedia: our Toaster names a theme, so that sonner asks for none. Presses are bare clicks:
// sonner captures pointers, which jsdom cannot.
import { act, fireEvent, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { readFileSync } from 'node:fs'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { toast } from 'sonner'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import type { EventTable } from '../../src/protocol/define-events.ts'
import type { RealtimeEvent } from '../../src/protocol/event.ts'
import { RealtimeToasts, type RealtimeToastsProps, type ToastRules, useToastHistory } from '../../src/toasts/index.ts'
import { ar, Dialog, RealtimeUiProvider } from '../../src/ui/index.ts'
import { type App, pass, renderApp } from '../react/app.tsx'
import { listenIn } from './speech.ts'

let isHidden = false

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-10T12:00:00Z') })
  isHidden = false
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (isHidden ? 'hidden' : 'visible'))
})
afterEach(() => {
  for (const left of document.querySelectorAll('body > [aria-modal], body > dialog')) left.remove()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** The payload is the toast. */
const rules: ToastRules = { 'say.*': ({ payload }: RealtimeEvent<any>) => payload }

const items = () => [...document.querySelectorAll<HTMLElement>('[data-sonner-toast]:not([data-removed="true"])')]
/** As they read, newest last. */
const texts = () =>
  items()
    .map((item) => item.textContent.replaceAll(/\s+/g, ' ').trim())
    .toReversed()
const toastOf = (text: string) => items().find((item) => item.textContent.includes(text))!
const button = (text: string, name: string) =>
  [...toastOf(text).querySelectorAll('button')].find(
    (one) => one.textContent === name || one.getAttribute('aria-label') === name,
  )!

function History() {
  const { entries, clear } = useToastHistory()
  return (
    <>
      <ol data-testid="history">
        {entries.map(({ id, title, outcome }) => (
          <li key={id}>{`${title} ${outcome}`}</li>
        ))}
      </ol>
      <button type="button" onClick={clear}>
        Clear
      </button>
    </>
  )
}
const history = () => [...screen.getByTestId('history').children].map(({ textContent }) => textContent)

/** An app with toasts whose link is up. */
async function start(
  props: Partial<RealtimeToastsProps<EventTable>> = {},
  options: Parameters<typeof renderApp>[1] = {},
) {
  const tree = (more: typeof props = {}) => (
    <>
      <input aria-label="Name" />
      <RealtimeToasts rules={rules} {...props} {...more} />
      <History />
    </>
  )
  const app = renderApp(tree(), options)
  await pass(1_000)
  return { ...app, set: (more: typeof props) => app.rerender(tree(more)) }
}

const say = ({ server }: Pick<App, 'server'>, payload: object) => server.publish({ type: 'say.it', payload })

async function tell(app: Pick<App, 'server'>, ...payloads: object[]) {
  for (const payload of payloads) say(app, payload)
  await pass(50)
}

function turn(hidden: boolean) {
  isHidden = hidden
  document.dispatchEvent(new Event('visibilitychange'))
}

describe('toasts', () => {
  it('TB-1 100 events in 1 s give 3 toasts and 1 summary with the right count; the history has all', async () => {
    const app = await start()
    const speech = listenIn()
    let most = 0
    for (let index = 1; index <= 100; index++) {
      say(app, { title: `Goal ${index}` })
      await pass(10)
      most = Math.max(most, items().length)
    }
    expect(most).toBe(3)
    await pass(1_000)
    expect(texts()).toEqual(['Goal 1', 'Goal 2', 'Goal 3', '97 more updates'])
    expect(speech.toasts).toEqual(['Goal 1', 'Goal 2', 'Goal 3', '97 more updates'])
    expect(history()).toHaveLength(100)
    await pass(10_000)
    expect(texts()).toEqual([])
  })

  it('stay as long as they matter, and longer while the pointer is on them', async () => {
    const app = await start()
    await tell(app, { title: 'low', priority: 'low' }, { title: 'normal' }, { title: 'high', priority: 'high' })
    await pass(4_200)
    expect(texts()).toEqual(['normal', 'high'])
    await pass(1_000)
    expect(texts()).toEqual(['high'])
    fireEvent.mouseEnter(document.querySelector('[data-sonner-toaster]')!)
    await pass(60_000)
    expect(texts()).toEqual(['high'])
    fireEvent.mouseLeave(document.querySelector('[data-sonner-toaster]')!)
    await pass(8_000)
    expect(texts()).toEqual([])
  })

  it('TB-2 a critical one is announced once, by the region of the toasts, and stays until it is dismissed', async () => {
    const app = await start()
    const speech = listenIn()
    await tell(app, { title: 'Disk is full', priority: 'critical' }, { title: 'a' }, { title: 'b' }, { title: 'c' })
    await pass(3_600_000)
    expect(texts()).toEqual(['Critical: Disk is full'])
    expect(speech.all.filter(({ text }) => text.includes('Disk'))).toEqual([
      { text: 'Critical: Disk is full', region: 'toasts' },
    ])
    act(() => button('Disk', 'Dismiss').click())
    await pass(1_000)
    expect(texts()).toEqual([])
  })

  it('TB-2 while a dialog is open it is announced from inside of that, and by nothing else', async () => {
    const app = renderApp(<RealtimeToasts rules={rules} />)
    const page = (isOpen: boolean) => (
      <>
        <RealtimeToasts rules={rules} />
        <Dialog isOpen={isOpen} onClose={() => {}} title="Edit goal" />
      </>
    )
    app.rerender(page(true))
    await pass(1_000)
    const speech = listenIn()
    await tell(app, { title: 'Disk is full', priority: 'critical', description: 'Free some space' })
    await pass(2_000)
    expect(speech.all).toEqual([{ text: 'Critical: Disk is full. Free some space', region: 'announcer' }])
    expect(document.querySelector('dialog')).toHaveTextContent('Disk is full')
    expect(texts()).toEqual(['Critical: Disk is fullFree some space'])
    app.rerender(page(false))
    await pass(60_000)
    expect(speech.all).toHaveLength(1)
  })

  it('TB-2 the same in a dialog that is not ours', async () => {
    const app = await start()
    const foreign = document.createElement('div')
    foreign.setAttribute('aria-modal', 'true')
    document.body.append(foreign)
    const speech = listenIn()
    await tell(app, { title: 'Disk is full', priority: 'critical' })
    await pass(1_000)
    expect(speech.all).toEqual([{ text: 'Critical: Disk is full', region: 'announcer' }])
    expect(foreign).toHaveTextContent('Disk is full')
    await pass(10_000)
    expect(foreign).toBeEmptyDOMElement()
    foreign.remove()
    await tell(app, { title: 'a' })
    expect(speech.toasts).toEqual(['a'])
  })

  it('TB-2 four critical ones are one, each heard once', async () => {
    const app = await start()
    const speech = listenIn()
    for (const title of ['A', 'B', 'C', 'D', 'E']) await tell(app, { title, priority: 'critical' })
    await pass(600_000)
    expect(texts()).toEqual(['Critical: 5 critical noticesEDCBA'])
    expect(speech.toasts).toEqual([
      'Critical: A',
      'Critical: B',
      'Critical: C',
      'Critical: 4 critical notices D',
      'Critical: 5 critical notices E',
    ])
  })

  it('TB-3 the same thing is changed in place, unheard within 10 s unless it becomes graver', async () => {
    const app = await start()
    const speech = listenIn()
    await tell(app, { title: 'Import 10 %', dedupeKey: 'import', priority: 'high' })
    const item = toastOf('Import')
    const content = item.querySelector('[data-lc="toast"]')
    await pass(4_000)
    await tell(app, { title: 'Import 50 %', dedupeKey: 'import', priority: 'high' })
    expect(toastOf('Import 50 %')).toBe(item)
    expect(item.querySelector('[data-lc="toast"]')).toBe(content)
    expect(speech.all.map(({ text }) => text)).toEqual(['Import 10 %'])
    await tell(app, { title: 'Import failed', dedupeKey: 'import', priority: 'critical' })
    expect(toastOf('Import failed')).toBe(item)
    expect(speech.toasts).toEqual(['Import 10 %', 'Critical: Import failed'])
    await pass(10_000)
    await tell(app, { title: 'Import failed again', dedupeKey: 'import', priority: 'critical' })
    expect(speech.toasts.at(-1)).toBe('Critical: Import failed again')
    expect(items()).toEqual([item])
  })

  it('TB-2 what was critical stays until it is dismissed, also once it is better', async () => {
    const app = await start()
    await tell(app, { title: 'The API is down', dedupeKey: 'api', priority: 'critical' })
    await tell(app, { title: 'The API is up', dedupeKey: 'api' })
    await pass(3_600_000)
    expect(texts()).toEqual(['The API is up'])
  })

  it('one of a group takes the place of the last one, and says how many more there are', async () => {
    const app = await start()
    const speech = listenIn()
    await tell(app, { title: 'Ada commented', group: 'goal 7' })
    await tell(app, { title: 'Bo commented', group: 'goal 7' }, { title: 'Cy commented', group: 'goal 7' })
    expect(texts()).toEqual(['Cy commentedand 2 more'])
    expect(speech.toasts).toEqual(['Ada commented'])
  })

  it('TB-4 no event moves the focus; Alt+T reaches the toasts, Tab their buttons', async () => {
    const app = await start()
    const onClick = vi.fn()
    app.set({ rules: { 'say.*': () => ({ title: 'Goal removed', action: { label: 'Undo', onClick } }) } })
    const user = userEvent.setup({ delay: null })
    // What waits for the end of a press waits in fake time, too.
    const press = async (pressing: Promise<void>) => {
      await pass(10)
      await pressing
    }
    const input = screen.getByLabelText('Name')
    input.focus()
    await tell(app, {}, {})
    await tell(app, {})
    expect(document.activeElement).toBe(input)
    await press(user.keyboard('{Alt>}t{/Alt}'))
    expect(document.activeElement).toBe(document.querySelector('[data-sonner-toaster]'))
    await press(user.tab())
    await press(user.tab())
    expect(document.activeElement).toHaveTextContent('Undo')
    await press(user.keyboard('{Enter}'))
    expect(onClick).toHaveBeenCalledTimes(1)
    await pass(1_000)
    expect(items()).toHaveLength(2)
  })

  it('TB-4 every target is 24 px at least, the close button too', () => {
    const css = readFileSync('src/toasts/toasts.css', 'utf8')
    const block = /\[data-part='action'\],\s*\[data-part='link'\],\s*\[data-part='close'\] \{([^}]*)\}/.exec(css)![1]!
    for (const side of ['inline', 'block']) {
      const size = new RegExp(`min-${side}-size: (\\d+)px`).exec(block)![1]
      expect(Number(size)).toBeGreaterThanOrEqual(24)
    }
    expect(/\[data-close-button\] \{\s*inline-size: 24px !important;\s*block-size: 24px !important;/.test(css)).toBe(
      true,
    )
  })

  it('TB-5 a hidden page shows and says nothing; on return one summary', async () => {
    const app = await start()
    const speech = listenIn()
    turn(true)
    for (let index = 0; index < 12; index++) say(app, { title: `${index}` })
    say(app, { title: 'Disk is full', priority: 'critical' })
    await pass(60_000)
    expect(items()).toEqual([])
    expect(history()).toHaveLength(13)
    act(() => turn(false))
    await pass(50)
    expect(texts()).toEqual(['Critical: Disk is full', '12 updates while you were away'])
    expect(speech.toasts).toEqual(texts())
    await pass(60_000)
    expect(texts()).toEqual(['Critical: Disk is full'])
  })

  it('TB-5 in quiet hours and muted only what is critical is shown; all is in the history', async () => {
    const app = await start({ quietHours: { from: '11:00', to: '13:00', timeZone: 'UTC' } })
    await tell(app, { title: 'a' }, { title: 'Disk is full', priority: 'critical' })
    expect(texts()).toEqual(['Critical: Disk is full'])
    expect(history()).toEqual(['Disk is full shown', 'a quiet'])
    await pass(3_600_000)
    await tell(app, { title: 'b' })
    expect(texts()).toEqual(['Critical: Disk is full', 'b'])
    app.set({ muted: true })
    await tell(app, { title: 'c' })
    expect(history()[0]).toBe('c muted')
  })

  it('TB-5 quiet hours that cannot be kept are said, and break no page', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = await start({ quietHours: { from: '11:00', to: '13:00', timeZone: 'Europe/Atlantis' } })
    await tell(app, { title: 'a' })
    expect(texts()).toEqual(['a'])
    expect(complaint.mock.calls[0]![0]).toMatchObject({ code: 'invalid-option' })
  })

  it('TB-6 while a dialog is open the rest waits, and is shown in order when it closes', async () => {
    const app = await start()
    const foreign = document.createElement('div')
    foreign.setAttribute('aria-modal', 'true')
    document.body.append(foreign)
    await tell(app, { title: 'a' })
    await tell(app, { title: 'b' })
    await pass(60_000)
    expect(items()).toEqual([])
    expect(history()).toEqual(['b deferred', 'a deferred'])
    foreign.remove()
    await pass(300)
    expect(texts()).toEqual(['a', 'b'])
    expect(history()).toEqual(['b shown', 'a shown'])
    await pass(60_000)
    expect(vi.getTimerCount()).toBeLessThan(10)
  })

  it.each([
    ['is hidden', (dialog: HTMLElement) => void (dialog.hidden = true)],
    ['is a closed dialog', (dialog: HTMLElement) => dialog.replaceWith(document.createElement('dialog'))],
    ['is not modal', (dialog: HTMLElement) => dialog.setAttribute('aria-modal', 'false')],
  ])('TB-6 a dialog that %s holds nothing up', async (_, change) => {
    const app = await start()
    const foreign = document.createElement('div')
    foreign.setAttribute('aria-modal', 'true')
    document.body.append(foreign)
    change(foreign)
    await tell(app, { title: 'a' })
    expect(texts()).toEqual(['a'])
  })
})

describe('what is no news', () => {
  it('has its entry and no toast: what happened long ago by the time of the server', async () => {
    const app = await start({ maxAgeMs: 60_000 })
    await tell(app, { title: 'heard' })
    app.server.cut()
    say(app, { title: 'missed' })
    await pass(10_000)
    expect(history()).toEqual(['missed replayed', 'heard shown'])
    expect(items()).toEqual([])
    const stamp = Date.now()
    vi.setSystemTime(stamp)
    say(app, { title: 'late' })
    vi.setSystemTime(stamp + 120_000)
    await pass(50)
    expect(history()[0]).toBe('late old')
    expect(items()).toEqual([])
  })
})

describe('a rule', () => {
  it('that fails is told once, with its event and name, and stops nothing', async () => {
    const onError = vi.fn<(error: RealtimeError) => void>()
    const broken: ToastRules = {
      ...rules,
      '*': () => {
        throw new Error('mine')
      },
    }
    const app = await start({ rules: broken }, { onError })
    const { eventId } = say(app, { title: 'a', link: { href: 'javascript:alert(1)' } })
    await pass(50)
    expect(texts()).toEqual(['a'])
    expect(document.querySelector('[data-lc="toast"] a')).toBeNull()
    expect(onError).toHaveBeenCalledTimes(1)
    const [error] = onError.mock.calls[0]!
    expect(error.message).toContain(`The toast rule "say.*" on event ${eventId}`)
    expect(error.message).toContain(`The toast rule "*" on event ${eventId}`)
  })

  it('may be written inline and be another at each render', async () => {
    const app = await start({ rules: { 'say.it': () => ({ title: 'one' }) } })
    app.set({ rules: { 'say.it': () => ({ title: 'two' }), 'other.*': () => ({ title: 'three' }) } })
    await pass(50)
    await tell(app, {})
    app.server.publish({ type: 'other.thing', payload: {} })
    await pass(50)
    expect(texts()).toEqual(['two', 'three'])
  })

  it('shows plain text: what looks like markup is read as it is', async () => {
    const app = await start()
    await tell(app, { title: '<img src=x onerror=alert(1)>', description: '<b>bold</b>' })
    expect(texts()).toEqual(['<img src=x onerror=alert(1)><b>bold</b>'])
    expect(document.querySelector('[data-lc="toast"] img')).toBeNull()
  })
})

describe('a toast', () => {
  it('goes after its action, stays if that prevents it, and links only where that is safe', async () => {
    const app = await start()
    let isKept = true
    const onClick = (event: { preventDefault(): void }) => void (isKept && event.preventDefault())
    const draft = { title: 'Goal removed', action: { label: 'Undo', onClick }, link: { href: '/goals/7' } }
    app.set({ rules: { 'say.*': () => draft } })
    await tell(app, {})
    const link = screen.getByRole('link', { name: 'Open' })
    expect(link).toHaveAttribute('href', '/goals/7')
    expect(link).toHaveAttribute('rel', 'noopener noreferrer')
    act(() => button('Goal', 'Undo').click())
    await pass(500)
    expect(items()).toHaveLength(1)
    isKept = false
    act(() => button('Goal', 'Undo').click())
    await pass(500)
    expect(items()).toHaveLength(0)
  })

  it('that was dismissed is not kept by what would have changed it in that moment', async () => {
    const app = await start()
    await tell(app, { title: 'Import 10 %', dedupeKey: 'import' })
    const item = toastOf('Import')
    act(() => button('Import', 'Dismiss').click())
    await tell(app, { title: 'Import 50 %', dedupeKey: 'import' })
    await pass(1_000)
    expect(texts()).toEqual(['Import 50 %'])
    expect(toastOf('Import')).not.toBe(item)
    await pass(6_000)
    await tell(app, { title: 'b' }, { title: 'c' }, { title: 'd' })
    expect(texts()).toEqual(['b', 'c', 'd'])
  })

  it('that the app takes away leaves its place to another', async () => {
    const app = await start()
    await tell(
      app,
      { title: 'a', priority: 'critical' },
      { title: 'b', priority: 'critical' },
      { title: 'c', priority: 'critical' },
    )
    act(() => void toast.dismiss())
    await pass(500)
    await tell(app, { title: 'd', priority: 'critical' })
    expect(texts()).toEqual(['Critical: d'])
  })

  it('of several offers the way to all of them', async () => {
    const onShowAll = vi.fn()
    const app = await start({ onShowAll })
    await tell(app, ...Array.from({ length: 5 }, (_, index) => ({ title: `${index}` })))
    await pass(1_000)
    act(() => button('2 more', 'Show all').click())
    await pass(500)
    expect(onShowAll).toHaveBeenCalledTimes(1)
    expect(texts()).toEqual(['0', '1', '2'])
  })

  it('takes other words, classes and elements, also from the provider', async () => {
    const Anchor = ({ children, ...props }: { children?: ReactNode }) => (
      <a data-router {...props}>
        {children}
      </a>
    )
    const app = renderApp(
      <RealtimeUiProvider labels={ar} locale="ar" parts={{ toast: { classNames: { title: 'big' } } }}>
        <RealtimeToasts
          rules={rules}
          slots={{ link: Anchor }}
          classNames={{ root: ({ priority }) => `is-${priority}` }}
        />
      </RealtimeUiProvider>,
    )
    await pass(1_000)
    await tell(app, { title: 'a', priority: 'critical', link: { href: '#a' } })
    expect(items()[0]).toHaveTextContent('حرج: a')
    expect(document.querySelector('[data-lc="toast"]')).toHaveClass('lc-toast', 'is-critical')
    expect(document.querySelector('[data-part="title"]')).toHaveClass('big')
    expect(document.querySelector('[data-router]')).toHaveTextContent('فتح')
    expect(document.querySelector('section')).toHaveAttribute('aria-label', expect.stringContaining('الإشعارات'))
  })
})

describe('several of them', () => {
  const others: ToastRules = { 'other.*': () => ({ title: 'other' }) }

  it('share one list and one engine, and the rules of all are followed', async () => {
    const app = renderApp(
      <>
        <RealtimeToasts rules={rules} />
        <RealtimeToasts rules={rules} />
        <RealtimeToasts rules={others} />
      </>,
    )
    await pass(1_000)
    expect(document.querySelectorAll('section')).toHaveLength(1)
    await tell(app, { title: 'a' })
    app.server.publish({ type: 'other.thing', payload: {} })
    await pass(50)
    expect(texts()).toEqual(['a', 'other'])
  })

  it('the list goes on where the one that had it is unmounted', async () => {
    const app = renderApp(
      <>
        <RealtimeToasts key="1" rules={rules} />
        <RealtimeToasts key="2" rules={rules} />
      </>,
    )
    await pass(1_000)
    await tell(app, { title: 'a', priority: 'critical' })
    app.rerender(<RealtimeToasts key="2" rules={rules} />)
    await pass(1_000)
    expect(texts()).toEqual(['Critical: a'])
    act(() => button('a', 'Dismiss').click())
    await pass(1_000)
    expect(texts()).toEqual([])
  })

  it('leaves nothing behind: no toast, no timer, no listener of the server, but the history', async () => {
    const app = await start()
    await tell(app, { title: 'a', priority: 'critical' })
    app.rerender(<History />)
    await pass(5_000)
    expect(toast.getToasts()).toEqual([])
    expect(history()).toEqual(['a shown'])
    expect(app.server.received.at(-1)).toMatchObject({ type: 'unsubscribe' })
    act(() => screen.getByText('Clear').click())
    expect(history()).toEqual([])
  })
})

describe('another sink', () => {
  it('is told what to show, change and take away, and no Toaster is rendered', async () => {
    const calls: string[] = []
    let gone = () => {}
    const sink = {
      show({ id, title, priority, durationMs, isHeard, content, onGone }: any) {
        gone = onGone
        calls.push(`show ${title} ${priority} ${durationMs} ${isHeard}`)
        expect(typeof id).toBe('string')
        expect(renderToStaticMarkup(content)).toContain(title)
      },
      dismiss: () => void calls.push('dismiss'),
    }
    const app = await start({ sink })
    expect(document.querySelector('section')).toBeNull()
    await tell(app, { title: 'a', dedupeKey: 'k' })
    await tell(app, { title: 'b', dedupeKey: 'k' })
    act(() => gone())
    await tell(app, { title: 'c', priority: 'critical' })
    app.rerender(null)
    await pass(0)
    expect(calls).toEqual([
      'show a normal 5000 true',
      'show b normal 5000 false',
      'show c critical Infinity true',
      'dismiss',
    ])
  })
})
