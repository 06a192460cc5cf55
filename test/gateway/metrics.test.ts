// What is told to Prometheus, and that nobody outside can make it more than can be kept.
import * as promClient from 'prom-client'
import { describe, expect, it } from 'vitest'
import { type Metrics, type MetricsSources, prometheusMetrics } from '../../src/gateway/metrics.ts'
import type { EventFrame } from '../../src/hub/event-log.ts'
import type { HubStats, SessionInfo } from '../../src/hub/observer.ts'

const session: SessionInfo = {
  id: 's1',
  transport: 'websocket',
  protocol: 'realtime.v1',
  ip: '192.0.2.7',
  subject: 'ada',
  state: 'connected',
  since: 0,
}
const event = { type: 'goal.created', eventId: 'E1', stream: 'tenant:1', payload: {} } as EventFrame

function createStats(): HubStats {
  return {
    deliveries: 0,
    messages: 0,
    replayed: 0,
    published: 0,
    acks: 0,
    rejected: 0,
    resumes: { complete: 0, incomplete: 0 },
    sessions: { connected: 0, authenticated: 0, subscribed: 0 },
  }
}

async function start(sources: Partial<MetricsSources> = {}) {
  const metrics = await prometheusMetrics({ defaultMetrics: false })
  const stats = createStats()
  metrics.watch({ stats: () => stats, ...sources })
  return { metrics, stats, observer: metrics.observer, lines: () => linesOf(metrics) }
}

/** The samples: name and labels, and their value. Those of the histogram's buckets left out. */
async function linesOf(metrics: Metrics): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !/^#|_bucket/.test(line))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

