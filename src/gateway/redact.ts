// What must not come into a log: tokens in all the ways they travel, passwords in addresses, and what the errors of an app's own
// functions say, since they may quote a payload.
import { RealtimeError } from '../base/errors.ts'

const hidden = '[hidden]'
/** No text is searched further, so that the patterns stay cheap whatever somebody sends. */
const maxSearched = 2_000
const maxShown = 500

const secrets: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/((?:token|secret|password|authorization)["']?\s*[=:]\s*["']?)(?:Bearer\s+)?[^\s"'&,;}]+/gi, `$1${hidden}`],
  [/\bBearer\s+[^\s"',;]+/gi, `Bearer ${hidden}`],
  [/realtime\.v1\.token\.[^\s"',;]+/gi, `realtime.v1.token.${hidden}`],
  // A JWT, whole or cut: its first part begins with {" in base64.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, hidden],
  [/(\w{2,20}:\/\/)[^\s/@]*@/g, `$1${hidden}@`],
]

/** The text without what looks like a secret, and no longer than 500 characters. */
export function scrub(text: string): string {
  const short = text.slice(0, maxSearched)
  const scrubbed = secrets.reduce((left, [pattern, replacement]) => left.replaceAll(pattern, replacement), short)
  return scrubbed.length > maxShown || text.length > maxSearched ? `${scrubbed.slice(0, maxShown)}…` : scrubbed
}

// ── addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────

// Beside `scrub`, since where a parameter begins and ends is known here: encoded names are read, and nothing is cut.
const secretNames =
  /(?:token|jwt|auth|authorization|passw(?:or)?d|secret|credentials?|signature|api[_-]?key|^code|^key)$/i
const tokenShaped = /eyJ[\w-]{5,}(?:(?:\.|%2[eE])[\w-]*)+/g
const redacted = '[redacted]'

/**
 * An address without what may be secret, for a log: the values of parameters that are named like a token, a name and password, and
 * whatever looks like a JWT. Takes any text, and never throws.
 */
export function scrubUrl(url: string): string {
  const [, address = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? []
  const withoutUser = address.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, `$1//${redacted}@`)
  return `${withoutUser}${scrubParams(query)}${scrubParams(fragment)}`.replace(tokenShaped, redacted)
}

/** @param params with the sign it begins with: `?a=1&token=x` */
const scrubParams = (params: string) => params.slice(0, 1) + params.slice(1).split('&').map(scrubParam).join('&')

function scrubParam(param: string): string {
  const [name = ''] = param.split('=', 1)
  return param.length > name.length && secretNames.test(decoded(name)) ? `${name}=${redacted}` : param
}

/** A name may be written as `%74oken` and is read as `token` all the same. */
function decoded(name: string): string {
  const [[read = ''] = []] = new URLSearchParams(`${name}=`)
  return read.trim()
}

// ── errors ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ErrorFields {
  name: string
  code?: string
  /** Only of our own errors, which quote no payload. */
  message?: string
  /** Where it was thrown: frames of the stack, without the message above them. */
  at?: readonly string[]
  cause?: ErrorFields
}

const maxFrames = 8
const maxCauses = 3

/**
 * What may be told of something that was thrown. The message of an error that is not ours is left out: it may quote what the app's
 * function was given ("Unexpected token in {…}"). @param withMessages tells it all the same, scrubbed
 */
export function errorFields(thrown: unknown, withMessages = false, depth = 0): ErrorFields {
  if (!(thrown instanceof Error)) return { name: typeof thrown }
  const { code } = thrown as { code?: unknown }
  const isOurs = thrown instanceof RealtimeError
  const at = isOurs ? [] : framesOf(thrown)
  return {
    name: scrub(thrown.name),
    ...((typeof code === 'string' || typeof code === 'number') && { code: scrub(String(code)) }),
    ...((isOurs || withMessages) && { message: scrub(thrown.message) }),
    ...(at.length > 0 && { at }),
    ...(thrown.cause !== undefined &&
      depth < maxCauses && { cause: errorFields(thrown.cause, withMessages, depth + 1) }),
  }
}

/** A message may have several lines, and lines that look like frames; the last run of frames is the stack's. */
function framesOf({ stack = '', message }: Error): string[] {
  const start = stack.indexOf(message)
  const below = start === -1 ? stack : stack.slice(start + message.length)
  const frames = below.split('\n').filter((line) => /^\s+at /.test(line))
  return frames.slice(0, maxFrames).map((line) => scrub(line.trim()))
}
