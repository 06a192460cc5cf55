// Nodes as the engine sees them: a copy of the log that remembers everything it was told, and says what is wrong with it.
import { type RedisEngineOptions, redisEngine } from '../../src/gateway/redis-engine.ts'
import type { Engine, KeptLog, LogCopy, NodeMessage, Retention } from '../../src/hub/engine.ts'
import type { EventFrame, LoggedEvent } from '../../src/hub/event-log.ts'
import type { RedisProcess } from './redis-process.ts'

export interface Node {
  readonly engine: Engine
  /** What the copy has: since it was last loaded, and what it was loaded with. */
  readonly events: readonly LoggedEvent[]
  readonly epoch: string
  readonly heads: ReadonlyMap<string, number>
  /** How often it was loaded. */
  readonly loads: number
  readonly messages: readonly NodeMessage[]
  follow(keep?: Partial<Retention>): Promise<void>
  frames(): EventFrame[]
  /** Places where the order is broken: each one should be none. */
  faults(): string[]
}

const ends: (() => unknown)[] = []

export function own(end: () => unknown): void {
  ends.push(end)
}

/** For `afterEach`. */
export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).toReversed()) await end()
}

/** A node that is not following yet. */
export function createNode(redis: Pick<RedisProcess, 'client'>, options: RedisEngineOptions = {}): Node {
  const engine = redisEngine({ client: redis.client, answerWithinMs: 1_000, ...options })
  own(engine.close)
  let log: KeptLog = { epoch: '', heads: new Map(), events: [] }
  let events: LoggedEvent[] = []
  let heads = new Map<string, number>()
  let loads = 0
  const messages: NodeMessage[] = []
  const faults: string[] = []

  function see({ frame, index }: LoggedEvent, before: LoggedEvent | undefined) {
    if (frame.epoch !== log.epoch) faults.push(`${frame.eventId} is of another epoch`)
    if (before !== undefined && index <= before.index) faults.push(`${index} behind ${before.index}`)
  }

  const copy: LogCopy = {
    load(kept) {
      log = kept
      events = [...kept.events]
      heads = new Map(kept.heads)
      loads++
      events.forEach((event, place) => see(event, events[place - 1]))
      for (const [stream, seq] of lastSeqs(events)) {
        if (heads.get(stream) !== seq) faults.push(`${stream} is at ${heads.get(stream)}, not ${seq}`)
      }
    },
    take(event) {
      see(event, events.at(-1))
      const { stream, seq } = event.frame
      const head = heads.get(stream) ?? 0
      if (seq !== head + 1) faults.push(`${stream} went from ${head} to ${seq}`)
      heads.set(stream, seq)
      events.push(event)
    },
    hear: (message) => messages.push(message),
  }
  return {
    engine,
    get events() {
      return events
    },
    get epoch() {
      return log.epoch
    },
    get heads() {
      return heads
    },
    get loads() {
      return loads
    },
    messages,
    follow: (keep = {}) => engine.follow(copy, { retentionMs: 300_000, maxPerStream: 1_000, ...keep }),
    frames: () => events.map(({ frame }) => frame),
    faults: () => faults,
  }
}

export async function joinNode(redis: Pick<RedisProcess, 'client'>, options?: RedisEngineOptions): Promise<Node> {
  const node = createNode(redis, options)
  await node.follow()
  return node
}

function lastSeqs(events: readonly LoggedEvent[]): Map<string, number> {
  return new Map(events.map(({ frame }) => [frame.stream, frame.seq]))
}
