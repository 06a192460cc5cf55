// From the name to the answer to an upgrade: what stands in the way of a socket, and what the server does with what it is offered.
import { isLoopback, resolveUrl, shown } from '../../transports/address.ts'
import { protocolName } from '../../protocol/frames.ts'
import { type Examination, foreignOrigin, type Wanted, wrongToken } from './examination.ts'
import { inSeconds } from './fates.ts'
import { quote } from './redact.ts'
import type { Say } from './report.ts'
import { wordsForFailure, wordsForStatus } from './upgrade-words.ts'
import { type Outcome, probeUpgrade, type Upgrade } from './upgrade-probe.ts'

/** `refused`: there is a server, and it opens no socket here. */
export type Connection = 'unreachable' | 'refused' | 'open'

export interface ConnectionResult {
  connection: Connection
  /** Whether it chose realtime.v1. */
  choosesProtocol: boolean
  /** The server's clock minus ours, in ms; null where it does not tell. To a second, as HTTP has it. */
  skewMs: number | null
}

const subprotocolsPage = 'livecache/src/protocol/README.md#2-connecting'
const tokenPrefix = `${protocolName}.token.`

export async function examineConnection(exam: Examination): Promise<ConnectionResult> {
  const { wanted, report } = exam
  const say = report.about('connection')
  const { url, origin } = wanted
  const probe = (offers: readonly string[], more: { params?: Record<string, string>; origin?: string | null } = {}) =>
    probeUpgrade(url, { origin, offers, limitMs: wanted.limits.handshakeMs, signal: exam.signal, ...more })

  let upgrade = await probe([protocolName])
  sayWay(say, upgrade, url)
  if (isNowhere(upgrade.outcome)) {
    sayFailure(say, upgrade.outcome, url)
    // A certificate that nobody trusts is a finding; a port where nobody listens is none.
    report.giveUp('The server could not be reached, so nothing else was tried.', upgrade.outcome.stage !== 'tls')
    return { connection: 'unreachable', choosesProtocol: false, skewMs: null }
  }
  const byCredential = credentialOf(wanted)
  const choosesProtocol = upgrade.outcome.kind === 'switched' && upgrade.outcome.protocol === protocolName
  if (upgrade.outcome.kind !== 'switched' && byCredential !== null) {
    upgrade = await probe(byCredential.offers, { params: byCredential.params })
  }
  const { outcome } = upgrade
  // Now, while it is fresh.
  const skewMs = outcome.kind === 'switched' ? skewOf(outcome.headers.date) : null
  if (outcome.kind !== 'switched') {
    const opensWithoutOrigin =
      origin !== null && outcome.kind === 'answered' && outcome.status === 403
        ? (await probe([protocolName], { origin: null })).outcome.kind === 'switched'
        : false
    sayRefusal(say, outcome, wanted, opensWithoutOrigin)
    return { connection: 'refused', choosesProtocol: false, skewMs: null }
  }
  sayUpgrade(say, upgrade, outcome)
  sayProtocol(say, outcome.protocol, choosesProtocol)
  const [foreign, offered] = await Promise.all([
    probe([protocolName], { origin: foreignOrigin }),
    probe([protocolName, tokenPrefix + wrongToken]),
  ])
  sayOrigin(say, foreign.outcome, origin)
  sayEcho(say, offered.outcome)
  return { connection: 'open', choosesProtocol, skewMs }
}

/** How a plain server is brought the token at the upgrade; null where it is not. */
export function credentialOf({ auth, token }: Pick<Wanted, 'auth' | 'token'>) {
  if (token === null || auth === 'none' || auth === 'first-frame') return null
  return auth === 'query'
    ? { offers: [], params: { token } }
    : { offers: [protocolName, tokenPrefix + token], params: {} }
}

type Nowhere = Extract<Outcome, { kind: 'failed' | 'silent' }>
const isNowhere = (outcome: Outcome): outcome is Nowhere => outcome.kind === 'failed' || outcome.kind === 'silent'

// ── what is said ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The steps that were taken, however far. */
function sayWay(say: Say, { address, times, certificate }: Upgrade, url: string) {
  const { hostname, port, protocol } = resolveUrl(url, 'http', {})
  const number = port || (protocol === 'https:' ? '443' : '80')
  if (times.name !== undefined) say('ok', 'name', `${hostname} is ${address} (${inSeconds(times.name)}).`)
  if (times.port !== undefined) {
    say('ok', 'port', `Port ${number} takes connections (${inSeconds(times.port - (times.name ?? 0))}).`)
  }
  if (certificate !== null) sayCertificate(say, certificate, (times.tls ?? 0) - (times.port ?? 0))
  if (protocol === 'http:' && address !== null && !isLoopback(hostname)) {
    say('warning', 'unencrypted', 'The address is not encrypted.', {
      means: 'Tokens and events can be read on their way, and a page on https:// may not open it at all.',
      change: `Serve it by TLS and use ${shown(url).replace(/^(ws|http):/, '$1s:')}.`,
      see: 'livecache/docs/errors.md#invalid-url',
    })
  }
}

