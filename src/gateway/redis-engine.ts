// The log of events in Redis, shared by all nodes: when there are links, and what becomes of everything else while there are none.
//
//   away ──both links open──▶ joining ──the log is as the copy has it──▶ up
//    ▲                           │                                        │  a link is lost or silent, the log is another one,
//    └──────── ≤ 2 s later ──────┴────────────────────────────────────────┘  or something is missing
//
// Two links: one waits for what comes, so the other asks. They live and end together.
import { setTimeout as sleep } from 'node:timers/promises'
import { definedOf } from '../base/defined.ts'
import { RealtimeError } from '../base/errors.ts'
import { randomId } from '../base/random-id.ts'
import type { DefaultSubscription, Engine } from '../hub/engine.ts'
import { openLink } from './redis-link.ts'
import { createRedisLog, type Desk, type RedisLog } from './redis-log.ts'
import { createOutbox } from './redis-outbox.ts'
import { keysOf } from './redis-scripts.ts'

export interface RedisEngineOptions {
  /** `redis://user:password@host:6379/0`, `rediss://…` for TLS. @default 'redis://127.0.0.1:6379' */
  url?: string
  /** What else `createClient` of the package `redis` takes: credentials, TLS, a unix socket as `{ socket: { path } }`. */
  client?: object
  /** What the names of all keys begin with, as `{livecache}:`. Gateways that share it share everything. @default 'livecache' */
  prefix?: string
  /** How many events are kept of all streams together, roughly; more are forgotten before their time. @default 100_000 */
  maxEvents?: number
  /** How many calls may wait while Redis is away. @default 1_000 */
  maxWaiting?: number
  /** How long a call waits for Redis before it rejects, in ms. @default 10_000 */
  giveUpMs?: number
  /** How long Redis may be silent while an answer is due before it counts as away, in ms. @default 3_000 */
  answerWithinMs?: number
}

/** Longest pause between two attempts to reach Redis, in ms. */
const longestPauseMs = 2_000

/**
 * An engine on Redis 5 or newer, or what speaks like it, by the package `redis`. Whenever Redis was started again or another server took
 * over, what it was told last may be gone, so the log begins anew: clients are told of one loss, and fetch.
 *
 * `follow` rejects with `missing-peer` where the package is missing, and with `engine-unavailable` where Redis can't be reached within
 * `giveUpMs`; it may then be called again. While somebody follows it rejects with `invalid-option`. Throws `invalid-option` for an address that is none and for numbers that make no sense.
 */
