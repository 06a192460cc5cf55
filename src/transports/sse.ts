// Server-Sent Events over `fetch`, which unlike EventSource can send headers and shows comments. The stream's grammar is
// sse-reader.ts; what the client says travels in requests of its own, by frame-sender.ts.
import { isObject } from '../base/json.ts'
import { inDevelopment, notice } from '../base/notice.ts'
import { closeCodes } from '../protocol/codes.ts'
import { protocolName } from '../protocol/frames.ts'
import { resolveUrl, shown } from './address.ts'
import { createFrameSender } from './frame-sender.ts'
import { assertHttpOptions, createAskHttp, dropBody, type HttpOptions, toldClosure } from './http-request.ts'
import { closeEvent, protocolHeader } from './over-http.ts'
import { createReporter } from './reporter.ts'
import { createSseReader } from './sse-reader.ts'
import type { Transport, TransportClosure, TransportLink, TransportListener, TransportRequest } from './transport.ts'

/** Of `sse()`. */
export type SseOptions = HttpOptions

/** A stream that has sent nothing for so long after its open is told of in development, in ms: servers send a comment more often. */
const muteAfterMs = 30_000

/** @param url `https://…`, or a path on the page's own host. Throws `invalid-url` for anything else. */
export function sse(url: string, options: SseOptions = {}): Transport {
  assertHttpOptions(url, options)
  return {
    name: 'sse',
    address: shown(url),
    oneWay: true,
    open: (request, listener) => openStream(url, options, request, listener),
  }
}

function openStream(
  url: string,
  options: SseOptions,
  request: TransportRequest,
  listener: TransportListener,
): TransportLink {
  const { protocol, params, lastEventId, clock } = request
  const abort = new AbortController()
  const ask = createAskHttp(options, request)
  const address = resolveUrl(url, 'http', { ...params, ...(protocol !== null && { protocol }) })
  const report = createReporter(listener, () => {
    abort.abort()
    sender.end()
  })
  const sender = createFrameSender({ url, options, ask, clock, onFailed: report.closed })
  let isLivecache = false
  let isMute = true
  let retryMs: number | null = null

  /** The stream broke off: the time it named for that case holds. */
  function lost(reason: string) {
    const hint = retryMs === null ? {} : { retryAfterMs: retryMs }
    report.closed({ code: closeCodes.lost, reason: `${shown(address.href)}: ${reason}`, ...hint })
  }

  const reader = createSseReader({
    message(data, fields) {
      if (isLivecache && fields.event === closeEvent) return report.closed(toldClosure(objectIn(data)))
      if (isLivecache && fields.event === 'welcome') sender.begin(connectionIdOf(data))
      return report.message(data, fields)
    },
    retry: (ms) => (retryMs = ms),
    tooLong: () => report.closed({ code: 1009, reason: `${shown(address.href)} sent a message that has no end` }),
  })

  async function run() {
    const headers = { accept: 'text/event-stream', ...(lastEventId !== null && { 'last-event-id': lastEventId }) }
    const answer = await ask({ url: address, headers, signal: abort.signal })
    if (report.ended) return
    if (!answer.ok) return report.closed(answer.closure)
    const { response } = answer
    const refusal = refusalOf(response)
    if (refusal !== null) {
      dropBody(response)
      return report.closed({ ...refusal, reason: `${shown(address.href)} ${refusal.reason}` })
    }
    isLivecache = response.headers.get(protocolHeader) === protocolName
    if (!isLivecache) sender.begin(null)
    report.opened(isLivecache ? protocolName : null)
    inDevelopment(() => {
      const cancel = clock.timeout(() => isMute && noteMute(shown(address.href)), muteAfterMs)
      abort.signal.addEventListener('abort', cancel)
    })
    await read(response)
  }

  async function read({ body }: Response) {
    const chunks = body?.getReader()
    try {
      for (;;) {
        const chunk = await chunks?.read()
        if (report.ended) return
        if (chunk === undefined || chunk.done) return lost('the stream ended')
        isMute = false
        report.alive()
        reader.push(chunk.value)
      }
    } catch {
      return lost('the stream broke off')
    }
  }

  void run()
  return {
    send(frame) {
      // A plain server takes nothing but acks, and those only where the app said that it does.
      if (isLivecache || (frame.type === 'ack' && options.sendUrl !== undefined)) sender.send(frame)
    },
    close: report.end,
  }
}

function noteMute(address: string) {
  notice(
    `${address} opened, and has sent nothing for ${muteAfterMs / 1000} s. If it should have, something in between collects the stream before it passes it on: switch buffering off there (nginx: proxy_buffering off), and compression for text/event-stream. If there was nothing to say, let the server send a comment (": hi") every 25 s, so that both ends know. (livecache/docs/troubleshooting.md#buffered-streams)`,
  )
}

function refusalOf({ status, headers }: Response): TransportClosure | null {
  if (status === 204) return { code: closeCodes.normal, reason: 'has nothing to say (204)' }
  const type = headers.get('content-type') ?? 'no content type'
  if (/^text\/event-stream\s*(;|$)/i.test(type)) return null
  return { code: closeCodes.lost, reason: `answered with ${type} instead of text/event-stream` }
}

function connectionIdOf(data: string): string | null {
  const { connectionId } = objectIn(data)
  return typeof connectionId === 'string' ? connectionId : null
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
