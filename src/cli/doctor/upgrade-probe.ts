// One request to upgrade, looked at from the name to the answer: how far it came, and what was said. What that means is connection.ts.
import { createHash, randomBytes } from 'node:crypto'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { resolveUrl } from '../../transports/address.ts'

export type Stage = 'name' | 'port' | 'tls' | 'answer'

export type Outcome =
  /** 101. @param isRight whether it proved that it read our key */
  | { kind: 'switched'; protocol: string | null; headers: IncomingHttpHeaders; isRight: boolean }
  | { kind: 'answered'; status: number; headers: IncomingHttpHeaders }
  /** @param code of Node, such as ECONNREFUSED */
  | { kind: 'failed'; stage: Stage; code: string; message: string }
  /** Nothing more came. */
  | { kind: 'silent'; stage: Stage }

export interface Upgrade {
  readonly outcome: Outcome
  /** Where the name led to. */
  readonly address: string | null
  /** In ms since the beginning; what did not come is not there. */
  readonly times: Partial<Record<'name' | 'port' | 'tls' | 'answer', number>>
  readonly certificate: { issuer: string; validTo: Date; protocol: string } | null
}

export interface UpgradeOptions {
  params?: Readonly<Record<string, string>>
  origin?: string | null
  /** Subprotocols. */
  offers?: readonly string[]
  limitMs: number
  signal: AbortSignal
}

/** Of RFC 6455, section 1.3. */
const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export function probeUpgrade(url: string, options: UpgradeOptions): Promise<Upgrade> {
  const { params = {}, origin = null, offers = [], limitMs, signal } = options
  const address = resolveUrl(url, 'http', params)
  const isEncrypted = address.protocol === 'https:'
  const key = randomBytes(16).toString('base64')
  const beganAt = performance.now()
  const seen = {
    address: null as string | null,
    times: {} as Upgrade['times'],
    certificate: null as Upgrade['certificate'],
  }
  const reach = (reached: Stage) => (seen.times[reached] ??= performance.now() - beganAt)

  function stage(): Stage {
    if (seen.times.port === undefined) return seen.address === null && !isAddress(address.hostname) ? 'name' : 'port'
    return isEncrypted && seen.times.tls === undefined ? 'tls' : 'answer'
  }

  return new Promise((resolve) => {
    const request = (isEncrypted ? requestHttps : requestHttp)(address, {
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': key,
        ...(offers.length > 0 && { 'sec-websocket-protocol': offers.join(', ') }),
        ...(origin !== null && { origin }),
      },
    })
    const giveUp = setTimeout(() => end({ kind: 'silent', stage: stage() }), limitMs)
    const abort = () => end({ kind: 'silent', stage: stage() })
    signal.addEventListener('abort', abort)

    function end(outcome: Outcome) {
      clearTimeout(giveUp)
      signal.removeEventListener('abort', abort)
      resolve({ outcome, ...seen })
      request.destroy()
    }
    watchSocket(request, reach, seen)
    request.on('upgrade', ({ headers }: IncomingMessage, socket) => {
      reach('answer')
      socket.on('error', () => {})
      socket.destroy()
      const isRight =
        headers['sec-websocket-accept'] ===
        createHash('sha1')
          .update(key + magic)
          .digest('base64')
      end({ kind: 'switched', protocol: headers['sec-websocket-protocol'] ?? null, headers, isRight })
    })
    request.on('response', (response) => {
      reach('answer')
      end({ kind: 'answered', status: response.statusCode ?? 0, headers: response.headers })
    })
    // Also after the end, when nobody listens any more.
    request.on('error', (error: NodeJS.ErrnoException) =>
      end({ kind: 'failed', stage: stage(), code: error.code ?? '', message: error.message }),
    )
    request.end()
  })
}

function watchSocket(
  request: ClientRequest,
  reach: (stage: Stage) => void,
  seen: { address: string | null; certificate: Upgrade['certificate'] },
) {
  request.on('socket', (socket) => {
    socket.on('lookup', (error: Error | null, address: string) => {
      if (error) return
      seen.address = address
      reach('name')
    })
    socket.on('connect', () => {
      seen.address = socket.remoteAddress ?? seen.address
      reach('port')
    })
    socket.on('secureConnect', () => {
      reach('tls')
      seen.certificate = certificateOf(socket as TLSSocket)
    })
  })
}

function certificateOf(socket: TLSSocket): Upgrade['certificate'] {
  const { issuer, valid_to: validTo } = socket.getPeerCertificate()
  if (validTo === undefined) return null
  const name = issuer.O ?? issuer.CN ?? 'somebody without a name'
  return { issuer: String(name), validTo: new Date(validTo), protocol: socket.getProtocol() ?? 'TLS' }
}

const isAddress = (host: string): boolean => /^[\d.]+$|^\[/.test(host)
