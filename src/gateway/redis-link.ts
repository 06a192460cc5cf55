// One connection to Redis, used until the first sign that it is no good: an error of its socket, or no answer in time. It never comes
// back by itself; another one is opened in its place.
import { importPeer } from './optional-peer.ts'

export interface RedisLink {
  /** Rejects with what Redis answers where that is an error, and once the link is lost. Answers come in the order of the questions. */
  send(...args: readonly string[]): Promise<unknown>
  /** Resolves with the reason once nothing can be sent any more. */
  readonly lost: Promise<Error>
  end(reason: Error): void
}

export interface LinkOptions {
  url: string | undefined
  /** What else `createClient` of the package takes. */
  client: { socket?: object }
  /** How long Redis may be silent while an answer is due, in ms; also how long opening may take. */
  answerWithinMs: number
  /** Ends the link. */
  signal: AbortSignal
}

/** Rejects where Redis can't be reached or does not let us in. */
export async function openLink({ url, client: given, answerWithinMs, signal }: LinkOptions): Promise<RedisLink> {
  const { createClient } = await importPeer('redis', 'redisEngine')
  const client = createClient({
    ...given,
    ...(url !== undefined && { url }),
    socket: { ...given.socket, connectTimeout: answerWithinMs, reconnectStrategy: false },
    // Old servers know no other. Answers are then lists, whatever the default is.
    RESP: 2,
    maintNotifications: 'disabled',
    // The package would make a timer for each command, and end none that is under way.
    commandOptions: { timeout: 0 },
  })
  // Opening is the first that is due.
  let due = 1
  let isLost = false
  let lose: (reason: Error) => void
  const lost = new Promise<Error>((resolve) => (lose = resolve))
  // One for all that is due, which may be thousands: while one answer after the other comes, the link is well.
  const silence = setTimeout(() => {
    if (due > 0) end(new Error(`Redis gave no answer within ${answerWithinMs} ms`))
  }, answerWithinMs)
  const aborted = () => end(new Error('the engine was closed'))

  function end(reason: Error) {
    if (isLost) return
    isLost = true
    clearTimeout(silence)
    signal.removeEventListener('abort', aborted)
    // Older versions of the package throw where the socket is gone already.
    if (client.isOpen) client.destroy()
    lose(reason)
  }

  function answered() {
    due--
    if (!isLost) silence.refresh()
  }

  client.on('error', end)
  signal.addEventListener('abort', aborted)
  if (signal.aborted) aborted()
  await Promise.race([client.connect(), lost.then(fail)])
  answered()
  return {
    send(...args) {
      if (due++ === 0 && !isLost) silence.refresh()
      return client.sendCommand(args).finally(answered)
    },
    lost,
    end,
  }
}

function fail(reason: Error): never {
  throw reason
}
