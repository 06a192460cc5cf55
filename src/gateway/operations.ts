// How a gateway answers those who run it: whether the process lives, whether it takes sessions, and its metrics. What it answers
// is told by the gateway; this knows the routes, and who may read them.
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { RealtimeError } from '../base/errors.ts'
import { listen } from './listen.ts'
import type { Metrics } from './metrics.ts'
import { urlOf } from './request.ts'

export interface OperationsOptions {
  /** What is told of the process, besides `status`. */
  health: () => Readonly<Record<string, unknown>>
  /** Why no sessions should be sent here now: `starting`, `draining`, `engine-down`. Empty: it is ready. */
  reasons: () => readonly string[]
  metrics?: Pick<Metrics, 'text' | 'contentType'>
  /**
   * Opens the metrics to who sends it as `Authorization: Bearer …`, 16 characters at least. On the gateway's own port they are not
   * served without one; on a port of their own (`listen`) it is asked for only where it is given.
   */
  token?: string
  /** @default '/healthz' */
  healthPath?: string
  /** @default '/readyz' */
  readyPath?: string
  /** @default '/metrics' */
  metricsPath?: string
}

export interface Operations {
  /** For the gateway's own port. True where the request was for one of the routes, and is answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /**
   * Serves the same routes on a port of their own. Rejects with `port-in-use` where it is taken.
   * @param host @default '127.0.0.1': nobody from outside. Another one is for networks that only your own machines reach
   */
  listen(port: number, host?: string): Promise<{ port: number }>
  close(): Promise<void>
}

type Route = (request: IncomingMessage, response: ServerResponse) => void

const minTokenLength = 16
/** A scrape that takes longer is answered with 503, in ms. Prometheus waits 10 s. */
const metricsLimitMs = 5_000

/** Throws `invalid-option` for a token that could be guessed. */
export function createOperations(options: OperationsOptions): Operations {
  const { health, reasons, metrics, token } = options
  const { healthPath = '/healthz', readyPath = '/readyz', metricsPath = '/metrics' } = options
  if (token !== undefined && token.length < minTokenLength) {
    throw new RealtimeError(
      'invalid-option',
      `The token for the metrics has ${token.length} characters, so it could be guessed. Use ${minTokenLength} random ones or more.`,
    )
  }
  let server: Server | null = null
  let scrape: Promise<string> | null = null

  const answerHealth: Route = (_request, response) => answerJson(response, 200, { status: 'ok', ...health() })

  const answerReady: Route = (_request, response) => {
    const why = reasons()
    if (why.length === 0) answerJson(response, 200, { status: 'ready' })
    else answerJson(response, 503, { status: 'not-ready', reasons: why })
  }

  /** Several who ask at once share one answer. */
  function scraped(from: Pick<Metrics, 'text'>): Promise<string> {
    scrape ??= withinLimit(from.text()).finally(() => (scrape = null))
    return scrape
  }

  async function tellMetrics(from: Pick<Metrics, 'text' | 'contentType'>, response: ServerResponse) {
    try {
      const text = await scraped(from)
      answer(response, 200, { 'content-type': from.contentType }, text)
    } catch {
      answer(response, 503, {}, 'the metrics could not be collected\n')
    }
  }

  const answerMetrics: Route = (request, response) => {
    const isAllowed = token === undefined || carries(request, token)
    if (isAllowed) void tellMetrics(metrics!, response)
    else answer(response, 401, { 'www-authenticate': 'Bearer' }, 'a token is needed\n')
  }

  const guarded = new Map([
    [healthPath, answerHealth],
    [readyPath, answerReady],
  ])
  const all = new Map(guarded)
  if (metrics !== undefined) all.set(metricsPath, answerMetrics)

  function handle(routes: ReadonlyMap<string, Route>, request: IncomingMessage, response: ServerResponse): boolean {
    const route = routes.get(urlOf(request).pathname)
    if (route === undefined) return false
    // Without a listener a reset would end the process.
    response.on('error', () => {})
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, { allow: 'GET, HEAD' }, '')
    else tryTo(route, request, response)
    return true
  }

  return {
    handle: (request, response) => handle(token === undefined ? guarded : all, request, response),
    listen(port, host = '127.0.0.1') {
      server ??= createServer((request, response) => {
        if (!handle(all, request, response)) answer(response, 404, {}, '')
      })
      return listen(server, port, host)
    },
    async close() {
      const closed = server?.listening ? new Promise((resolve) => server?.close(resolve)) : null
      server?.closeAllConnections()
      await closed
    },
  }
}

function tryTo(route: Route, request: IncomingMessage, response: ServerResponse) {
  try {
    route(request, response)
  } catch {
    answer(response, 500, {}, 'how the gateway is could not be found out\n')
  }
}

function answer(response: ServerResponse, status: number, headers: Record<string, string>, body: string) {
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store', ...headers }).end(body)
}

function answerJson(response: ServerResponse, status: number, body: object) {
  answer(response, status, { 'content-type': 'application/json' }, JSON.stringify(body))
}

/** Takes as long for a wrong token as for the right one, whatever its length. */
function carries({ headers }: IncomingMessage, token: string): boolean {
  const [, given = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? []
  return timingSafeEqual(digest(given), digest(token))
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function withinLimit(text: Promise<string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too slow')), metricsLimitMs)
    text.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
