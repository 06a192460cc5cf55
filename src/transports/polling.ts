// Long polling: the client asks, the server answers as soon as there is something. Pauses while nothing changes. What the
// client says travels in requests of its own, by frame-sender.ts.
import { createScope } from '../base/scope.ts'
import { closeCodes } from '../protocol/codes.ts'
import { type ClientFrame, protocolName } from '../protocol/frames.ts'
import { resolveUrl, shown } from './address.ts'
import { createFrameSender } from './frame-sender.ts'
import { assertHttpOptions, createAskHttp, type HttpOptions } from './http-request.ts'
import { type PollAnswer, readPollAnswer } from './poll-answer.ts'
import { createReporter } from './reporter.ts'
import type { Transport, TransportLink, TransportListener, TransportRequest } from './transport.ts'

/** Of `polling()`. */
export type PollingOptions = HttpOptions

/** A poll that takes longer than this, in ms, will not be answered any more: servers hold one for 25 s. */
const pollTimeoutMs = 40_000
/** Pauses after empty answers, in ms: the longer nothing changes, the longer. */
const pausesMs = [5_000, 10_000, 20_000, 30_000]
const hiddenPauseMs = 60_000
const pauseStepMs = 5_000

/** @param url `https://…`, or a path on the page's own host. Throws `invalid-url` for anything else. */
export function polling(url: string, options: PollingOptions = {}): Transport {
  assertHttpOptions(url, options)
  return {
    name: 'polling',
    address: shown(url),
    oneWay: true,
    quietMs: hiddenPauseMs + pollTimeoutMs,
    open: (request, listener) => startPolling(url, options, request, listener),
  }
}

function startPolling(
  url: string,
  options: PollingOptions,
  request: TransportRequest,
  listener: TransportListener,
): TransportLink {
  const { protocol, params, clock, isHidden, lastEventId } = request
  const scope = createScope(clock)
  const abort = new AbortController()
  scope.own(() => abort.abort())
  const ask = createAskHttp(options, request)
  const report = createReporter(listener, () => {
    scope.dispose()
    sender.end()
  })
  const sender = createFrameSender({ url, options, ask, clock, onSent: sent, onFailed: report.closed })
  const what = shown(resolveUrl(url, 'http', {}).href)
  const opening = protocol === null ? params : { ...params, protocol }
  /** The server's own name of the session; null with a plain server. */
  let connectionId: string | null = null
  let after = lastEventId
  let isOpen = false
  let emptyAnswers = 0
  let answerIsDue = false
  let goOn: (() => void) | null = null

  /** A frame that is answered: the answer is worth asking for. */
  function sent(frames: readonly ClientFrame[]) {
    if (frames.every(({ type }) => type === 'ack' || type === 'pong')) return
    answerIsDue = true
    goOn?.()
  }

  async function run() {
    while (!report.ended) {
      answerIsDue = false
      const before = after
      const answer = await poll()
      if (answer === null) return
      take(answer)
      // A plain server that answers the same again and again has nothing new, however much it says.
      const isNews = answer.frames.length > 0 && (connectionId !== null || after !== before)
      await pause(isNews)
    }
  }

  async function poll(): Promise<PollAnswer | null> {
    const session = connectionId === null ? opening : { connectionId }
    const address = resolveUrl(url, 'http', { ...session, ...(after !== null && { after }) })
    const cancelLimit = scope.timeout(
      () => report.closed({ code: closeCodes.lost, reason: `GET ${what} was not answered within ${pollTimeoutMs} ms` }),
      pollTimeoutMs,
    )
    const asked = await ask({ url: address, headers: { accept: 'application/json' }, signal: abort.signal })
    const answer = asked.ok ? await readPollAnswer(asked.response) : asked
    cancelLimit()
    if ('closure' in answer) report.closed(answer.closure)
    if ('problem' in answer) report.closed({ code: closeCodes.lost, reason: `${what} ${answer.problem}` })
    return report.ended || !('frames' in answer) ? null : answer
  }

  function take({ frames, after: next, close, connectionId: id }: PollAnswer) {
    if (!isOpen) {
      isOpen = true
      connectionId = id
      report.opened(id === null ? null : protocolName)
      if (id !== null || options.sendUrl !== undefined) sender.begin(id)
    }
    report.alive()
    after = next ?? after
    for (const frame of frames) report.message(JSON.stringify(frame))
    if (close !== null) report.closed(close)
  }

  async function pause(isNews: boolean) {
    if (isNews) {
      emptyAnswers = 0
      return
    }
    const shownMs = pausesMs[Math.min(emptyAnswers++, pausesMs.length - 1)]!
    const pausedAt = clock.now()
    // In steps, since nobody tells when a page is shown again. Both are counted: timers may be late, clocks may jump back.
    for (let steps = 0; !mayGoOn(); steps++) {
      const leftMs = (isHidden() ? hiddenPauseMs : shownMs) - Math.max(clock.now() - pausedAt, steps * pauseStepMs)
      if (leftMs <= 0) return
      await wait(Math.min(leftMs, pauseStepMs))
    }
  }

  const mayGoOn = () => answerIsDue || report.ended

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = scope.timeout(resolve, ms)
      goOn = () => {
        cancel()
        resolve()
      }
    })
  }

  void run()
  return {
    send(frame) {
      // A plain server takes nothing but acks, and those only where the app said that it does.
      if (connectionId !== null || (frame.type === 'ack' && options.sendUrl !== undefined)) sender.send(frame)
    },
    close: report.end,
  }
}
