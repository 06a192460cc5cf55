// Tries transports in order until one is ready: the next begins when the one before failed, or has been silent for a while.
// One try by one transport is attempt.ts; the order is transport-choice.ts.
import type { Clock } from '../base/clock.ts'
import type { RealtimeError } from '../base/errors.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { fateOfClose } from '../protocol/codes.ts'
import type { WelcomeFrame } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import type { TransportClosure } from '../transports/transport.ts'
import { attempt, type AttemptFailure, type AttemptRequest } from './attempt.ts'
import type { DialledLink } from './dial.ts'

export interface RaceRequest {
  clock: Clock
  /** Places in the list of transports, in the order to try them. */
  order: readonly number[]
  /** How long one may stay silent before the next begins beside it, in ms. */
  nextAfterMs: number
  attemptOf: (index: number) => AttemptRequest
}

export interface Winner {
  readonly index: number
  readonly link: DialledLink
  /** The link lives as long as this, which is now the taker's. */
  readonly scope: Scope
  readonly welcome: WelcomeFrame | null
  readonly latencyMs: number | null
}

export interface RaceListener {
  /** One of them is open and being signed in to. */
  opened(): void
  ready(winner: Winner): void
  /** The rest is about the link that was ready. */
  message(text: string, sse?: SseFields): void
  alive(): void
  closed(closure: TransportClosure): void
  /** Opened, and nothing came. */
  mute(index: number): void
  /** None came to be ready. @param blind nobody said why */
  failed(failure: AttemptFailure, blind: boolean): void
  /** The browser would not open this one. */
  forbidden(index: number, error: RealtimeError): void
  /** Nor any other. */
  refused(error: RealtimeError): void
}

/** Runs as long as `scope`; what wins outlives it. */
export function race(request: RaceRequest, scope: Scope, on: RaceListener): void {
  const { clock, order, nextAfterMs } = request
  const running = new Set<Scope>()
  const failures: AttemptFailure[] = []
  let refusal: RealtimeError | null = null
  let begun = 0
  let isOver = false

  function end() {
    isOver = true
    for (const contender of running) contender.dispose()
    running.clear()
  }

  function beginNext() {
    const index = order[begun++]
    if (isOver || index === undefined) return
    const own = createScope(clock)
    running.add(own)
    const cancelNext = scope.timeout(beginNext, nextAfterMs)
    const over = () => {
      cancelNext()
      running.delete(own)
    }
    const link = attempt(request.attemptOf(index), own, {
      opened: on.opened,
      ready(welcome, latencyMs) {
        over()
        end()
        // Before `link` is assigned nothing can be ready: a transport does not call back while it opens.
        on.ready({ index, link, scope: own, welcome, latencyMs })
      },
      message: on.message,
      alive: on.alive,
      closed: on.closed,
      failed(failure) {
        over()
        if (failure.mute) on.mute(index)
        failures.push(failure)
        settleFailure(failure)
      },
      refused(error) {
        // Told while it opens, so it is over a moment later, when the race knows that it had begun.
        refusal ??= error
        on.forbidden(index, error)
        own.dispose()
        over()
        goOn()
      },
    })
  }

  function settleFailure(failure: AttemptFailure) {
    if (!isDefinite(failure)) return goOn()
    end()
    on.failed(failure, false)
  }

  function goOn() {
    if (begun < order.length) return beginNext()
    if (running.size > 0) return
    end()
    const [first] = failures
    if (first !== undefined)
      on.failed(
        first,
        failures.every(({ blind }) => blind),
      )
    else if (refusal !== null) on.refused(refusal)
  }

  scope.own(end)
  beginNext()
}

/** The server itself spoke: another transport would be told the same. */
function isDefinite({ code, retryAfterMs }: TransportClosure): boolean {
  const fate = fateOfClose(code)
  return retryAfterMs !== undefined || fate.kind !== 'retry' || fate.minDelayMs !== undefined
}
