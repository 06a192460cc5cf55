// One fetch after the last of a train of changes, to confirm what nothing else can: changes without a version, made to data that
// does not say how new it is. It relies on an API that reads its own writes.
import type { Query } from '@tanstack/react-query'
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'

export interface Confirmer {
  /** The query was changed at this place of the journal. */
  note(query: Query, place: number, spreadMs: number): void
  /** A fetch that began at this place of the journal has answered: all that was noted before is confirmed. */
  answered(query: Query, place: number): void
  forget(query: Query): void
  dispose: Undo
}

/** So long nothing may happen to the query before it is fetched, in ms. */
export const quietMs = 2_000
/** And so long after the first change at the latest. */
export const latestMs = 30_000

interface Unconfirmed {
  /** The place of the last change. */
  place: number
  lastAt: number
  latestAt: number
  /** Of this client, so that not all of them fetch in the same instant. */
  readonly delayMs: number
  cancelTimer: Undo
}

export function createConfirmer(clock: Clock, confirm: (query: Query) => void): Confirmer {
  const scope = createScope(clock)
  const unconfirmed = new Map<Query, Unconfirmed>()

  function forget(query: Query) {
    unconfirmed.get(query)?.cancelTimer()
    unconfirmed.delete(query)
  }

  function check(query: Query) {
    const state = unconfirmed.get(query)
    if (state === undefined) return
    const now = clock.now()
    // A clock that was set back must not put it off.
    state.lastAt = Math.min(state.lastAt, now)
    state.latestAt = Math.min(state.latestAt, now + latestMs)
    const leftMs = Math.min(state.lastAt + quietMs, state.latestAt) + state.delayMs - now
    // One timer for any number of changes: it looks again when it comes.
    if (leftMs > 0) state.cancelTimer = scope.timeout(() => check(query), Math.min(leftMs, quietMs + state.delayMs))
    else {
      forget(query)
      confirm(query)
    }
  }

  return {
    note(query, place, spreadMs) {
      const now = clock.now()
      const known = unconfirmed.get(query)
      if (known) {
        known.place = place
        known.lastAt = now
        return
      }
      const delayMs = clock.random() * spreadMs
      unconfirmed.set(query, {
        place,
        lastAt: now,
        latestAt: now + latestMs,
        delayMs,
        cancelTimer: scope.timeout(() => check(query), quietMs + delayMs),
      })
    },
    answered(query, place) {
      const state = unconfirmed.get(query)
      if (state !== undefined && state.place <= place) forget(query)
    },
    forget,
    dispose: scope.dispose,
  }
}
