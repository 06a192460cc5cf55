// Does an event match a subscription, asked for thousands of sessions: those that want the same share one matcher, which judges each
// event once.
import { matchesAnyStream, matchesEventType, matchesFilters, type SubscriptionSpec } from '../protocol/filter.ts'
import type { EventFrame } from './event-log.ts'

export interface Matcher {
  readonly spec: SubscriptionSpec
  matches(event: EventFrame): boolean
}

export interface Matchers {
  /** The matcher of everybody who wants just that. */
  take(spec: SubscriptionSpec): Matcher
  /** To be called as often as `take`: whom nobody uses is forgotten. */
  release(matcher: Matcher): void
  readonly size: number
}

/** Types judged before, of one matcher. Types come from the server's own code, and still must not fill its memory. */
const maxTypes = 1_000

export function createMatchers(): Matchers {
  const byKey = new Map<string, { matcher: Matcher; users: number }>()
  return {
    take(spec) {
      const key = JSON.stringify([spec.events, spec.filters, spec.streams])
      const known = byKey.get(key)
      if (known !== undefined) {
        known.users++
        return known.matcher
      }
      const matcher = createMatcher(spec)
      byKey.set(key, { matcher, users: 1 })
      keys.set(matcher, key)
      return matcher
    },
    release(matcher) {
      const key = keys.get(matcher)
      const entry = key === undefined ? undefined : byKey.get(key)
      if (entry === undefined || entry.matcher !== matcher) return
      entry.users--
      if (entry.users === 0) byKey.delete(key!)
    },
    get size() {
      return byKey.size
    },
  }
}

const keys = new WeakMap<Matcher, string>()

function createMatcher(spec: SubscriptionSpec): Matcher {
  const types = new Map<string, boolean>()
  let lastEvent: EventFrame | null = null
  let lastAnswer = false

  function takesType(type: string): boolean {
    const known = types.get(type)
    if (known !== undefined) return known
    if (types.size >= maxTypes) types.clear()
    const takes = spec.events.some((pattern) => matchesEventType(pattern, type))
    types.set(type, takes)
    return takes
  }

  return {
    spec,
    matches(event) {
      if (event === lastEvent) return lastAnswer
      lastEvent = event
      lastAnswer =
        takesType(event.type) &&
        (spec.streams === undefined || matchesAnyStream(spec.streams, event.stream)) &&
        matchesFilters(event.payload, spec.filters)
      return lastAnswer
    },
  }
}
