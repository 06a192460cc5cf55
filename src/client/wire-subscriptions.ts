// The app's subscriptions as each kind of server understands them. Who subscribes is subscriptions.ts.
import { isPattern, matchesEventType, type SubscriptionSpec } from '../protocol/filter.ts'
import type { ClientFrame, Filters, SubscribeFrame } from '../protocol/frames.ts'
import { keyOf, type Subscription } from './subscriptions.ts'

/** The frame a livecache server gets for one subscription. `knownTypes`: spells patterns out, for a server that takes none. */
export function subscribeFrame({ id, spec }: Subscription, knownTypes: readonly string[] | null): SubscribeFrame {
  const events = knownTypes === null ? spec.events : (spellOut(spec.events, knownTypes) ?? spec.events)
  const { filters, streams } = spec
  return { type: 'subscribe', id, events, ...(filters && { filters }), ...(streams && { streams }) }
}

/** What a plain server is asked for: one subscription, since such servers overwrite the last one. */
export interface Union {
  /** Null: everything, because a pattern could not be spelled out; the client filters. */
  events: readonly string[] | null
  /** Only where all subscriptions agree; else the client filters. */
  filters: Filters | null
}

export function unionOf(specs: readonly SubscriptionSpec[], knownTypes: readonly string[]): Union {
  const events = spellOut(
    specs.flatMap((spec) => spec.events),
    knownTypes,
  )
  const [first] = specs
  const agreed =
    first?.filters &&
    specs.every((spec) => keyOf({ ...spec, events: [], streams: [] }) === keyOf({ ...first, events: [], streams: [] }))
  return { events, filters: agreed ? first.filters! : null }
}

/** The frames that bring a plain server from `before` to `after`. */
export function unionFrames(before: Union | null, after: Union, lastEventId: string | null): ClientFrame[] {
  const frames: ClientFrame[] = []
  const gone = (before?.events ?? []).filter((event) => after.events !== null && !after.events.includes(event))
  if (gone.length > 0) frames.push({ type: 'unsubscribe', events: gone })
  if (after.events?.length !== 0) {
    frames.push({
      type: 'subscribe',
      ...(after.events && { events: after.events }),
      ...(after.filters && { filters: after.filters }),
      ...(lastEventId !== null && { lastEventId }),
    })
  }
  return frames
}

/** Whether a server that was told the one sends all of the other too. */
export function covers(told: Union, wanted: Union): boolean {
  const hasEvents = told.events === null || (wanted.events?.every((event) => told.events!.includes(event)) ?? false)
  return hasEvents && (told.filters === null || JSON.stringify(told.filters) === JSON.stringify(wanted.filters))
}

/** The query parameters that say the same in the address. */
export function unionParams({ events, filters }: Union): Record<string, string> {
  const given = Object.entries(filters ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return {
    ...(events !== null && events.length > 0 && { events: events.join(',') }),
    ...Object.fromEntries(given.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)])),
  }
}

/** Patterns replaced by the types they take; null where one takes no type that is known. */
function spellOut(events: readonly string[], knownTypes: readonly string[]): string[] | null {
  const types = new Set<string>()
  for (const event of events) {
    const matching = isPattern(event) ? knownTypes.filter((type) => matchesEventType(event, type)) : [event]
    if (matching.length === 0) return null
    for (const type of matching) types.add(type)
  }
  return [...types]
}
