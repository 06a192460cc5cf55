// What a gateway does, as numbers for Prometheus. What is frequent is read from the hub's own counters when somebody scrapes, so
// that a delivery pays nothing for it. Serving the text is operations.ts.
import type { EngineStatus } from '../hub/engine.ts'
import type { HubObserver, HubStats, SessionInfo } from '../hub/observer.ts'
import { closeCodes } from '../protocol/codes.ts'
import { importPeer } from './optional-peer.ts'

type Prometheus = typeof import('prom-client')

// As much of prom-client as is asked of others, not its own types: who does not have it has no types of it either.

/** As the `Registry` of the package `prom-client`. */
export interface MetricsRegistry {
  metrics(): Promise<string>
  readonly contentType: string
}

/** As the package `prom-client`. */
export interface PrometheusClient {
  readonly Registry: new () => MetricsRegistry
  readonly Counter: abstract new (...options: never) => object
  readonly Gauge: abstract new (...options: never) => object
  readonly Histogram: abstract new (...options: never) => object
  collectDefaultMetrics(options: never): void
}

export interface MetricsOptions {
  /** The package `prom-client`, where the app has a copy of its own. @default the one that is installed */
  client?: PrometheusClient
  /** Where the metrics are kept. @default a registry of their own */
  register?: MetricsRegistry
  /** What all names begin with; those of the process and of Node.js keep theirs. @default 'livecache_' */
  prefix?: string
  /** Whether CPU, memory and the like of the process are told too. @default true, but false where `register` is given: it may have them */
  defaultMetrics?: boolean
}

/** What is read with each scrape. */
export interface MetricsSources {
  stats: () => HubStats
  /** Left out where the log is in memory. */
  engine?: () => EngineStatus
  /** How much waits, by a name for each queue: unacked events, bytes not sent yet. Few names, and none from outside. */
  queues?: () => Readonly<Record<string, number>>
  /** By what limits are tightened, 1 at rest, and how late timers are, in ms. */
  overload?: () => { factor: number; lagMs: number }
  isReady?: () => boolean
  /** Lines of the log that could not be written; it only grows. */
  droppedLogLines?: () => number
}

export interface Metrics {
  readonly observer: HubObserver
  /** Says where to read; the last call counts. */
  watch(sources: MetricsSources): void
  /** All of it, as Prometheus reads it. Rejects where a source throws: no number is better than a wrong one. */
  text(): Promise<string>
  readonly contentType: string
}

/** Types of events that are told apart, and refusals. What comes later is `other`: each value is a series that is kept for good. */
const maxLabels = 50
const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5]
/** Those of RFC 6455 and of the protocol. A client may close with any of 4,000 others. */
const knownCodes = new Set<number>([...Object.values(closeCodes), ...Array.from({ length: 16 }, (_, i) => 1000 + i)])

