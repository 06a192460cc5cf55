// A session that begins with a request over HTTP: signed in by the token of that request, and known before it is answered.
import type { SubscribeFrame } from '../protocol/frames.ts'
import type { Hub } from './create-hub.ts'
import type { Session, SessionSink } from './session-port.ts'
import type { SessionRefusal } from './sign-in.ts'

export interface HttpSessionRequest {
  token: string | undefined
  /** What a plain client subscribes to; null for one that speaks realtime.v1. */
  subscribe: SubscribeFrame | null
  /** Whether the client can confirm events. */
  awaitsAcks: boolean
  transport: string
  ip: string | undefined
  /** Its place, to be left when it ends. */
  stay: { signedIn(subject: string): SessionRefusal | null; leave(): void }
}

/** How a session ended. */
export interface SessionEnd {
  code: number
  reason: string
}

export interface HttpSession {
  readonly session: Session
  /** Null once the token was accepted; else why there will be no session. */
  readonly refused: Promise<SessionEnd | null>
  readonly ended: Promise<SessionEnd>
  /** The client went away. */
  leave(): void
}

export function beginHttpSession(
  hub: Hub,
  { token, subscribe, awaitsAcks, transport, ip, stay }: HttpSessionRequest,
  sink: SessionSink,
): HttpSession {
  let accept!: (accepted: null) => void
  let finish!: (end: SessionEnd) => void
  const accepted = new Promise<null>((resolve) => (accept = resolve))
  const ended = new Promise<SessionEnd>((resolve) => (finish = resolve))
  const watched: SessionSink = {
    send(text) {
      accept(null)
      sink.send(text)
    },
    close(code, reason) {
      finish({ code, reason })
      sink.close(code, reason)
    },
  }
  const known = token === undefined ? {} : { token }
  const session = hub.connect(watched, {
    livecache: subscribe === null,
    oneWay: true,
    awaitsAcks,
    transport,
    admit: ({ subject }) => stay.signedIn(subject),
    ended: stay.leave,
    ...(ip !== undefined && { ip }),
    ...known,
  })
  const say = (frame: object) => session.receive(JSON.stringify(frame))
  if (subscribe === null) say({ type: 'auth', ...known })
  else {
    say(subscribe)
    // Its answer tells that the token was accepted: a plain session is told nothing else.
    say({ type: 'ping' })
  }
  return {
    session,
    refused: Promise.race([accepted, ended]),
    ended,
    leave() {
      finish({ code: 1006, reason: 'the client left' })
      session.gone()
    },
  }
}
