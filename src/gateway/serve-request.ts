// A handler of the web's Request and Response, on node:http: bodies flow at the pace of whoever reads them, and a client
// that goes away is noticed.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpHandler } from '../hub/http-handler.ts'
import { urlOf } from './request.ts'

/** Resolves once the answer was sent, or nobody is there to take it. Never rejects. */
export async function serveRequest(
  handler: HttpHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const abort = new AbortController()
  outgoing.once('close', () => abort.abort())
  // Without a listener a reset would end the process.
  outgoing.on('error', () => abort.abort())
  const request = requestOf(incoming, abort.signal)
  if (request === null) {
    outgoing.writeHead(400).end()
    return
  }
  try {
    const { status, headers, body } = await handler(request)
    if (!abort.signal.aborted) outgoing.writeHead(status, Object.fromEntries(headers))
    if (body !== null) await send(body, outgoing, abort.signal)
    // What was not read of the request must not be taken for the next one.
    if (!incoming.complete) outgoing.shouldKeepAlive = false
    outgoing.end()
  } catch {
    if (outgoing.headersSent) outgoing.destroy()
    else outgoing.writeHead(500).end()
  }
}

/** Null where the web knows no such request: a method like TRACE. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | null {
  const { method = 'GET', rawHeaders } = incoming
  const headers = new Headers()
  const hasBody = method !== 'GET' && method !== 'HEAD'
  try {
    for (let index = 0; index < rawHeaders.length; index += 2)
      headers.append(rawHeaders[index]!, rawHeaders[index + 1]!)
    const body = hasBody ? { body: bodyOf(incoming), duplex: 'half' as const } : {}
    return new Request(urlOf(incoming), { method, headers, signal, ...body })
  } catch {
    return null
  }
}

/** Unlike `Readable.toWeb`, whose `cancel` would cut the connection before it is answered. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isCancelled = false
  return new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.on('data', (chunk: Buffer) => {
        if (isCancelled) return
        controller.enqueue(chunk)
        incoming.pause()
      })
      incoming.once('end', () => isCancelled || controller.close())
      incoming.once('error', (error) => isCancelled || controller.error(error))
      incoming.pause()
    },
    pull: () => void incoming.resume(),
    cancel() {
      isCancelled = true
      incoming.resume()
    },
  })
}

async function send(body: ReadableStream<Uint8Array>, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  const reader = body.getReader()
  const stop = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    // The body may be given up while its reader stalls.
    if (!outgoing.write(value)) await Promise.race([drained(outgoing, signal), reader.closed])
  }
}

function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    outgoing.on('drain', done)
    signal.addEventListener('abort', done)
  })
}
