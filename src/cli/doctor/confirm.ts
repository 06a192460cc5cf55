// How an event is confirmed, as a client would: by its place, or by its id.
import type { RealtimeEvent } from '../../protocol/event.ts'
import type { ClientFrame } from '../../protocol/frames.ts'

/** @param capabilities of the welcome; none with a plain server */
export function confirmBy(capabilities: readonly string[]) {
  return ({ id, stream, seq }: RealtimeEvent): ClientFrame | null => {
    if (id === null) return null
    if (capabilities.includes('ack-up-to') && stream !== undefined && seq !== undefined) {
      return { type: 'ack', upTo: { [stream]: seq } }
    }
    return { type: 'ack', eventId: id }
  }
}
