// Whose signatures are believed: a shared secret, public keys that were handed over, or those that an issuer publishes.
// A token never brings its own: of its header only `alg` and `kid` are read, to choose among these.
import { createPublicKey, KeyObject } from 'node:crypto'
import {
  createRemoteJWKSet,
  type CryptoKey,
  customFetch,
  errors,
  type FetchImplementation,
  type JWK,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose'
import { RealtimeError } from '../base/errors.ts'
import { TokenRefused } from '../hub/token-refused.ts'
import { scrubUrl } from './redact.ts'

/** PEM text (a key or a certificate), a JWK, or a key of Web Crypto or of `node:crypto`. */
export type PublicKey = string | JWK | CryptoKey | KeyObject

export interface JwtKeyOptions {
  /** The shared secret of HS256 tokens, 32 bytes at least; several while one takes over from another. */
  secret?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** The key that tokens are signed for; several while one takes over from another. */
  publicKey?: PublicKey | readonly PublicKey[]
  /**
   * Where the issuer publishes its keys, `https`. They are fetched with the first token, again after 10 min, and when a token names an
   * unknown one, not more often than each 10 s. An answer may take 5 s. While there are none, every token is refused as `keys-unavailable`.
   */
  jwksUrl?: string
  /** @default ['HS256'] with a secret; else ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] */
  algorithms?: readonly string[]
}

type Key = Uint8Array | KeyObject | CryptoKey

export interface JwtKeys {
  readonly algorithms: readonly string[]
  /** Those that may have signed a token with this header, whose `alg` is one of `algorithms`. Rejects with `TokenRefused`. */
  candidates(header: JWTHeaderParameters): Promise<readonly Key[]>
}

const jwksLimits = { timeoutDuration: 5_000, cooldownDuration: 10_000, cacheMaxAge: 600_000 }
/** After a fetch that failed, in ms; else each forged token would cost the issuer another one. */
const pauseMs = 1_000
/** A signature is compared with each of them. */
const maxKeys = 10

/** By algorithm: the bytes that a secret needs at least. */
const secretBytes: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }

/** By algorithm: the curve, or the type of a key that has none. */
const keyTypes: Readonly<Record<string, string>> = {
  RS256: 'rsa',
  RS384: 'rsa',
  RS512: 'rsa',
  PS256: 'rsa',
  PS384: 'rsa',
  PS512: 'rsa',
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
  EdDSA: 'ed25519',
  Ed25519: 'ed25519',
}

/** Throws `invalid-option` where tokens could be forged, or none could ever be right. @param now epoch ms */
export function createJwtKeys(options: JwtKeyOptions, now: () => number): JwtKeys {
  const { secret, publicKey, jwksUrl } = options
  if ([secret, publicKey, jwksUrl].filter((given) => given !== undefined).length !== 1) {
    throw invalid(
      'verifyJwt needs `secret`, `publicKey` or `jwksUrl`, and just one of them, to know whose signatures to believe.',
    )
  }
  if (secret !== undefined) {
    const algorithms = allowed(options.algorithms ?? ['HS256'], secretBytes, 'a shared secret')
    const secrets = several(secret, 'secret').map((one) => secretOf(one, algorithms))
    return { algorithms, candidates: async () => secrets }
  }
  const defaults = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA']
  const algorithms = allowed(options.algorithms ?? defaults, keyTypes, 'public keys')
  if (jwksUrl !== undefined) return { algorithms, candidates: publishedAt(jwksUrl, now) }
  const keys = several(publicKey!, 'publicKey').map((one) => publicKeyOf(one, algorithms))
  return {
    algorithms,
    candidates: async ({ alg }) => keys.filter((key) => key.algorithms.includes(alg)).map(({ key }) => key),
  }
}

const invalid = (message: string, cause?: unknown) =>
  new RealtimeError('invalid-option', message, cause === undefined ? {} : { cause })

function several<Item>(given: Item | readonly Item[], name: string): readonly Item[] {
  const items = Array.isArray(given) ? (given as readonly Item[]) : [given as Item]
  if (items.length > 0 && items.length <= maxKeys) return items
  throw invalid(
    `\`${name}\` has ${items.length} keys; one is needed, and a signature is compared with each, so ${maxKeys} are the most.`,
  )
}

/** A public key that is taken for a secret lets everybody sign, so the two kinds of algorithms are never mixed. */
function allowed(given: readonly string[], known: Readonly<Record<string, unknown>>, by: string): readonly string[] {
  if (given.length > 0 && given.every((name) => Object.hasOwn(known, name))) return [...given]
  const names = Object.keys(known).join(', ')
  throw invalid(
    `\`algorithms\` is ${JSON.stringify(given)}, but with ${by} it can only hold some of ${names}. Others would refuse all tokens, or let forged ones in.`,
  )
}

