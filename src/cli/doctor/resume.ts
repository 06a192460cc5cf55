// Coming back: is what was missed sent again, and is the server honest about what it no longer has?
import type { RealtimeEvent } from '../../protocol/event.ts'
import type { Position } from '../../protocol/frames.ts'
import { confirmBy } from './confirm.ts'
import { credentialOf } from './connection.ts'
import type { Examination } from './examination.ts'
import type { Link } from './link.ts'
import { quote } from './redact.ts'
import type { Say } from './report.ts'
import type { Heads } from './session.ts'
import type { SignedIn } from './sign-in.ts'
import { openSocket } from './socket.ts'

const resumePage = 'livecache/src/protocol/README.md#7-positions-and-resume'
/** The epoch of no log. */
const madeUpEpoch = 'livecache-doctor-made-this-up'

export async function examineResume(exam: Examination, signedIn: SignedIn, heads: Heads): Promise<void> {
  const say = exam.report.about('resume')
  const events = eventsOf(signedIn.socket.link)
  if (signedIn.welcome === null) return resumePlain(exam, say, events)
  const question = questionFor(events, heads)
  if (question === null) {
    return say('skipped', 'complete', 'No stream has had an event, so there is nothing to go on from.', {
      change: 'Let an event happen while the doctor listens.',
    })
  }
  await Promise.all([askHonest(exam, say, question), askMadeUp(exam, say, question)])
}

const eventsOf = ({ heard }: Link): RealtimeEvent[] =>
  heard.flatMap(({ messages }) => messages.flatMap((message) => (message.kind === 'event' ? [message.event] : [])))

interface Question {
  stream: string
  position: Position
  /** What has to come again; null where nothing was missed. */
  missed: RealtimeEvent | null
}

/** As if the last event had been missed; where none came, from where a stream stands. */
function questionFor(events: readonly RealtimeEvent[], heads: Heads): Question | null {
  const missed = events.findLast(({ stream, seq, epoch }) => stream && seq !== undefined && epoch !== undefined)
  if (missed !== undefined) {
    const seq = missed.prev ?? missed.seq! - 1
    return { stream: missed.stream!, position: { epoch: missed.epoch!, seq }, missed }
  }
  const [stream, head] = Object.entries(heads)[0] ?? []
  return stream === undefined || head === undefined
    ? null
    : { stream, position: { epoch: head.epoch, seq: head.seq }, missed: null }
}

/** Another session that resumes; null where it was not answered. */
async function comeBack(exam: Examination, where: string, streams: Readonly<Record<string, Position>>) {
  const { token, events, limits, auth } = exam.wanted
  const { link } = openSocket(exam, where, { offer: true })
  await link.until(() => (link.protocol === undefined ? null : true), limits.handshakeMs)
  link.send({ type: 'auth', ...(token !== null && auth !== 'none' && { token }) })
  const welcome = await link.until(() => link.find('welcome'), limits.answerMs)
  link.confirm = confirmBy(welcome?.frame.capabilities ?? [])
  link.send({ type: 'subscribe', id: 'doctor', ...(events.length > 0 && { events }) })
  link.send({ type: 'resume', streams })
  const resumed = await link.until(() => link.find('resumed'), limits.answerMs)
  link.close()
  return resumed === null ? null : { streams: resumed.frame.streams, events: eventsOf(link) }
}

async function askHonest(exam: Examination, say: Say, { stream, position, missed }: Question) {
  const answer = await comeBack(exam, 'a resume', { [stream]: position })
  const name = quote(stream, 40)
  if (answer === null) {
    return say('problem', 'complete', 'A second session that resumed was not answered.', {
      means: 'After each lost link a client waits 10 s and begins anew.',
      change: 'Answer each resume with resumed.',
      see: resumePage,
    })
  }
  const told = answer.streams[stream]
  if (told?.complete !== true) {
    const after = missed === null ? 'Nothing had happened since' : 'One event had been missed'
    return say('problem', 'complete', `${after}, and ${name} was not called complete.`, {
      means: 'After each lost link a client fetches again all that the stream feeds.',
      change: 'Keep events for the replay window, and the epoch for as long as the log lives.',
      see: resumePage,
    })
  }
  if (missed === null) {
    return say('ok', 'complete', `A session that came back to ${name} with nothing missed was told so.`)
  }
  const again = answer.events.find(
    ({ seq, epoch, ...event }) => event.stream === stream && seq === missed.seq && epoch === missed.epoch,
  )
  if (again === undefined) {
    return say('problem', 'complete', `${name} was called complete, but the event that was missed did not come.`, {
      means: 'It is lost, and the client is told that nothing is.',
      change: 'Send what was missed before resumed, or say "complete": false.',
      see: resumePage,
    })
  }
  if (again.id !== missed.id) {
    return say('problem', 'complete', 'An event that was sent again has another id.', {
      means: 'A client takes it for a new one, and does twice what it tells.',
      change: 'Keep the "eventId" of an event.',
      see: 'livecache/docs/troubleshooting.md#duplicates',
    })
  }
  say('ok', 'complete', `An event that was missed in ${name} was sent again, and the rest called complete.`)
  if (again.replayed) return
  say('note', 'replayed', 'It was not marked as "replayed".', {
    means: 'What should happen for news alone, such as a toast, happens for old events too.',
    change: 'Send "replayed": true.',
    see: resumePage,
  })
}

/** Numbers of a log that is gone mean nothing, and a server that goes on from them loses what came before. */
async function askMadeUp(exam: Examination, say: Say, { stream }: Question) {
  const answer = await comeBack(exam, 'a resume from a lost log', { [stream]: { epoch: madeUpEpoch, seq: 1 } })
  if (answer === null) return
  if (answer.streams[stream]?.complete !== true) {
    return say('ok', 'epoch', 'A position of a log that is gone is not called complete.')
  }
  say('problem', 'epoch', 'A position of a log that is gone is called complete.', {
    means: 'After a restart that loses the log, clients go on with old data and do not know it.',
    change: 'Compare the epoch first; where it is another one, say "complete": false.',
    see: resumePage,
  })
}

async function resumePlain(exam: Examination, say: Say, events: readonly RealtimeEvent[]) {
  const [before, missed] = events.filter(({ id }) => id !== null).slice(-2)
  if (missed === undefined) {
    return say('skipped', 'last-event-id', 'Fewer than two events with an id came, so going on from one was not tried.')
  }
  const { wanted } = exam
  const place = wanted.auth === 'subprotocol' ? ('subprotocol' as const) : ('query' as const)
  const credential = credentialOf(wanted) === null ? null : { token: wanted.token!, place }
  const { link } = openSocket(exam, 'going on from an event', { offer: false, credential, lastEventId: before!.id })
  const again = await link.until(
    () => eventsOf(link).find(({ id }) => id === missed.id) ?? null,
    wanted.limits.settleMs,
  )
  link.close()
  if (again !== null)
    return say('ok', 'last-event-id', 'It goes on from the event that "lastEventId" in the address names.')
  say('note', 'last-event-id', 'It does not go on from the event that "lastEventId" in the address names.', {
    means:
      'Nothing is wrong: after each lost link a client fetches all live queries. Toasts and logs of what was missed are lost.',
    change: 'A server that speaks realtime.v1 replays what was missed.',
    see: 'livecache/docs/troubleshooting.md#everything-is-fetched-again',
  })
}
