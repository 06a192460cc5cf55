// What a session is told at its beginning, and how it answers: the numbers of the welcome, the subscription, the round trip, the clock.
import type { Position, WelcomeFrame } from '../../protocol/frames.ts'
import type { Examination } from './examination.ts'
import { inSeconds } from './fates.ts'
import { confirmBy } from './confirm.ts'
import { quote } from './redact.ts'
import type { Say } from './report.ts'
import type { SignedIn } from './sign-in.ts'

const welcomePage = 'livecache/src/protocol/README.md#welcome'
const resumePage = 'livecache/src/protocol/README.md#7-positions-and-resume'

/** What a client needs to come back at worst, in ms: 32 s of backoff and 10 s to open. */
const comeBackMs = 42_000
/** Proxies cut what is idle for this long, in ms. */
const usualIdleMs = 60_000
/** Within this, clocks count as equal, in ms. */
const maxSkewMs = 5_000

const known = new Set(['batch', 'ack-ids', 'ack-up-to', 'patterns', 'publish'])
const roundTrips = 3

/** Where each stream stood as the session began. */
export type Heads = Readonly<Record<string, Position>>

/** @param skewMs of the clock, as HTTP told it */
export async function examineSession(exam: Examination, signedIn: SignedIn, skewMs: number | null): Promise<Heads> {
  const say = exam.report.about('session')
  const { socket, welcome } = signedIn
  const { events } = exam.wanted
  socket.link.confirm = confirmBy(welcome?.frame.capabilities ?? [])
  if (welcome === null) {
    socket.link.send({ type: 'subscribe', ...(events.length > 0 && { events }) })
    say('ok', 'server', 'A plain server: it says what happens, and knows of no positions.', {
      means: 'After each lost link a client fetches all live queries again.',
      see: 'livecache/docs/backends/README.md#what-a-plain-server-sends',
    })
    sayRoundTrip(say, await hiddenRoundTrip(exam, signedIn), true)
    sayClock(say, skewMs)
    return {}
  }
  sayWelcome(say, welcome.frame, exam)
  const heads = await subscribe(exam, say, signedIn)
  const roundTripMs = await roundTrip(exam, signedIn)
  sayRoundTrip(say, roundTripMs, false)
  sayClock(say, skewOf(welcome.frame, welcome.at, roundTripMs ?? 0) ?? skewMs)
  return heads
}

// ── the welcome ─────────────────────────────────────────────────────────────────────────────────────────────────────

