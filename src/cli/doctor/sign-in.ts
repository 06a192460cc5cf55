// Who is let in: with the token, with none, with one that is made up. What the session then is like is session.ts.
import { closeCodeOfError, closeCodes } from '../../protocol/codes.ts'
import { protocolName, type WelcomeFrame } from '../../protocol/frames.ts'
import type { TransportClosure } from '../../transports/transport.ts'
import { type Examination, wrongToken } from './examination.ts'
import { closeCodesPage, wordsForFate } from './fates.ts'
import type { Arrived } from './link.ts'
import { quote } from './redact.ts'
import type { Say } from './report.ts'
import { openSocket, type Socket } from './socket.ts'

/** A session that is open. */
export interface SignedIn {
  readonly socket: Socket
  /** Null with a plain server. */
  readonly welcome: Arrived<WelcomeFrame> | null
}

type Entry =
  | (SignedIn & { kind: 'in' })
  /** @param status of the answer to the upgrade, where that was refused */
  | { kind: 'refused'; closure: TransportClosure; status: number | null }
  /** Nothing was answered. */
  | { kind: 'silent' }

/** Takes the first frame of its own (`first-frame`), whatever `auth` says; or the token goes along with the upgrade. */
type Knock = (where: string, token: string | null) => Promise<Entry>

const authPage = 'livecache/docs/recipes/auth.md#where-the-token-goes'
const refusedTokensPage = 'livecache/docs/troubleshooting.md#refused-tokens'

/** @param choosesProtocol whether it chose realtime.v1 */
export async function examineSignIn(exam: Examination, choosesProtocol: boolean): Promise<SignedIn | null> {
  const say = exam.report.about('sign-in')
  const { token, auth } = exam.wanted
  if (choosesProtocol) {
    const entries = await knockThrice(exam, auth !== 'none', (where, given) => knockLivecache(exam, where, given))
    if (entries.given.kind !== 'silent') return judge(exam, say, entries)
    say('warning', 'no-welcome', `It chose ${protocolName}, and answered the sign-in with no welcome.`, {
      means:
        'A client takes it for a livecache server until an event comes first, or nothing for 10 s; then it connects again without the offer. Each page is late by that. Many WebSocket libraries choose whatever is offered first.',
      change: `Let it choose ${protocolName} only if it speaks it (ws: handleProtocols: () => false), or say server: 'plain' to the client, which then offers nothing.`,
      see: 'livecache/src/protocol/README.md#2-connecting',
    })
  }
  if (token !== null && auth === 'first-frame') {
    say('note', 'plain-auth', 'A plain server is told no token by a first frame, so it was joined without one.', {
      change: "Use --auth query or --auth subprotocol, and say the same to the client: auth: 'query'.",
      see: authPage,
    })
  }
  const isTold = auth === 'query' || auth === 'subprotocol'
  return judge(exam, say, await knockThrice(exam, isTold, (where, given) => knockPlain(exam, where, given)))
}

interface Entries {
  given: Entry
  /** Null where the given one was none either. */
  missing: Entry | null
  wrong: Entry | null
  isTold: boolean
}

/** @param isTold whether the server is told a token at all: one that is not can't refuse any */
async function knockThrice({ wanted: { token } }: Examination, isTold: boolean, knock: Knock): Promise<Entries> {
  const [given, missing, wrong] = await Promise.all([
    knock('the session', token),
    token !== null && isTold ? knock('a sign-in without a token', null) : null,
    isTold ? knock('a sign-in with a wrong token', wrongToken) : null,
  ])
  for (const entry of [missing, wrong]) if (entry?.kind === 'in') entry.socket.link.close()
  return { given, missing, wrong, isTold }
}

async function knockLivecache(exam: Examination, where: string, token: string | null): Promise<Entry> {
  const { handshakeMs, answerMs } = exam.wanted.limits
  const socket = openSocket(exam, where, { offer: true })
  const { link } = socket
  await link.until(() => (link.protocol === undefined ? null : true), handshakeMs)
  link.send({ type: 'auth', ...(token !== null && { token }) })
  const welcome = await link.until(() => link.find('welcome') ?? fatalError(socket), answerMs)
  if (welcome !== null && 'frame' in welcome) return { kind: 'in', socket, welcome }
  const closure = welcome ?? link.closure
  // One that says nothing is done with.
  link.close()
  return closure === null ? { kind: 'silent' } : { kind: 'refused', closure, status: socket.status }
}

