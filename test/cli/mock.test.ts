// The mock server as a process, and real clients of it.
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import type { MockState } from '../../src/cli/mock-actions.ts'
import { type ClientOptions, createClient } from '../../src/client/index.ts'
import { polling, sse, type Transport, webSocket } from '../../src/transports/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { count, countUpTo, fault, serveScenario, silent, stateOf } from './mock-process.ts'
import { post, serve, type Served } from './process.ts'

afterEach(endAll)

/** Time that does not make a test wait: links come back at once, and gaps are said soon. */
const hasty: ClientOptions = { backoff: { ceilingsMs: [50] }, holdBackMs: 300 }

async function joinBy(transport: Transport, options: ClientOptions = {}) {
  const heard: unknown[] = []
  const lost: unknown[] = []
  const reasons: string[] = []
  const client = createClient({
    transports: [transport],
    storage: null,
    ...hasty,
    getToken({ reason }) {
      reasons.push(reason)
      return 'ada'
    },
    onError: () => {},
    ...options,
  })
  afterTest(client.dispose)
  client.on('goal.counted', ({ payload }) => heard.push(payload))
  client.onResync(({ cause, streams }) => cause === 'joined' || lost.push({ cause, streams }))
  client.hold()
  await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
  return { client, heard, lost, reasons }
}

const joinTo = (server: Served, options?: ClientOptions) => joinBy(webSocket(`${server.ws}/realtime`), options)

const transports: Record<string, (server: Served) => Transport> = {
  WebSocket: ({ ws }) => webSocket(`${ws}/realtime`),
  'an event stream': ({ http }) => sse(`${http}/api/v1/events/stream`),
  polling: ({ http }) => polling(`${http}/api/v1/events`),
}

