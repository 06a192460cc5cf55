// What is told once, in development, of a link that never comes up and of names that nobody knows. All of it is dead code in production,
// calls included, as long as they read no property of what they pass on: a bundler must think that a getter does something.
import { nearestTo } from '../base/nearest.ts'
import { inDevelopment, notice } from '../base/notice.ts'
import { isPattern, matchesEventType } from '../protocol/filter.ts'
import type { Transport } from '../transports/transport.ts'
import type { ConnectionEvent } from './connection-machine.ts'
import type { Credentials } from './credentials.ts'

/** So many attempts in a row that failed without a word are no blip. */
const blindAttempts = 3

const addressesOf = (transports: readonly Transport[]) => transports.map(({ name, address = name }) => address)

/** The lists of transports that had a link: where one breaks later, the server has gone, and is mostly being restarted. */
const wereUp = new WeakSet<readonly Transport[]>()

export function noteUp(transports: readonly Transport[]): void {
  inDevelopment(() => wereUp.add(transports))
}

/** @param inARow attempts of which nobody says why they failed */
export function noteBlindFailure(transports: readonly Transport[], inARow: number): void {
  inDevelopment(() => {
    if (inARow !== blindAttempts || wereUp.has(transports)) return
    const { origin, protocol } = globalThis.location ?? {}
    const addresses = addressesOf(transports)
    // Of others the client itself says so.
    const isMixed = protocol === 'https:' && addresses.some((address) => /^(ws|http):/.test(address))
    const mixed = isMixed
      ? ' Or the address is not encrypted and the page is: Safari blocks that for this machine too, and Chromium may have asked for a permission that was denied.'
      : ''
    notice(
      `no link to ${addresses.join(' or ')} could be opened so far, and a browser does not say why. Mostly it is one of these: nothing listens there (is the server up, and host, port and path of the url right?); the server does not let ${origin === undefined ? 'this client' : `pages of ${origin}`} in (its list of origins); a proxy in between lets no WebSocket through.${mixed} To find out: npx livecache doctor ${addresses[0]} (livecache/docs/troubleshooting.md#nothing-connects)`,
    )
  })
}

/** The client stopped trying by itself. */
export function noteGivenUp(event: ConnectionEvent, reason: string, credentials: Credentials): void {
  inDevelopment(() => {
    const { type } = event
    if (type === 'refused')
      notice(
        `the server turned this client away for good (${reason}), so nothing arrives and nothing is tried again by itself. Look into the server's log, then call reconnect(). (livecache/docs/troubleshooting.md#turned-away)`,
      )
    else if (type === 'rejected')
      notice(
        credentials.exist
          ? `the server refused the token, and a fresh one too (${reason}), so nothing arrives until somebody signs in. Let getToken answer another one where its reason is "rejected", and look into the server's log for what is wrong with it. (livecache/docs/troubleshooting.md#refused-tokens)`
          : `the server wants a token (${reason}) and this client has none, so nothing arrives. Give it getToken: () => yourToken. (livecache/docs/troubleshooting.md#refused-tokens)`,
      )
  })
}

/** It opened, and the sign-in was not answered. */
export function noteMute(transport: Transport): void {
  inDevelopment(() => {
    const { name, address = name, oneWay } = transport
    notice(
      oneWay === true
        ? `${address} opened, and nothing came: something in between collects the stream before it passes it on. Switch buffering off there (nginx: proxy_buffering off), and compression for text/event-stream. Until then ${name} is tried last. (livecache/docs/troubleshooting.md#buffered-streams)`
        : `${address} opened, and the server did not answer the sign-in: a proxy swallows what is sent, or the server's verify never ends. Until then ${name} is tried last. (livecache/docs/troubleshooting.md#nothing-connects)`,
    )
  })
}

/** Who holds a link to an address. Asked, rather than told of each end. */
const holders = new Map<string, { readonly owner: object; readonly isHeld: () => boolean }[]>()

/** The client of `owner` is being held. */
export function noteHeld(transports: readonly Transport[], owner: object, isHeld: () => boolean): void {
  inDevelopment(() => {
    const address = transports[0]?.address
    if (address === undefined) return
    const others = (holders.get(address) ?? []).filter((other) => other.owner !== owner && other.isHeld())
    holders.set(address, [...others, { owner, isHeld }])
    if (others.length > 0)
      notice(
        `two clients are connected to ${address} at once, so each event arrives twice and each counts as a session at the server. Let one <RealtimeProvider> stand above all that is live, or give both the same client. If they are two people side by side, all is well. (livecache/docs/troubleshooting.md#two-connections)`,
      )
  })
}

/** Somebody listens to these. @param table the types that the app knows, where it said so */
export function noteWanted(wanted: readonly string[], table: object | undefined): void {
  inDevelopment(() => {
    if (table === undefined || !Array.isArray(wanted)) return
    const known = Object.keys(table)
    for (const name of wanted) {
      if (known.some((type) => matchesEventType(name, type))) continue
      const [nearest] = nearestTo(name, known)
      // A type that is in no table may be listened to all the same; one that is nearly in it is a slip.
      if (nearest === undefined || (nearest.likeness < 0.6 && !isPattern(name))) continue
      notice(
        isPattern(name)
          ? `something listens to "${name}", which takes no type of the table of events, so it may never hear anything. Mend it, or add the types to defineEvents(). Nearest: "${nearest.name}". (livecache/docs/troubleshooting.md#nothing-changes)`
          : `something listens to "${name}", which the table of events does not have. Did you mean "${nearest.name}"? (livecache/docs/troubleshooting.md#nothing-changes)`,
      )
    }
  })
}
