// What a plain client asks for in its address, where it may never send a `subscribe`.
import type { SubscribeFrame } from '../protocol/frames.ts'

const reserved = new Set(['events', 'token', 'lastEventId', 'protocol'])

/** The frame that stands for `?events=a,b&status=open`; null where no events are named. */
export function addressSubscription(params: URLSearchParams): SubscribeFrame | null {
  const events = params.get('events')?.split(',').filter(Boolean)
  if (events === undefined || events.length === 0) return null
  const lastEventId = params.get('lastEventId')
  return { type: 'subscribe', events, filters: filtersIn(params), ...(lastEventId && { lastEventId }) }
}

/**
 * What a socket is opened with: `addressSubscription`, or every event where only filters are named, of those that are known
 * (`minAmount`, `maxAmount`, `status`): any other parameter may mean something else. Null where nothing is asked for.
 */
export function seedIn(params: URLSearchParams): SubscribeFrame | null {
  const named = addressSubscription(params)
  if (named !== null) return named
  const known = [...params].filter(([name, value]) => value !== '' && knownFilters.has(name))
  if (known.length === 0) return null
  const lastEventId = params.get('lastEventId')
  const filters = Object.fromEntries(known.map(([name, value]) => [name, filterValue(name, value)]))
  return { type: 'subscribe', events: ['*'], filters, ...(lastEventId && { lastEventId }) }
}

const knownFilters = new Set(['minAmount', 'maxAmount', 'status'])

export function filtersIn(params: URLSearchParams): Record<string, unknown> {
  const given = [...params].filter(([name]) => !reserved.has(name))
  return Object.fromEntries(given.map(([name, value]) => [name, filterValue(name, value)]))
}

/** An address holds only text, so what looks like a number may be meant as either: `minAmount=5`, `accountNumber=0123`. */
function filterValue(name: string, text: string): unknown {
  const number = text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null
  if (/^(min|max)[A-Z]/.test(name)) return number ?? text
  return text
    .split(',')
    .flatMap((item) => (item.trim() !== '' && Number.isFinite(Number(item)) ? [item, Number(item)] : [item]))
}
