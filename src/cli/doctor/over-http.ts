// The ways beside a socket: an event stream and polling, by the client's own transports, and what stands in their way.
import { protocolName } from '../../protocol/frames.ts'
import { defaultBasePath } from '../../hub/http-handler.ts'
import { resolveUrl, shown } from '../../transports/address.ts'
import { protocolHeader } from '../../transports/over-http.ts'
import { polling } from '../../transports/polling.ts'
import { sse } from '../../transports/sse.ts'
import { confirmBy } from './confirm.ts'
import type { Examination } from './examination.ts'
import { inSeconds, wordsForFate } from './fates.ts'
import { type Exchange, type WatchedFetch, watchFetch } from './http-exchange.ts'
import { type Heard, type Link, openLink } from './link.ts'
import { quote } from './redact.ts'
import type { Say } from './report.ts'

const bufferedPage = 'livecache/docs/troubleshooting.md#buffered-streams'
const ssePage = 'livecache/docs/backends/sse.md#what-holds-a-stream-back'
const overHttpPage = 'livecache/src/protocol/README.md#19-over-http'
const originsPage = 'livecache/docs/security.md#pages-of-other-sites'

/** By which proxies that collect the first bytes are got past, in bytes. */
const openingBytes = 2_048

interface Way {
  readonly name: 'sse' | 'polling'
  readonly say: Say
  readonly url: string
  /** Whether the address was given, so that something has to be there. */
  readonly isGiven: boolean
  readonly link: Link
  readonly watched: WatchedFetch
}

function openWay(exam: Examination, name: 'sse' | 'polling'): Way {
  const { wanted, report } = exam
  const given = name === 'sse' ? wanted.sse : wanted.poll
  const url = given ?? beside(wanted.url, name === 'sse' ? `${defaultBasePath}/stream` : defaultBasePath)
  const watched = watchFetch(wanted.origin)
  const { token, auth, events } = wanted
  const place = auth === 'query' ? ('query' as const) : ('header' as const)
  const link = openLink(exam, {
    where: name === 'sse' ? 'the event stream' : 'polling',
    transport: (name === 'sse' ? sse : polling)(url, { fetch: watched.fetch }),
    request: {
      protocol: protocolName,
      params: events.length > 0 ? { events: events.join(',') } : {},
      credential: token === null || auth === 'none' ? null : { token, place },
    },
  })
  return { name, say: report.about(name), url, isGiven: given !== null, link, watched }
}

/** Where a livecache server has it that has its socket at `url`. */
function beside(url: string, path: string): string {
  const address = resolveUrl(url, 'http', {})
  return `${address.origin}${path}`
}

// ── an event stream ─────────────────────────────────────────────────────────────────────────────────────────────────

/** @param forMs how long heartbeats may be waited for. Returns what came on it */
export async function examineSse(exam: Examination, forMs: number): Promise<readonly Heard[]> {
  const way = openWay(exam, 'sse')
  const { say, link, watched } = way
  const { limits, quick } = exam.wanted
  if (await isOpen(exam, way)) {
    const exchange = watched.exchanges[0]!
    sayHeaders(say, exchange)
    await link.until(() => exchange.firstByteAt, limits.firstByteMs)
    sayFirstByte(say, exchange, link.protocol === protocolName, limits.firstByteMs)
    if (exchange.firstByteAt !== null) await speak(exam, way)
    await sayCors(exam, way, exchange)
    if (!quick && link.closure === null && exchange.firstByteAt !== null) await waitForLife(way, forMs)
  }
  link.close()
  exam.report.done('sse')
  return link.heard
}

/** Whether it opened; says why not. */
async function isOpen(exam: Examination, { name, say, link, url, isGiven, watched }: Way): Promise<boolean> {
  const { handshakeMs } = exam.wanted.limits
  await link.until(() => (link.protocol === undefined ? null : true), handshakeMs)
  if (link.protocol !== undefined) {
    say('ok', 'open', `${shown(url)} opens${link.protocol === null ? ', as a plain one' : ''}.`)
    return true
  }
  const status = watched.exchanges[0]?.status
  if (!isGiven && status !== undefined && status !== 401 && status !== 403) {
    say(
      'note',
      'open',
      `There is ${name === 'sse' ? 'no event stream' : 'nothing to poll'} at ${shown(url)} (${status}).`,
      {
        means: 'Where a network lets no WebSocket through, a client has nothing to fall back to.',
        change: 'If it is elsewhere, name it: --sse, --poll.',
        see: 'livecache/docs/backends/sse.md',
      },
    )
    return false
  }
  const { closure } = link
  if (closure === null) {
    say('problem', 'open', `${shown(url)} sent no headers within ${inSeconds(handshakeMs)}.`, buffered)
    return false
  }
  say('problem', 'open', `It does not open: ${quote(closure.reason, 200)}.`, {
    means: `A client ${wordsForFate(closure)}.`,
    change:
      status === 401
        ? 'See whether the token is one for this server.'
        : 'See the log of the server, and whether the address is right.',
    see: overHttpPage,
  })
  return false
}

