// A client's end of a socket to a hub, spoken to in text, for tests of the hub.
import { vi } from 'vitest'
import { createHub, type Hub, type HubOptions, type SessionRequest } from '../../src/hub/index.ts'

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

export const verify = (token: string | undefined) => {
  if (token === 'ada') return { subject: 'ada', streams: ['user:ada', 'tenant:1', 'goal:*'] }
  if (token === 'narrow') return { subject: 'ada', streams: ['tenant:1'] }
  if (token === 'bo') return { subject: 'bo', streams: ['tenant:2'] }
  if (token === 'short') return { subject: 'ada', streams: ['tenant:1'], expiresAt: Date.now() + 5_000 }
  throw new Error('no such token')
}

export function newHub(options: Partial<HubOptions> = {}): Hub {
  return createHub({ verify, ...options })
}

export type Frame = Record<string, any>

export function openTo(hub: Hub, request: Partial<SessionRequest> = {}) {
  const frames: Frame[] = []
  const closed: [number, string][] = []
  const session = hub.connect(
    { send: (text) => frames.push(JSON.parse(text)), close: (code, reason) => closed.push([code, reason]) },
    { livecache: true, ...request },
  )
  const say = (frame: object) => session.receive(JSON.stringify(frame))
  const events = () => frames.filter((frame) => 'timestamp' in frame)
  const ofType = (type: string) => frames.filter((frame) => frame['type'] === type)
  return { session, frames, closed, say, events, ofType }
}

export async function signedIn(hub: Hub, token = 'ada', request: Partial<SessionRequest> = {}) {
  const end = openTo(hub, request)
  end.say({ type: 'auth', token })
  await pass(0)
  return end
}

/** Signed in, subscribed and past the resume. */
export async function subscribed(
  hub: Hub,
  spec: object = { events: ['*'] },
  token = 'ada',
  request: Partial<SessionRequest> = {},
) {
  const end = await signedIn(hub, token, request)
  end.say({ type: 'subscribe', id: 's1', ...spec })
  end.say({ type: 'resume', streams: {} })
  return end
}

export const created = (stream = 'tenant:1', id?: string) => ({
  type: 'goal.created',
  stream,
  payload: { amount: 5 },
  ...(id && { id }),
})
