// What the client says over HTTP: in order, one request at a time, each with as many frames of one endpoint as have come up
// meanwhile.
import type { Clock } from '../base/clock.ts'
import { createScope } from '../base/scope.ts'
import { encodeFrame } from '../protocol/codec.ts'
import { closeCodes } from '../protocol/codes.ts'
import type { ClientFrame } from '../protocol/frames.ts'
import { type AskHttp, dropBody, endpointUrl, type HttpOptions } from './http-request.ts'
import { type Endpoint, endpointOf, maxBodyBytes } from './over-http.ts'
import type { TransportClosure } from './transport.ts'

export interface FrameSenderOptions {
  url: string
  options: HttpOptions
  ask: AskHttp
  clock: Clock
  /** The server took them. */
  onSent?: (frames: readonly ClientFrame[]) => void
  /** A request failed: what it carried may be lost, and so the link is. */
  onFailed: (closure: TransportClosure) => void
}

export interface FrameSender {
  send(frame: ClientFrame): void
  /** Nothing is sent before this. @param connectionId null where the server knows no sessions */
  begin(connectionId: string | null): void
  end(): void
}

/**
 * What stands in the way of one request (a firewall that dislikes a text) is no word about the session: what was published is
 * to blame, or the link begins anew.
 */
function refusalOf(closure: TransportClosure, { path }: Endpoint): TransportClosure {
  if (closure.code !== closeCodes.forbidden) return closure
  return { ...closure, code: path === '' ? closeCodes.invalid : closeCodes.lost }
}

/** Time a request may take, in ms: what comes behind it waits. */
const sendTimeoutMs = 10_000

export function createFrameSender({ url, options, ask, clock, onSent, onFailed }: FrameSenderOptions): FrameSender {
  const scope = createScope(clock)
  const abort = new AbortController()
  scope.own(() => abort.abort())
  const waiting: { frame: ClientFrame; text: string }[] = []
  let params: Record<string, string> | null = null
  let isSending = false

  async function sendAll() {
    if (isSending || params === null) return
    isSending = true
    // What is said in the same task goes together.
    await Promise.resolve()
    while (waiting.length > 0 && !scope.disposed) await sendSome(params)
    isSending = false
  }

  async function sendSome(query: Record<string, string>) {
    const endpoint = endpointOf(waiting[0]!.frame.type)
    const some = waiting.splice(0, countTogether(endpoint))
    const cancelLimit = scope.timeout(
      () => onFailed({ code: closeCodes.lost, reason: `the server took nothing for ${sendTimeoutMs} ms` }),
      sendTimeoutMs,
    )
    const answer = await ask({
      url: endpointUrl(url, options, endpoint.path, query),
      method: endpoint.method,
      headers: { 'content-type': 'application/json' },
      body: `[${some.map(({ text }) => text).join(',')}]`,
      signal: abort.signal,
    })
    cancelLimit()
    if (scope.disposed) return
    if (!answer.ok) return onFailed(refusalOf(answer.closure, endpoint))
    dropBody(answer.response)
    onSent?.(some.map(({ frame }) => frame))
  }

  /** One at least: what is too large alone is for the server to refuse. */
  function countTogether(endpoint: Endpoint): number {
    let bytes = 2
    const end = waiting.findIndex(({ frame, text }, index) => {
      bytes += new TextEncoder().encode(text).length + 1
      return index > 0 && (endpointOf(frame.type) !== endpoint || bytes > maxBodyBytes)
    })
    return end === -1 ? waiting.length : end
  }

  return {
    send(frame) {
      if (scope.disposed) return
      waiting.push({ frame, text: encodeFrame(frame) })
      void sendAll()
    },
    begin(connectionId) {
      params = connectionId === null ? {} : { connectionId }
      void sendAll()
    },
    end: scope.dispose,
  }
}
