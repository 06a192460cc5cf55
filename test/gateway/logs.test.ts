// What is written for people: enough to see what happened, no secrets, and nothing that could hold up an event.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import * as promClient from 'prom-client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { RealtimeError } from '../../src/base/errors.ts'
import { createClient } from '../../src/client/index.ts'
import { createGateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { type GatewayLogs, type LogsOptions, pinoLogs } from '../../src/gateway/logs.ts'
import { prometheusMetrics } from '../../src/gateway/metrics.ts'
import type { HubObserver, SessionInfo } from '../../src/hub/observer.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'

afterEach(endAll)

type Line = Record<string, unknown> & { msg: string }

/** Logs whose lines are kept. */
async function keptLogs(options: LogsOptions = {}) {
  const texts: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      texts.push(...chunk.toString().split('\n').filter(Boolean))
      done()
    },
  })
  const logs = await pinoLogs({ destination, ...options })
  return { logs, texts, lines: () => texts.map((text) => JSON.parse(text) as Line) }
}

async function startGateway(options: Partial<GatewayOptions>) {
  const gateway = createGateway({ verify: () => ({ subject: 'ada', streams: ['*'] }), ...options })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, url: `ws://127.0.0.1:${port}/realtime`, http: `http://127.0.0.1:${port}` }
}

/** A client that counts what it hears. */
function follow(url: string) {
  const client = createClient({ url, getToken: () => 'a token' })
  afterTest(client.dispose)
  const heard: number[] = []
  client.on('goal.counted', ({ payload }) => heard.push((payload as { count: number }).count))
  client.hold()
  return { client, heard, isLive: () => client.inspect().subscriptions[0]?.status === 'subscribed' }
}

const session: SessionInfo = {
  id: 's1',
  transport: 'websocket',
  protocol: 'realtime.v1',
  ip: '192.0.2.7',
  subject: 'ada',
  state: 'subscribed',
  since: 0,
}

