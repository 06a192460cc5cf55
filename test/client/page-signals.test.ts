import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserPage, type PageSignal } from '../../src/client/page-signals.ts'

/** Something the browser has that tells of events, and knows who listens. */
class Source extends EventTarget {
  listeners = 0
  override addEventListener(...given: Parameters<EventTarget['addEventListener']>) {
    this.listeners++
    super.addEventListener(...given)
  }
  override removeEventListener(...given: Parameters<EventTarget['removeEventListener']>) {
    this.listeners--
    super.removeEventListener(...given)
  }
}

class FakeDocument extends Source {
  visibilityState = 'visible'
}

function setUp() {
  const connection = new Source()
  const page = { window: new Source(), document: new FakeDocument(), navigator: { onLine: true, connection } }
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value)
  const heard: PageSignal[] = []
  const unlisten = browserPage.listen((signal) => heard.push(signal))
  const listeners = () => page.window.listeners + page.document.listeners + connection.listeners
  return { ...page, heard, unlisten, listeners }
}

const transition = (type: string, persisted: boolean) => Object.assign(new Event(type), { persisted })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a page', () => {
  it('tells when it is shown and hidden', () => {
    const { document, heard } = setUp()
    expect(browserPage.isHidden()).toBe(false)
    document.visibilityState = 'hidden'
    document.dispatchEvent(new Event('visibilitychange'))
    expect(browserPage.isHidden()).toBe(true)
    document.visibilityState = 'visible'
    document.dispatchEvent(new Event('visibilitychange'))
    expect(heard).toEqual(['hidden', 'visible'])
  })

  it('tells when it gets the focus, the network comes and goes, or it was frozen', () => {
    const { window, document, heard } = setUp()
    for (const type of ['focus', 'online', 'offline']) window.dispatchEvent(new Event(type))
    document.dispatchEvent(new Event('resume'))
    expect(heard).toEqual(['focus', 'online', 'offline', 'resumed'])
  })

  it('tells when the network is another one', () => {
    const { navigator, heard } = setUp()
    const connection = navigator.connection as EventTarget & { type?: string }
    connection.dispatchEvent(new Event('change'))
    // Its speed was measured anew.
    expect(heard).toEqual([])
    connection.type = 'cellular'
    connection.dispatchEvent(new Event('change'))
    expect(heard).toEqual(['network'])
  })

  it('tells when it is put aside and brought back, and not when it is left for good', () => {
    const { window, heard } = setUp()
    window.dispatchEvent(transition('pagehide', true))
    window.dispatchEvent(transition('pageshow', true))
    // A first load, and a page that is thrown away.
    window.dispatchEvent(transition('pageshow', false))
    window.dispatchEvent(transition('pagehide', false))
    expect(heard).toEqual(['cached', 'restored'])
  })

  it('knows what the browser believes of the network', () => {
    const { navigator } = setUp()
    expect(browserPage.isOffline()).toBe(false)
    navigator.onLine = false
    expect(browserPage.isOffline()).toBe(true)
  })

  it('is listened to no longer once that was undone', () => {
    const { window, document, navigator, heard, unlisten, listeners } = setUp()
    expect(listeners()).toBe(8)
    unlisten()
    expect(listeners()).toBe(0)
    for (const type of ['focus', 'online', 'offline', 'pagehide', 'pageshow'])
      window.dispatchEvent(transition(type, true))
    for (const type of ['visibilitychange', 'resume']) document.dispatchEvent(new Event(type))
    navigator.connection.dispatchEvent(new Event('change'))
    expect(heard).toEqual([])
  })

  it('is listened to by several, each with an undo of its own', () => {
    const { window, heard, unlisten } = setUp()
    const second: PageSignal[] = []
    browserPage.listen((signal) => second.push(signal))
    unlisten()
    window.dispatchEvent(new Event('focus'))
    expect([heard, second]).toEqual([[], ['focus']])
  })

  it('is listened to where the browser tells nothing of its connection', () => {
    const { window } = setUp()
    vi.stubGlobal('navigator', { onLine: true })
    const heard: PageSignal[] = []
    browserPage.listen((signal) => heard.push(signal))
    window.dispatchEvent(new Event('focus'))
    expect(heard).toEqual(['focus'])
  })
})

describe('no page', () => {
  it('counts as shown and online, and listening to it does nothing', () => {
    for (const name of ['window', 'document', 'navigator']) vi.stubGlobal(name, undefined)
    expect([browserPage.isHidden(), browserPage.isOffline()]).toEqual([false, false])
    expect(() => browserPage.listen(() => {})()).not.toThrow()
  })

  it('but a server that makes believe it has one breaks nothing', () => {
    vi.stubGlobal('window', {})
    vi.stubGlobal('document', {})
    vi.stubGlobal('navigator', undefined)
    expect([browserPage.isHidden(), browserPage.isOffline()]).toEqual([false, false])
    expect(() => browserPage.listen(() => {})()).not.toThrow()
  })
})
