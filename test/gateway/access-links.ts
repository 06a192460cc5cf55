// Links of a stranger's making: what is on the wire and nothing more, by each of the ways into a gateway, for tests of who may come in.
import { randomBytes } from 'node:crypto'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { WebSocket as NodeSocket } from 'ws'
import { closeEvent, endpointOf } from '../../src/transports/over-http.ts'
import { until } from '../smoke/until.ts'

export type Frame = Record<string, unknown> & { type: string }

/** How it ended, or how it was refused: for a socket a code and a reason, over HTTP a status and a body. */
export interface End {
  code: number
  text: string
}

export interface Link {
  /** What the server said. */
  readonly frames: Frame[]
  readonly ends: End[]
  /** The frames of one type. */
  of(type: string): Frame[]
  /** Says these, in this order; over HTTP with another token if one is given. Resolves once they are sent, over HTTP with the statuses. */
  say(frames: readonly object[], token?: string): Promise<number[]>
  close(): void
}

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

const base = '/api/v1/events'

export interface AskOptions {
  method?: string
  token?: string | undefined
  headers?: Record<string, string>
  body?: unknown
}

/** One request, answered in full. */
export async function ask(port: number, path: string, options: AskOptions = {}): Promise<Answer> {
  const response = await begin(port, path, options)
  let body = ''
  response.setEncoding('utf8')
  for await (const chunk of response) body += chunk as string
  return { status: response.statusCode!, headers: response.headers, body }
}

function begin(port: number, path: string, { method = 'GET', token, headers = {}, body }: AskOptions) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path: base + path,
      method,
      headers: { ...authorization, ...headers },
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  })
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Heard extends Link {
  take(text: string): void
  end(code: number, text: string): void
}

function createLink(say: Link['say'], close: Link['close']): Heard {
  const frames: Frame[] = []
  const ends: End[] = []
  return {
    frames,
    ends,
    of: (type) => frames.filter((frame) => frame.type === type),
    say,
    close,
    take: (text) => void frames.push(...([JSON.parse(text)].flat() as Frame[])),
    end(code, text) {
      if (ends.length === 0) ends.push({ code, text })
    },
  }
}

// ── sockets ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SocketOptions {
  path?: string
  protocols?: string[]
  headers?: Record<string, string>
}

export function socket(port: number, { path = '/realtime', protocols = [], headers = {} }: SocketOptions = {}): Link {
  const ws = new NodeSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers })
  const opened = new Promise<void>((resolve) => ws.once('open', resolve))
  const link = createLink(
    async (frames) => {
      await opened
      for (const frame of frames) if (ws.readyState === NodeSocket.OPEN) ws.send(JSON.stringify(frame))
      return []
    },
    () => ws.terminate(),
  )
  ws.on('message', (data: Buffer) => link.take(data.toString()))
  ws.on('close', (code, reason) => link.end(code, reason.toString()))
  ws.on('error', (error) => link.end(0, error.message))
  return link
}

/** A socket that offers a subprotocol which is not echoed, upon which every client that keeps to the rules gives up. */
export function bareSocket(port: number, protocol: string): Link {
  const tcp = connectTcp(port, '127.0.0.1')
  const link = createLink(
    async () => [],
    () => tcp.destroy(),
  )
  const head = [
    'GET /realtime?events=* HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
  ]
  tcp.write(`${head.join('\r\n')}\r\n\r\n`)
  let received = Buffer.alloc(0)
  tcp.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const end = received.indexOf('\r\n\r\n')
    if (end === -1 || received.length < end + 8) return
    const status = Number(received.subarray(9, 12).toString())
    if (status !== 101) return link.end(status, '')
    // The server's frames have no mask; an end is short, and comes first where nobody is let in.
    const frame = received.subarray(end + 4)
    if (frame[0] === 0x88) link.end(frame.readUInt16BE(2), frame.subarray(4, 2 + frame[1]!).toString())
    else link.frames.push({ type: 'data' })
  })
  tcp.on('error', () => {})
  return link
}

// ── over HTTP ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Says frames by requests of their own, each where it belongs. */
async function post(port: number, connectionId: unknown, token: string | undefined, frames: readonly object[]) {
  const statuses: number[] = []
  for (const frame of frames) {
    const { method, path } = endpointOf((frame as Frame).type as 'subscribe')
    const { status } = await ask(port, `${path}?connectionId=${String(connectionId)}`, { method, token, body: [frame] })
    statuses.push(status)
  }
  return statuses
}

export function sse(port: number, token: string | undefined, query = 'protocol=realtime.v1'): Link {
  let response: IncomingMessage | null = null
  const link = createLink(
    async (frames, other = token) => {
      await until(() => link.of('welcome').length > 0)
      return post(port, link.of('welcome')[0]!['connectionId'], other, frames)
    },
    () => response?.destroy(),
  )
  void read().catch(() => {})
  async function read() {
    response = await begin(port, `/stream?${query}`, { token })
    response.setEncoding('utf8')
    let text = ''
    for await (const chunk of response) {
      text += chunk as string
      if (response.statusCode !== 200) continue
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) takeMessage(message)
    }
    if (response.statusCode !== 200) link.end(response.statusCode!, text)
  }
  function takeMessage(message: string) {
    const data = /^data: (.*)$/m.exec(message)?.[1]
    if (data === undefined) return
    if (!message.includes(`event: ${closeEvent}`)) return link.take(data)
    const { code, reason } = JSON.parse(data) as { code: number; reason: string }
    link.end(code, reason)
  }
  return link
}

interface Polled {
  frames: Frame[]
  after: number
  connectionId?: string
  close?: { code: number; reason: string }
}

export function poll(port: number, token: string | undefined): Link {
  const closed = new AbortController()
  const link = createLink(
    async (frames, other = token) => {
      await until(() => link.of('welcome').length > 0)
      return post(port, link.of('welcome')[0]!['connectionId'], other, frames)
    },
    () => closed.abort(),
  )
  void read().catch(() => {})
  async function read() {
    let address = '?protocol=realtime.v1'
    let id = ''
    while (!closed.signal.aborted) {
      const { status, body } = await ask(port, address, { token })
      if (status !== 200) return link.end(status, body)
      const { frames, after, connectionId, close } = JSON.parse(body) as Polled
      id = connectionId ?? id
      link.frames.push(...frames)
      if (close !== undefined) return link.end(close.code, close.reason)
      address = `?connectionId=${id}&after=${after}`
    }
  }
  return link
}

// ── signing in ──────────────────────────────────────────────────────────────────────────────────────────────────────

export const transports = ['websocket', 'sse', 'poll'] as const
export type TransportName = (typeof transports)[number]

/** A link that speaks realtime.v1 and has sent its token; over a socket in the first frame. */
export function open(transport: TransportName, port: number, token: string | undefined): Link {
  if (transport === 'sse') return sse(port, token)
  if (transport === 'poll') return poll(port, token)
  const link = socket(port, { protocols: ['realtime.v1'] })
  void link.say([{ type: 'auth', ...(token !== undefined && { token }) }])
  return link
}

/** The same, signed in, with a subscription to everything it may read, and flowing. */
export async function join(transport: TransportName, port: number, token: string, resume: object = {}): Promise<Link> {
  const link = open(transport, port, token)
  await until(() => link.of('welcome').length > 0)
  await link.say([
    { type: 'subscribe', id: 'all' },
    { type: 'resume', streams: {}, ...resume },
  ])
  await until(() => link.of('resumed').length > 0)
  return link
}
