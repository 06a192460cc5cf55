// Which events to confirm, and when: in the task that received them, since timers in hidden tabs come up to a minute late.
import type { ClientFrame } from '../protocol/frames.ts'

export interface Acks {
  add(eventId: string, rejected?: boolean): void
  /** Sends what one message made due. */
  flush(): void
  /** Set on each new link: whether the server takes many ids in one frame. */
  canGroup: boolean
  readonly sent: number
}

export function createAcks(send: (frame: ClientFrame) => void): Acks {
  let due: string[] = []
  let sent = 0
  return {
    canGroup: false,
    add(eventId, rejected = false) {
      if (rejected) {
        sent++
        send({ type: 'ack', eventId, rejected })
      } else due.push(eventId)
    },
    flush() {
      const eventIds = due
      due = []
      sent += eventIds.length
      if (this.canGroup && eventIds.length > 1) send({ type: 'ack', eventIds })
      else for (const eventId of eventIds) send({ type: 'ack', eventId })
    },
    get sent() {
      return sent
    },
  }
}
