// Who is signed in, and the token to prove it. `?user=lena` signs in as Lena.
import type { Session } from '../shared/entities.ts'
import { fetchJson } from './fetch-json.ts'

export const userId = new URLSearchParams(location.search).get('user') ?? 'adaeze'

/** A token this close to its end, in ms, is not used any more: it might expire on its way. */
const marginMs = 30_000

let session: Session | null = null
let opening: Promise<Session> | null = null

/** @param options.fresh true where the last token was refused, so that the one at hand will not do */
export async function currentSession({
  fresh = false,
  signal,
}: { fresh?: boolean; signal?: AbortSignal } = {}): Promise<Session> {
  if (!fresh && session !== null && session.expiresAt - Date.now() > marginMs) return session
  // One request at a time, for however many ask; who stops waiting does not stop it for the others.
  opening ??= open().finally(() => {
    opening = null
  })
  return unlessAborted(opening, signal)
}

/** The token at hand is not used any more, as if its time were over. */
export function expireSession(): void {
  session = null
}

async function open(): Promise<Session> {
  session = await fetchJson<Session>('POST', '/api/session', { body: { userId } })
  return session
}

function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    return undefined
  })
}
