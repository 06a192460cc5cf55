// A transport that does to single frames what it is told to: for schedules that can be shrunk and played again.
import type { ClientFrame } from '../../src/protocol/index.ts'
import type { Transport, TransportListener } from '../../src/transports/index.ts'

/**
 * What happens to the next `count` frames of a type (`event`: whatever is no control frame). A frame that is delayed holds up
 * those behind it, one that is swapped is overtaken by the next.
 */
export interface FrameFault {
  readonly kind: 'drop' | 'duplicate' | 'swap' | 'delay'
  readonly frame: string
  readonly count: number
}

export interface FaultyTransport {
  readonly transport: Transport
  add(fault: FrameFault): void
  /** Nothing travels until then (epoch ms); links stay open. */
  muteUntil(time: number): void
  /** From now on everything arrives, in order. */
  heal(): void
}

const control = new Set(['welcome', 'authenticated', 'subscribed', 'resumed', 'ping', 'pong', 'published'])

function typeOf(text: string): string {
  const { type } = JSON.parse(text) as { type: string }
  return control.has(type) ? type : 'event'
}

const delayMs = 400
/** A frame that waits to be overtaken goes all the same after this. */
const swapMs = 200

export function faultyTransport(inner: Transport): FaultyTransport {
  let faults: { kind: FrameFault['kind']; frame: string; left: number }[] = []
  let mutedUntil = 0

  function nextFault(type: string): FrameFault['kind'] | null {
    const fault = faults.find(({ frame, left }) => frame === type && left > 0)
    if (fault === undefined) return null
    fault.left--
    return fault.kind
  }

  /** A lane of one link: passes frames on in order, or does to them what comes next. */
  function createLane(isOpen: () => boolean) {
    let overtaken: (() => void) | null = null
    let busyUntil = 0

    const arrive = (run: () => void) => {
      const waitMs = busyUntil - Date.now()
      if (waitMs > 0) setTimeout(() => isOpen() && run(), waitMs)
      else run()
    }
    const release = () => {
      const run = overtaken
      overtaken = null
      if (run !== null && isOpen()) arrive(run)
    }
    const pass = (run: () => void) => {
      arrive(run)
      release()
    }
    return (type: string, run: () => void) => {
      if (Date.now() < mutedUntil) return
      switch (nextFault(type)) {
        case 'drop':
          return
        case 'duplicate':
          arrive(run)
          return pass(run)
        case 'delay':
          busyUntil = Date.now() + delayMs
          return pass(run)
        case 'swap':
          release()
          overtaken = run
          setTimeout(release, swapMs)
          return
        case null:
          return pass(run)
      }
    }
  }

  return {
    add: ({ kind, frame, count }) => void faults.push({ kind, frame, left: count }),
    muteUntil: (time) => void (mutedUntil = time),
    heal() {
      faults = []
      mutedUntil = 0
    },
    transport: {
      name: inner.name,
      open(request, listener) {
        let open = true
        const down = createLane(() => open)
        const up = createLane(() => open)
        const wrapped: TransportListener = {
          ...listener,
          message: (text) => down(typeOf(text), () => listener.message(text)),
          closed(closure) {
            open = false
            // A peer that falls silent does not say goodbye either.
            if (Date.now() >= mutedUntil) listener.closed(closure)
          },
        }
        const link = inner.open(request, wrapped)
        return {
          send: (frame: ClientFrame) => up(frame.type, () => link.send(frame)),
          close(code, reason) {
            open = false
            link.close(code, reason)
          },
        }
      },
    },
  }
}
