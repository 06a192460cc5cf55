// The body of an event stream: what a session sends, as far as the reader keeps up.
import type { Scope } from '../base/scope.ts'
import { closeText, livecacheText, openingText, plainText, rememberLast, retryText } from './sse-text.ts'
import type { SessionSink } from './session-port.ts'

export interface SseStreamOptions {
  livecache: boolean
  scope: Scope
  /** Nobody reads it any more. */
  onGone: () => void
  /** The reader is so far behind that it has to begin anew. */
  onSlow: () => void
}

export interface SseStream extends SessionSink {
  readonly body: ReadableStream<Uint8Array>
}

/** What may wait for a reader, in UTF-16 units: a stalled one must not fill the server's memory. */
const maxWaiting = 16_777_216
/** Time a reader has to take what waits once the session ended, in ms. */
const drainLimitMs = 5_000

const encodeLivecache = rememberLast(livecacheText)
const encodePlain = rememberLast(plainText)

export function createSseStream({ livecache, scope, onGone, onSlow }: SseStreamOptions): SseStream {
  const encode = livecache ? encodeLivecache : encodePlain
  const encoder = new TextEncoder()
  let controller!: ReadableStreamDefaultController<Uint8Array>
  let waiting = livecache ? openingText : openingText + retryText
  let isWanted = false
  let isEnded = false

  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
      },
      pull() {
        isWanted = true
        deliver()
      },
      cancel() {
        isEnded = true
        scope.dispose()
        onGone()
      },
    },
    // Nothing is taken before it is read, so that what is sent while the reader is busy goes as one piece.
    { highWaterMark: 0 },
  )

  function deliver() {
    if (!isWanted || scope.disposed) return
    if (waiting !== '') {
      isWanted = false
      controller.enqueue(encoder.encode(waiting))
      waiting = ''
    } else if (isEnded) {
      scope.dispose()
      controller.close()
    }
  }

  return {
    body,
    send(text) {
      if (isEnded) return
      waiting += encode(text) ?? ''
      deliver()
      if (waiting.length > maxWaiting) onSlow()
    },
    buffered: () => waiting.length,
    close(code, reason) {
      if (isEnded) return
      isEnded = true
      if (livecache) waiting += closeText(code, reason)
      scope.timeout(() => {
        scope.dispose()
        controller.error(new Error('the reader took too long'))
      }, drainLimitMs)
      deliver()
    },
  }
}