describe('the mock server', () => {
  it('says where it is, what to paste, and ends with 0 at Ctrl-C', async () => {
    const server = await serve(['mock', '--port', '0'])
    expect(server.stdout).toContain(`http://localhost:${server.port}/api/v1/events/stream`)
    expect(server.stdout).toContain(`http://localhost:${server.port}/mock\n`)
    expect(server.stdout).toContain(
      `createRealtime({ url: 'ws://localhost:${server.port}/realtime', getToken: () => 'ada' })`,
    )
    expect(server.stdout).toContain('A small workspace (built in)')
    // oxlint-disable-next-line no-control-regex -- what colours begin with
    expect(server.stdout).not.toMatch(/\u001b/)
    server.child.kill('SIGINT')
    expect([await server.exited, server.stderr]).toEqual([0, ''])
  })

  it('ends with 0 while clients of every kind are connected, and tells them', async () => {
    const server = await serveScenario()
    const joined = await Promise.all(Object.values(transports).map((transport) => joinBy(transport(server))))
    server.child.kill('SIGTERM')
    expect([await server.exited, server.stderr]).toEqual([0, ''])
    await until(() => joined.every(({ client }) => client.getState().name === 'reconnecting'))
  })

  it('needs no token, and takes any: the subject of a JWT, or the text itself', async () => {
    const server = await serveScenario()
    const claims = Buffer.from(JSON.stringify({ sub: 'user-7' })).toString('base64url')
    await joinTo(server, { getToken: undefined as never })
    await joinTo(server, { getToken: () => 'ada' })
    await joinTo(server, { getToken: () => `head.${claims}.signature` })
    await joinTo(server, { getToken: () => '~ opaque ~' })
    const { sessions } = await stateOf(server)
    expect(sessions.map(({ subject }) => subject)).toEqual(['guest', 'ada', 'user-7', 'guest'])
    expect(sessions[0]).toMatchObject({ transport: 'websocket', protocol: 'realtime.v1', state: 'subscribed' })
  })

  it('plays its scenario once a client has subscribed, each step in its time', async () => {
    const server = await serveScenario({
      ...silent,
      steps: [
        { after: 100, emit: 'counted', repeat: 3, every: 50 },
        { emit: { type: 'goal.counted', payload: { of: '{{last}}' } } },
      ],
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await stateOf(server)).scenario).toMatchObject({ state: 'waiting', step: 1, steps: 2 })
    const began = performance.now()
    const { heard } = await joinTo(server)
    await until(() => heard.length === 4)
    expect(performance.now() - began).toBeGreaterThan(190)
    expect(heard).toEqual([1, 2, 3, { of: 3 }])
    expect((await stateOf(server)).scenario.state).toBe('over')
  })

  it('begins at once where it is told to, and plays on from the start as often as it is asked', async () => {
    const server = await serveScenario({
      ...silent,
      begin: 'at-once',
      loop: true,
      steps: [{ after: 40, emit: 'counted' }],
    })
    await until(() => server.stdout.includes('#5'))
    await post(`${server.http}/mock/scenario`, { do: 'pause' })
    const { sent } = await stateOf(server)
    const { heard } = await joinTo(server)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([(await stateOf(server)).sent, heard]).toEqual([sent, []])
    await post(`${server.http}/mock/scenario`, { do: 'restart' })
    await until(() => heard.length > 2)
    expect(heard[0]).toBe(sent + 1)
  })

  it.each(Object.entries(transports))('sends what is posted to a client by %s', async (_name, transport) => {
    const server = await serveScenario()
    const { heard } = await joinBy(transport(server))
    const { status, body } = await count(server)
    expect([status, body]).toEqual([
      200,
      { sessions: 1, events: [{ eventId: expect.any(String), stream: 'tenant:1', seq: 1, epoch: expect.any(String) }] },
    ])
    await post(`${server.http}/mock/events`, ['counted', { type: 'goal.counted', payload: { free: true } }])
    await until(() => heard.length === 3)
    expect(heard).toEqual([1, 2, { free: true }])
  })

  it('sends what one client publishes to the others, on the stream it names or its own', async () => {
    const server = await serveScenario()
    const [one, two] = [await joinTo(server), await joinTo(server)]
    await one.client.publish('goal.counted', 'named', { stream: 'tenant:1' })
    await one.client.publish('goal.counted', 'unnamed')
    await until(() => two.heard.length === 2)
    expect(two.heard).toEqual(['named', 'unnamed'])
  })

  it('serves plain clients too: flat frames over WebSocket, entities over an EventSource', async () => {
    const server = await serveScenario()
    const texts: string[] = []
    const socket = new NodeSocket(`${server.ws}/realtime?events=goal.counted`)
    afterTest(() => socket.terminate())
    socket.on('message', (data: Buffer) => texts.push(data.toString()))
    const abort = new AbortController()
    afterTest(() => abort.abort())
    const { body } = await fetch(`${server.http}/api/v1/events/stream`, { signal: abort.signal })
    let streamed = ''
    void body!
      .pipeThrough(new TextDecoderStream())
      .pipeTo(
        new WritableStream({
          write(text) {
            streamed += text
          },
        }),
      )
      .catch(() => {})
    await until(() => server.stdout.split('joined by').length === 3)
    await count(server)
    await until(() => texts.length > 0 && streamed.includes('goal.counted'))
    expect(JSON.parse(texts[0]!)).toMatchObject({ type: 'goal.counted', counted: 1 })
    expect(streamed).toMatch(/event: goal\.counted\nid: .+\ndata: /)
  })

  it('tells what happened, newest first', async () => {
    const server = await serveScenario()
    await joinTo(server)
    await count(server)
    await fault(server, { drop: 2, mute: 1 })
    const { recent, sent } = await stateOf(server)
    expect(sent).toBe(1)
    expect(recent.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'fault: the next 2 events are lost, mute for 0.001 s',
      'event: goal.counted → tenant:1 #1',
      'client: joined by websocket, ada',
    ])
    expect(server.stdout).toMatch(/\d\d:\d\d:\d\d {2}event {5}goal\.counted → tenant:1 #1\n/)
  })
})

