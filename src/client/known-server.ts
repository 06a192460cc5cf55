// Which kind of server is at the other end, as far as it has shown, and with that whether realtime.v1 is offered to it. How an offer is
// made is dial.ts.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'
import type { WelcomeFrame } from '../protocol/frames.ts'
import type { ServerKind } from './connection-machine.ts'

export interface KnownServer {
  readonly kind: ServerKind | 'unknown'
  /** False for the one attempt after a server took up the offer and then knew nothing of it. */
  readonly offers: boolean
  /** It took up the offer, and waits for a sign-in. */
  tookOffer(): void
  /** A link is ready. @param scope of that link */
  ready(welcome: WelcomeFrame | null, scope: Scope): void
  /** It sent a `welcome` that nobody had asked for. */
  welcomed(): void
  /** An attempt failed. @param isEcho see `AttemptFailure` */
  failed(isEcho: boolean): void
  /** A link that was ready ended. */
  closed(): void
}

/** A server that sent no `welcome` this long after an open without the subprotocol is a plain one, in ms. */
const plainAfterMs = 2_000

/** @param told what the app says of its server */
export function createKnownServer(told: 'auto' | ServerKind): KnownServer {
  let kind: ServerKind | 'unknown' = told === 'auto' ? 'unknown' : told
  let offers = true
  let hasWelcomed = false
  let keepUnknown: Undo | null = null

  return {
    get kind() {
      return kind
    },
    get offers() {
      return offers
    },
    tookOffer() {
      // Only a livecache server does.
      kind = 'livecache'
    },
    ready(welcome, scope) {
      hasWelcomed ||= welcome !== null
      if (welcome === null && kind === 'unknown') keepUnknown = scope.timeout(() => (kind = 'plain'), plainAfterMs)
    },
    welcomed: () => keepUnknown?.(),
    failed(isEcho) {
      // Once more, without the offer. A livecache server that was only slow asks for it again.
      offers = !(isEcho && told === 'auto' && !hasWelcomed)
      if (!offers) kind = 'unknown'
    },
    closed() {
      offers = true
    },
  }
}
