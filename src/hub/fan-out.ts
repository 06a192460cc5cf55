// Everybody who is here, and telling them.
import type { LoggedEvent } from './event-log.ts'
import type { Session } from './session.ts'

export interface FanOut {
  add(session: Session): void
  remove(session: Session): void
  publish(event: LoggedEvent): void
  /** Ends every session. */
  endAll(code: number, reason: string): void
  readonly size: number
}

export function createFanOut(): FanOut {
  const sessions = new Set<Session>()
  return {
    add: (session) => void sessions.add(session),
    remove: (session) => void sessions.delete(session),
    publish(event) {
      for (const session of sessions) session.offer(event)
    },
    endAll(code, reason) {
      for (const session of [...sessions]) session.end(code, reason)
    },
    get size() {
      return sessions.size
    },
  }
}
