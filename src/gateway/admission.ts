// Who may come in: how many connections there are, whose they are, and how often somebody comes. What one session may do is the hub's.
import { definedOf } from '../base/defined.ts'
import { checkNumbers, checkRate, kinds } from '../hub/check-numbers.ts'
import type { RateLimit, RateLimiter, Verdict } from '../hub/rate-limit.ts'
import { isTemporaryRefusal } from '../hub/token-refused.ts'
import { limitKey } from './client-ip.ts'
import { memoryRateLimiter } from './memory-rate-limiter.ts'

/**
 * A connection is a WebSocket, an event stream or a polled session. Numbers are those of one process; rates are shared between
 * processes where the rate limiter is. Each may be `Infinity`. While the process is overloaded, newcomers meet tighter ones.
 */
export interface LimitOptions {
  /** Connections in all. Beyond it: 503 `TRY_LATER`. @default 20_000 */
  maxConnections?: number
  /** Of one address, of IPv6 one /64: raise it where many users share one, and set `trustProxy` behind a proxy. Beyond it: 429 `RATE_LIMIT`. @default 1_000 */
  maxPerIp?: number
  /** Of one subject: tabs and devices. Beyond it: 4429 `RATE_LIMIT`, for the newest. @default 100 */
  maxPerUser?: number
  /** Of those who have not signed in yet: how many tokens are verified at once. Beyond it: 503 `TRY_LATER`. @default 2_000 */
  maxStrangers?: number
  /** Of those, from one address. Beyond it: 429 `RATE_LIMIT`. @default 200 */
  maxStrangersPerIp?: number
  /** How often one address may come. Beyond it: 429 `RATE_LIMIT`. @default 500 at once, 50 a second */
  connect?: RateLimit
  /**
   * How often one user may ask by a request of its own, as for its subscriptions over HTTP. Beyond it: 429 `RATE_LIMIT`. What is refused there,
   * for its token or for this, counts for the address, which may be refused as often as it may come. @default 100 at once, 10 a second
   */
  requests?: RateLimit
}

export const defaultLimits: Required<LimitOptions> = {
  maxConnections: 20_000,
  maxPerIp: 1_000,
  maxPerUser: 100,
  maxStrangers: 2_000,
  maxStrangersPerIp: 200,
  connect: { burst: 500, perSecond: 50 },
  requests: { burst: 100, perSecond: 10 },
}

/** Names of rates. */
type Often = 'connect' | 'requests'
type Crowded = 'connections' | 'perIp' | 'perUser' | 'strangers' | 'strangersPerIp' | 'overload'

/** How long a user is kept out who flooded, in ms: as long as a client of ours stays away by itself. */
const keptOutMs = 30_000

export interface Refusal {
  readonly ok: false
  readonly code: 'RATE_LIMIT' | 'TRY_LATER'
  /** Which option it was, without its `max`; `overload` where there would have been room at any other time. */
  readonly limit: Crowded | Often | 'flood'
  readonly message: string
  /** When it may succeed. A part of it is left to chance, so that those who were refused together do not return together. */
  readonly retryAfterMs: number
}

/** A place that is taken until `leave`. */
export interface Stay {
  /** To be called once the token was verified. Null: go on. */
  signedIn(subject: string): Refusal | null
  /** To be called when the connection is gone; a second call does nothing. */
  leave(): void
}

export interface Admission {
  /** To be asked before a connection begins. Never rejects. */
  admit(ip: string): Promise<{ readonly ok: true; readonly stay: Stay } | Refusal>
  /**
   * Lets a token be verified that is shown for one request alone, unless its address has shown too many bad ones. Rejects as `verify` does.
   */
  identify<Who extends { readonly subject: string }>(
    ip: string,
    verify: () => Promise<Who>,
  ): Promise<{ readonly ok: true; readonly identity: Who } | Refusal>
  /** To be called when a session of this user was ended for a flood (4429): a new one would begin with a new budget. */
  keepOut(subject: string): void
  /** Now. */
  readonly counts: { connections: number; strangers: number; addresses: number; users: number; keptOut: number }
  readonly limits: Required<LimitOptions>
}

/** Where, how many there are, how many there may be. */
type Crowd = readonly [what: Crowded, count: number, limit: number]

interface Refused {
  ip: string
  /** Where it is known by then. */
  subject?: string
}