function secretOf(given: string | Uint8Array, algorithms: readonly string[]): Uint8Array {
  const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : given
  if (new TextDecoder().decode(bytes.subarray(0, 200)).includes('-----BEGIN')) {
    throw invalid(
      'The secret is a key in PEM form, so whoever knows that key could forge tokens. Give a public key as `publicKey`.',
    )
  }
  const needed = Math.max(...algorithms.map((name) => secretBytes[name]!))
  if (bytes.length >= needed) return bytes
  throw invalid(
    `The secret has ${bytes.length} bytes, so tokens could be forged by guessing it. Use ${needed} random bytes or more for ${algorithms.join(', ')}.`,
  )
}

// ── public keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

interface BoundKey {
  key: KeyObject
  /** Those of the allowed ones that it can have signed with. */
  algorithms: readonly string[]
}

function publicKeyOf(given: PublicKey, allowedOnes: readonly string[]): BoundKey {
  if (isPrivate(given)) {
    throw invalid(
      '`publicKey` is a private or secret key, which signs tokens and has no place in a gateway. Give its public half.',
    )
  }
  const key = readKey(given)
  const type = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'unknown'
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < 2048) {
    throw invalid(`The RSA key in \`publicKey\` has ${bits} bits, so its tokens could be forged. Use 2048 or more.`)
  }
  const own = typeof given === 'object' && 'kty' in given ? given['alg'] : undefined
  const algorithms = allowedOnes.filter((name) => keyTypes[name] === type && (own === undefined || own === name))
  if (algorithms.length > 0) return { key, algorithms }
  throw invalid(
    `A key in \`publicKey\` is of the type ${type}${own === undefined ? '' : ` for ${String(own)}`}, which none of the algorithms ${allowedOnes.join(', ')} uses, so all its tokens would be refused. Name its algorithm in \`algorithms\`.`,
  )
}

/** `node:crypto` would quietly take the public half of a private key. */
function isPrivate(given: PublicKey): boolean {
  if (typeof given === 'string') return /-----BEGIN [A-Z ]*PRIVATE KEY/.test(given)
  if ('kty' in given) return given.kty === 'oct' || given.d !== undefined
  return 'type' in given && given.type !== 'public'
}

function readKey(given: PublicKey): KeyObject {
  try {
    if (typeof given === 'string') return createPublicKey(given)
    if (given instanceof KeyObject) return given
    if ('kty' in given) return createPublicKey({ key: given, format: 'jwk' })
    return KeyObject.from(given as CryptoKey)
  } catch (cause) {
    throw invalid(
      'A key in `publicKey` cannot be read, so no token could be verified. Give PEM text with its line breaks, a JWK, or a key object.',
      cause,
    )
  }
}

// ── keys that an issuer publishes ───────────────────────────────────────────────────────────────────────────────────

function publishedAt(jwksUrl: string, now: () => number): JwtKeys['candidates'] {
  const url = jwksAddress(jwksUrl)
  let failure: { at: number; cause: unknown } | null = null

  /** Keys that are known already are found without it. */
  const fetchUnlessPaused: FetchImplementation = async (address, init) => {
    if (failure !== null && Math.abs(now() - failure.at) < pauseMs) throw failure.cause
    return fetch(address, init)
  }
  const find = createRemoteJWKSet(url, { ...jwksLimits, [customFetch]: fetchUnlessPaused })

  return async (header) => {
    try {
      return await findAll(find, header)
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey) {
        throw new TokenRefused('unknown-key', `The token names a key that ${url.host} does not publish.`)
      }
      if (cause !== failure?.cause) failure = { at: now(), cause }
      throw unavailable(url, cause)
    }
  }
}

async function findAll(find: JWTVerifyGetKey, header: JWTHeaderParameters): Promise<readonly Key[]> {
  try {
    return [(await find(header, { payload: '', signature: '' })) as Key]
  } catch (error) {
    // A token that names none of several.
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    const keys: Key[] = []
    for await (const key of error) if (keys.length < maxKeys) keys.push(key)
    return keys
  }
}

function unavailable(url: URL, cause: unknown): TokenRefused {
  const why = cause instanceof Error ? `${cause.message}${causeOf(cause)}` : String(cause)
  return new TokenRefused(
    'keys-unavailable',
    `The keys at ${scrubUrl(url.href)} could not be fetched (${why}), so no token can be verified and nobody can sign in. Look whether this machine reaches that address.`,
    { cause },
  )
}

/** `fetch failed` alone says little. */
const causeOf = ({ cause }: Error) => (cause instanceof Error ? `: ${cause.message}` : '')

function jwksAddress(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw invalid(
      '`jwksUrl` is no address that keys can be fetched from. Give an https:// one without a name and password, such as "https://id.example.com/.well-known/jwks.json".',
    )
  }
  if (url.protocol === 'https:' || isNear(url.hostname)) return url
  throw invalid(
    `\`jwksUrl\` is not encrypted, so whoever is on the way to ${url.host} could put in keys of their own and forge tokens. Use https://.`,
  )
}

/** This machine, or a name without dots, which only a container's own network knows. */
const isNear = (host: string) => /^127(\.\d+){3}$|^\[::1\]$/.test(host) || !/[.:]/.test(host)