describe('faults of the mock server', () => {
  it.each(Object.keys(transports))('by %s: links that are cut come back, and miss nothing', async (name) => {
    const server = await serveScenario()
    const { client, heard, lost } = await joinBy(transports[name]!(server))
    await countUpTo(server, 1, heard)
    const { dials } = client.inspect().counters
    // A poll that is not on its way yet could not be cut.
    if (name === 'polling') await new Promise((resolve) => setTimeout(resolve, 100))
    await fault(server, { drop: 'links' })
    await count(server)
    await until(() => client.inspect().counters.dials > dials)
    await countUpTo(server, 4, heard)
    expect([heard, lost]).toEqual([[1, 2, 3, 4], []])
    expect((await stateOf(server)).recent.some(({ text }) => text === 'links are cut')).toBe(true)
  })

  it('links that are cut get no word of it', async () => {
    const server = await serveScenario()
    const socket = new NodeSocket(`${server.ws}/realtime`)
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('open', resolve))
    await fault(server, { drop: true })
    expect(await ended).toBe(1006)
  })

  it('events that come twice are heard once', async () => {
    const server = await serveScenario()
    const { client, heard, lost } = await joinTo(server)
    await fault(server, { duplicate: 2 })
    await countUpTo(server, 3, heard)
    expect([heard, lost]).toEqual([[1, 2, 3], []])
    expect(client.inspect().counters).toMatchObject({ received: 5, duplicates: 2 })
  })

  it('events that come in the wrong order are heard in the right one', async () => {
    const server = await serveScenario()
    const { client, heard, lost } = await joinTo(server)
    await fault(server, { reorder: 3 })
    for (let sent = 0; sent < 3; sent++) await count(server)
    await until(() => heard.length === 3)
    expect([heard, lost]).toEqual([[1, 2, 3], []])
    expect(client.inspect().counters.heldBack).toBe(2)
  })

  it('events that are lost are missed, and the client says of which stream', async () => {
    const server = await serveScenario()
    const { heard, lost } = await joinTo(server)
    await fault(server, { drop: 2 })
    await countUpTo(server, 4, heard)
    expect([heard, lost]).toEqual([[3, 4], [{ cause: 'lost', streams: ['tenant:1'] }]])
  })

  it('a mute server sends nothing over a socket that stays open, and afterwards goes on', async () => {
    const server = await serveScenario()
    const { client, heard, lost } = await joinTo(server)
    const { body } = await fault(server, { mute: 60_000 })
    expect((body as unknown as MockState).faults.mutedForMs).toBeGreaterThan(59_000)
    await count(server)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([heard, client.getState().name]).toEqual([[], 'connected'])
    await fault(server, { mute: 0 })
    await countUpTo(server, 2, heard)
    expect([heard, lost]).toEqual([[2], [{ cause: 'lost', streams: ['tenant:1'] }]])
    expect(client.inspect().counters.dials).toBe(1)
  })

  it('expired sessions ask for a fresh token and go on', async () => {
    const server = await serveScenario()
    const { client, heard, lost, reasons } = await joinTo(server)
    await countUpTo(server, 1, heard)
    await fault(server, { expire: true })
    await count(server)
    await countUpTo(server, 3, heard)
    expect([reasons, heard, lost]).toEqual([['connect', 'rejected'], [1, 2, 3], []])
    expect(client.getState().name).toBe('connected')
  })

  it('expired sessions stop where no fresh token is to be had: twice in a row, or without anybody to ask', async () => {
    const server = await serveScenario()
    const [twice, nobody] = [await joinTo(server), await joinTo(server, { getToken: undefined as never })]
    await fault(server, { expire: true })
    await until(() => nobody.client.getState().name === 'unauthorized')
    await until(() => twice.client.getState().name === 'connected' && twice.reasons.length === 2)
    await fault(server, { expire: true })
    await until(() => twice.client.getState().name === 'unauthorized')
    expect(twice.reasons).toEqual(['connect', 'rejected'])
  })

  it('are steps of a scenario as well, and are taken back by one word', async () => {
    const server = await serveScenario({ ...silent, steps: [{ fault: { mute: 60_000 } }, { emit: 'counted' }] })
    const { heard } = await joinTo(server, { holdBackMs: 50 })
    await until(() => server.stdout.includes('scenario  over'))
    await fault(server, { clear: true })
    expect((await stateOf(server)).faults).toEqual({ mutedForMs: 0, losing: 0, duplicating: 0, reordering: 0 })
    await countUpTo(server, 2, heard)
    expect(heard).toEqual([2])
  })
})