export interface AdmissionOptions {
  limits?: LimitOptions
  /** @default one in memory, of this process */
  rateLimiter?: RateLimiter
  /** By how much to tighten; 1 is not at all. @default never */
  pressure?: () => number
  /** Told of everybody who is refused. */
  onRefused?: (refusal: Refusal, about: Refused) => void
  /** In ms; only differences count. @default performance.now */
  now?: () => number
  /** Uniform in [0, 1). @default Math.random */
  random?: () => number
}

/** In ms, the last part left to chance. A sign-in takes a moment; the others wait for somebody to leave. */
const comeBack: Record<Crowded, { afterMs: number; spreadMs: number }> = {
  connections: { afterMs: 5_000, spreadMs: 10_000 },
  perIp: { afterMs: 30_000, spreadMs: 30_000 },
  perUser: { afterMs: 30_000, spreadMs: 30_000 },
  strangers: { afterMs: 1_000, spreadMs: 4_000 },
  strangersPerIp: { afterMs: 1_000, spreadMs: 9_000 },
  overload: { afterMs: 5_000, spreadMs: 10_000 },
}
/** For who comes too often it is the time until all of the burst has come back. */
const connectSpreadMs = { atLeast: 1_000, atMost: 60_000 }

const why: Record<Refusal['limit'], string> = {
  connections: 'this server has as many connections as it takes',
  perIp: 'your address has as many connections as one may have',
  perUser: 'this user has as many connections as one may have',
  strangers: 'too many are signing in',
  strangersPerIp: 'too many are signing in from your address',
  connect: 'your address comes too often',
  requests: 'this user asks too often',
  flood: 'this user has just sent too much',
  overload: 'this server has more to do than it can',
}

const tryLater: readonly Refusal['limit'][] = ['connections', 'strangers', 'overload']

