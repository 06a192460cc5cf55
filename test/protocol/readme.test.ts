// Holds the specification to the code: its frames are read, its server serves, its session is what a client says.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WebSocketServer } from 'ws'
import { systemClock } from '../../src/base/clock.ts'
import { createClient, type RealtimeClient, type Resync } from '../../src/client/index.ts'
import {
  asOfHeader,
  closeCodeOfError,
  closeCodes,
  decodeClientFrame,
  encodeAsOf,
  encodeFrame,
  maxFrameDepth,
  maxFrameLength,
  parseAsOf,
  type RealtimeEvent,
} from '../../src/protocol/index.ts'
import { clientFrameFields, serverFrameFields } from '../../src/protocol/frames.ts'
import type { Transport, TransportListener } from '../../src/transports/index.ts'
import { decode, decodeBriefly, decodeEvent } from './decode.ts'

const text = readFileSync(new URL('../../src/protocol/README.md', import.meta.url), 'utf8')
const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code: code! }))
const lines = blocks.flatMap(({ code }) => code.split('\n'))
const saidBy = (side: '→' | '←') => lines.filter((line) => line.startsWith(`${side} `)).map((line) => line.slice(2))

const undos: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the specification', () => {
  it('shows frames of both sides', () => {
    expect(saidBy('→').length).toBeGreaterThan(15)
    expect(saidBy('←').length).toBeGreaterThan(20)
  })

  it.each([...new Set(saidBy('→'))])('shows a frame that a client may send: %s', (frame) => {
    expect(decodeClientFrame(frame)).toEqual({ kind: 'frame', frame: JSON.parse(frame) as unknown })
  })

  it.each([...new Set(saidBy('←'))])('shows a frame that a server may send: %s', (frame) => {
    const [message] = decode(frame)
    const { type } = JSON.parse(frame) as { type: string }
    expect(message?.kind).toBe(Object.hasOwn(serverFrameFields, type) ? 'frame' : 'event')
  })

  /** The text below a heading, up to the next one. */
  function section(heading: RegExp, from = 0): string {
    const start = text.slice(from).search(heading) + from
    return text.slice(start, text.indexOf('\n#', start + 1))
  }

  it.each(Object.entries(clientFrameFields))('names every field of the frame %s of a client', (type, fields) => {
    const part = section(new RegExp(`^### .*\`${type}\``, 'm'), text.indexOf('\n## 4. '))
    for (const field of Object.keys(fields)) expect(part).toContain(`| \`${field}\``)
  })

  it.each(Object.entries(serverFrameFields))('names every field of the frame %s of a server', (type, fields) => {
    const part = section(new RegExp(`^### .*\`${type}\``, 'm'), text.indexOf('\n## 5. '))
    for (const [field, kind] of Object.entries(fields)) {
      expect(part).toContain(kind.endsWith('?') ? `| \`${field}\` |` : `| \`${field}\` ● |`)
    }
  })

  it('names every code and every limit', () => {
    for (const code of Object.values(closeCodes)) expect(text).toMatch(new RegExp(`^\\| (?:\\d+, )*${code}\\b`, 'm'))
    for (const code of Object.keys(closeCodeOfError)) expect(text).toContain(`\`${code}\``)
    expect(text).toContain(`| ${maxFrameLength.toLocaleString('en')} bytes`)
    expect(text).toContain(`| ${maxFrameDepth} levels`)
  })

  it('shows a header that says how new an answer is, as it is written and read', () => {
    const [, header, value] = /^(livecache-as-of): (.+)$/m.exec(section(/^## 20\. /m))!
    expect(header).toBe(asOfHeader.toLowerCase())
    expect(encodeAsOf(parseAsOf(value)!)).toBe(value)
    expect(text).toContain(`\naccess-control-expose-headers: ${asOfHeader}\n`)
  })

  it('links only to headings that are there', () => {
    const slugs = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    )
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, slug]) => slug!)
    expect(links.length).toBeGreaterThan(18)
    expect(links.filter((slug) => !slugs.includes(slug))).toEqual([])
  })

  it('normalizes its examples as its table says', () => {
    const rows = [...text.matchAll(/^\| `(\{.*\})` \| `(.+)` \| (?:`(.+)`|none) \| `(\{.*\})` \|$/gm)]
    expect(rows).toHaveLength(4)
    for (const [, frame, type, id = null, payload] of rows) {
      expect(decodeEvent(frame)).toMatchObject({ type, id, payload: JSON.parse(payload!) as unknown })
    }
    const [, status, payload] = /^ {2}`(\{"type":"status".*?\})` has the payload `(.*?)`/m.exec(text)!
    expect(decodeEvent(status).payload).toEqual(JSON.parse(payload!))
    expect(decodeBriefly('{"payload":{}}')).toEqual(['a frame needs a "type"'])
  })
})

