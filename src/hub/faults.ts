// Faults around any transport, for tests, the mock server and the demo: frames of both directions are dropped, doubled, swapped
// and delayed at random, links are cut and muted. The same seed, calls and frames bring the same faults, and all waiting is the clock's.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { seededRandom } from '../base/seeded-random.ts'
import type {
  Transport,
  TransportClosure,
  TransportLink,
  TransportListener,
  TransportRequest,
} from '../transports/transport.ts'

/** Each a probability per frame, from 0 (never, the default) to 1; a frame may meet several. */
export interface FaultRates {
  /** It is lost. */
  drop?: number
  /** It comes twice. */
  duplicate?: number
  /** The next one overtakes it. */
  swap?: number
  /** It comes late, and others may overtake it. */
  delay?: number
  /** How late, in ms: at least and at most. @default [10, 1_000] */
  delayMs?: readonly [min: number, max: number]
}

export interface FaultsOptions {
  clock: Clock
  /** A whole number. @default chance is the clock's */
  seed?: number
}

export interface Faults {
  /** The transport with faults on each of its links, all of them ruled by this. */
  wrap(inner: Transport): Transport
  /** Replaces all rates. `set({})` is quiet: nothing more is lost, and what is on its way arrives. */
  set(rates: FaultRates): void
  /** Nothing travels for `ms`, not even the end of a link; none opens. What is said or due meanwhile is lost. `mute(0)` ends it. */
  mute(ms: number): void
  /** Cuts every link once, with all that is on its way. @param code @default 1006, no close frame */
  cut(code?: number, reason?: string): void
  /** Frames on their way: delayed, or waiting to be overtaken. */
  readonly pending: number
}

/** A frame that waits to be overtaken goes all the same after this, in ms. */
const swapLimitMs = 500

/** Creates faults for the transports of clients; quiet until `set`, `mute` or `cut`. */
export function createFaults({ clock, seed }: FaultsOptions): Faults {
  const random = seed === undefined ? clock.random : seededRandom(seed)
  const links = new Set<Link>()
  let rates: FaultRates = {}
  let mutedUntil = -Infinity

  const isMuted = () => clock.now() < mutedUntil
  const happens = (rate = 0) => rate > 0 && random() < rate

  function delayOf(): number {
    const [min, max] = rates.delayMs ?? [10, 1_000]
    return happens(rates.delay) ? min + random() * (max - min) : 0
  }

  /** One direction of one link. @param onEmpty nothing is on its way any more */
  function createLane(scope: Scope, onEmpty: () => void): Lane {
    let pending = 0
    let overtaken: { run: () => void; cancel: Undo } | null = null

    function arrive(run: () => void) {
      if (!scope.disposed && !isMuted()) run()
    }

    function arriveLate(run: () => void) {
      pending--
      arrive(run)
      if (pending === 0) onEmpty()
    }

    function letGo() {
      if (overtaken === null) return
      const { run, cancel } = overtaken
      overtaken = null
      cancel()
      arriveLate(run)
    }

    function delay(run: () => void, ms: number) {
      pending++
      scope.timeout(() => arriveLate(run), ms)
    }

    function hold(run: () => void) {
      pending++
      overtaken = { run, cancel: scope.timeout(letGo, swapLimitMs) }
    }

    function pass(run: () => void) {
      const ms = delayOf()
      if (ms > 0) return delay(run, ms)
      if (overtaken === null && happens(rates.swap)) return hold(run)
      arrive(run)
      return letGo()
    }

    return {
      carry(run) {
        if (scope.disposed || isMuted() || happens(rates.drop)) return
        const copies = happens(rates.duplicate) ? 2 : 1
        for (let copy = 0; copy < copies; copy++) pass(run)
      },
      get pending() {
        return pending
      },
    }
  }

  function open(inner: Transport, request: TransportRequest, listener: TransportListener): TransportLink {
    const scope = createScope(clock)
    let isOpen = false
    let closure: TransportClosure | null = null
    const up = createLane(scope, () => {})
    const down = createLane(scope, endIfOver)
    const entry: Link = {
      cut(given) {
        link.close()
        end(given)
      },
      get pending() {
        return up.pending + down.pending
      },
    }

    /** A server says goodbye last: behind what is still on its way. */
    function endIfOver() {
      if (closure !== null && down.pending === 0 && !isMuted()) end(closure)
    }

    function end(given: TransportClosure) {
      if (scope.disposed) return
      dispose()
      listener.closed(given)
    }

    function dispose() {
      links.delete(entry)
      scope.dispose()
    }

    const link = inner.open(request, {
      opened(protocol) {
        if (scope.disposed || isMuted()) return
        isOpen = true
        listener.opened(protocol)
      },
      alive: () => void (isOpen && !scope.disposed && !isMuted() && listener.alive()),
      message: (text, sse) => void (isOpen && down.carry(() => listener.message(text, sse))),
      closed(given) {
        if (isMuted()) return
        closure = given
        endIfOver()
      },
    })
    links.add(entry)
    return {
      send: (frame) => up.carry(() => link.send(frame)),
      close(code, reason) {
        dispose()
        link.close(code, reason)
      },
    }
  }

  return {
    wrap: (inner) => ({
      name: inner.name,
      oneWay: inner.oneWay ?? false,
      quietMs: inner.quietMs ?? 0,
      open: (request, listener) => open(inner, request, listener),
    }),
    set: (next) => void (rates = next),
    mute: (ms) => void (mutedUntil = ms > 0 ? clock.now() + ms : -Infinity),
    cut(code = 1006, reason = '') {
      for (const link of [...links]) link.cut({ code, reason })
    },
    get pending() {
      let pending = 0
      for (const link of links) pending += link.pending
      return pending
    },
  }
}

interface Link {
  cut(closure: TransportClosure): void
  readonly pending: number
}

interface Lane {
  carry(run: () => void): void
  readonly pending: number
}
