// Which events to confirm, and when. In the task that received them wherever it matters: timers in hidden tabs come up to a
// minute late, and servers wait half of that.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { AckFrame } from '../protocol/frames.ts'
import { createSeenIds } from './seen-ids.ts'

/** `auto`: what was handed over. `manual`: what the app says. `off`: nothing. */
export type AckMode = 'auto' | 'manual' | 'off'

export interface AcksOptions {
  mode: AckMode
  scope: Scope
  now: () => number
  isHidden: () => boolean
  /** Time between two grouped frames while the page is visible, in ms: less where many wait, or where the server does not wait for long. */
  gapMs: number
  send: (frame: AckFrame) => void
}

export interface Acks {
  /** A new link: what was due on the old one will be sent to us again. */
  begin(capabilities: readonly string[], ackTimeoutMs?: number): void
  /** Was handed over, or is known to be lost. @param wanted whether the app gets to see it, and so can confirm it */
  received(event: RealtimeEvent, wanted?: boolean): void
  /** Came again. @param seen false where the app never saw it: it had been given up as lost */
  repeated(event: RealtimeEvent, seen?: boolean): void
  /** Cannot be used. @param knowsRejection a server that does not would send it again and again */
  refused(event: RealtimeEvent, knowsRejection: boolean): void
  /** The app has done what it wanted with the event. */
  confirm(eventId: string): void
  /** The end of a message: sends what is due. */
  flush(): void
  /** Events confirmed. */
  readonly sent: number
}

/** A frame may have 64 Ki characters. */
const maxIdsPerFrame = 500
const maxPlacesPerFrame = 250
/** What waits then no longer than `manyGapMs`: a server keeps each of them in mind. */
const many = 100
const manyGapMs = 1_000

function inParts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))
}

export function createAcks({ mode, scope, now, isHidden, gapMs, send }: AcksOptions): Acks {
  const confirmed = createSeenIds()
  let ids: string[] = []
  let upTo = new Map<string, number>()
  let takesMany = false
  let takesPlaces = false
  let sentAt = -Infinity
  let sent = 0
  /** Of those, how many the last frame took along. */
  let sentBefore = 0
  let longestGapMs = gapMs
  let cancelTimer: Undo | null = null

  function add({ id, stream, seq }: RealtimeEvent) {
    if (id === null) return
    sent++
    if (takesPlaces && stream !== undefined && seq !== undefined) upTo.set(stream, Math.max(seq, upTo.get(stream) ?? 0))
    else ids.push(id)
  }

  function sendDue() {
    cancelTimer?.()
    cancelTimer = null
    sentAt = now()
    sentBefore = sent
    const [eventIds, places] = [ids, upTo]
    ids = []
    upTo = new Map()
    for (const part of inParts([...places], maxPlacesPerFrame)) send({ type: 'ack', upTo: Object.fromEntries(part) })
    if (takesMany && eventIds.length > 1) {
      for (const part of inParts(eventIds, maxIdsPerFrame)) send({ type: 'ack', eventIds: part })
    } else for (const eventId of eventIds) send({ type: 'ack', eventId })
  }

  function flush() {
    if (ids.length === 0 && upTo.size === 0) return
    const elapsedMs = now() - sentAt
    const mayWait = (takesMany || takesPlaces) && !isHidden()
    const isMany = sent - sentBefore >= many
    const waitMs = (isMany ? Math.min(manyGapMs, longestGapMs) : longestGapMs) - elapsedMs
    if (!mayWait || waitMs <= 0 || elapsedMs < 0) return sendDue()
    if (isMany) cancelTimer?.()
    if (isMany || cancelTimer === null) cancelTimer = scope.timeout(sendDue, waitMs)
  }

  return {
    begin(capabilities, ackTimeoutMs = Infinity) {
      longestGapMs = Math.min(gapMs, ackTimeoutMs / 6)
      takesMany = capabilities.includes('ack-ids')
      takesPlaces = mode === 'auto' && capabilities.includes('ack-up-to')
      ids = []
      upTo = new Map()
      cancelTimer?.()
      cancelTimer = null
      sentAt = -Infinity
    },
    received(event, wanted = true) {
      if (mode === 'auto' || (mode === 'manual' && !wanted)) add(event)
    },
    repeated(event, seen = true) {
      const isDone = !seen || (event.id !== null && confirmed.has(event.id))
      if (mode === 'auto' || (mode === 'manual' && isDone)) add(event)
    },
    refused(event, knowsRejection) {
      if (mode === 'off' || event.id === null) return
      if (!knowsRejection) return add(event)
      sent++
      send({ type: 'ack', eventId: event.id, rejected: true })
    },
    confirm(eventId) {
      if (mode !== 'manual') return
      confirmed.add(eventId, now())
      sent++
      ids.push(eventId)
      flush()
    },
    flush,
    get sent() {
      return sent
    },
  }
}
