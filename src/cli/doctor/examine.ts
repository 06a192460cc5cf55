// The whole examination: which step follows which, and what is left out where one failed.
import { setMaxListeners } from 'node:events'
import { examineConnection } from './connection.ts'
import { sayEvents } from './event-shapes.ts'
import type { Closing, Examination, Wanted } from './examination.ts'
import { closeCodesPage, inSeconds, wordsForFate } from './fates.ts'
import { examineHeartbeat, windowMs } from './heartbeat.ts'
import { examinePolling, examineSse } from './over-http.ts'
import { quote } from './redact.ts'
import type { Report } from './report.ts'
import { examineResume } from './resume.ts'
import { examineSession } from './session.ts'
import { examineSignIn, type SignedIn } from './sign-in.ts'

/** What is kept for coming back, once the heartbeat was waited for, in ms. */
const forResumeMs = 6_000

/** Resolves once all was tried, or there is no time left, or `stop` says so. Everything it opened is closed then. */
export async function examine(wanted: Wanted, report: Report, stop: AbortSignal): Promise<void> {
  const { totalMs } = wanted.limits
  const endsAt = performance.now() + totalMs
  const own = new AbortController()
  const limit = AbortSignal.timeout(totalMs)
  const signal = AbortSignal.any([own.signal, limit, stop])
  // One for each link and probe.
  setMaxListeners(0, signal)
  const exam: Examination = {
    wanted,
    report,
    signal,
    closings: [],
    leftMs: () => Math.max(0, endsAt - performance.now()),
  }
  const cut = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => {
      sayClosings(exam)
      report.end(
        stop.aborted
          ? 'It was interrupted; this is what it had found.'
          : `Not all was tried: ${inSeconds(totalMs)} were over. Raise --timeout.`,
      )
      resolve()
    }),
  )
  const all = examineAll(exam).then(() => {
    sayClosings(exam)
    report.end(null)
  })
  await Promise.race([all, cut])
  own.abort()
}

async function examineAll(exam: Examination): Promise<void> {
  const { report, wanted } = exam
  const { connection, choosesProtocol, skewMs } = await examineConnection(exam)
  report.done('connection')
  if (connection === 'unreachable') return
  const signedIn = connection === 'open' ? await examineSignIn(exam, choosesProtocol) : null
  report.done('sign-in')
  if (report.untried !== null) return
  const heads = signedIn === null ? {} : await examineSession(exam, signedIn, skewMs)
  report.done('session')

  const forMs = windowMs(exam, signedIn?.welcome?.frame.heartbeatMs, exam.leftMs() - forResumeMs)
  const beganAt = performance.now()
  const [listenedMs, , streamed] = await Promise.all([
    signedIn === null ? null : listen(exam, signedIn, forMs),
    examinePolling(exam),
    examineSse(exam, Math.min(forMs, wanted.limits.heartbeatMs + wanted.limits.slackMs)),
  ])
  if (signedIn === null && streamed.length > 0) {
    const forStreamMs = performance.now() - beganAt
    sayEvents(report.about('events'), listening(exam, streamed, false, listenedMs ?? forStreamMs))
  }
  report.done('events')
  if (signedIn !== null && signedIn.socket.link.closure === null) await examineResume(exam, signedIn, heads)
  signedIn?.socket.link.close()
  report.done('resume')
}

async function listen(exam: Examination, signedIn: SignedIn, forMs: number): Promise<number> {
  const listenedMs = await examineHeartbeat(exam, signedIn, forMs)
  exam.report.done('heartbeat')
  const { heard } = signedIn.socket.link
  sayEvents(exam.report.about('events'), listening(exam, heard, signedIn.welcome !== null, listenedMs))
  exam.report.done('events')
  return listenedMs
}

const listening = (
  { wanted }: Examination,
  heard: Parameters<typeof sayEvents>[1]['heard'],
  isLivecache: boolean,
  forMs: number,
) => ({
  heard,
  isLivecache,
  asked: wanted.events,
  forMs,
})

/** Each code once for each step, and what a client would have done. */
function sayClosings({ report, closings }: Examination) {
  const say = report.about('closings')
  const seen = new Map(closings.map((closing) => [`${closing.where} ${closing.code}`, closing]))
  for (const closing of seen.values()) {
    say(
      'note',
      String(closing.code),
      `${capital(closing.where)}: ${wordsForClosing(closing)}. A client ${wordsForFate(closing)}.`,
      {
        see: closeCodesPage,
      },
    )
  }
}

const wordsForClosing = ({ code, reason }: Closing) => (reason === '' ? `${code}` : `${code}, ${quote(reason)}`)

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
