// The event that everybody is told of, and what a session of ours subscribes to. Known to the servers and to the load generator.

export const eventType = 'transaction.completed'
export const stream = 'tenant:3'
/** Of the event's JSON; each wire adds what it needs around it. */
export const eventBytes = 250

export interface BenchEvent {
  type: string
  eventId: string
  timestamp: string
  payload: { id: string; amount: number; status: string; note: string }
}

/** Each of the filters is looked at, and lets the event through. */
export const subscription = {
  events: ['transaction.*'],
  filters: { minAmount: 1_000, maxAmount: 100_000, status: 'success' },
}

export function eventOf(n: number): BenchEvent {
  const event = {
    type: eventType,
    eventId: `EV-${n}`,
    timestamp: '2024-11-09T14:30:00Z',
    payload: { id: `TXN-${n}`, amount: 50_000, status: 'SUCCESS', note: '' },
  }
  event.payload.note = 'x'.repeat(eventBytes - JSON.stringify(event).length)
  return event
}
