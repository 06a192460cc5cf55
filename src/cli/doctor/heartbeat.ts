// Listening to an open session: do signs of life come, and does it hold?
import type { Examination, Limits } from './examination.ts'
import { closeCodesPage, inSeconds, wordsForFate } from './fates.ts'
import { quote } from './redact.ts'
import type { Say } from './report.ts'
import type { SignedIn } from './sign-in.ts'

const heartbeatsPage = 'livecache/src/protocol/README.md#9-heartbeats'
const idlePage = 'livecache/docs/troubleshooting.md#drops-every-minute'

/** How long it is worth listening, in ms: until a heartbeat is overdue, as far as there is time. */
export function windowMs({ wanted }: Examination, heartbeatMs: number | undefined, leftMs: number): number {
  const { quick, limits } = wanted
  if (quick) return limits.listenMs
  return Math.min(Math.max(limits.listenMs, (heartbeatMs ?? limits.heartbeatMs) + limits.slackMs), leftMs)
}

/** Listens; returns for how long it did, in ms. */
export async function examineHeartbeat(exam: Examination, signedIn: SignedIn, forMs: number): Promise<number> {
  const say = exam.report.about('heartbeat')
  const { socket, welcome } = signedIn
  const { link } = socket
  const { quick, limits } = exam.wanted
  const beganAt = performance.now()
  const since = welcome?.at ?? beganAt
  const announcedMs = welcome?.frame.heartbeatMs
  const pinged = await link.until(() => (quick ? null : link.find('ping')), forMs)
  // Events are listened for, however early the heartbeat came.
  const restMs = limits.listenMs - (performance.now() - beganAt)
  if (restMs > 0) await link.until(() => null, restMs)

  if (link.closure !== null) sayEnd(say, signedIn, performance.now() - since)
  if (pinged !== null) say('ok', 'ping', wordsForPing(pinged.at - since, announcedMs))
  else if (quick) say('skipped', 'ping', 'Heartbeats were not waited for (--quick).')
  else if (link.closure === null) sayNoPing(say, socket.hiddenPings, announcedMs, performance.now() - since, limits)
  return performance.now() - beganAt
}

function wordsForPing(afterMs: number, announcedMs: number | undefined): string {
  const announced = announcedMs === undefined ? '' : ` (announced: every ${inSeconds(announcedMs)})`
  return `A ping came after ${inSeconds(afterMs)}${announced}, and was answered.`
}

function sayNoPing(say: Say, hiddenPings: number, announcedMs: number | undefined, heardMs: number, limits: Limits) {
  if (heardMs < (announcedMs ?? limits.heartbeatMs)) {
    return say(
      'skipped',
      'ping',
      `No ping came within ${inSeconds(heardMs)}, and there was no time to wait for longer.`,
      {
        change: 'Raise --timeout.',
      },
    )
  }
  if (announcedMs !== undefined) {
    return say(
      'problem',
      'ping',
      `No ping came within ${inSeconds(announcedMs + limits.slackMs)}, and one is announced every ${inSeconds(announcedMs)}.`,
      {
        means: 'A client takes a quiet link for dead, drops it and connects anew, again and again.',
        change: 'Send {"type":"ping"} every "heartbeatMs", whether or not anything else was sent.',
        see: heartbeatsPage,
      },
    )
  }
  const hidden =
    hiddenPings === 0
      ? ''
      : ` It does send pings of RFC 6455 (${hiddenPings}), which browsers answer and hide from the page.`
  say('warning', 'ping', `No ping came within ${inSeconds(heardMs)}.${hidden}`, {
    means:
      'Silence tells a client nothing: it does not notice a link that died without a word, and proxies cut what is idle for a minute.',
    change: 'Send {"type":"ping"} every 30 s.',
    see: idlePage,
  })
}

function sayEnd(say: Say, { socket: { link } }: SignedIn, afterMs: number) {
  const { code, reason } = link.closure!
  const told = reason === '' ? '' : ` (${quote(reason)})`
  say('problem', 'ended', `The server ended the session after ${inSeconds(afterMs)} with ${code}${told}.`, {
    means: `A client ${wordsForFate(link.closure!)}.`,
    change: 'See the log of the server, and the idle time of what is in between.',
    see: code === 1006 ? idlePage : closeCodesPage,
  })
}