const buffered = {
  means:
    'Something between server and page collects the stream before it passes it on. After 10 s a client gives it up, and tries its next transport.',
  change: 'Switch buffering off there (nginx: proxy_buffering off), and compression for text/event-stream.',
  see: bufferedPage,
}

function sayHeaders(say: Say, { headers, isRedirected }: Exchange) {
  const cache = headers.get('cache-control') ?? ''
  const encoding = headers.get('content-encoding')
  say('ok', 'content-type', `It is ${headers.get('content-type') ?? 'of no type'}.`)
  if (encoding !== null) {
    say('warning', 'compressed', `It is compressed (${quote(encoding)}).`, {
      means: 'What compresses collects first, so events come late and in lumps.',
      change: 'Leave text/event-stream out, or flush after each message.',
      see: ssePage,
    })
  }
  if (!/\bno-transform\b/i.test(cache)) {
    say(
      'warning',
      'no-transform',
      `Cache-Control is ${cache === '' ? 'missing' : quote(cache)}, without no-transform.`,
      {
        means: 'Proxies may compress the stream, and collect it for that.',
        change: 'Send cache-control: no-store, no-transform.',
        see: ssePage,
      },
    )
  }
  if (headers.get('x-accel-buffering') !== 'no') {
    say('note', 'x-accel-buffering', 'X-Accel-Buffering is not "no".', {
      means: 'nginx collects the stream, unless it was told not to.',
      change: 'Send x-accel-buffering: no.',
      see: ssePage,
    })
  }
  if (isRedirected) sayRedirected(say)
}

function sayRedirected(say: Say) {
  say('warning', 'redirected', 'The address leads to another one.', {
    means: 'A browser leaves the token out where that is another site, and each link costs one more round trip.',
    change: 'Give the client the address that serves it.',
    see: overHttpPage,
  })
}

function sayFirstByte(say: Say, exchange: Exchange, isLivecache: boolean, withinMs: number) {
  const { firstByteAt, askedAt, headersAt, head } = exchange
  if (firstByteAt === null) {
    const level = isLivecache ? 'problem' : 'warning'
    const orQuiet = isLivecache ? '' : ' Or the server had nothing to say: then let it begin with a comment of 2 KB.'
    return say(level, 'first-byte', `It opened, and not a byte came within ${inSeconds(withinMs)}.`, {
      ...buffered,
      change: buffered.change + orQuiet,
    })
  }
  // Headers that came late were collected as well.
  const lateMs = firstByteAt - headersAt
  const tookMs = firstByteAt - askedAt
  if (lateMs > 2_000)
    say('warning', 'first-byte', `The first byte came ${inSeconds(lateMs)} after the headers.`, buffered)
  else say('ok', 'first-byte', `The first byte came after ${inSeconds(tookMs)}.`)
  if (head.startsWith(':') && head.length >= openingBytes) {
    return say('ok', 'opening', 'It begins with a comment of 2 KB, which came at once.')
  }
  say('note', 'opening', 'It does not begin with a comment of 2 KB.', {
    means: 'Proxies that collect the first bytes hold back what is sent first.',
    change: "Write `:${' '.repeat(2048)}\\n\\n` before anything else.",
    see: overHttpPage,
  })
}

async function waitForLife({ say, link }: Way, forMs: number) {
  const since = performance.now()
  const isHeard = await link.until(() => ((link.aliveAt ?? 0) > since ? true : null), forMs)
  if (isHeard) return say('ok', 'alive', `It shows signs of life (after ${inSeconds(performance.now() - since)}).`)
  if (link.closure !== null) {
    return say(
      'problem',
      'alive',
      `It ended after ${inSeconds(performance.now() - since)}: ${quote(link.closure.reason)}.`,
      {
        means: `A client ${wordsForFate(link.closure)}.`,
        change: 'Raise the time after which the server or a proxy ends an answer.',
        see: 'livecache/docs/troubleshooting.md#drops-every-minute',
      },
    )
  }
  say('warning', 'alive', `Nothing came for ${inSeconds(forMs)}.`, {
    means: 'A quiet stream cannot be told from a dead one, and proxies cut it.',
    change: 'Write a comment (":heartbeat") every 30 s.',
    see: 'livecache/docs/backends/sse.md',
  })
}