describe('the metrics', () => {
  it('count the sessions by how far they came, and their ends by code', async () => {
    const { observer, lines } = await start()
    const at = 'transport="websocket",protocol="realtime.v1"'
    observer.session?.(session)
    observer.session?.({ ...session, id: 's2' })
    observer.session?.({ ...session, state: 'authenticated' })
    expect(await lines()).toMatchObject({
      [`livecache_sessions{state="connected",${at}}`]: 1,
      [`livecache_sessions{state="authenticated",${at}}`]: 1,
    })
    observer.session?.({ ...session, state: 'subscribed' })
    observer.session?.({ ...session, state: 'disconnected' }, { code: 4408, reason: 'late' })
    observer.session?.({ ...session, id: 's2', state: 'disconnected' }, { code: 1001, reason: '' })
    expect(await lines()).toMatchObject({
      [`livecache_sessions{state="connected",${at}}`]: 0,
      [`livecache_sessions{state="authenticated",${at}}`]: 0,
      [`livecache_sessions{state="subscribed",${at}}`]: 0,
      'livecache_sessions_ended_total{code="4408"}': 1,
      'livecache_sessions_ended_total{code="1001"}': 1,
    })
  })

  it("read the hub's counters when they are asked for, and never before", async () => {
    let reads = 0
    const stats = { ...createStats(), deliveries: 12, messages: 5, replayed: 3, published: 4, acks: 9, rejected: 1 }
    stats.resumes = { complete: 7, incomplete: 2 }
    const { observer, lines } = await start({ stats: () => (reads++, stats) })
    for (let index = 0; index < 100; index++) observer.delivered?.(event, { sessions: 1_000, tookMs: 1 })
    expect(reads).toBe(0)
    const expected = {
      livecache_deliveries_total: 12,
      livecache_messages_total: 5,
      livecache_replayed_total: 3,
      livecache_published_total: 4,
      livecache_acks_total: 9,
      livecache_rejected_total: 1,
      livecache_resumed_streams_total: 9,
      livecache_gaps_total: 2,
    }
    expect(await lines()).toMatchObject(expected)
    stats.deliveries = 13
    // Asked twice, nothing is counted twice.
    expect(await lines()).toMatchObject({ ...expected, livecache_deliveries_total: 13 })
  })

  it('show how long a delivery takes', async () => {
    const { metrics, observer } = await start()
    for (const tookMs of [0.2, 0.4, 30, 180, 900]) observer.delivered?.(event, { sessions: 3, tookMs })
    const text = await metrics.text()
    expect(text).toContain('livecache_delivery_seconds_bucket{le="0.0005"} 2')
    expect(text).toContain('livecache_delivery_seconds_bucket{le="0.05"} 3')
    expect(text).toContain('livecache_delivery_seconds_bucket{le="0.2"} 4')
    expect(text).toContain('livecache_delivery_seconds_bucket{le="1"} 5')
    expect(text).toContain('livecache_events_total{type="goal.created"} 5')
  })

  it('tell resumes, refusals, large events and new logs', async () => {
    const { observer, lines } = await start()
    observer.resumed?.(session, { complete: 3, incomplete: 0, replayed: 8 })
    observer.resumed?.(session, { complete: 3, incomplete: 1, replayed: 0 })
    observer.refused?.({ code: 'RATE_LIMIT', limit: 'publish', ip: '192.0.2.7' })
    observer.refused?.({ code: 'UNAUTHORIZED' })
    observer.large?.(event, 5_000)
    observer.logBegan?.('e1')
    expect(await lines()).toMatchObject({
      'livecache_resumes_total{outcome="complete"}': 1,
      'livecache_resumes_total{outcome="incomplete"}': 1,
      'livecache_refusals_total{code="RATE_LIMIT",limit="publish"}': 1,
      'livecache_refusals_total{code="UNAUTHORIZED",limit="none"}': 1,
      'livecache_large_events_total{type="goal.created"}': 1,
      livecache_log_epochs_total: 1,
    })
  })

  it('tell how the engine, the queues and the process are', async () => {
    const { lines } = await start({
      engine: () => ({ isUp: false, since: 0, waiting: 17, skewMs: -2_500 }),
      queues: () => ({ unacked: 40, unsent_bytes: 1_024 }),
      overload: () => ({ factor: 2, lagMs: 130 }),
      isReady: () => false,
      droppedLogLines: () => 6,
    })
    expect(await lines()).toMatchObject({
      livecache_engine_up: 0,
      livecache_engine_waiting_events: 17,
      livecache_engine_clock_skew_seconds: -2.5,
      'livecache_queued{queue="unacked"}': 40,
      'livecache_queued{queue="unsent_bytes"}': 1_024,
      livecache_overload_factor: 2,
      livecache_event_loop_lag_seconds: 0.13,
      livecache_ready: 0,
      livecache_log_lines_dropped_total: 6,
    })
  })

  it('say nothing of an engine where there is none, rather than something untrue', async () => {
    const { lines } = await start()
    expect(Object.keys(await lines()).filter((name) => /engine|ready|overload|lag/.test(name))).toEqual([])
  })

  it('keep a bounded number of series, whatever types, codes and limits come', async () => {
    const { metrics, observer, lines } = await start()
    for (let index = 0; index < 5_000; index++) {
      observer.delivered?.({ ...event, type: `made.up${index}` }, { sessions: 1, tookMs: 1 })
      observer.refused?.({ code: `CODE_${index}`, limit: `limit-${index}` })
      observer.session?.({ ...session, id: `s${index}` })
      observer.session?.(
        { ...session, id: `s${index}`, state: 'disconnected' },
        { code: 3_000 + (index % 2_000), reason: '' },
      )
    }
    observer.delivered?.({ ...event, type: 'with "quotes"\nand a line' }, { sessions: 1, tookMs: 1 })
    const found = await lines()
    const series = (name: string) => Object.keys(found).filter((line) => line.startsWith(`livecache_${name}{`)).length
    expect(series('events_total')).toBe(51)
    expect(series('refusals_total')).toBe(51)
    // The protocol's own seven beyond 4000, and all others as one.
    expect(series('sessions_ended_total')).toBe(8)
    expect(found['livecache_events_total{type="other"}']).toBe(4_951)
    expect(await metrics.text()).not.toContain('quotes')
  })

  it('name no user, no address and no stream', async () => {
    const { metrics, observer } = await start()
    observer.session?.({ ...session, subject: 'ada-lovelace' })
    observer.refused?.({ code: 'RATE_LIMIT', limit: 'publish', session, ip: '192.0.2.7' })
    observer.delivered?.({ ...event, stream: 'tenant:secret' }, { sessions: 1, tookMs: 1 })
    expect(await metrics.text()).not.toMatch(/ada|192\.0\.2|tenant/)
  })

  it('stand beside those of the process, and in a registry of the app where it gives one', async () => {
    expect(await (await prometheusMetrics()).text()).toContain('process_cpu_seconds_total')
    const register = new promClient.Registry()
    promClient.collectDefaultMetrics({ register })
    const metrics = await prometheusMetrics({ register, prefix: 'rt_', client: promClient })
    expect(await register.metrics()).toContain('rt_deliveries_total 0')
    expect(metrics.contentType).toBe(register.contentType)
  })

  it('are refused as a whole where a source throws, since a counter that falls to 0 looks like a restart', async () => {
    const { metrics } = await start({
      stats() {
        throw new Error('no numbers')
      },
    })
    await expect(metrics.text()).rejects.toThrow('no numbers')
  })
})
