// Which sites' pages may connect, by the `Origin` that browsers send. Whoever is no browser can send any, or none: this guards users
// from foreign pages, and the gateway from nobody.
import { RealtimeError } from '../base/errors.ts'

/**
 * Origins as browsers send them (`https://app.example.com`), compared letter by letter; `null`, which pages without an origin send, counts
 * only if it is listed. Or `any`. Or a function: an origin counts only if it returns `true`.
 */
export type Origins = readonly string[] | 'any' | ((origin: string) => boolean)

/** @param origin undefined where the request named none, as of a server, a native app, or a page of the very same origin */
export type OriginCheck = (origin: string | undefined) => boolean

/**
 * Whether a request may come in. One without an `Origin` may: a browser sends it with every upgrade to a WebSocket and with every request to
 * another site. Throws `invalid-option`, which says what to write, for an entry that no browser ever sends.
 * @param onError told when a function threw, upon which the origin is refused
 */
export function createOriginCheck(
  origins: Origins,
  onError: (error: RealtimeError) => void = (error) => console.error(error),
): OriginCheck {
  if (origins === 'any') return () => true
  if (typeof origins === 'function') return (origin) => origin === undefined || isTrue(() => origins(origin), onError)
  if (!Array.isArray(origins)) {
    throw invalid(
      `\`origins\` is ${JSON.stringify(origins)}. Give a list, such as ["https://app.example.com"], or "any".`,
    )
  }
  const allowed = new Set((origins as readonly string[]).map(assertOrigin))
  return (origin) => origin === undefined || allowed.has(origin)
}

const invalid = (message: string) => new RealtimeError('invalid-option', message)

function isTrue(ask: () => unknown, onError: (error: RealtimeError) => void): boolean {
  try {
    // A promise is not a yes.
    return ask() === true
  } catch (cause) {
    const message =
      '`origins` threw, so a page was refused. Return false to refuse it, and true for those that may connect.'
    onError(new RealtimeError('handler-threw', message, { cause }))
    return false
  }
}

function assertOrigin(entry: string): string {
  const shown = JSON.stringify(entry)
  if (typeof entry !== 'string') throw invalid(`\`origins\` has ${shown}, which is no text. ${example}`)
  if (entry === '*') {
    throw invalid('`origins` has "*", which no browser sends. To let every page connect, write origins: "any".')
  }
  // It would be a name like any other.
  if (entry.includes('*')) {
    throw invalid(
      `\`origins\` has ${shown}, but origins are compared letter by letter, so it would match nothing. List each, or give a function that looks at new URL(origin).hostname.`,
    )
  }
  if (entry === 'null' || entry === originOf(entry)) return entry
  const meant = originOf(entry.includes('://') ? entry : `https://${entry}`)
  throw invalid(
    `\`origins\` has ${shown}, which no browser sends as an origin, so that page could not connect. ${meant === null ? example : `Write "${meant}".`}`,
  )
}

const example = 'Write it as in "https://app.example.com".'

/** What a browser would send for a page at this address; null where that is unknown. */
function originOf(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || url.host === '') return null
  // Those of apps and extensions (capacitor://localhost) have no origin by the standard, and are sent all the same.
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
}
