// Everybody who is here, by what they may read, so that an event costs as much as it has readers.
import type { LoggedEvent } from './event-log.ts'
import type { Session } from './session-port.ts'
import { headOf, sortNames } from './stream-names.ts'

export interface FanOut {
  add(session: Session): void
  /** Who may read these, names or patterns, is asked about events on them; replaces what was said before. */
  place(session: Session, streams: readonly string[]): void
  remove(session: Session): void
  /** Returns how many sessions it was sent to. */
  publish(event: LoggedEvent): number
  find(id: string): Session | undefined
  readonly all: Iterable<Session>
  /** Ends every session. */
  endAll(code: number, reason: string): void
  readonly size: number
}

const nowhere: readonly string[] = []

export function createFanOut(): FanOut {
  const sessions = new Map<string, Session>()
  /** By the name of a stream. */
  const byName = createIndex()
  /** By the first segment of a pattern, `*` among them. */
  const byHead = createIndex()
  let asked = 0

  function leave(session: Session) {
    const { names, heads } = sortNames(session.placed)
    for (const name of names) byName.remove(name, session)
    for (const head of heads) byHead.remove(head, session)
    session.placed = nowhere
  }

  return {
    add: (session) => void sessions.set(session.id, session),
    place(session, streams) {
      leave(session)
      session.placed = streams
      const { names, heads } = sortNames(streams)
      for (const name of names) byName.add(name, session)
      for (const head of heads) byHead.add(head, session)
    },
    remove(session) {
      sessions.delete(session.id)
      leave(session)
    },
    publish(event) {
      const { stream } = event.frame
      const groups = [byName.get(stream), byHead.get(headOf(stream)), byHead.get('*')].filter(
        (group) => group !== undefined,
      )
      let sent = 0
      asked++
      for (const group of groups) {
        for (const session of group) {
          // It may be in several groups.
          if (groups.length > 1) {
            if (session.askedAbout === asked) continue
            session.askedAbout = asked
          }
          if (session.offer(event)) sent++
        }
      }
      return sent
    },
    find: (id) => sessions.get(id),
    get all() {
      return sessions.values()
    },
    endAll(code, reason) {
      for (const session of [...sessions.values()]) session.end(code, reason)
    },
    get size() {
      return sessions.size
    },
  }
}

function createIndex() {
  const groups = new Map<string, Set<Session>>()
  return {
    get: (key: string) => groups.get(key),
    add(key: string, session: Session) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, new Set([session]))
      else group.add(session)
    },
    remove(key: string, session: Session) {
      const group = groups.get(key)
      group?.delete(session)
      if (group?.size === 0) groups.delete(key)
    },
  }
}
