// Does an event match a subscription? One pure function for both ends of the wire.
import type { RealtimeEvent } from './event.ts'
import type { Filters } from './frames.ts'

/** Which events somebody wants. */
export interface SubscriptionSpec {
  /** Event types or patterns; the segments of a type are parted by dots. */
  events: readonly string[]
  /**
   * What the payload must look like. `minAmount` and `maxAmount` bound the field `amount`, an array means any of its
   * values, anything else must be equal; `status` is compared without regard to case. A filter on a field that an event
   * lacks does not apply to it.
   */
  filters?: Filters
  /** Names or patterns of streams, their segments parted by colons. Left out: every stream the session may read. */
  streams?: readonly string[]
}

type Matchable = Pick<RealtimeEvent, 'type' | 'payload' | 'stream'>

/** Whether somebody who wants this wants the event. */
export function matchesSubscription(event: Matchable, spec: SubscriptionSpec): boolean {
  return (
    spec.events.some((pattern) => matchesEventType(pattern, event.type)) &&
    (spec.streams === undefined || (event.stream !== undefined && matchesAnyStream(spec.streams, event.stream))) &&
    matchesFilters(event.payload, spec.filters)
  )
}

/** `goal.*` takes `goal.created` and `goal.activity.created`; `*` takes all; `*.created` takes `goal.created`. */
export function matchesEventType(pattern: string, type: string): boolean {
  return matchesSegments(pattern, type, '.')
}

/** `tenant:*` takes `tenant:3` and `tenant:3:audit`; segments are parted by colons. */
export function matchesStream(pattern: string, stream: string): boolean {
  return matchesSegments(pattern, stream, ':')
}

/** Whether one of the patterns takes the stream. */
export function matchesAnyStream(patterns: readonly string[], stream: string): boolean {
  return patterns.some((pattern) => matchesStream(pattern, stream))
}

/** The same for many streams: what is asked for is taken apart once. */
export function streamMatcher(patterns: readonly string[]): (stream: string) => boolean {
  const names = new Set(patterns.filter((pattern) => !isPattern(pattern)))
  const wanted = patterns.filter(isPattern).map((pattern) => pattern.split(':'))
  return (stream) => {
    if (names.has(stream) || wanted.length === 0) return names.has(stream)
    const given = stream.split(':')
    return wanted.some((segments) => meets(segments, given))
  }
}

/** Whether a stream can be meant by both: names, or patterns. */
export function streamsOverlap(one: string, other: string): boolean {
  const [short, long] = [one.split(':'), other.split(':')].toSorted((a, b) => a.length - b.length) as [
    string[],
    string[],
  ]
  if (short.length < long.length && short.at(-1) !== '*') return false
  return short.every((segment, index) => segment === '*' || long[index] === '*' || segment === long[index])
}

/** Whether it stands for more than one name. */
export const isPattern = (text: string): boolean => text.includes('*')

/** Linear in the number of segments: only a last `*` stands for more than one. */
function matchesSegments(pattern: string, name: string, separator: string): boolean {
  if (!isPattern(pattern)) return pattern === name
  return meets(pattern.split(separator), name.split(separator))
}

function meets(wanted: readonly string[], given: readonly string[]): boolean {
  const open = wanted.at(-1) === '*'
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every((segment, index) => segment === '*' || segment === given[index])
}

/** Whether the payload passes each filter. A filter on a field that it lacks does not apply (protocol/README.md, section 14). */
export function matchesFilters(payload: unknown, filters: Filters | undefined): boolean {
  if (filters === undefined || typeof payload !== 'object' || payload === null) return true
  const fields = payload as Record<string, unknown>
  return Object.entries(filters).every(([name, wanted]) => matchesFilter(fields, name, wanted))
}

function matchesFilter(fields: Record<string, unknown>, name: string, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null) return true
  if (Object.hasOwn(fields, name)) return isOneOf(name, fields[name], wanted)
  const bound = /^(min|max)([A-Z].*)$/.exec(name)
  if (bound === null) return true
  const field = bound[2]!.charAt(0).toLowerCase() + bound[2]!.slice(1)
  return !Object.hasOwn(fields, field) || isWithin(bound[1] as 'min' | 'max', fields[field], wanted)
}

function isOneOf(name: string, value: unknown, wanted: unknown): boolean {
  return Array.isArray(wanted) ? wanted.some((item) => isSame(name, value, item)) : isSame(name, value, wanted)
}

function isSame(name: string, value: unknown, wanted: unknown): boolean {
  if (name === 'status' && typeof value === 'string' && typeof wanted === 'string') {
    return value.toLowerCase() === wanted.toLowerCase()
  }
  return value === wanted
}

/** Numbers by size, strings (ISO dates) by code unit; values of two kinds cannot be compared and do not match. */
function isWithin(side: 'min' | 'max', value: unknown, limit: unknown): boolean {
  if (typeof value === 'number' && typeof limit === 'number') return side === 'min' ? value >= limit : value <= limit
  if (typeof value === 'string' && typeof limit === 'string') return side === 'min' ? value >= limit : value <= limit
  return false
}