// ── polling ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export async function examinePolling(exam: Examination): Promise<void> {
  const way = openWay(exam, 'polling')
  const { say, link, watched } = way
  if (await isOpen(exam, way)) {
    const exchange = watched.exchanges[0]!
    say('ok', 'answered', `The first poll is answered after ${inSeconds(exchange.headersAt - exchange.askedAt)}.`)
    if (!/\bno-(?:store|cache)\b/i.test(exchange.headers.get('cache-control') ?? '')) {
      say('warning', 'cached', 'Its answers may be kept by caches.', {
        means: 'A poll that is answered from a cache brings old events, or none.',
        change: 'Send cache-control: no-store.',
        see: overHttpPage,
      })
    }
    if (exchange.isRedirected) sayRedirected(say)
    await speak(exam, way)
    await sayCors(exam, way, exchange)
  }
  link.close()
  exam.report.done('polling')
}

// ── both ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the client says travels by requests of its own; the answer comes by the link. */
async function speak(exam: Examination, { say, link }: Way) {
  if (link.protocol !== protocolName) return
  const { limits, events } = exam.wanted
  const welcome = await link.until(() => link.find('welcome'), limits.answerMs)
  link.confirm = confirmBy(welcome?.frame.capabilities ?? [])
  const askedAt = performance.now()
  link.send({ type: 'subscribe', id: 'doctor', ...(events.length > 0 && { events }) })
  link.send({ type: 'resume', streams: {} })
  const resumed = await link.until(() => link.find('resumed'), limits.answerMs)
  if (resumed !== null)
    return say('ok', 'answers', `A subscription is answered after ${inSeconds(resumed.at - askedAt)}.`)
  const told = link.closure === null ? '' : ` (${quote(link.closure.reason, 200)})`
  say('problem', 'answers', `${welcome === null ? 'No welcome came' : 'A subscription was not answered'}${told}.`, {
    means: 'A client gives it up and begins anew, without end.',
    change:
      'With more than one node, let all requests of a session reach the same one; let POST and PATCH through; and collect nothing on the way back.',
    see: 'livecache/docs/operations/README.md#load-balancers',
  })
}

/** Whether a browser would let the page read it. */
async function sayCors(exam: Examination, { say, url, link }: Way, { headers }: Exchange) {
  const { origin, auth, token } = exam.wanted
  if (origin === null || resolveUrl(url, 'http', {}).origin === origin) return
  const isLivecache = link.protocol === protocolName
  const complaints: string[] = []
  if (!isAllowed(headers, origin))
    complaints.push(`Access-Control-Allow-Origin is ${given(headers.get('access-control-allow-origin'))}`)
  if (isLivecache && !listOf(headers, 'access-control-expose-headers').includes(protocolHeader)) {
    complaints.push(`Access-Control-Expose-Headers lacks ${protocolHeader}`)
  }
  const asks = [
    ...(token !== null && auth !== 'query' && auth !== 'none' ? ['authorization'] : []),
    ...(isLivecache ? ['content-type'] : []),
  ]
  if (asks.length > 0) complaints.push(...(await preflight(exam, url, isLivecache ? 'PATCH' : 'GET', asks, origin)))
  if (complaints.length === 0) return say('ok', 'cors', `Pages of ${origin} may read it.`)
  say('problem', 'cors', `A browser keeps it from pages of ${origin}: ${complaints.join('; ')}.`, {
    means: 'It works from here and from no page: the client sees a failed request, and no reason.',
    change: `Let ${origin} in at the server; it has to answer OPTIONS, too.`,
    see: originsPage,
  })
}

async function preflight(exam: Examination, url: string, method: string, asks: readonly string[], origin: string) {
  const signal = AbortSignal.any([exam.signal, AbortSignal.timeout(exam.wanted.limits.answerMs)])
  const target = resolveUrl(url, 'http', {})
  if (method === 'PATCH') target.pathname = `${target.pathname.replace(/(\/stream)?\/?$/, '')}/subscriptions`
  try {
    const { ok, status, headers, body } = await fetch(target, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': asks.join(','),
      },
      redirect: 'manual',
      signal,
    })
    body?.cancel().catch(() => {})
    if (!ok) return [`OPTIONS is answered with ${status}`]
    const allowed = listOf(headers, 'access-control-allow-headers')
    const missing = asks.filter(
      (name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')),
    )
    const methods = listOf(headers, 'access-control-allow-methods')
    return [
      ...(isAllowed(headers, origin) ? [] : ['OPTIONS is answered without Access-Control-Allow-Origin']),
      ...missing.map((name) => `Access-Control-Allow-Headers lacks ${name}`),
      ...(method === 'GET' || methods.includes('patch') || methods.includes('*')
        ? []
        : ['Access-Control-Allow-Methods lacks PATCH']),
    ]
  } catch {
    return ['OPTIONS is not answered']
  }
}

const isAllowed = (headers: Headers, origin: string) =>
  ['*', origin].includes(headers.get('access-control-allow-origin') ?? '')

const given = (value: string | null) => (value === null ? 'missing' : quote(value))

const listOf = (headers: Headers, name: string): string[] =>
  (headers.get(name) ?? '').split(',').map((item) => item.trim().toLowerCase())
