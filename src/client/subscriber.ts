// Keeps what the server believes we subscribed to equal to what we did. The frames are made in wire-subscriptions.ts.
import type { ClientFrame } from '../protocol/frames.ts'
import type { ConnectionState } from './connection-machine.ts'
import type { Subscription } from './subscriptions.ts'
import { covers, subscribeFrame, type Union, unionFrames, unionOf, unionParams } from './wire-subscriptions.ts'

export interface SubscriberParts {
  state: () => ConnectionState
  send: (frame: ClientFrame) => void
  current: () => readonly Subscription[]
  /** The event types the app declared, to spell patterns out with. */
  knownTypes: readonly string[]
  lastEventId: () => string | null
  /** A livecache server was asked, and will answer. */
  onAsked: (subscription: Subscription) => void
  /** Whether the plain server of this link hears nothing but the address it was opened by. */
  hearsOnlyAddress: () => boolean
  /** The address says less than what is wanted now. */
  onOutdated: () => void
}

export interface Subscriber {
  /** A new link to a livecache server is up: says everything again. */
  begin(capabilities: readonly string[]): void
  /** The same on a plain server, in its one frame. */
  beginPlain(): void
  joined(subscription: Subscription): void
  left(subscription: Subscription): void
  /** What a plain server is told in the address. */
  addressParams(): Readonly<Record<string, string>>
}

export function createSubscriber(parts: SubscriberParts): Subscriber {
  const { state, send, current, knownTypes, lastEventId, onAsked, hearsOnlyAddress, onOutdated } = parts
  let takesPatterns = true
  /** What the plain server of this link was told. */
  let told: Union | null = null
  let inAddress: Union | null = null

  function serverKind() {
    const now = state()
    return now.name === 'connected' ? now.server : null
  }

  const union = () =>
    unionOf(
      current().map(({ spec }) => spec),
      knownTypes,
    )

  function tellUnion() {
    const wanted = union()
    if (hearsOnlyAddress()) {
      if (inAddress !== null && !covers(inAddress, wanted)) onOutdated()
      return
    }
    if (told !== null && JSON.stringify(told) === JSON.stringify(wanted)) return
    for (const frame of unionFrames(told, wanted, lastEventId())) send(frame)
    told = wanted
  }

  function joined(subscription: Subscription) {
    const kind = serverKind()
    if (kind === 'plain') return tellUnion()
    if (kind !== 'livecache') return
    send(subscribeFrame(subscription, takesPatterns ? null : knownTypes))
    onAsked(subscription)
  }

  return {
    begin(capabilities) {
      takesPatterns = capabilities.includes('patterns')
      for (const subscription of current()) joined(subscription)
    },
    beginPlain() {
      told = null
      tellUnion()
    },
    joined,
    left({ id }) {
      const kind = serverKind()
      if (kind === 'livecache') send({ type: 'unsubscribe', id })
      else if (kind === 'plain') tellUnion()
    },
    addressParams() {
      const last = lastEventId()
      inAddress = union()
      return { ...unionParams(inAddress), ...(last !== null && { lastEventId: last }) }
    },
  }
}
