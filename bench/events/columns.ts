// What is measured side by side: the bare socket, and clients of ours on the same one.
import { createClient, type ClientOptions, type RealtimeClient } from 'livecache/client'
import { webSocket } from 'livecache/transports'
import { WebSocket } from 'ws'
import { eventType, type Form } from './event.ts'

/** What a client of ours can be on. */
type OwnForm = 'livecache' | 'plain'

/** A connected client. */
export interface Receiving {
  /** Settles once so many events have reached the app. */
  heard(events: number): Promise<void>
  /** What the app was told it may have missed. */
  readonly resyncs: readonly string[]
  stop(): void
}

export interface Column {
  readonly name: string
  readonly form: Form
  connect(url: string): Promise<Receiving>
}

/** Counts, and says when it is enough. */
function createCount() {
  let count = 0
  let wanted = Infinity
  let failure: string | null = null
  let settle: (() => void) | null = null
  return {
    add() {
      if (++count >= wanted) settle?.()
    },
    /** The rest will not come. */
    fail(reason: string) {
      failure = reason
      settle?.()
    },
    async reached(events: number): Promise<void> {
      wanted = events
      await new Promise<void>((resolve) => {
        settle = resolve
        if (failure !== null || count >= wanted) resolve()
      })
      if (failure !== null) throw new Error(`${failure}: ${count} of ${events} events reached the app.`)
    },
  }
}

export const bare: Column = {
  name: 'ws + JSON.parse',
  form: 'livecache',
  async connect(url) {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    const count = createCount()
    socket.addEventListener('message', ({ data }) => {
      const parsed: unknown = JSON.parse(data as string)
      if (Array.isArray(parsed)) parsed.forEach(count.add)
      else count.add()
    })
    await new Promise((resolve) => socket.once('open', resolve))
    return { heard: count.reached, resyncs: [], stop: () => socket.close() }
  },
}

const livecache = (name: string, form: OwnForm, options: ClientOptions = {}): Column => ({
  name,
  form,
  async connect(url) {
    const client = createClient({
      // The class of the bare column: what is compared is what comes on top.
      transports: [webSocket(url, { WebSocket: WebSocket as unknown as typeof globalThis.WebSocket })],
      server: form,
      storage: null,
      ...options,
    })
    const count = createCount()
    const resyncs: string[] = []
    client.on(eventType, count.add)
    client.onResync(({ cause }) => {
      resyncs.push(cause)
      if (cause === 'overflow') count.fail(`${name} dropped its queue`)
    })
    client.hold()
    await connected(client)
    return { heard: count.reached, resyncs, stop: () => client.dispose() }
  },
})

async function connected(client: RealtimeClient) {
  const isReady = () =>
    client.getState().name === 'connected' &&
    client.inspect().subscriptions.every(({ status }) => status === 'subscribed')
  while (!isReady()) await new Promise((resolve) => setTimeout(resolve, 5))
}

export const columns: readonly Column[] = [
  bare,
  livecache('livecache', 'livecache'),
  livecache('livecache, acks off', 'livecache', { acks: 'off' }),
  livecache('livecache, plain server', 'plain'),
  livecache('livecache, plain server, acks off', 'plain', { acks: 'off' }),
]