export function redisEngine(given: RedisEngineOptions = {}): Engine {
  const options = {
    url: undefined,
    client: {},
    prefix: 'livecache',
    maxEvents: 100_000,
    maxWaiting: 1_000,
    giveUpMs: 10_000,
    answerWithinMs: 3_000,
    ...definedOf(given),
  }
  const { url, giveUpMs, answerWithinMs, maxEvents, maxWaiting } = options
  if (url !== undefined) checkAddress(url)
  checkNumbers({ giveUpMs, answerWithinMs, maxEvents, maxWaiting })
  const keys = keysOf(options.prefix)
  const outbox = createOutbox<Desk>(options)
  const closing = new AbortController()
  let log: RedisLog | null = null
  let running = Promise.resolve()
  /** Of whoever follows: gives it up. */
  let following: AbortController | null = null
  let isUp = false
  let since = Date.now()

  function turn(up: boolean) {
    if (up === isUp) return
    isUp = up
    since = Date.now()
  }

  /** Lives as long as two links do; rejects with what ended them. */
  async function live(joining: RedisLog, onUp: () => void, stopped: AbortSignal): Promise<never> {
    const ending = new AbortController()
    const signal = AbortSignal.any([stopped, ending.signal])
    try {
      const open = () => openLink({ url, client: options.client, answerWithinMs, signal })
      const [reader, writer] = await Promise.all([open(), open()])
      const lost = Promise.race([reader.lost, writer.lost]).then(fail)
      outbox.open(await Promise.race([joining.join(reader, writer), lost]))
      turn(true)
      onUp()
      return await Promise.race([joining.follow(reader, writer), lost])
    } catch (fault) {
      outbox.hold(fault)
      throw fault
    } finally {
      turn(false)
      ending.abort()
    }
  }

  /** One life after the other, until stopped. */
  async function keepAlive(
    joining: RedisLog,
    onUp: () => void,
    onFault: (fault: unknown) => void,
    stopped: AbortSignal,
  ) {
    let faults = 0
    const revived = () => {
      faults = 0
      onUp()
    }
    while (!stopped.aborted) {
      await live(joining, revived, stopped).catch(onFault)
      await sleep(pauseMs(faults++), undefined, { signal: stopped }).catch(() => {})
    }
  }

  return {
    name: 'redis',
    get status() {
      return { isUp, since, waiting: outbox.size, skewMs: log?.skewMs ?? 0 }
    },
    async follow(copy, keep) {
      if (following !== null) throw followedTwice()
      const giving = (following = new AbortController())
      await running
      const stopped = AbortSignal.any([closing.signal, giving.signal])
      const joining = createRedisLog({
        ...options,
        ...keep,
        keys,
        copy,
        waitMs: Math.ceil(Math.min(1_000, answerWithinMs / 2)),
      })
      log = joining
      let lastFault: unknown
      await new Promise<void>((resolve, reject) => {
        const giveUp = (error: RealtimeError) => {
          if (following === giving) following = null
          giving.abort()
          reject(error)
        }
        const timer = setTimeout(() => giveUp(unreachable(giveUpMs, lastFault)), giveUpMs)
        const up = () => {
          clearTimeout(timer)
          resolve()
        }
        const failed = (fault: unknown) => {
          lastFault = fault
          if (fault instanceof RealtimeError && fault.code === 'missing-peer') giveUp(fault)
        }
        running = keepAlive(joining, up, failed, stopped).finally(() => {
          clearTimeout(timer)
          giveUp(unreachable(giveUpMs, lastFault))
        })
      })
    },
    append(event, once) {
      const what = { ...event, id: event.id ?? randomId() }
      const token = randomId()
      return outbox.ask((desk, until) => desk.append({ what, once, token, until }))
    },
    tell(what) {
      const token = randomId()
      return outbox.ask((desk, until) => desk.tell({ what, token, until }))
    },
    async defaultOf(subject) {
      const text = await outbox.ask(({ send }) => send('HGET', keys.defaults, subject))
      return text === null ? null : (JSON.parse(text as string) as DefaultSubscription)
    },
    async setDefault(subject, wanted) {
      await outbox.ask(({ send }) =>
        wanted === null
          ? send('HDEL', keys.defaults, subject)
          : send('HSET', keys.defaults, subject, JSON.stringify(wanted)),
      )
    },
    async close() {
      outbox.close()
      closing.abort()
      await running
    },
  }
}

/** How long to wait before the next attempt, in ms: soon after a first fault, apart from other nodes after more of them. */
function pauseMs(faults: number): number {
  return Math.min(longestPauseMs, 50 * 2 ** faults) * (0.5 + Math.random() / 2)
}

function checkAddress(url: string) {
  if (/^(rediss?|unix):/.test(url) && URL.canParse(url)) return
  throw new RealtimeError(
    'invalid-option',
    // Not the address itself: it may hold a password.
    'The `url` of redisEngine is no address of Redis, so there is nobody to connect to. Write it as redis://host:6379, or rediss://host:6379 for TLS.',
  )
}

/** A timer takes no longer time than this, in ms; as a number of events it is more than Redis holds. */
const largest = 2 ** 31 - 1

function checkNumbers(numbers: Record<string, number>) {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isInteger(value) && value >= 1 && value <= largest) continue
    throw new RealtimeError(
      'invalid-option',
      `${name} of redisEngine is ${value}, and nothing could be kept or waited for by that. Give a whole number from 1 to ${largest}, or leave it out.`,
    )
  }
}

const followedTwice = () =>
  new RealtimeError(
    'invalid-option',
    'This engine serves a gateway already, and the second one would never be told of an event. Call redisEngine() once for each gateway.',
  )

function unreachable(withinMs: number, cause: unknown): RealtimeError {
  return new RealtimeError(
    'engine-unavailable',
    `Redis could not be reached within ${withinMs} ms (${cause instanceof Error ? cause.message : 'no answer'}), so this node has no events to serve. See that it runs and that url, user and password are right, then call follow again.`,
    { cause },
  )
}

function fail(reason: Error): never {
  throw reason
}
