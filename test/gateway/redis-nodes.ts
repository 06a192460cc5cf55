// Nodes as the engine sees them: a copy of the log that remembers everything it was told, and says what is wrong with it.
import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisEngineOptions, redisEngine } from '../../src/gateway/redis-engine.ts'
import type { Engine, KeptLog, LogCopy, NodeMessage, Retention } from '../../src/hub/engine.ts'
import type { EventFrame, LoggedEvent } from '../../src/hub/event-log.ts'
import { afterTest } from '../after-test.ts'
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
  /** All frames that it ever had. */
  readonly history: readonly EventFrame[]
  /** Payloads and kinds of messages since the last load, as they came. */
  story(): string[]
  /** Places where the order is broken: each one should be none. */
  faults(): string[]
}

export const counted = (n: number, stream = 'goal:1') => ({ type: 'goal.counted', stream, payload: n })

/** A node that is not following yet. */
export function createNode(redis: Pick<RedisProcess, 'client'>, options: RedisEngineOptions = {}): Node {
  const engine = redisEngine({ client: redis.client, answerWithinMs: 1_000, ...options })
  afterTest(engine.close)
  let log: KeptLog = { epoch: '', heads: new Map(), events: [] }
  let events: LoggedEvent[] = []
  let heads = new Map<string, number>()
  let loads = 0
  const messages: NodeMessage[] = []
  const faults: string[] = []
  let story: string[] = []
  const history: EventFrame[] = []

  function see({ frame, index }: LoggedEvent, before: LoggedEvent | undefined) {
    history.push(frame)
    if (frame.epoch !== log.epoch) faults.push(`${frame.eventId} is of another epoch`)
    if (before !== undefined && index <= before.index) faults.push(`${index} behind ${before.index}`)
  }

  const copy: LogCopy = {
    load(kept) {
      log = kept
      events = [...kept.events]
      heads = new Map(kept.heads)
      loads++
      story = []
      events.forEach((event, place) => see(event, events[place - 1]))
      for (const [stream, seq] of lastSeqs(events)) {
        if ((heads.get(stream) ?? 0) < seq) faults.push(`${stream} is at ${heads.get(stream)}, before ${seq}`)
      }
    },
    take(event) {
      see(event, events.at(-1))
      const { stream, seq } = event.frame
      const head = heads.get(stream) ?? 0
      if (seq !== head + 1) faults.push(`${stream} went from ${head} to ${seq}`)
      heads.set(stream, seq)
      events.push(event)
      story.push(String(event.frame.payload))
    },
    hear(message) {
      messages.push(message)
      story.push(message.kind)
    },
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
    history,
    follow: (keep = {}) => engine.follow(copy, { retentionMs: 300_000, maxPerStream: 1_000, ...keep }),
    frames: () => events.map(({ frame }) => frame),
    story: () => story,
    faults: () => faults,
  }
}

export async function joinNode(redis: Pick<RedisProcess, 'client'>, options?: RedisEngineOptions): Promise<Node> {
  const node = createNode(redis, options)
  await node.follow()
  return node
}

/** How many a node publishes before it waits for the first of them. */
const underWay = 20

/** Publishes by all of these nodes until it is stopped; resolves with what was accepted, in the order in which each of them asked. */
export function startTraffic(nodes: readonly Node[]): () => Promise<Accepted[]> {
  const stopping = new AbortController()
  const accepted: Accepted[] = []
  let count = 0

  async function publish(node: Node, by: number) {
    const n = count++
    const event = { type: 'goal.counted', stream: `goal:${n % 3}`, payload: { by, n } }
    await node.engine.append(event).then(
      ({ frame, isNew }) => accepted.push({ by, n, frame, isNew }),
      // Whoever is refused at once must not try again at once.
      () => sleep(5),
    )
  }

  async function publishAll(node: Node, by: number) {
    const asked: Promise<void>[] = []
    while (!stopping.signal.aborted) {
      asked.push(publish(node, by))
      if (asked.length >= underWay) await asked.shift()
    }
    await Promise.all(asked)
  }

  const ended = Promise.all(nodes.map(publishAll))
  afterTest(() => stopping.abort())
  return async () => {
    stopping.abort()
    await ended
    return accepted.toSorted((a, b) => a.n - b.n)
  }
}

export interface Accepted {
  by: number
  n: number
  frame: EventFrame
  isNew: boolean
}

function lastSeqs(events: readonly LoggedEvent[]): Map<string, number> {
  return new Map(events.map(({ frame }) => [frame.stream, frame.seq]))
}
