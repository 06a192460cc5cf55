// What arrives, on its way to the app: decoded, deduplicated, checked, confirmed, queued. Frames that are no events go to
// whoever handles them.
import { decodeServerMessage } from '../protocol/codec.ts'
import { checkPayload, type EventTable } from '../protocol/define-events.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { ServerFrame } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import type { Acks } from './acks.ts'
import type { ConnectionState } from './connection-machine.ts'
import type { Delivery } from './delivery.ts'
import type { Positions } from './positions.ts'
import type { Quarantine } from './quarantine.ts'
import type { SeenIds } from './seen-ids.ts'

export interface InboxParts {
  now: () => number
  state: () => ConnectionState
  table: EventTable | undefined
  exempt: ReadonlySet<string>
  /** Null where the app wants no acks. */
  acks: Acks | null
  delivery: Delivery
  positions: Positions
  quarantine: Quarantine
  seenIds: SeenIds
  onFrame: (frame: ServerFrame) => void
  /** The log of a stream was replaced under a running link: what was in between is unknown. */
  onLost: (stream: string) => void
}

export interface Inbox {
  receive(text: string, sse?: SseFields): void
  readonly counters: { readonly received: number; readonly duplicates: number; readonly withoutId: number }
}

export function createInbox(parts: InboxParts): Inbox {
  const { now, state, table, exempt, acks, delivery, positions, quarantine, seenIds, onFrame, onLost } = parts
  const counters = { received: 0, duplicates: 0, withoutId: 0 }

  function receiveEvent(event: RealtimeEvent) {
    counters.received++
    if (event.id === null) counters.withoutId++
    else if (!seenIds.add(event.id, event.receivedAt)) {
      counters.duplicates++
      // The server sends again what it has no ack of.
      acks?.add(event.id)
      return
    }
    if (positions.advance(event)) onLost(event.stream!)
    const checked = checkSafely(table, event)
    if (!checked.ok) return refuse(event, checked.reason)
    if (event.id !== null) acks?.add(event.id)
    delivery.push(checked.payload === event.payload ? event : { ...event, payload: checked.payload })
  }

  function refuse(event: RealtimeEvent, reason: string) {
    quarantine.add(`${event.type}: ${reason}`, JSON.stringify(event.raw), event.receivedAt)
    const current = state()
    // A plain server knows no rejection, and would send the event again and again.
    if (event.id !== null) acks?.add(event.id, current.name === 'connected' && current.server === 'livecache')
  }

  return {
    counters,
    receive(text, sse) {
      const current = state()
      const transport = current.name === 'connected' ? current.transport : ''
      const receivedAt = now()
      for (const message of decodeServerMessage(text, { transport, receivedAt, exempt, ...(sse && { sse }) })) {
        if (message.kind === 'event') receiveEvent(message.event)
        else if (message.kind === 'frame') onFrame(message.frame)
        else quarantine.add(message.reason, message.text, receivedAt)
      }
      acks?.flush()
      delivery.settle()
    },
  }
}

function checkSafely(table: EventTable | undefined, { type, payload }: RealtimeEvent): ReturnType<typeof checkPayload> {
  const schema = table !== undefined && Object.hasOwn(table, type) ? table[type] : undefined
  try {
    return checkPayload(schema, payload)
  } catch (error) {
    return { ok: false, reason: `its schema threw ${String(error)}` }
  }
}
