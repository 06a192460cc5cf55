// What a gateway does, as lines for people: who came and went, what was refused, what broke. No event is a line, no token and no
// payload is in one (redact.ts), and a flood of lines becomes a count. Numbers are metrics.ts.
import type { Writable } from 'node:stream'
import type { RealtimeError } from '../base/errors.ts'
import type { EngineStatus } from '../hub/engine.ts'
import type { HubObserver, SessionInfo } from '../hub/observer.ts'
import type { DrainPhase } from './drain.ts'
import { createLogSink } from './log-sink.ts'
import { importPeer } from './optional-peer.ts'
import { errorFields, scrub } from './redact.ts'

// As much of pino as is used, not its own types: who has no pino has no types of it, and would be told so by the compiler.

/** As pino's; also the one of Fastify. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  flush?(done: (error?: Error) => void): void
}

/** As the function of the package `pino`. */
export interface Pino {
  (
    options: { level: string; base: { name: string }; timestamp: () => string },
    destination: { write(text: string): void },
  ): Logger
  readonly stdTimeFunctions: { readonly isoTime: () => string }
}

export interface LogsOptions {
  /**
   * The app's own logger. Where it writes is the app's business then: pino's default writes synchronously, and stops the process where
   * whoever reads its output has stopped.
   * @default one that writes to `destination` and never waits
   */
  logger?: Logger
  /** Of our own logger. @default 'info' */
  level?: string
  /** The function of the package `pino`, where the app has a copy of its own. @default the one that is installed */
  pino?: Pino
  /** Where our own logger writes. @default standard output */
  destination?: Writable
  /** How much may wait to be written, in bytes; what comes on top of it is dropped and counted. @default 1 MiB */
  maxWaitingBytes?: number
  /** How many lines of one kind of refusal or error are written in a second; the rest is one line with a count. @default 10 */
  maxRefusalsPerSecond?: number
  /** The same for each step in the life of sessions. @default 100 */
  maxSessionsPerSecond?: number
  /** Whether the messages of errors that the app's own functions throw are written. They may quote payloads. @default false */
  errorMessages?: boolean
  /** From where on a clock that is off is told, in ms. @default 5_000 */
  maxSkewMs?: number
}

/** An observer of a hub, and what else there is to tell. Nothing of it throws. */
export interface GatewayLogs extends Required<
  Pick<HubObserver, 'session' | 'resumed' | 'refused' | 'large' | 'logBegan'>
> {
  /** For `onError` of the gateway. */
  onError(error: RealtimeError): void
  /** For `onPhase` of the drain. */
  drain(phase: DrainPhase, about: { sessions: number; tookMs: number }): void
  /** Looks each second how the engine is, and tells when it goes, comes back, or the clocks differ. Returns the stop. */
  watch(sources: { engine?: () => EngineStatus }): () => void
  /** Lines that were not written: the logger threw, or too much waited. */
  readonly dropped: number
  /** Resolves once everything is written, or half a second has passed. */
  flush(): Promise<void>
}

type Level = 'info' | 'warn' | 'error'

const flushLimitMs = 500
/** Kinds of lines that are counted apart. */
const maxKinds = 100

/** A logger of our own, and how many lines it dropped. */
async function ownLogger({ level = 'info', maxWaitingBytes = 1_048_576, ...options }: LogsOptions) {
  const pino = options.pino ?? (await importPeer('pino', 'pinoLogs')).pino
  const sink = createLogSink(maxWaitingBytes, options.destination)
  const logger: Logger = pino({ level, base: { name: 'livecache' }, timestamp: pino.stdTimeFunctions.isoTime }, sink)
  return { logger, sink }
}

