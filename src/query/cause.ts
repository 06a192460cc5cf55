// Why the cache was changed: the event and the rule, without holding on to the event itself.
import { throwLater } from '../base/emitter.ts'
import type { RealtimeEvent } from '../protocol/event.ts'

export interface Cause {
  /** The name of the rule in the table; `meta.realtime`, `response` or `resync`. */
  readonly rule: string
  /** The type of the event, or null for a change of one's own. */
  readonly type: string | null
  readonly eventId: string | null
  readonly stream?: string | undefined
  readonly seq?: number | undefined
  readonly epoch?: string | undefined
  /** When it happened by the server's clock, epoch ms; null where the server did not say. */
  readonly time: number | null
  readonly entityVersion?: number | undefined
  /** It tells of a change that was made here, or that only this user sees. */
  readonly isPersonal: boolean
  /** Told what a function of the app throws when the change is made once more. */
  readonly report: (error: unknown) => void
}

export function causeOf(event: RealtimeEvent, rule: string, isOwn: boolean, report: (error: unknown) => void): Cause {
  const { type, id, stream, seq, epoch, time, timeEstimated, entity } = event
  return {
    rule,
    type,
    eventId: id,
    stream,
    seq,
    epoch,
    time: timeEstimated ? null : time,
    entityVersion: entity?.version,
    isPersonal: isOwn || stream === undefined || stream.startsWith('user:'),
    report,
  }
}

/** A change that no event tells of. */
export const ownCause = (rule: string): Cause => ({
  rule,
  type: null,
  eventId: null,
  time: null,
  isPersonal: true,
  report: throwLater,
})