/** An `error` that ends a session as a close code does. */
function fatalError({ link }: Socket): TransportClosure | null {
  const error = link.find('error', ({ code }) => closeCodeOfError[code] !== undefined)
  if (error === null) return null
  const { code, message = code, retryAfterMs } = error.frame
  return { code: closeCodeOfError[code]!, reason: message, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

async function knockPlain(exam: Examination, where: string, token: string | null): Promise<Entry> {
  const { auth, limits } = exam.wanted
  const place = auth === 'query' || auth === 'subprotocol' ? auth : null
  const credential = token !== null && place !== null ? { token, place } : null
  const socket = openSocket(exam, where, { offer: false, credential })
  const { link } = socket
  const isOpen = await link.until(() => (link.protocol === undefined ? null : true), limits.handshakeMs)
  if (isOpen) await link.until(() => link.closure, limits.settleMs)
  if (link.closure !== null) return { kind: 'refused', closure: link.closure, status: socket.status }
  if (isOpen) return { kind: 'in', socket, welcome: null }
  link.close()
  return { kind: 'silent' }
}

// ── what is said ────────────────────────────────────────────────────────────────────────────────────────────────────

function judge(exam: Examination, say: Say, { given, missing, wrong, isTold }: Entries): SignedIn | null {
  const { report, wanted } = exam
  const hasToken = wanted.token !== null && isTold
  if (given.kind !== 'in') sayNotIn(exam, say, given, hasToken)
  else
    say('ok', 'signed-in', `${hasToken ? 'The token signs in' : 'It lets in whoever brings no token'}${lifeOf(given)}.`)
  if (missing !== null) sayStranger(say, 'missing-token', 'no token', missing, false)
  if (wrong !== null) {
    const isOpenToAll = (missing ?? given).kind === 'in'
    sayStranger(say, 'wrong-token', 'a token that was made up', wrong, !isOpenToAll)
  }
  report.done('sign-in')
  return given.kind === 'in' ? given : null
}

function lifeOf({ welcome }: SignedIn): string {
  const ms = welcome?.frame.authExpiresInMs
  return ms === undefined
    ? ''
    : `, and is valid for ${ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`}`
}

function sayNotIn({ report }: Examination, say: Say, entry: Exclude<Entry, { kind: 'in' }>, hasToken: boolean) {
  if (entry.kind === 'silent') {
    say('problem', 'signed-in', 'Nobody was let in, and nobody was told why: the sign-in is not answered.', {
      means: 'A client gives up after 10 s and tries again, without end.',
      change: 'See the log of the server. What verifies tokens may be stuck.',
      see: refusedTokensPage,
    })
    return
  }
  if (hasToken) {
    say('problem', 'signed-in', `The token was refused: the server ${wordsFor(entry)}.`, {
      means: `A client ${wordsForFate(entry.closure)}.`,
      change: 'Try a fresh one; see whether it has expired, is for another audience, or was signed with another key.',
      see: 'livecache/docs/security.md#why-tokens-are-refused',
    })
    return
  }
  sayStranger(say, 'missing-token', 'no token', entry, false)
  const why = 'Nobody was signed in, so the session was not tried. Give a token: --token-env NAME.'
  report.giveUp(why)
  say('skipped', 'signed-in', why)
}

/** How the server treats somebody who should stay outside. */
function sayStranger(say: Say, id: string, brings: string, entry: Entry, mustStayOut: boolean) {
  const who = `Whoever brings ${brings}`
  if (entry.kind === 'in') {
    if (!mustStayOut) return say('note', id, `${who} is let in.`, isMeant)
    return say('problem', id, `${who} is let in.`, {
      means: 'The server wants a token and does not look at it, so anybody can be anybody.',
      change: 'Verify the signature, the issuer, the audience and the end of each token.',
      see: 'livecache/docs/security.md#signing-in',
    })
  }
  if (entry.kind === 'silent') {
    return say('warning', id, `${who} is answered nothing.`, {
      means: 'A client waits 10 s and begins anew, and nobody is asked to sign in.',
      change: 'Close with 4401.',
      see: closeCodesPage,
    })
  }
  const text = `${who} is turned away: the server ${wordsFor(entry)}.`
  if (entry.closure.code === closeCodes.unauthorized) return say('ok', id, text)
  say('warning', id, text, {
    means:
      entry.status === null
        ? `A client ${wordsForFate(entry.closure)}.`
        : 'A page is not told the status of an upgrade (it sees 1006): a client fails twice before it asks for a fresh token, and never learns that nobody is signed in.',
    change: `${entry.status === null ? 'Close' : 'Let the socket open, and close it'} with 4401: then a client asks getToken for a fresh one.`,
    see: closeCodesPage,
  })
}

const isMeant = {
  means: 'That is right where anybody may listen, and on a development machine.',
  change: 'Else refuse it with 4401.',
  see: 'livecache/docs/security.md#signing-in',
}

function wordsFor({ closure, status }: Extract<Entry, { kind: 'refused' }>): string {
  if (status !== null) return `answers the upgrade with ${status}`
  const reason = closure.reason === '' ? '' : ` (${quote(closure.reason)})`
  return `closes with ${closure.code}${reason}`
}
