// What one session was sent and has not confirmed: bounded in number and in time.
import type { Scope } from '../base/scope.ts'

export interface UnackedOptions {
  scope: Scope
  now: () => number
  /** How long an event may stay unconfirmed, in ms. `Infinity`: nothing is waited for. */
  limitMs: number
  max: number
  onLate: () => void
  onFull: () => void
}

export interface Unacked {
  /** False where there is no room left; the session is ended then. */
  add(eventId: string): boolean
  confirm(eventIds: readonly string[]): void
  readonly size: number
}

export function createUnacked({ scope, now, limitMs, max, onLate, onFull }: UnackedOptions): Unacked {
  // A Map keeps its order of insertion, so the first entry waits the longest.
  const sentAt = new Map<string, number>()
  let checking = false

  function check() {
    checking = false
    const [oldest] = sentAt.values()
    if (oldest === undefined) return
    const leftMs = oldest + limitMs - now()
    if (leftMs <= 0) return onLate()
    checking = true
    scope.timeout(check, leftMs)
  }

  return {
    add(eventId) {
      if (limitMs === Infinity) return true
      if (sentAt.size >= max) {
        onFull()
        return false
      }
      sentAt.set(eventId, now())
      if (!checking) check()
      return true
    },
    confirm(eventIds) {
      for (const eventId of eventIds) sentAt.delete(eventId)
    },
    get size() {
      return sentAt.size
    },
  }
}