function sayWelcome(say: Say, welcome: WelcomeFrame, { wanted }: Examination) {
  const { heartbeatMs, ackTimeoutMs, replayWindowMs } = welcome
  const numbers = [
    ['heartbeat', heartbeatMs],
    ['acks within', ackTimeoutMs],
    ['events kept for', replayWindowMs],
  ] as const
  const told = numbers.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${inSeconds(ms)}`]))
  say('ok', 'welcome', `Welcomed as a ${welcome.protocol} session${told.length > 0 ? `: ${told.join(', ')}` : ''}.`)
  sayHeartbeat(say, heartbeatMs)
  sayReplayWindow(say, ackTimeoutMs, replayWindowMs)
  const capabilities = welcome.capabilities ?? []
  say(
    'ok',
    'capabilities',
    `It can do: ${capabilities.map((name) => asName(name)).join(', ') || 'nothing beyond the protocol'}.`,
  )
  if (wanted.events.some((name) => name.includes('*')) && !capabilities.includes('patterns')) {
    say('warning', 'patterns', 'It takes no patterns, and --events has one.', {
      means: 'A client asks for the types that it knows by name instead.',
      change: 'Name the types, or announce "patterns" once the server matches them.',
      see: welcomePage,
    })
  }
}

const asName = (capability: string) => (known.has(capability) ? capability : `${quote(capability, 40)} (unknown)`)

function sayHeartbeat(say: Say, heartbeatMs: number | undefined) {
  if (heartbeatMs === undefined) {
    return say('warning', 'heartbeat-told', 'The welcome announces no heartbeat.', {
      means: 'Until the first ping, silence says nothing: a client does not notice a link that died without a word.',
      change: 'Send "heartbeatMs" (30000), and a ping as often.',
      see: 'livecache/src/protocol/README.md#9-heartbeats',
    })
  }
  if (heartbeatMs < usualIdleMs) return
  say('warning', 'heartbeat-told', `A heartbeat every ${inSeconds(heartbeatMs)} is rare.`, {
    means: `Many proxies cut what is idle for 60 s, and a client notices a dead link only after ${inSeconds(heartbeatMs + 10_000)}.`,
    change: 'Send a ping every 30 s.',
    see: 'livecache/docs/troubleshooting.md#drops-every-minute',
  })
}

function sayReplayWindow(say: Say, ackTimeoutMs: number | undefined, replayWindowMs: number | undefined) {
  if (replayWindowMs === undefined) {
    if (ackTimeoutMs === undefined) return
    return say('note', 'replay-window', 'The welcome does not say for how long events are kept.', {
      change: 'Send "replayWindowMs".',
      see: welcomePage,
    })
  }
  const neededMs = (ackTimeoutMs ?? 0) + comeBackMs
  if (replayWindowMs >= neededMs) return
  const sum = ackTimeoutMs === undefined ? '' : `${inSeconds(ackTimeoutMs)} for acks and `
  say(
    'problem',
    'replay-window',
    `Events are kept for ${inSeconds(replayWindowMs)}; ${inSeconds(neededMs)} are needed.`,
    {
      means: `${sum}42 s in which a client comes back at worst: an event may be forgotten before it is asked for again, and its queries are fetched instead.`,
      change: `Keep events for ${inSeconds(neededMs)} or longer${ackTimeoutMs === undefined ? '' : ', or wait for acks for less long'}.`,
      see: 'livecache/src/protocol/README.md#8-acknowledgements',
    },
  )
}

// ── the subscription ────────────────────────────────────────────────────────────────────────────────────────────────

const ref = 'doctor'

async function subscribe({ wanted }: Examination, say: Say, { socket: { link } }: SignedIn): Promise<Heads> {
  const { events, limits } = wanted
  const what = events.length === 0 ? 'all events' : events.map((name) => quote(name, 40)).join(', ')
  link.send({ type: 'subscribe', id: ref, ...(events.length > 0 && { events }) })
  link.send({ type: 'resume', streams: {} })
  const answer = await link.until(
    () => link.find('error', (error) => error.ref === ref) ?? link.find('subscribed', (told) => told.ref === ref),
    limits.answerMs,
  )
  if (answer === null) {
    say('problem', 'subscribed', `The subscription to ${what} was not answered.`, {
      means: 'A client waits 10 s, takes the link for broken and begins anew, without end.',
      change: 'Answer each subscribe with subscribed, and its "id" as "ref".',
      see: 'livecache/src/protocol/README.md#subscribed',
    })
    return {}
  }
  if (answer.frame.type === 'error') {
    const { code, message = '' } = answer.frame
    say('problem', 'subscribed', `The subscription to ${what} was refused: ${quote(`${code} ${message}`.trim())}.`, {
      means: 'Its events do not come.',
      change: 'Ask for what this user may read: --events.',
      see: 'livecache/docs/troubleshooting.md#nothing-arrives',
    })
    return {}
  }
  const heads = answer.frame.streams ?? null
  sayHeads(say, what, heads)
  if ((await link.until(() => link.find('resumed'), limits.answerMs)) === null) {
    say('problem', 'resumed', 'The resume was not answered.', {
      means: 'A client waits 10 s, takes the link for broken and begins anew, without end.',
      change: 'Answer each resume with resumed, also where it names no stream.',
      see: resumePage,
    })
  }
  return heads ?? {}
}

function sayHeads(say: Say, what: string, heads: Heads | null) {
  if (heads === null) {
    return say('warning', 'subscribed', `Subscribed to ${what}, and not told where its streams stand.`, {
      means: 'What is lost before the first event of a stream is not noticed.',
      change: 'Name the heads of its streams in subscribed: "streams".',
      see: 'livecache/src/protocol/README.md#subscribed',
    })
  }
  const names = Object.keys(heads)
  const some = names.slice(0, 5).map((name) => quote(name, 40))
  const more = names.length > some.length ? ` and ${names.length - some.length} more` : ''
  say(
    'ok',
    'subscribed',
    `Subscribed to ${what}${names.length === 0 ? '; no stream has had an event yet' : `, in ${some.join(', ')}${more}`}.`,
  )
}

// ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The median, in ms; null where one was not answered. */
async function roundTrip({ wanted }: Examination, { socket: { link } }: SignedIn): Promise<number | null> {
  const taken: number[] = []
  for (let count = 0; count < roundTrips; count++) {
    const askedAt = performance.now()
    link.send({ type: 'ping' })
    const pong = await link.until(() => {
      const last = link.find('pong')
      return last !== null && last.at >= askedAt ? last : null
    }, wanted.limits.answerMs)
    if (pong === null) return null
    taken.push(pong.at - askedAt)
  }
  return medianOf(taken)
}

async function hiddenRoundTrip({ wanted }: Examination, { socket }: SignedIn): Promise<number | null> {
  const taken: number[] = []
  for (let count = 0; count < roundTrips; count++) {
    const tookMs = await socket.hiddenRoundTrip(wanted.limits.answerMs)
    if (tookMs === null) return null
    taken.push(tookMs)
  }
  return medianOf(taken)
}

const medianOf = (taken: readonly number[]) => taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)]!

function sayRoundTrip(say: Say, tookMs: number | null, isHidden: boolean) {
  const what = isHidden ? 'A ping of RFC 6455' : 'A ping'
  if (tookMs === null) {
    return say(isHidden ? 'note' : 'problem', 'round-trip', `${what} was not answered.`, {
      means: isHidden
        ? 'The library of the server has to; pages never see it.'
        : 'After a sleep, or a change of networks, a client asks so whether the link lives, and replaces it where no answer comes.',
      ...(!isHidden && { change: 'Answer ping with pong.', see: 'livecache/src/protocol/README.md#9-heartbeats' }),
    })
  }
  if (tookMs < 1_000) return say('ok', 'round-trip', `${what} is answered in ${inSeconds(tookMs)}.`)
  say('warning', 'round-trip', `${what} is answered in ${inSeconds(tookMs)}.`, {
    means: 'Beyond 2 s a client takes a link that it asks for dead.',
    change: 'Serve it from nearer, or see what keeps the server from answering.',
    see: 'livecache/docs/troubleshooting.md#late',
  })
}

/** The server's clock minus ours, as it was when the welcome came: half a round trip after it was written. */
function skewOf({ serverTime }: WelcomeFrame, at: number, roundTripMs: number): number | null {
  const told = Date.parse(serverTime ?? '')
  if (Number.isNaN(told)) return null
  const receivedAt = Date.now() - (performance.now() - at)
  return told - (receivedAt - roundTripMs / 2)
}

function sayClock(say: Say, skewMs: number | null) {
  if (skewMs === null) return
  const off = Math.abs(skewMs)
  if (off <= maxSkewMs) {
    return say('ok', 'clock', `Its clock and this one differ by ${off < 2_000 ? 'less than 2 s' : inSeconds(off)}.`)
  }
  say('warning', 'clock', `Its clock is ${inSeconds(off)} ${skewMs > 0 ? 'ahead of' : 'behind'} this one.`, {
    means: 'Tokens are refused too early or too late, and events look older or newer than they are.',
    change: 'Run NTP on both.',
    see: 'livecache/docs/operations/incident.md#a-clock-is-off',
  })
}
