// What happened on the wire: the client's own counters, and the last events as they came.
import { type ClientInspection, type EventOf, useRealtime, useRealtimeEvent } from 'livecache'
import { useCallback, useEffect, useState } from 'react'
import type { Person } from '../shared/entities.ts'
import { firstName, timeOfDay } from './format.ts'
import { pageId } from './page-id.ts'

type WorkspaceEvent = EventOf<'*'>

const shownEvents = 8
/** Counters that no event announces, such as that of duplicates, are looked at this often. */
const lookMs = 1_000

export function WirePanel({ isShown }: { isShown: boolean }) {
  const [events, setEvents] = useState<readonly WorkspaceEvent[]>([])
  /** The list as it was when the user held it; null while it follows. */
  const [held, setHeld] = useState<readonly WorkspaceEvent[] | null>(null)
  useRealtimeEvent('*', (event) => setEvents((known) => [event, ...known].slice(0, shownEvents)))
  const shown = held ?? events
  return (
    <section className="wire">
      <div className="wire-head">
        <h3>On the wire</h3>
        <button
          type="button"
          className="button"
          data-kind="quiet"
          aria-pressed={held !== null}
          onClick={() => setHeld(held === null ? events : null)}
        >
          Hold the list
        </button>
      </div>
      <Counters isShown={isShown} />
      {shown.length === 0 ? (
        <p className="muted">No event yet. Change something here or in another window, or let the teammate work.</p>
      ) : (
        <ol className="wire-events" aria-label="Last events, newest first">
          {shown.map((event, index) => (
            <WireEvent key={event.id} event={event} isNewest={index === 0} />
          ))}
        </ol>
      )}
    </section>
  )
}

function WireEvent({ event, isNewest }: { event: WorkspaceEvent; isNewest: boolean }) {
  const { by } = event.payload as { by?: Person }
  return (
    <li data-testid={isNewest ? 'wire-last-event' : undefined}>
      <span className="wire-type">{event.type}</span>
      {event.replayed && <span className="wire-replayed">replayed</span>}
      <span className="wire-meta muted">
        <span>
          {event.origin?.clientId === pageId ? 'This page' : by === undefined ? 'The system' : firstName(by.name)}
        </span>
        <span>#{event.seq}</span>
        <time dateTime={new Date(event.time).toISOString()}>{timeOfDay(event.time)}</time>
      </span>
    </li>
  )
}

function Counters({ isShown }: { isShown: boolean }) {
  const { counters } = useInspection(isShown)
  const figures: readonly (readonly [string, number, string])[] = [
    ['Received', counters.received, 'Events read from the wire'],
    ['Duplicates', counters.duplicates, 'Events that came twice and were handed over once'],
    ['Resumes', counters.resumes, 'Links that went on from a position'],
    ['Losses', counters.lost, 'Times something may have been missed, so that the queries were fetched again'],
  ]
  return (
    <dl className="counters">
      {figures.map(([name, count, meaning]) => (
        <div key={name} title={meaning}>
          <dt>{name}</dt>
          <dd data-testid={`wire-${name.toLowerCase()}`}>{count}</dd>
        </div>
      ))}
    </dl>
  )
}

function useInspection(isShown: boolean): ClientInspection {
  const { inspect } = useRealtime()
  const [inspection, setInspection] = useState(inspect)
  const look = useCallback(() => {
    setInspection((known) => {
      const next = inspect()
      return JSON.stringify(next.counters) === JSON.stringify(known.counters) ? known : next
    })
  }, [inspect])
  useRealtimeEvent('*', look)
  useEffect(() => {
    if (!isShown) return undefined
    const timer = setInterval(look, lookMs)
    return () => clearInterval(timer)
  }, [look, isShown])
  return inspection
}