describe('the whole session', () => {
  const transcript = blocks
    .find(({ language }) => language === 'transcript')!
    .code.split('\n')
    .filter(Boolean)

  it('is what a client says, byte for byte, to what the server says', async () => {
    vi.useFakeTimers({ now: Date.UTC(2024, 10, 9, 14, 30) })
    // The shortest waits between attempts.
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const said: string[] = []
    const resyncs: Resync[] = []
    const handled: (string | null)[] = []
    const published: unknown[] = []
    let server: TransportListener | undefined
    const transport: Transport = {
      name: 'transcript',
      open(_request, listener) {
        server = listener
        queueMicrotask(() => listener.opened('realtime.v1'))
        return { send: (frame) => void said.push(encodeFrame(frame)), close() {} }
      },
    }
    const client = createClient({ transports: [transport], getToken: () => 'eyJhbGciOiJIUzI1NiJ9.e30.x' })
    undos.push(() => client.dispose())
    client.onResync((resync) => resyncs.push(resync))
    client.on('goal.*', ({ id }) => handled.push(id), { filters: { status: 'open' }, streams: ['tenant:3'] })
    const leaveIssues = client.on('issue.*', () => {})
    const happens: Record<string, () => void> = {
      'the client opens': () => client.hold(),
      'the user leaves': leaveIssues,
      'the user renames': () =>
        void client
          .publish('goal.renamed', { goalId: 'G-1', status: 'open', name: 'Ship' }, { id: 'm-1', stream: 'tenant:3' })
          .then((answer) => published.push(answer)),
      'the link breaks': () => server?.closed({ code: 1006, reason: '' }),
      'the server is started anew': () => server?.closed({ code: 1012, reason: '' }),
    }

    // What the transcript says of the server and of the world is done; what the client then says is written down.
    const happened: string[] = []
    for (const line of transcript.filter((candidate) => !candidate.startsWith('→ '))) {
      happened.push(line)
      if (line.startsWith('← ')) server!.message(line.slice(2))
      else Object.entries(happens).find(([start]) => line.startsWith(`[${start}`))?.[1]()
      await vi.advanceTimersByTimeAsync(line.startsWith('[') ? 5_000 : 100)
      happened.push(...said.splice(0).map((frame) => `→ ${frame}`))
    }

    expect(happened).toEqual(transcript)
    expect(handled).toEqual(['EV-42', 'EV-45', 'EV-48', 'EV-49', 'EV-n1'])
    expect(published).toEqual([{ id: 'm-1', eventId: 'EV-48' }])
    expect(resyncs).toEqual([
      { streams: ['tenant:3'], cause: 'joined' },
      { streams: 'all', cause: 'lost' },
    ])
    expect(client.inspect()).toMatchObject({
      positions: { 'tenant:3': { epoch: 'e2', seq: 1 } },
      counters: { quarantined: 0, duplicates: 0, acked: 5 },
    })
  })
})

