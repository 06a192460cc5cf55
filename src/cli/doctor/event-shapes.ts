// What the events that came look like: where their fields were found, whether they came once and in order. Reading them is protocol/normalize.ts.
import { isDeepStrictEqual } from 'node:util'
import { isObject, type JsonObject } from '../../base/json.ts'
import { maxFrameDepth, maxFrameLength } from '../../protocol/codec.ts'
import type { RealtimeEvent } from '../../protocol/event.ts'
import { matchesEventType } from '../../protocol/filter.ts'
import { renameKeys } from '../../protocol/rename-keys.ts'
import { inSeconds } from './fates.ts'
import type { Heard } from './link.ts'
import { quote } from './redact.ts'
import type { Say } from './report.ts'

const sendsPage = 'livecache/docs/backends/README.md#what-a-plain-server-sends'
const normalizingPage = 'livecache/src/protocol/README.md#13-normalizing'
const eventsPage = 'livecache/src/protocol/README.md#6-events'

/** Types that get a line of their own. */
const maxTypes = 10

export interface Listening {
  heard: readonly Heard[]
  /** By realtime.v1 an event has to have an id, a time and a place. */
  isLivecache: boolean
  /** Types and patterns that were asked for; none: all. */
  asked: readonly string[]
  /** How long it was listened, in ms. */
  forMs: number
}

export function sayEvents(say: Say, { heard, isLivecache, asked, forMs }: Listening): void {
  const seen = heard.flatMap(({ messages, bytes, sse }) =>
    messages.flatMap((message) => (message.kind === 'event' ? [{ event: message.event, bytes, sse }] : [])),
  )
  sayInvalid(say, heard)
  if (seen.length === 0) {
    return say('note', 'none', `No event came within ${inSeconds(forMs)}, so none could be looked at.`, {
      change: 'Let one happen while the doctor listens, and ask for what this user may read: --events.',
      see: 'livecache/docs/troubleshooting.md#nothing-arrives',
    })
  }
  const byType = new Map<string, Seen[]>()
  for (const each of seen) byType.set(each.event.type, [...(byType.get(each.event.type) ?? []), each])
  for (const [type, some] of [...byType].slice(0, maxTypes)) sayType(say, type, some)
  if (byType.size > maxTypes) say('note', 'more-types', `And ${byType.size - maxTypes} more types.`)
  const events = seen.map(({ event }) => event)
  sayMissing(say, events, isLivecache)
  sayOrder(say, events)
  sayUnasked(say, [...byType.keys()], asked)
  sayLargest(say, Math.max(...seen.map(({ bytes }) => bytes)))
}

interface Seen {
  event: RealtimeEvent
  bytes: number
  sse: Heard['sse']
}

function sayType(say: Say, type: string, some: readonly Seen[]) {
  const { event, sse } = some[0]!
  const places = [
    `id ${idPlace(event, sse)}`,
    `time ${timePlace(event)}`,
    `payload ${payloadPlace(event)}`,
    event.stream === undefined ? 'no stream' : `stream ${quote(event.stream, 40)}`,
  ]
  const times = some.length === 1 ? 'once' : `${some.length} times`
  say('ok', 'type', `${quote(type, 60)} came ${times}: ${places.join(', ')}.`)
  if (hasSnakeCase(event.raw)) {
    say('note', 'snake-case', `Fields of ${quote(type, 60)} are in snake_case.`, {
      means: 'Rules read them in camelCase: created_at is createdAt. Keys that are data can be exempt.',
      see: normalizingPage,
    })
  }
}

// ── where fields were found ─────────────────────────────────────────────────────────────────────────────────────────

const rawOf = ({ raw }: RealtimeEvent): JsonObject => (isObject(raw) ? raw : {})

function idPlace(event: RealtimeEvent, sse: Heard['sse']): string {
  if (event.id === null) return 'missing'
  const raw = rawOf(event)
  const field = ['eventId', 'event_id'].find((name) => String(raw[name]) === event.id)
  if (field !== undefined) return `in ${field}`
  return sse?.id === event.id ? 'of the SSE message' : 'in id'
}

function timePlace(event: RealtimeEvent): string {
  if (event.timeEstimated) return 'missing'
  return `in ${['timestamp', 'sentAt', 'sent_at'].find((name) => name in rawOf(event)) ?? 'the data'}`
}

/** By what became of it: which field holds the payload is normalize.ts's to say. */
function payloadPlace({ raw, payload }: RealtimeEvent): string {
  const fields = renameKeys(raw, { maxDepth: maxFrameDepth })
  if (!isObject(fields) || isDeepStrictEqual(fields, payload)) return 'is the whole message'
  const place = Object.keys(fields).find((name) => isDeepStrictEqual(fields[name], payload))
  if (place === undefined) return 'made of the other fields'
  return place === 'payload' ? 'in payload' : `in ${quote(place, 40)}`
}

function hasSnakeCase(value: unknown, depth = 3): boolean {
  if (Array.isArray(value)) return depth > 0 && value.slice(0, 20).some((item) => hasSnakeCase(item, depth - 1))
  if (!isObject(value)) return false
  return Object.entries(value).some(
    ([key, inner]) => /[a-z\d]_[a-z\d]/.test(key) || (depth > 0 && hasSnakeCase(inner, depth - 1)),
  )
}

