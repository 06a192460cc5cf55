// How far each stream was read, and what to ask for on resume. What arrives out of order is sequencer.ts; which events are
// duplicates by their id is seen-ids.ts.
import { isPattern, matchesStream } from '../protocol/filter.ts'
import type { Position, ResumedFrame } from '../protocol/frames.ts'

export interface Positions {
  get(stream: string): Position | undefined
  /** Whether a place is known in this stream, or in one that the pattern takes. */
  knows(stream: string): boolean
  /** The stream was read up to here. */
  set(stream: string, position: Position): void
  /** The last event received on any stream. */
  noteEvent(id: string): void
  /** From here on the server tells of every stream. */
  noteCursor(cursor: string): void
  /** Takes the heads of streams not known yet; returns their names. */
  join(heads: Readonly<Record<string, Position>>): string[]
  /**
   * What to ask for on a new link. The answer is judged by it: streams joined meanwhile were not asked for. Only so many
   * streams fit into a frame; those heard of longest ago are forgotten and named in `dropped`.
   */
  ask(): { question: Question; dropped: readonly string[] }
  /** The place that the last question named, until it was judged. */
  askedFor(stream: string): Position | undefined
  /**
   * Judges the answer: names of those asked for whose events are no longer known at the server; `all` where the server's
   * log is another one, since streams never heard of were lost with it. Streams it does not vouch for are forgotten.
   */
  judge(answer: ResumedFrame['streams']): readonly string[] | 'all'
  /** Keeps the last event, and forgets the places. */
  forgetPlaces(): void
  /** Forgets one stream, as when access to it was withdrawn. */
  leave(stream: string): void
  clear(): void
  /** Whether there is anything to go on from. */
  readonly some: boolean
  /** How many streams have a place. */
  readonly count: number
  readonly lastEventId: string | null
  readonly streams: Readonly<Record<string, Position>>
}

/** What is asked of the server, beside its type. */
export interface Question {
  readonly lastEventId?: string
  readonly cursor?: string
  readonly streams: Readonly<Record<string, Position>>
}

export function createPositions(): Positions {
  const streams = new Map<string, Position>()
  let lastEventId: string | null = null
  let cursor: string | null = null
  let asked = new Map<string, Position>()
  return {
    get: (stream) => streams.get(stream),
    knows(stream) {
      if (!isPattern(stream)) return streams.has(stream)
      for (const name of streams.keys()) if (matchesStream(stream, name)) return true
      return false
    },
    set(stream, position) {
      // Set anew, it stands last: the order of the map is that of hearing from them.
      streams.delete(stream)
      streams.set(stream, position)
    },
    noteEvent: (id) => void (lastEventId = id),
    noteCursor(told) {
      if (told.length <= maxCursorLength) cursor = told
    },
    join(heads) {
      const joined = Object.entries(heads).filter(([stream]) => !streams.has(stream))
      for (const [stream, { epoch, seq }] of joined) streams.set(stream, { epoch, seq })
      return joined.map(([stream]) => stream)
    },
    ask() {
      const dropped = forgetOldest(streams)
      asked = new Map(streams)
      const question = {
        ...(lastEventId !== null && { lastEventId }),
        ...(cursor !== null && { cursor }),
        streams: Object.fromEntries(streams),
      }
      return { question, dropped }
    },
    askedFor: (stream) => asked.get(stream),
    judge(answer) {
      // A stream the server does not mention cannot be vouched for either.
      // Names of streams may be names of members of every object.
      const answered = new Map(Object.entries(answer))
      const isOther = (stream: string) =>
        answered.has(stream) && answered.get(stream)!.epoch !== streams.get(stream)?.epoch
      const lost = [...asked.keys()].filter((stream) => answered.get(stream)?.complete !== true || isOther(stream))
      const isOtherLog = lost.some(isOther)
      for (const stream of lost) if (!answered.has(stream)) streams.delete(stream)
      asked = new Map()
      return isOtherLog ? 'all' : lost
    },
    forgetPlaces() {
      streams.clear()
      cursor = null
    },
    leave(stream) {
      streams.delete(stream)
      // What was withdrawn meanwhile is not missed.
      asked.delete(stream)
    },
    clear() {
      streams.clear()
      lastEventId = cursor = null
    },
    get some() {
      return lastEventId !== null || streams.size > 0
    },
    get count() {
      return streams.size
    },
    get lastEventId() {
      return lastEventId
    },
    get streams() {
      return Object.fromEntries(streams)
    },
  }
}

/** A frame may have 64 Ki characters; the answer to a question is about half as long again. */
const maxQuestionLength = 32_768
/** It comes back with every resume. */
const maxCursorLength = 256
/** What a position takes beside the name of its stream and its epoch: quotes, braces, `"epoch"`, `"seq"`, the number. */
const positionLength = 45

function forgetOldest(streams: Map<string, Position>): string[] {
  const dropped: string[] = []
  let length = 0
  for (const [stream, { epoch }] of [...streams].toReversed()) {
    length += JSON.stringify(stream).length + epoch.length + positionLength
    if (length <= maxQuestionLength) continue
    streams.delete(stream)
    dropped.push(stream)
  }
  return dropped
}
