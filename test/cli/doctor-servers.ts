// Servers for the doctor: ours, and others with a fault each. All on 127.0.0.1.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import {
  createServer as createHttp,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type Server as TcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { examine } from '../../src/cli/doctor/examine.ts'
import { defaultLimits, type Limits, type Wanted } from '../../src/cli/doctor/examination.ts'
import { createRedact } from '../../src/cli/doctor/redact.ts'
import { createReport, type Finding, type Topic } from '../../src/cli/doctor/report.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { TokenRefused } from '../../src/hub/index.ts'
import { afterTest } from '../after-test.ts'

// ── the doctor ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Short ones, of servers on this machine. */
const limits: Limits = {
  ...defaultLimits,
  totalMs: 20_000,
  handshakeMs: 1_500,
  answerMs: 1_000,
  settleMs: 120,
  firstByteMs: 500,
  slackMs: 300,
  listenMs: 150,
}

export interface Examined {
  readonly findings: readonly Finding[]
  readonly exitCode: number
  readonly untried: string | null
  /** The one finding of this name. */
  of(topic: Topic, id: string): Finding
  /** `problem upgrade`, `warning tls`: what is not fine, by topic and id. */
  readonly complaints: string[]
}

type Wish = Partial<Omit<Wanted, 'limits'>> & { url: string; limits?: Partial<Limits>; stop?: AbortSignal }

export async function doctor({ stop, ...wanted }: Wish): Promise<Examined> {
  const report = createReport(createRedact(wanted.token ?? null))
  await examine(
    {
      token: null,
      auth: 'first-frame',
      origin: null,
      events: [],
      sse: null,
      poll: null,
      quick: true,
      ...wanted,
      limits: { ...limits, ...wanted.limits },
    },
    report,
    stop ?? new AbortController().signal,
  )
  const { findings, exitCode, untried } = report
  return {
    findings,
    exitCode,
    untried,
    of(topic, id) {
      const found = findings.filter((finding) => finding.topic === topic && finding.id === id)
      if (found.length !== 1) throw new Error(`${found.length} findings ${topic} ${id} in ${JSON.stringify(findings)}`)
      return found[0]!
    },
    complaints: findings
      .filter(({ level }) => level === 'problem' || level === 'warning')
      .map(({ level, topic, id }) => `${level} ${topic} ${id}`),
  }
}

// ── our gateway ─────────────────────────────────────────────────────────────────────────────────────────────────────

export const goodToken = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2VjcmV0LXNpZ25hdHVyZS1vZi1hZGE'

export interface Served {
  readonly port: number
  readonly ws: string
  readonly http: string
}

const placeOf = (port: number): Served => ({
  port,
  ws: `ws://127.0.0.1:${port}/realtime`,
  http: `http://127.0.0.1:${port}`,
})

export async function serveGateway(options: Partial<GatewayOptions> = {}): Promise<Served & { gateway: Gateway }> {
  const gateway = createGateway({
    verify: (token) => {
      if (token !== goodToken) throw new TokenRefused('malformed', 'no token of this test')
      return { subject: 'ada', streams: ['*'] }
    },
    onError: () => {},
    ...options,
  })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { ...placeOf(port), gateway }
}

export const publishEvery = (gateway: Gateway, ms: number) => {
  let count = 0
  const timer = setInterval(
    () => void gateway.publish({ type: 'goal.counted', stream: 'goal:1', payload: { count: ++count } }),
    ms,
  )
  afterTest(() => clearInterval(timer))
}

// ── others ──────────────────────────────────────────────────────────────────────────────────────────────────────────

async function listening(server: Server | TcpServer): Promise<Served> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  afterTest(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return placeOf((server.address() as { port: number }).port)
}

export const serveHttp = (answer: RequestListener) => listening(createHttp(answer))
/** Answers a request to upgrade as any other, as servers do that know nothing of it. */
export const serveStatus = (status: number, headers: Record<string, string> = {}) =>
  serveHttp((_request, response) => void response.writeHead(status, headers).end('no socket here'))
export const serveTcp = (talk: (socket: Socket) => void) => listening(createTcp(talk))

/** A port at which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcp()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export interface WsOptions extends Omit<ServerOptions, 'server' | 'port'> {
  /** False, or a status with which the upgrade is refused. */
  refuse?: (request: IncomingMessage) => number | false
  answer?: (request: IncomingMessage, response: ServerResponse) => void
}

/** A server of the `ws` package, which says what `talk` says. */
export function serveWs(talk: (socket: WebSocket, request: IncomingMessage) => void, options: WsOptions = {}) {
  const { refuse = () => false, answer = (_request, response) => response.writeHead(404).end(), ...ws } = options
  const http = createHttp(answer)
  const server = new WebSocketServer({
    server: http,
    verifyClient: ({ req }, done) => {
      const status = refuse(req)
      done(status === false, status === false ? 200 : status)
    },
    ...ws,
  })
  server.on('connection', (socket, request) => {
    socket.on('error', () => {})
    talk(socket, request)
  })
  return listening(http)
}

/** Takes no subprotocol, as a plain server should. */
export const plain = { handleProtocols: () => false as const }
/** Takes ours, as a server does that speaks it. */
export const speaking = { handleProtocols: (offered: Set<string>) => offered.has('realtime.v1') && 'realtime.v1' }

/** Frames of the client, by type; what `answers` says to each is sent. */
export function conversation(
  socket: WebSocket,
  answers: Record<string, (frame: Record<string, unknown>) => object | object[] | undefined>,
) {
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Record<string, unknown> & { type: string }
    for (const told of [answers[frame.type]?.(frame) ?? []].flat()) socket.send(JSON.stringify(told))
  })
}

export const welcome = {
  type: 'welcome',
  connectionId: 'c-1',
  protocol: 'realtime.v1',
  heartbeatMs: 30_000,
  ackTimeoutMs: 30_000,
  replayWindowMs: 300_000,
  capabilities: ['ack-up-to', 'patterns'],
}

/** The least that a server of realtime.v1 says; `more` in place of it. */
export const speaker = (
  more: Record<string, (frame: Record<string, unknown>) => object | object[] | undefined> = {},
) => ({
  auth: () => ({ ...welcome, serverTime: new Date().toISOString() }),
  subscribe: ({ id }: Record<string, unknown>) => ({ type: 'subscribed', ref: id, streams: {} }),
  resume: () => ({ type: 'resumed', streams: {} }),
  ping: () => ({ type: 'pong' }),
  ...more,
})

export const event = (seq: number, more: object = {}) => ({
  type: 'goal.counted',
  eventId: `EV-${seq}`,
  timestamp: new Date().toISOString(),
  stream: 'goal:1',
  seq,
  epoch: 'e1',
  payload: { count: seq },
  ...more,
})

/** A key and a certificate that nobody signed but itself; null where no openssl is installed. */
export function selfSigned(): { key: Buffer; cert: Buffer } | null {
  const folder = mkdtempSync(join(tmpdir(), 'livecache-doctor-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'.split(
      ' ',
    )
    execFileSync(
      'openssl',
      [...args, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert],
      {
        stdio: 'ignore',
      },
    )
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function serveTls(given: { key: Buffer; cert: Buffer }) {
  const { port } = await listening(createHttps(given, (_request, response) => response.writeHead(404).end()))
  return { port, wss: `wss://localhost:${port}/realtime` }
}