// ── what is wrong with them ─────────────────────────────────────────────────────────────────────────────────────────

function sayInvalid(say: Say, heard: readonly Heard[]) {
  const reasons = heard.flatMap(({ messages }) =>
    messages.flatMap((message) => (message.kind === 'invalid' ? [message.reason] : [])),
  )
  for (const reason of new Set(reasons)) {
    const count = reasons.filter((other) => other === reason).length
    say('problem', 'unreadable', `${count === 1 ? 'A message' : `${count} messages`} could not be read: ${reason}.`, {
      means: 'A client puts it aside, and the app never hears of it.',
      change: 'Send one JSON object per message, as text, with a "type".',
      see: sendsPage,
    })
  }
}

function sayMissing(say: Say, events: readonly RealtimeEvent[], isLivecache: boolean) {
  const withoutId = countOf(events, ({ id }) => id === null)
  if (withoutId !== null) {
    say('warning', 'no-id', `${withoutId} no id.`, {
      means: 'Duplicates of them cannot be told, and they are not confirmed.',
      change: 'Give each event an "eventId" that stays the same when it is sent again.',
      see: 'livecache/docs/troubleshooting.md#duplicates',
    })
  }
  const withoutTime = countOf(events, ({ timeEstimated }) => timeEstimated)
  if (withoutTime !== null) {
    say('warning', 'no-time', `${withoutTime} no time.`, {
      means: 'The time of arrival counts: after a lost link old ones look new, and toasts show them.',
      change: 'Send "timestamp", as RFC 3339 with a zone.',
      see: normalizingPage,
    })
  }
  const unplaced = isLivecache ? countOf(events, isUnplaced) : null
  if (unplaced === null) return
  say('problem', 'no-place', `${unplaced} no "stream", "seq" and "epoch".`, {
    means: 'Their loss is not noticed, and they are not replayed.',
    change: 'A realtime.v1 server has to send all three.',
    see: eventsPage,
  })
}

const isUnplaced = ({ stream, seq, epoch }: RealtimeEvent) =>
  stream === undefined || seq === undefined || epoch === undefined

/** How a sentence begins: `2 of 7 events have`; null for none. */
function countOf(events: readonly RealtimeEvent[], test: (event: RealtimeEvent) => boolean): string | null {
  const count = events.filter(test).length
  if (count === 0) return null
  return `${count} of ${events.length} ${events.length === 1 ? 'event' : 'events'} ${count === 1 ? 'has' : 'have'}`
}

/** By the table of protocol/README.md, section 7. */
function sayOrder(say: Say, events: readonly RealtimeEvent[]) {
  const places = new Map<string, { epoch: string | undefined; seq: number }>()
  const ids = new Set<string>()
  let twice = 0
  let gaps = 0
  for (const { id, stream, seq, prev = (seq ?? 1) - 1, epoch, replayed } of events) {
    if (id !== null && ids.has(id) && !replayed) twice++
    if (id !== null) ids.add(id)
    if (stream === undefined || seq === undefined) continue
    const place = places.get(stream)
    if (place !== undefined && place.epoch === epoch && place.seq < prev) gaps++
    if (place === undefined || place.epoch !== epoch || place.seq < seq) places.set(stream, { epoch, seq })
  }
  if (gaps > 0) {
    say('problem', 'gaps', `Numbers are missing ${gaps === 1 ? 'once' : `${gaps} times`} within a stream.`, {
      means: 'A client takes it for a loss, waits, and fetches again what the stream feeds.',
      change: 'Send every event, or name in "prev" the last one that this session was sent.',
      see: 'livecache/src/protocol/README.md#7-positions-and-resume',
    })
  }
  if (twice === 0) return
  say('warning', 'duplicates', `${twice === 1 ? 'One event' : `${twice} events`} came twice on one link.`, {
    means:
      'A client drops and confirms the second. It costs bandwidth, and may mean that acks do not reach the server.',
    change: 'See whether two publishers tell of the same, and whether acks are read.',
    see: 'livecache/docs/troubleshooting.md#duplicates',
  })
}

function sayUnasked(say: Say, types: readonly string[], asked: readonly string[]) {
  if (asked.length === 0) return
  const unasked = types.filter((type) => !asked.some((pattern) => matchesEventType(pattern, type)))
  if (unasked.length === 0) return
  say(
    'note',
    'unasked',
    `Types came that were not asked for: ${unasked
      .slice(0, 5)
      .map((type) => quote(type, 60))
      .join(', ')}.`,
    {
      means: 'A client leaves them out, so they cost bandwidth alone.',
      see: 'livecache/src/protocol/README.md#14-patterns-and-filters',
    },
  )
}

function sayLargest(say: Say, bytes: number) {
  if (bytes < maxFrameLength / 2) return say('ok', 'size', `The largest message has ${bytes} bytes.`)
  say('warning', 'size', `The largest message has ${bytes} bytes; beyond ${maxFrameLength} it is not read.`, {
    means: 'An event that grows a little more reaches nobody.',
    change: 'Send an id and let clients fetch the rest.',
    see: 'livecache/docs/errors.md#invalid-payload',
  })
}