/** A certificate that ends sooner is renewed in a hurry. */
const soonDays = 14

function sayCertificate(say: Say, { issuer, validTo, protocol }: NonNullable<Upgrade['certificate']>, tookMs: number) {
  const days = Math.floor((validTo.getTime() - Date.now()) / 86_400_000)
  const text = `${protocol} (${inSeconds(tookMs)}), by a certificate of ${issuer} that holds ${days} days.`
  if (days >= soonDays) return say('ok', 'tls', text)
  say('warning', 'tls', text, {
    means: 'From then on no client connects.',
    change: 'Renew it, and see why that did not happen by itself.',
  })
}

function sayFailure(say: Say, outcome: Nowhere, url: string) {
  const { text, ...advice } = wordsForFailure(outcome, resolveUrl(url, 'ws', {}))
  say('problem', outcome.stage, text, advice)
}

function sayRefusal(say: Say, outcome: Outcome, wanted: Wanted, opensWithoutOrigin: boolean) {
  if (isNowhere(outcome)) return sayFailure(say, outcome, wanted.url)
  if (outcome.kind === 'switched') return
  if (opensWithoutOrigin) {
    return say('problem', 'origin', `Pages of ${wanted.origin} are not let in: 403, and 101 without an Origin.`, {
      means: 'Browsers send it with every upgrade, so your app never connects from there.',
      change: `Add ${wanted.origin} to the origins of the server, letter by letter.`,
      see: 'livecache/docs/security.md#pages-of-other-sites',
    })
  }
  const { text, ...advice } = wordsForStatus(outcome.status, outcome.headers, wanted)
  say('problem', 'upgrade', text, advice)
}

function sayUpgrade(say: Say, { times }: Upgrade, { isRight }: Extract<Outcome, { kind: 'switched' }>) {
  const tookMs = (times.answer ?? 0) - (times.tls ?? times.port ?? 0)
  if (isRight) return say('ok', 'upgrade', `The upgrade was answered with 101 (${inSeconds(tookMs)}).`)
  say('problem', 'upgrade', 'The upgrade was answered with 101, but with a wrong Sec-WebSocket-Accept.', {
    means: 'Something in between answers by itself or from a cache, and every browser breaks off.',
    change: 'Let the answer come from the WebSocket server, and cache nothing at this path.',
    see: 'livecache/docs/troubleshooting.md#nothing-connects',
  })
}

function sayProtocol(say: Say, protocol: string | null, choosesProtocol: boolean) {
  if (choosesProtocol) return say('ok', 'protocol', `Of the subprotocols it chose ${protocolName}.`)
  const chosen = protocol === null ? 'It chose no subprotocol' : `It chose the subprotocol ${quote(protocol)}`
  say('note', 'protocol', `${chosen}: a plain server, which speaks no ${protocolName}.`, {
    means: `A browser drops a socket whose offer was not taken, so each client needs a second attempt.`,
    change: `Say server: 'plain' to the client, and the first attempt is saved.`,
    see: 'livecache/docs/backends/README.md#what-a-plain-server-sends',
  })
}

/** How it answers pages that it cannot know. */
function sayOrigin(say: Say, outcome: Outcome, origin: string | null) {
  if (origin !== null) say('ok', 'origin', `Pages of ${origin} are let in.`)
  if (outcome.kind === 'answered') {
    return say('ok', 'foreign-origin', `Pages of other sites are turned away (${outcome.status}).`)
  }
  if (outcome.kind !== 'switched') return
  say('note', 'foreign-origin', 'Pages of any site may connect.', {
    means: 'With tokens that is bearable. If cookies sign in, any page can read what its visitors may read.',
    change: `Let in the origins you know: origins: [${origin === null ? "'https://app.example.com'" : `'${origin}'`}].`,
    see: 'livecache/docs/security.md#pages-of-other-sites',
  })
}

/** What becomes of a token that is offered as a subprotocol. */
function sayEcho(say: Say, outcome: Outcome) {
  const echoed = outcome.kind === 'switched' && (outcome.protocol?.includes(wrongToken) ?? false)
  if (!echoed) return
  say('problem', 'token-echo', 'A token that is offered as a subprotocol is said back in the answer.', {
    means: 'There it ends in the logs of proxies and in the hands of whatever reads the headers.',
    change: `Choose ${protocolName} where it is offered, or nothing, and never what begins with ${tokenPrefix}.`,
    see: subprotocolsPage,
  })
}

function skewOf(date: string | undefined): number | null {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? null : at - Math.floor(Date.now() / 1_000) * 1_000
}