describe('the log', () => {
  it("follows a session from its beginning to its end, with the end's code and how long it took", async () => {
    const { logs, lines } = await keptLogs()
    const { url } = await startGateway({ observers: [logs] })
    const { client, isLive } = follow(url)
    await until(isLive)
    await sleep(50)
    client.dispose()
    await until(() => lines().some(({ msg }) => msg === 'session disconnected'))
    const steps = lines().filter(({ msg }) => msg.startsWith('session ') && msg !== 'session resumed')
    expect(steps.map(({ state }) => state)).toEqual(['connected', 'authenticated', 'subscribed', 'disconnected'])
    expect(new Set(steps.map(({ connectionId }) => connectionId)).size).toBe(1)
    expect(steps[1]).toMatchObject({ transport: 'websocket', protocol: 'realtime.v1', subject: 'ada' })
    const { code, tookMs } = steps.at(-1)!
    expect(code).toBeTypeOf('number')
    expect(tookMs).toBeGreaterThanOrEqual(50)
    expect(tookMs).toBeLessThan(5_000)
  })

  it('tells an error of the app by where it was thrown, and not by its message, which may quote a payload', async () => {
    const { logs, lines } = await keptLogs()
    const { url } = await startGateway({
      observers: [logs],
      onError: logs.onError,
      authorizePublish: (_identity, { payload }) => JSON.parse(`{"of": ${JSON.stringify(payload)}`) as boolean,
    })
    const { client, isLive } = follow(url)
    await until(isLive)
    client.publish('goal.named', 'my-secret-diary', { stream: 'goal:1' }).catch(() => {})
    await until(() => lines().some(({ level }) => level === 50))
    const { error, msg } = lines().find(({ level }) => level === 50) as Line & { error: Record<string, unknown> }
    expect(msg).toContain('authorizePublish threw')
    expect(error).toMatchObject({ code: 'handler-threw', cause: { name: 'SyntaxError' } })
    expect(JSON.stringify(error)).toContain('logs.test.ts')
    expect(JSON.stringify(lines())).not.toContain('diary')
  })

  it('never has a token or a payload in it, whatever way they came', async () => {
    const said: unknown[] = []
    const consoles = (['log', 'error', 'warn'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...args) => void said.push(args)),
    )
    afterTest(() => consoles.map((spy) => spy.mockRestore()))
    const { logs, texts, lines } = await keptLogs()
    const token = 'opaque-0451-token'
    const payload = 'payload-of-somebody'
    const { gateway, url, http } = await startGateway({
      observers: [logs],
      onError: logs.onError,
      allowQueryToken: true,
      verify(given) {
        throw new Error(`${given} is no token, see ${url}?token=${given}`)
      },
    })
    const open = (address: string, protocols: string[] = [], headers = {}) => {
      const socket = new NodeSocket(address, protocols, { headers })
      socket.on('error', () => {})
      afterTest(() => socket.terminate())
      return socket
    }
    open(`${url}?token=${token}&events=*`)
    open(url, [`realtime.v1.token.${token}`])
    open(url, [], { authorization: `Bearer ${token}` })
    const first = open(url, ['realtime.v1'])
    first.on('open', () => first.send(JSON.stringify({ type: 'auth', token })))
    const rude = open(url, ['realtime.v1'])
    rude.on('open', () => rude.close(4_000, `Bearer ${token}`))
    await fetch(`${http}/api/v1/events/stream?token=${token}`)
    await fetch(`${http}/api/v1/events?protocol=realtime.v1`, { headers: { authorization: `Bearer ${token}` } })
    await gateway.publish({ type: 'goal.created', stream: 'goal:1', payload: payload.repeat(200) })
    logs.session({ ...session, state: 'disconnected' }, { code: 4_000, reason: `Bearer ${token}` })
    logs.onError(
      new RealtimeError('engine-unavailable', `redis://:${token}@127.0.0.1:6379 is away`, {
        cause: new Error(`authorization: Bearer ${token}`),
      }),
    )
    await until(() => lines().filter(({ msg }) => msg === 'session disconnected').length >= 6)
    await logs.flush()
    expect(texts.length).toBeGreaterThan(10)
    expect(texts.filter((text) => text.includes(token) || text.includes(payload))).toEqual([])
    expect(JSON.stringify(said)).not.toMatch(new RegExp(`${token}|${payload}`))
  })

  it('is not filled by a flood: so many lines a second, then a count', async () => {
    const { logs, lines } = await keptLogs({ maxRefusalsPerSecond: 5 })
    for (let index = 0; index < 3_000; index++) {
      logs.refused({ code: 'RATE_LIMIT', limit: 'connect', ip: '192.0.2.7' })
      logs.onError(new RealtimeError('engine-unavailable', 'away'))
    }
    await until(() => lines().length >= 12)
    await logs.flush()
    const counts = lines().filter(({ count }) => count !== undefined)
    expect(lines().length).toBe(12)
    expect(counts.map(({ kind, count }) => [kind, count])).toEqual([
      ['refused RATE_LIMIT connect', 2_995],
      ['error engine-unavailable', 2_995],
    ])
    logs.refused({ code: 'RATE_LIMIT', limit: 'connect' })
    await until(() => lines().length === 13)
  })

  it('is not filled by kinds that somebody makes up either', async () => {
    const { logs, lines } = await keptLogs({ maxRefusalsPerSecond: 1 })
    for (let index = 0; index < 3_000; index++) logs.refused({ code: `CODE_${index}` })
    await logs.flush()
    await until(() => lines().some(({ count }) => count !== undefined))
    expect(lines().length).toBeLessThanOrEqual(102)
  })

  it('tells when the engine goes and comes back, and once that the clock is off', async () => {
    const { logs, lines } = await keptLogs()
    const status = { isUp: true, since: 0, waiting: 0, skewMs: 0 }
    afterTest(logs.watch({ engine: () => status }))
    await sleep(1_100)
    Object.assign(status, { isUp: false, waiting: 4, skewMs: 60_000 })
    await until(() => lines().length === 2)
    await sleep(1_100)
    Object.assign(status, { isUp: true, waiting: 0, skewMs: 10 })
    await until(() => lines().length === 4)
    expect(lines().map(({ level, msg }) => [level, msg])).toEqual([
      [50, 'the engine is away: sessions stay, and what is published waits'],
      [50, "this machine's clock is off: tokens are judged by the wrong time"],
      [30, 'the engine is back'],
      [30, "this machine's clock is right again"],
    ])
    expect(lines()[0]).toMatchObject({ waiting: 4 })
    expect(lines()[2]!['awayMs']).toBeGreaterThan(1_000)
  })

  it("may be the app's own logger", async () => {
    const calls: unknown[] = []
    const note = (level: string) => (fields: unknown, message?: unknown) => void calls.push([level, fields, message])
    const logs = await pinoLogs({ logger: { info: note('info'), warn: note('warn'), error: note('error') } })
    logs.resumed(session, { complete: 2, incomplete: 1, replayed: 0 })
    expect(calls).toEqual([
      ['warn', expect.objectContaining({ incomplete: 1 }), 'session resumed with a gap: it fetches again'],
    ])
  })
})

