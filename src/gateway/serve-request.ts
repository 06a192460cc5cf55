// A handler of the web's Request and Response, on node:http: bodies flow at the pace of whoever reads them, a client that goes
// away is noticed, and one that only dawdles does not stay for ever. The time a head may take is node:http's (http-guard.ts).
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpHandler } from '../hub/http-handler.ts'
import { urlOf } from './request.ts'

/** In ms. */
export interface ServingLimits {
  /** How long a body may take to arrive; then 408. @default 30_000 */
  bodyMs?: number
  /** How long a client may take to read what was written for it at once, up to a megabyte; then the connection is cut. @default 60_000 */
  writeMs?: number
}

/** How long the rest of a body is read on after its request was answered, in ms: cut at once, the client might not see the answer. */
const lingerMs = 5_000

/** Resolves once the answer was sent, or nobody is there to take it. Never rejects. */
export async function serveRequest(
  handler: HttpHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { bodyMs = 30_000, writeMs = 60_000 }: ServingLimits = {},
): Promise<void> {
  const abort = new AbortController()
  // Most are closed because they were answered, and to abort is dear.
  outgoing.once('close', () => outgoing.writableFinished || abort.abort())
  // Without a listener a reset would end the process.
  outgoing.on('error', () => abort.abort())
  const request = requestOf(incoming, abort.signal, bodyMs)
  if (request === null) return answerBriefly(400, incoming, outgoing)
  try {
    const { status, headers, body } = await handler(request)
    if (!abort.signal.aborted) outgoing.writeHead(status, Object.fromEntries(headers))
    if (body !== null) await send(body, outgoing, abort.signal, writeMs)
    leaveSoon(incoming)
    outgoing.end()
    if (!outgoing.writableFinished) await taken('finish', outgoing, abort.signal, writeMs)
  } catch (error) {
    if (outgoing.headersSent) outgoing.destroy()
    else answerBriefly(error instanceof BodyTooSlow ? 408 : 500, incoming, outgoing)
  }
}

function answerBriefly(status: number, incoming: IncomingMessage, outgoing: ServerResponse) {
  leaveSoon(incoming)
  outgoing.writeHead(status).end()
}

/** A body that goes on behind the answer would hold the connection. */
function leaveSoon(incoming: IncomingMessage) {
  if (incoming.complete) return
  const { socket } = incoming
  const cut = setTimeout(() => socket.destroy(), lingerMs)
  const keep = () => clearTimeout(cut)
  incoming.once('end', keep)
  // Also when the socket goes, which would gather listeners where it is kept alive.
  incoming.once('close', keep)
  // Whoever was to be handed the body would stop it again.
  incoming.removeAllListeners('data').resume()
}

class BodyTooSlow extends Error {}

/** Null where the web knows no such request: a method like TRACE. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal, bodyMs: number): Request | null {
  const { method = 'GET', rawHeaders } = incoming
  const headers = new Headers()
  const hasBody = method !== 'GET' && method !== 'HEAD'
  try {
    for (let index = 0; index < rawHeaders.length; index += 2)
      headers.append(rawHeaders[index]!, rawHeaders[index + 1]!)
    const body = hasBody ? { body: bodyOf(incoming, bodyMs), duplex: 'half' as const } : {}
    return new Request(urlOf(incoming), { method, headers, signal, ...body })
  } catch {
    return null
  }
}

/** Unlike `Readable.toWeb`, whose `cancel` would cut the connection before it is answered. */
function bodyOf(incoming: IncomingMessage, withinMs: number): ReadableStream<Uint8Array> {
  // To a stream that ended nothing may be given.
  let isOver = false
  const end = (say: () => void) => {
    if (!isOver) say()
    isOver = true
  }
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const late = setTimeout(() => end(() => controller.error(new BodyTooSlow())), withinMs)
      incoming.on('data', (chunk: Buffer) => {
        if (isOver) return
        controller.enqueue(chunk)
        incoming.pause()
      })
      incoming.once('end', () => end(() => controller.close()))
      incoming.once('error', (error) => end(() => controller.error(error)))
      incoming.once('close', () => clearTimeout(late))
      incoming.pause()
    },
    pull: () => void incoming.resume(),
    cancel() {
      isOver = true
      incoming.resume()
    },
  })
}

async function send(
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  signal: AbortSignal,
  writeMs: number,
): Promise<void> {
  const reader = body.getReader()
  const stop = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  // The body may be given up while its reader stalls. One look at `closed` for all writes: each of them would stay for as long as the stream.
  const waiting: Waiting = { isOver: false, end: () => {} }
  const over = () => {
    waiting.isOver = true
    waiting.end()
  }
  reader.closed.then(over, over)
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    if (!outgoing.write(value) && !waiting.isOver) await taken('drain', outgoing, signal, writeMs, waiting)
  }
}

interface Waiting {
  isOver: boolean
  /** Ends the wait that is under way. */
  end: () => void
}

/** Resolves once what was written was taken, or the connection is gone. A reader that takes it byte by byte is cut off. */
function taken(
  sign: 'drain' | 'finish',
  outgoing: ServerResponse,
  signal: AbortSignal,
  withinMs: number,
  waiting?: Waiting,
): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => outgoing.destroy(), withinMs)
    const done = () => {
      clearTimeout(cut)
      outgoing.off(sign, done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    outgoing.on(sign, done)
    signal.addEventListener('abort', done)
    if (waiting !== undefined) waiting.end = done
    if (signal.aborted) done()
  })
}