/** Throws `invalid-option` for a limit that is none. */
export function createAdmission(options: AdmissionOptions = {}): Admission {
  const { rateLimiter = memoryRateLimiter(), pressure = () => 1, random = Math.random, onRefused = () => {} } = options
  const { now = () => performance.now() } = options
  const limits = resolveLimits(options.limits)
  const addresses = createTally()
  const strangersByAddress = createTally()
  const users = createTally()
  /** Users who flooded, and addresses that were refused too often. */
  const keptOut = createKeptOut(now)
  const keptOutAddresses = createKeptOut(now)
  let connections = 0
  let strangers = 0

  const connectionsWith = (address: string): Crowd[] => [
    ['connections', connections, limits.maxConnections],
    ['perIp', addresses.of(address), limits.maxPerIp],
  ]
  const strangersWith = (address: string): Crowd[] => [
    ['strangersPerIp', strangersByAddress.of(address), limits.maxStrangersPerIp],
    ['strangers', strangers, limits.maxStrangers],
  ]

  function findFull(there: readonly Crowd[]): Crowded | undefined {
    const full = there.find(([, count, limit]) => count >= limit)
    if (full !== undefined) return full[0]
    const factor = pressure()
    return there.some(([, count, limit]) => count >= Math.max(1, limit / factor)) ? 'overload' : undefined
  }

  function refuse(limit: Refusal['limit'], waitMs: number, about: Refused): Refusal {
    const code = tryLater.includes(limit) ? 'TRY_LATER' : 'RATE_LIMIT'
    const retryAfterMs = Math.ceil(waitMs)
    const message = `${why[limit]}; try again in ${Math.ceil(retryAfterMs / 1_000)} s`
    const refusal: Refusal = { ok: false, code, limit, message, retryAfterMs }
    onRefused(refusal, about)
    return refusal
  }

  function refuseFull(limit: Crowded, about: Refused): Refusal {
    const { afterMs, spreadMs } = comeBack[limit]
    return refuse(limit, afterMs + random() * spreadMs, about)
  }

  function refuseOften(limit: Often, waitMs: number, about: Refused): Refusal {
    const { burst, perSecond } = limits[limit]
    const { atLeast, atMost } = connectSpreadMs
    const refillMs = (burst / perSecond) * 1_000
    return refuse(limit, waitMs + random() * Math.min(atMost, Math.max(atLeast, refillMs)), about)
  }

  /** Null, or in how many ms to come back. A limiter that fails must neither stop the traffic nor keep a place taken. */
  async function takeOne(kind: string, key: string, limit: RateLimit): Promise<Verdict> {
    try {
      // Costlier rather than a smaller bucket: it may be shared with processes that are not overloaded.
      return await rateLimiter.take(kind, key, limit, Math.round(pressure()))
    } catch {
      return null
    }
  }

  /** Returns how that ends. */
  function beginStrangeness(address: string) {
    strangers++
    strangersByAddress.add(address)
    return () => {
      strangers--
      strangersByAddress.remove(address)
    }
  }

  function enter(ip: string, address: string): Stay {
    let isHere = true
    let user: string | null = null
    connections++
    addresses.add(address)
    const endStrangeness = beginStrangeness(address)

    return {
      signedIn(subject) {
        if (!isHere || user !== null) return null
        const leftMs = keptOut.leftMs(subject)
        if (leftMs > 0) return refuse('flood', leftMs, { ip, subject })
        if (users.of(subject) >= limits.maxPerUser) return refuseFull('perUser', { ip, subject })
        user = subject
        users.add(subject)
        endStrangeness()
        return null
      },
      leave() {
        if (!isHere) return
        isHere = false
        connections--
        addresses.remove(address)
        if (user === null) endStrangeness()
        else users.remove(user)
      },
    }
  }

  /** Asked for after the fact, since good tokens do not count: so the address is kept out until it may be refused once more. */
  async function countRefused(address: string) {
    const waitMs = await takeOne('refused', address, limits.connect)
    if (waitMs !== null) keptOutAddresses.keep(address, waitMs)
  }

  return {
    limits,
    get counts() {
      return { connections, strangers, addresses: addresses.size, users: users.size, keptOut: keptOut.size }
    },
    async admit(ip) {
      const address = limitKey(ip)
      const full = findFull([...connectionsWith(address), ...strangersWith(address)])
      if (full !== undefined) return refuseFull(full, { ip })
      // Taken before the limiter answers: many may ask at once.
      const stay = enter(ip, address)
      const waitMs = await takeOne('connect', address, limits.connect)
      if (waitMs === null) return { ok: true, stay }
      stay.leave()
      return refuseOften('connect', waitMs, { ip })
    },
    async identify<Who extends { readonly subject: string }>(ip: string, verify: () => Promise<Who>) {
      const address = limitKey(ip)
      const leftMs = keptOutAddresses.leftMs(address)
      if (leftMs > 0) return refuseOften('connect', leftMs, { ip })
      const full = findFull(strangersWith(address))
      if (full !== undefined) return refuseFull(full, { ip })
      const endStrangeness = beginStrangeness(address)
      let identity: Who
      try {
        identity = await verify()
      } catch (cause) {
        if (!isTemporaryRefusal(cause)) await countRefused(address)
        throw cause
      } finally {
        endStrangeness()
      }
      const waitMs = await takeOne('requests', identity.subject, limits.requests)
      if (waitMs === null) return { ok: true, identity } as const
      await countRefused(address)
      return refuseOften('requests', waitMs, { ip, subject: identity.subject })
    },
    keepOut(subject) {
      keptOut.keep(subject, keptOutMs)
    },
  }
}

/** Those of sessions may come along in the same object; they are the hub's. */
function resolveLimits(given: LimitOptions = {}): Required<LimitOptions> {
  const limits = { ...defaultLimits, ...definedOf(given) }
  for (const name of Object.keys(defaultLimits) as (keyof LimitOptions)[]) {
    if (name === 'connect' || name === 'requests') checkRate(`limits.${name}`, limits[name])
    else checkNumbers(kinds.count, { [`limits.${name}`]: limits[name] })
  }
  return limits
}

/** Who may come again when; who may is forgotten. */
function createKeptOut(now: () => number) {
  /** Nearly the oldest first: none is kept out for long. */
  const until = new Map<string, number>()
  return {
    leftMs: (key: string) => (until.get(key) ?? 0) - now(),
    keep(key: string, ms: number) {
      for (const [earlier, time] of until) {
        if (time > now()) break
        until.delete(earlier)
      }
      until.delete(key)
      until.set(key, now() + ms)
    },
    get size() {
      return until.size
    },
  }
}

/** How many of each there are. Of whom there is none, nothing is kept. */
function createTally() {
  const counts = new Map<string, number>()
  return {
    of: (key: string) => counts.get(key) ?? 0,
    add: (key: string) => void counts.set(key, (counts.get(key) ?? 0) + 1),
    remove(key: string) {
      const left = (counts.get(key) ?? 0) - 1
      if (left > 0) counts.set(key, left)
      else counts.delete(key)
    },
    get size() {
      return counts.size
    },
  }
}
