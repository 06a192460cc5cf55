// What arrives, on its way to the app: decoded, deduplicated, put in order, checked, confirmed, queued. Frames that are no
// events go to whoever handles them.
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
  acks: Acks
  delivery: Delivery
  positions: Positions
  quarantine: Quarantine
  seenIds: SeenIds
  /** Puts it in order; comes back by `handOver` or `repeated`. */
  sequence: (event: RealtimeEvent) => void
  onFrame: (frame: ServerFrame) => void
  /** The server is still sending what was missed. */
  onReplayed: () => void
  /** Another number once what is being read belongs to nobody any more: another user, another link, the end. */
  era: () => number
  /** Whether anybody listens for this one. */
  isWanted: (event: RealtimeEvent) => boolean
}

export interface Inbox {
  receive(text: string, sse?: SseFields): void
  /** An event whose turn it is. */
  handOver(event: RealtimeEvent): void
  /** An event that came before, or too late. */
  repeated(event: RealtimeEvent): void
  /** The end of a message, or of whatever else brought events on: what is due is confirmed and handed over. */
  settle(): void
  readonly counters: { readonly received: number; readonly duplicates: number; readonly withoutId: number }
}

export function createInbox(parts: InboxParts): Inbox {
  const {
    now,
    state,
    table,
    exempt,
    acks,
    delivery,
    positions,
    quarantine,
    seenIds,
    sequence,
    onFrame,
    onReplayed,
    era,
    isWanted,
  } = parts
  const counters = { received: 0, duplicates: 0, withoutId: 0 }

  function receiveEvent(event: RealtimeEvent) {
    counters.received++
    if (event.replayed) onReplayed()
    if (event.id === null) counters.withoutId++
    else if (seenIds.has(event.id)) return repeated(event)
    return sequence(event)
  }

  /** The server sends again what it has no ack of. */
  function repeated(event: RealtimeEvent) {
    counters.duplicates++
    acks.repeated(event, event.id !== null && seenIds.has(event.id))
  }

  function handOver(event: RealtimeEvent) {
    if (event.id !== null) {
      if (!seenIds.add(event.id, event.receivedAt)) return repeated(event)
      positions.noteEvent(event.id)
    }
    const checked = checkSafely(table, event)
    if (!checked.ok) return refuse(event, checked)
    acks.received(event, isWanted(event))
    const isAsItCame = checked.payload === event.payload && (checked.v === undefined || checked.v === event.v)
    return delivery.push(isAsItCame ? event : { ...event, ...withoutOk(checked) })
  }

  function refuse(event: RealtimeEvent, { reason, path = null }: Refusal) {
    quarantine.add({
      reason: `${event.type}: ${reason}`,
      path,
      eventType: event.type,
      text: JSON.stringify(event.raw),
      at: event.receivedAt,
    })
    const current = state()
    // A plain server knows no rejection.
    acks.refused(event, current.name === 'connected' && current.server === 'livecache')
  }

  function settle() {
    acks.flush()
    delivery.settle()
  }

  return {
    counters,
    handOver,
    repeated,
    settle,
    receive(text, sse) {
      const current = state()
      const transport = current.name === 'connected' ? current.transport : ''
      const at = now()
      const begun = era()
      for (const message of decodeServerMessage(text, { transport, receivedAt: at, exempt, ...(sse && { sse }) })) {
        if (era() !== begun) return
        if (message.kind === 'event') receiveEvent(message.event)
        else if (message.kind === 'frame') onFrame(message.frame)
        else quarantine.add({ reason: message.reason, path: null, eventType: null, text: message.text, at })
      }
      settle()
    },
  }
}

type Checked = ReturnType<typeof checkPayload>
interface Refusal {
  reason: string
  path?: string | null
}

const withoutOk = ({ ok: _ok, ...rest }: Extract<Checked, { ok: true }>) => rest

function checkSafely(table: EventTable | undefined, { type, payload, v }: RealtimeEvent): Checked {
  const row = table !== undefined && Object.hasOwn(table, type) ? table[type] : undefined
  try {
    return checkPayload(row, payload, v)
  } catch (error) {
    return { ok: false, path: null, reason: `its schema threw ${String(error)}` }
  }
}