/** Rejects with `missing-peer` where `prom-client` is not installed. */
export async function prometheusMetrics(options: MetricsOptions = {}): Promise<Metrics> {
  const client = (options.client ?? (await importPeer('prom-client', 'prometheusMetrics'))) as Prometheus
  const { prefix = 'livecache_' } = options
  const register = (options.register ?? new client.Registry()) as InstanceType<Prometheus['Registry']>
  const { defaultMetrics = options.register === undefined } = options
  const registers = [register]
  let sources: MetricsSources | null = null

  if (defaultMetrics) client.collectDefaultMetrics({ register })

  function counter<Label extends string = never>(name: string, help: string, ...labelNames: Label[]) {
    return new client.Counter({ name: prefix + name, help, labelNames, registers })
  }

  /** Undefined: not known, so nothing is told. */
  function readGauge(name: string, help: string, read: (from: MetricsSources) => number | undefined) {
    return new client.Gauge({
      name: prefix + name,
      help,
      registers,
      collect() {
        const value = sources === null ? undefined : read(sources)
        if (value === undefined) this.remove()
        else this.set(value)
      },
    })
  }

  function readCounter(name: string, help: string, read: (from: MetricsSources) => number) {
    return new client.Counter({
      name: prefix + name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(sources === null ? 0 : read(sources))
      },
    })
  }

  function queueGauge() {
    return new client.Gauge({
      name: `${prefix}queued`,
      help: 'What waits, by queue',
      labelNames: ['queue'],
      registers,
      collect() {
        this.reset()
        for (const [queue, size] of Object.entries(sources?.queues?.() ?? {})) this.set({ queue }, size)
      },
    })
  }

  const statsCounter = (name: string, help: string, read: (stats: HubStats) => number) =>
    readCounter(name, help, ({ stats }) => read(stats()))

  statsCounter('deliveries_total', 'Events sent, once per session', (stats) => stats.deliveries)
  statsCounter('messages_total', 'Messages that events travelled in', (stats) => stats.messages)
  statsCounter('replayed_total', 'Events sent again after a resume', (stats) => stats.replayed)
  statsCounter('published_total', 'Events published by this node', (stats) => stats.published)
  statsCounter('acks_total', 'Events that clients confirmed', (stats) => stats.acks)
  statsCounter('rejected_total', 'Events whose payload the schema of a client refused', (stats) => stats.rejected)
  statsCounter(
    'resumed_streams_total',
    'Streams that sessions asked to go on with',
    ({ resumes: { complete, incomplete } }) => complete + incomplete,
  )
  statsCounter(
    'gaps_total',
    'Streams that a session could not go on with, because events were gone',
    (stats) => stats.resumes.incomplete,
  )
  readCounter(
    'log_lines_dropped_total',
    'Lines of the log that could not be written',
    ({ droppedLogLines }) => droppedLogLines?.() ?? 0,
  )
  readGauge('ready', '1 where the node takes sessions', ({ isReady }) => isReady && Number(isReady()))
  readGauge('engine_up', '1 where the store of events is reached', ({ engine }) => engine && Number(engine().isUp))
  readGauge('engine_waiting_events', 'Events that wait to be kept', ({ engine }) => engine?.().waiting)
  readGauge(
    'engine_clock_skew_seconds',
    'The clock of this machine minus that of the store',
    ({ engine }) => engine && engine().skewMs / 1_000,
  )
  readGauge('overload_factor', 'By what limits are tightened; 1 at rest', ({ overload }) => overload?.().factor)
  readGauge(
    'event_loop_lag_seconds',
    'How late the timers of the process are',
    ({ overload }) => overload && overload().lagMs / 1_000,
  )
  queueGauge()

  const sessions = new client.Gauge({
    name: `${prefix}sessions`,
    help: 'Sessions that are here, by how far they came',
    labelNames: ['state', 'transport', 'protocol'],
    registers,
  })
  const ended = counter('sessions_ended_total', 'Sessions that ended, by close code', 'code')
  const events = counter('events_total', 'Events handed to the sessions of this node, by type', 'type')
  const latency = new client.Histogram({
    name: `${prefix}delivery_seconds`,
    help: 'From the publishing of an event until all sessions of this node were handed it',
    buckets: latencyBuckets,
    registers,
  })
  const resumes = counter('resumes_total', 'Sessions that went on, with all streams or not', 'outcome')
  const refusals = counter('refusals_total', 'What was refused, by code and limit', 'code', 'limit')
  const large = counter('large_events_total', 'Events of more than 1 KB, by type', 'type')
  const epochs = counter('log_epochs_total', 'Beginnings of a log, the first included')

  const typeLabel = createBoundedLabel()
  const codeLabel = createBoundedLabel()
  const limitLabel = createBoundedLabel()
  /** Where each session is counted. */
  const counted = new Map<string, ReturnType<typeof labelsOf>>()

  function countSession(session: SessionInfo, end: { code: number } | undefined) {
    const before = counted.get(session.id)
    if (before !== undefined) sessions.dec(before)
    counted.delete(session.id)
    if (end !== undefined) ended.inc({ code: knownCodes.has(end.code) ? String(end.code) : 'other' })
    if (session.state === 'disconnected') return
    const labels = labelsOf(session)
    sessions.inc(labels)
    counted.set(session.id, labels)
  }

  return {
    observer: {
      session: countSession,
      delivered({ type }, { tookMs }) {
        events.inc({ type: typeLabel(type) })
        latency.observe(Math.max(0, tookMs) / 1_000)
      },
      resumed: (_session, { incomplete }) => resumes.inc({ outcome: incomplete === 0 ? 'complete' : 'incomplete' }),
      refused: ({ code, limit = 'none' }) => refusals.inc({ code: codeLabel(code), limit: limitLabel(limit) }),
      large: ({ type }) => large.inc({ type: typeLabel(type) }),
      logBegan: () => epochs.inc(),
    },
    watch: (from) => void (sources = from),
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}

function labelsOf({ state, transport, protocol }: SessionInfo) {
  return { state, transport, protocol }
}

/** Whoever chooses the values must not be able to fill the memory of this process, nor that of the one that scrapes. */
function createBoundedLabel(): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (known.size === maxLabels || !/^[\w.:-]{1,64}$/.test(value)) return 'other'
    known.add(value)
    return value
  }
}