describe('the minimal server', () => {
  interface MinimalServer {
    server: WebSocketServer
    publish(stream: string, type: string, payload: unknown): void
  }
  const folder = fileURLToPath(new URL(`../../node_modules/.readme-${process.pid}/`, import.meta.url))

  /** Runs the code of the specification as it stands. Below node_modules, where `ws` can be found. */
  async function start(port = 0) {
    const { code } = blocks.find(({ language }) => language === 'js')!
    mkdirSync(folder, { recursive: true })
    undos.push(() => rmSync(folder, { recursive: true, force: true }))
    const file = `${folder}${Math.random()}.mjs`
    writeFileSync(file, code)
    vi.stubEnv('PORT', String(port))
    const { server, publish } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as MinimalServer
    vi.unstubAllEnvs()
    const stop = async () => {
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    }
    undos.push(stop)
    if (server.address() === null) await new Promise((resolve) => server.once('listening', resolve))
    return { server, publish, stop, port: (server.address() as AddressInfo).port }
  }

  function connect(port: number) {
    const received: RealtimeEvent[] = []
    const resyncs: Resync[] = []
    const client: RealtimeClient = createClient({
      url: `ws://127.0.0.1:${port}`,
      getToken: () => 'me',
      onError: (error) => {
        throw error
      },
      // Waits between attempts are real time here, so they are kept short.
      clock: { ...systemClock, random: () => 0 },
      backoff: { ceilingsMs: [50] },
    })
    undos.push(() => client.dispose())
    client.on(['goal.created', 'goal.closed'], (event) => received.push(event), { filters: { status: 'open' } })
    client.onResync((resync) => resyncs.push(resync))
    client.hold()
    // Up is not yet subscribed, and a busy machine shows it.
    const isUp = () =>
      vi.waitFor(() => {
        expect(client.getState()).toMatchObject({ name: 'connected', server: 'livecache' })
        expect(client.inspect().subscriptions.map(({ status }) => status)).toEqual(['subscribed'])
      }, 4_000)
    const has = (...numbers: number[]) =>
      vi.waitFor(() => expect(received.map(({ payload }) => (payload as { n: number }).n)).toEqual(numbers), 4_000)
    return { client, received, resyncs, isUp, has }
  }

  it('sends what happens, to whoever asked for it', async () => {
    const { publish, port } = await start()
    publish('tenant:3', 'goal.created', { n: 1, status: 'open' })
    const { client, received, isUp, has, resyncs } = connect(port)
    await isUp()
    await vi.waitFor(() => expect(resyncs).toEqual([{ streams: ['tenant:3'], cause: 'joined' }]))
    publish('tenant:3', 'goal.created', { n: 2, status: 'open' })
    publish('tenant:3', 'issue.created', { n: 3, status: 'open' })
    publish('tenant:3', 'goal.closed', { n: 4, status: 'Open' })
    await has(2, 4)
    expect(received.map(({ seq, prev }) => ({ seq, prev }))).toEqual([
      { seq: 2, prev: undefined },
      { seq: 4, prev: 2 },
    ])
    expect(client.inspect().counters).toMatchObject({ quarantined: 0, duplicates: 0, lost: 0 })
  })

  it('sends what was missed while the link was down', async () => {
    const { server, publish, port } = await start()
    const { client, received, isUp, has } = connect(port)
    await isUp()
    publish('tenant:3', 'goal.created', { n: 1, status: 'open' })
    await has(1)
    for (const socket of server.clients) socket.terminate()
    publish('tenant:3', 'goal.created', { n: 2, status: 'open' })
    await has(1, 2)
    await isUp()
    publish('tenant:3', 'goal.created', { n: 3, status: 'open' })
    await has(1, 2, 3)
    expect(received.map(({ replayed }) => replayed)).toEqual([false, true, false])
    expect(client.inspect().counters).toMatchObject({ resumes: 1, duplicates: 0, lost: 0 })
  })

  it('says that it forgot where it was started anew', async () => {
    const first = await start()
    const { isUp, has, resyncs, client } = connect(first.port)
    await isUp()
    first.publish('tenant:3', 'goal.created', { n: 1, status: 'open' })
    await has(1)
    await first.stop()
    const second = await start(first.port)
    // As many events as the client has read, so that the numbers alone would look right.
    second.publish('tenant:3', 'goal.created', { n: 2, status: 'open' })
    await vi.waitFor(() => expect(resyncs).toContainEqual({ streams: 'all', cause: 'lost' }), 4_000)
    second.publish('tenant:3', 'goal.created', { n: 3, status: 'open' })
    await has(1, 3)
    expect(client.inspect().positions['tenant:3']?.seq).toBe(2)
  })

  /** A socket without a client, and the types of what it hears. */
  async function openRaw(port: number) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'realtime.v1')
    undos.push(() => socket.close())
    const heard: string[] = []
    const frames: { type: string; streams?: unknown }[] = []
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data as string) as { type: string }
      frames.push(frame)
      heard.push(frame.type)
    })
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    return { socket, heard, frames }
  }

  it('holds events back until it knows where the client goes on', async () => {
    const { publish, port } = await start()
    const { socket, heard } = await openRaw(port)
    for (const frame of ['{"type":"auth"}', '{"type":"subscribe"}', '{"type":"ping"}']) socket.send(frame)
    await vi.waitFor(() => expect(heard.at(-1)).toBe('pong'))
    publish('tenant:3', 'goal.created', {})
    for (const frame of ['{"type":"ping"}', '{"type":"resume","streams":{}}']) socket.send(frame)
    await vi.waitFor(() => expect(heard.at(-1)).toBe('resumed'))
    publish('tenant:3', 'goal.closed', {})
    await vi.waitFor(() => expect(heard.at(-1)).toBe('goal.closed'))
    expect(heard).toEqual(['welcome', 'subscribed', 'pong', 'pong', 'goal.created', 'resumed', 'goal.closed'])
  })

  it('tells with each ping how far it sent what moved, so that nothing is lost unnoticed', async () => {
    const beats: (() => void)[] = []
    vi.spyOn(globalThis, 'setInterval').mockImplementation((run) => beats.push(run) as never)
    const { publish, port } = await start()
    publish('tenant:3', 'goal.created', {})
    const { socket, heard, frames } = await openRaw(port)
    const moves = async (pings: number) => {
      for (const beat of beats) beat()
      await vi.waitFor(() => expect(heard.filter((type) => type === 'ping')).toHaveLength(pings))
      return frames.at(-1)!.streams
    }
    const said = ['{"type":"auth"}', '{"type":"subscribe","events":["goal.created"]}', '{"type":"resume","streams":{}}']
    for (const frame of said) socket.send(frame)
    await vi.waitFor(() => expect(heard.at(-1)).toBe('resumed'))
    publish('tenant:3', 'goal.created', {})
    publish('tenant:3', 'issue.created', {})
    publish('user:7', 'goal.created', {})
    expect(await moves(1)).toEqual({ 'tenant:3': { prev: 2, seq: 3 }, 'user:7': { prev: 1, seq: 1 } })
    expect(await moves(2)).toEqual({})
    publish('tenant:3', 'goal.created', {})
    await vi.waitFor(() => expect(heard.at(-1)).toBe('goal.created'))
    expect(frames.at(-1)).not.toHaveProperty('prev')
  })

  it('survives what a client should not send', async () => {
    const { publish, port } = await start()
    const { socket, heard } = await openRaw(port)
    const frames = ['{"type":"auth"}', 'nonsense', 'null', '{"type":"constructor"}', '{"type":"subscribe","events":5}']
    for (const frame of [...frames, '{"type":"resume"}', '{"type":"ping"}']) socket.send(frame)
    await vi.waitFor(() => expect(heard.at(-1)).toBe('pong'))
    expect(heard).toEqual(['welcome', 'error', 'error', 'error', 'error', 'resumed', 'pong'])
    expect(() => publish('tenant:3', 'goal.created', {})).not.toThrow()
  })

  it('closes with 4401 on whoever does not sign in first', async () => {
    const { port } = await start()
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'realtime.v1')
    const code = new Promise((resolve) => socket.addEventListener('close', (event) => resolve(event.code)))
    socket.addEventListener('open', () => socket.send('{"type":"subscribe"}'))
    expect(await code).toBe(4401)
  })
})
