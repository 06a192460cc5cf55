// What signs of the page mean for the link: it may be dead though nothing says so, the next attempt may come sooner, and a page that
// is put aside holds none. The signs themselves are page-signals.ts, whether the other side lives is liveness.ts.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { type ConnectionEvent, type ConnectionState, holdsLink, isWaiting } from './connection-machine.ts'
import type { Liveness } from './liveness.ts'
import type { Page, PageSignal } from './page-signals.ts'

export interface PageWatchParts {
  clock: Clock
  page: Page
  /** Time in the background, in ms, after which a link that never beats is not trusted. */
  silenceTimeoutMs: number
  state: () => ConnectionState
  /** Undefined where no link is up. */
  liveness: () => Pick<Liveness, 'verify' | 'beats'> | undefined
  /** An attempt waits for its token. */
  isAsking: () => boolean
  /** The server asked not to be dialled before this, epoch ms. */
  notBefore: () => number
  /** The wait that is under way ends then as well, epoch ms. */
  waitUntil: (retryAt: number) => void
  redial: (reason: string) => void
  dispatch: (event: ConnectionEvent) => void
}

export interface PageWatch {
  /** The state is another one: listens while that may matter. */
  follow(): void
  /** An attempt begins. */
  dialled(): void
  /** It came to something, or to nothing. */
  settled(): void
  /** Somebody's wish, which a page that comes back does not undo. */
  overrule(): void
}

/** A sign that the network is back brings the next attempt forward to within this time, so that not all come at once, in ms. */
const hurrySpreadMs = 1_000
/** Signs may come in bursts (focus, focus, focus); attempts made on account of them may not, in ms. */
const hurryGapMs = 2_000

export function createPageWatch(parts: PageWatchParts): PageWatch {
  const { clock, page, silenceTimeoutMs, state, liveness, isAsking, notBefore, waitUntil, redial, dispatch } = parts
  let unlisten: Undo | null = null
  let isAside = false
  let hiddenAt: number | null = null
  let dialledAt = -Infinity
  /** A sign of the network had this outage's attempt begun anew: once is enough, or a slow one would never end. */
  let isHurried = false

  const isActive = () => holdsLink(state()) || isWaiting(state())

  function heard(signal: PageSignal) {
    if (signal === 'hidden') hiddenAt = clock.now()
    else if (signal === 'cached') putAside()
    else if (signal === 'restored' && isAside) bringBack()
    else if (isWaiting(state())) {
      if (signal !== 'offline') hurry()
    } else if (state().name === 'connected') doubt(signal)
    // What is being opened began on a network that is gone.
    else if (isNetworkSign(signal)) beginAnew()
    if (signal === 'visible') hiddenAt = null
  }

  /** The link may be dead though nothing says so. */
  function doubt(signal: PageSignal) {
    const watched = liveness()
    if (watched?.verify()) return
    // A plain server cannot be asked, and one that never pings would never be missed.
    const wasHiddenLong = hiddenAt !== null && clock.now() - hiddenAt > silenceTimeoutMs
    if (isNetworkSign(signal)) redial('the network changed')
    else if (wasHiddenLong && watched?.beats === false) redial('the page was away for long')
  }

  function beginAnew() {
    if (isHurried || isAsking() || clock.now() - dialledAt < hurryGapMs) return
    isHurried = true
    dispatch({ type: 'restart', at: clock.now() })
  }

  function hurry() {
    const now = clock.now()
    const waiting = state()
    // A clock that was set back must not make an old attempt a future one.
    dialledAt = Math.min(dialledAt, now)
    const retryAt = Math.max(now + clock.random() * hurrySpreadMs, notBefore(), dialledAt + hurryGapMs)
    // One that is due and did not come: its timer slept.
    if ('retryAt' in waiting && waiting.retryAt > now && waiting.retryAt <= retryAt) return
    waitUntil(retryAt)
    dispatch({ type: 'hurried', retryAt })
  }

  /** A page in the back/forward cache must hold no socket. Its positions stay. */
  function putAside() {
    if (!isActive()) return
    isAside = true
    dispatch({ type: 'stop', reason: 'the page was put aside' })
  }

  function bringBack() {
    isAside = false
    dispatch({ type: 'start', at: clock.now() })
  }

  return {
    follow() {
      if (isActive() || isAside) unlisten ??= page.listen(heard)
      else {
        unlisten?.()
        unlisten = null
      }
    },
    dialled: () => void (dialledAt = clock.now()),
    settled: () => void (isHurried = false),
    overrule: () => void (isAside = false),
  }
}

const isNetworkSign = (signal: PageSignal): boolean => signal === 'online' || signal === 'network'
