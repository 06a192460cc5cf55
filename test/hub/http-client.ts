// Requests to the handler, and reading what it streams.
import { createHttpHandler, createHub, type HttpHandlerOptions, type HubOptions } from '../../src/hub/index.ts'

export const base = 'http://hub/api/v1/events'

const verify = async (token: string | undefined) => {
  if (token === 'ada') return { subject: 'ada', streams: ['user:ada', 'tenant:1'] }
  if (token === 'ada2') return { subject: 'ada', streams: ['tenant:1'] }
  if (token === 'bo') return { subject: 'bo', streams: ['tenant:2'] }
  if (token === 'short') return { subject: 'ada', streams: ['tenant:1'], expiresAt: Date.now() + 5_000 }
  if (token === 'never') return new Promise<never>(() => {})
  throw new Error('no such token')
}

export type Frame = Record<string, any>

export function serve(hubOptions: Partial<HubOptions> = {}, options: HttpHandlerOptions = {}) {
  const hub = createHub({ verify, ...hubOptions })
  const handle = createHttpHandler(hub, options)

  interface Asking {
    token?: string | null
    headers?: Record<string, string>
    body?: string
    signal?: AbortSignal
  }
  function ask(method: string, path: string, { token = 'ada', headers, ...init }: Asking = {}): Promise<Response> {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
    return handle(new Request(`${base}${path}`, { method, headers: { ...authorization, ...headers }, ...init }))
  }
  const say = (connectionId: string, frames: Frame[], token = 'ada') =>
    ask('PATCH', `/subscriptions?connectionId=${connectionId}`, { body: JSON.stringify(frames), token })
  return { hub, handle, ask, say }
}

interface Message {
  event?: string
  id?: string
  data: Frame
}

/** Reads an event stream as it comes. */
export function reading(response: Response) {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  const read = { text: '', done: false, failed: false }
  const run = async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      read.text += decoder.decode(value, { stream: true })
    }
  }
  void run().then(
    () => (read.done = true),
    () => (read.failed = true),
  )
  return {
    read,
    cancel: () => reader.cancel(),
    /** Fields of each message; the data as JSON. */
    messages: () =>
      read.text
        .split('\n\n')
        .filter((entry) => /^data:/m.test(entry))
        .map((entry): Message => {
          const fields = Object.fromEntries(
            entry.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]),
          )
          return { ...fields, data: JSON.parse(fields['data']!) }
        }),
  }
}