/** Rejects with `missing-peer` where neither a `logger` is given nor `pino` installed. */
export async function pinoLogs(options: LogsOptions = {}): Promise<GatewayLogs> {
  const { maxRefusalsPerSecond = 10, maxSessionsPerSecond = 100, errorMessages = false, maxSkewMs = 5_000 } = options
  const { logger: given } = options
  const { logger, sink } = given === undefined ? await ownLogger(options) : { logger: given, sink: null }
  const beganAt = new Map<string, number>()
  let thrown = 0

  function writeLine(level: Level, fields: object, message: string) {
    try {
      logger[level](fields, message)
    } catch {
      // There is nobody left to tell but the metrics.
      thrown++
    }
  }

  const sampler = createSampler((kind, count) =>
    writeLine('warn', { kind, count }, 'more lines of this kind were left out in the last second'),
  )

  function tell(level: Level, kind: string, perSecond: number, fields: () => object, message: string) {
    if (sampler.take(kind, perSecond)) writeLine(level, fields(), message)
  }

  function lifeOf({ id }: SessionInfo): number {
    const at = beganAt.get(id)
    beganAt.delete(id)
    return at === undefined ? 0 : Math.round(performance.now() - at)
  }

  function tellEngine(before: EngineStatus | null, { isUp, waiting, skewMs }: EngineStatus, awayMs: number) {
    const isOff = Math.abs(skewMs) > maxSkewMs
    const wasOff = before !== null && Math.abs(before.skewMs) > maxSkewMs
    if (isUp !== (before?.isUp ?? true)) {
      if (isUp) writeLine('info', { waiting, awayMs }, 'the engine is back')
      else writeLine('error', { waiting }, 'the engine is away: sessions stay, and what is published waits')
    }
    if (isOff && !wasOff)
      writeLine('error', { skewMs }, "this machine's clock is off: tokens are judged by the wrong time")
    if (!isOff && wasOff) writeLine('info', { skewMs }, "this machine's clock is right again")
  }

  return {
    session(session, ended) {
      const { state } = session
      if (state === 'connected') beganAt.set(session.id, performance.now())
      const tookMs = ended === undefined ? undefined : lifeOf(session)
      const end = () => ended && { code: ended.code, reason: scrub(ended.reason), tookMs }
      const fields = () => ({ ...sessionFields(session), ...end() })
      tell('info', `session ${state}`, maxSessionsPerSecond, fields, `session ${state}`)
    },
    resumed(session, about) {
      const fields = () => ({ ...sessionFields(session), ...about })
      if (about.incomplete === 0) tell('info', 'session resumed', maxSessionsPerSecond, fields, 'session resumed')
      else tell('warn', 'gap', maxRefusalsPerSecond, fields, 'session resumed with a gap: it fetches again')
    },
    refused({ code, limit, session, ip }) {
      const fields = () => ({ code, limit, ip, ...(session && sessionFields(session)) })
      tell('warn', `refused ${code} ${limit ?? ''}`.trim(), maxRefusalsPerSecond, fields, 'refused')
    },
    large({ type, eventId }, bytes) {
      const fields = () => ({ type: scrub(type), eventId: scrub(eventId), bytes })
      tell('warn', 'large event', maxRefusalsPerSecond, fields, 'a large event: every reader pays for it')
    },
    logBegan: (epoch) => writeLine('info', { epoch }, 'the log of events began anew'),
    onError(error) {
      // Its message is the line's.
      const fields = () => ({ error: { ...errorFields(error, errorMessages), message: undefined } })
      tell('error', `error ${error.code}`, maxRefusalsPerSecond, fields, scrub(error.message))
    },
    drain: (phase, about) => writeLine('info', { phase, ...about }, `drain: ${phase}`),
    watch({ engine }) {
      if (engine === undefined) return () => {}
      let before: EngineStatus | null = null
      let wentAt = performance.now()
      const look = () => {
        const status = { ...engine() }
        if (before?.isUp === true && !status.isUp) wentAt = performance.now()
        tellEngine(before, status, Math.round(performance.now() - wentAt))
        before = status
      }
      const timer = setInterval(look, 1_000)
      timer.unref()
      return () => clearInterval(timer)
    },
    get dropped() {
      return (sink?.dropped ?? 0) + thrown
    },
    async flush() {
      sampler.flush()
      await Promise.race([written(logger), new Promise((resolve) => setTimeout(resolve, flushLimitMs).unref())])
    },
  }
}

/** Never the whole object: what a hub adds to it one day must not come into the log by itself. */
function sessionFields({ id, transport, protocol, ip, subject, state }: SessionInfo) {
  return { connectionId: id, transport, protocol, ip, subject: subject === null ? null : scrub(subject), state }
}

function written(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    try {
      if (logger.flush === undefined) resolve()
      else logger.flush(() => resolve())
    } catch {
      resolve()
    }
  })
}

// ── lines that are left out ─────────────────────────────────────────────────────────────────────────────────────────

interface Sampler {
  /** Whether a line of this kind is still to be written in this second. */
  take(kind: string, perSecond: number): boolean
  /** Tells of what was left out. */
  flush(): void
}

function createSampler(tell: (kind: string, count: number) => void): Sampler {
  const taken = new Map<string, number>()
  const leftOut = new Map<string, number>()
  let timer: ReturnType<typeof setTimeout> | null = null

  function flush() {
    if (timer !== null) clearTimeout(timer)
    timer = null
    for (const [kind, count] of leftOut) tell(kind, count)
    taken.clear()
    leftOut.clear()
  }

  return {
    take(given, perSecond) {
      const kind = taken.has(given) || taken.size < maxKinds ? given : 'other'
      timer ??= setTimeout(flush, 1_000).unref()
      const count = (taken.get(kind) ?? 0) + 1
      taken.set(kind, count)
      if (count > perSecond) leftOut.set(kind, (leftOut.get(kind) ?? 0) + 1)
      return count <= perSecond
    },
    flush,
  }
}