/** Sinks that are sick, each in its own way. */
const sickSinks: Record<string, () => Promise<{ observer: HubObserver; dropped: () => number }>> = {
  async 'a logger that throws'() {
    const fail = () => {
      throw new Error('no logger')
    }
    return ofLogs(await pinoLogs({ logger: { info: fail, warn: fail, error: fail, flush: fail } }))
  },
  async 'a full disk'() {
    const full = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    return ofLogs(await pinoLogs({ destination: new Writable({ write: (_chunk, _encoding, done) => done(full()) }) }))
  },
  async 'a reader that went away'() {
    const destination = new Writable({ write: (_chunk, _encoding, done) => done() })
    destination.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))
    return ofLogs(await pinoLogs({ destination }))
  },
  async 'a reader that stopped reading'() {
    return ofLogs(await pinoLogs({ destination: new Writable({ write() {} }), maxWaitingBytes: 10_000 }))
  },
  async 'an exporter that throws'() {
    let failed = 0
    const fail = () => {
      failed++
      throw new Error('no exporter')
    }
    const Broken = class {
      inc = fail
      dec = fail
      set = fail
      observe = fail
    }
    const client = { ...promClient, Counter: Broken, Gauge: Broken, Histogram: Broken }
    const { observer } = await prometheusMetrics({ client, defaultMetrics: false })
    return { observer, dropped: () => failed }
  },
}

function ofLogs(logs: GatewayLogs) {
  // More than a gateway tells, so that whatever takes it is soon full.
  const observer: HubObserver = { ...logs, delivered: () => logs.logBegan('e'.repeat(1_000)) }
  return { observer, dropped: () => logs.dropped }
}

describe('F100: the events go on', () => {
  it.each(Object.entries(sickSinks))('F100: with %s, no event is lost or late', async (_name, sick) => {
    const { observer, dropped } = await sick()
    const { gateway, url } = await startGateway({
      observers: [observer],
      onError: () => {},
      limits: { maxConnections: 1 },
    })
    const { heard, isLive, client } = follow(url)
    await until(isLive)
    const numbers = Array.from({ length: 500 }, (_, index) => index)
    for (const count of numbers) void gateway.publish({ type: 'goal.counted', stream: 'goal:1', payload: { count } })
    await until(() => heard.length === numbers.length)
    expect(heard).toEqual(numbers)
    expect(client.getState().name).toBe('connected')
    // One that is turned away is told so, whoever fails to write it down.
    const turnedAway = new NodeSocket(url)
    const refusals: string[] = []
    turnedAway.on('error', ({ message }) => refusals.push(message))
    afterTest(() => turnedAway.terminate())
    await until(() => refusals.length === 1)
    expect(refusals[0]).toContain('503')
    expect(dropped()).toBeGreaterThan(400)
  })

  it.each([
    ['standard output on a full disk', startOnFullDisk],
    ['standard output that nobody reads', startUnread],
  ])(
    'F100: with %s, the process neither stops nor grows, and ends when told',
    async (_name, start) => {
      const child = start()
      afterTest(() => child.kill('SIGKILL'))
      const [{ port }] = (await once(child, 'message')) as [{ port: number }]
      const { heard, isLive } = follow(`ws://127.0.0.1:${port}/realtime`)
      await until(isLive)
      await until(() => heard.length > 100)
      child.send('end')
      const [told] = (await once(child, 'message')) as [{ longestMs: number; dropped: number; count: number }]
      expect(told.dropped).toBeGreaterThan(1_000)
      expect(told.longestMs).toBeLessThan(1_000)
      const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(3_000) })) as [number]
      expect(code).toBe(7)
      expect(heard).toEqual(Array.from(heard, (_, index) => heard[0]! + index))
    },
    15_000,
  )
})

function startChild(stdout: number | 'pipe'): ChildProcess {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', new URL('./log-child.ts', import.meta.url).pathname],
    { stdio: ['ignore', stdout, 'inherit', 'ipc'] },
  )
}

function startOnFullDisk() {
  return startChild(openSync('/dev/full', 'w'))
}

function startUnread() {
  const child = startChild('pipe')
  child.stdout?.pause()
  return child
}
