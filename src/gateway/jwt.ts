// Tokens verified with jose, and what they allow. Whose signatures are believed is jwt-keys.ts.
import { decodeJwt, decodeProtectedHeader, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { type Clock, systemClock } from '../base/clock.ts'
import { definedOf } from '../base/defined.ts'
import { RealtimeError } from '../base/errors.ts'
import type { Identity, Verify } from '../hub/access.ts'
import { TokenRefused } from '../hub/token-refused.ts'
import { createJwtKeys, type JwtKeyOptions, type JwtKeys } from './jwt-keys.ts'
import { streamName } from './stream-name.ts'
import { createTokenTroubles } from './token-troubles.ts'

export interface JwtOptions extends JwtKeyOptions {
  /** What `iss` must be, one of them. @default not looked at */
  issuer?: string | readonly string[]
  /** What `aud` must be, or contain one of. Give it: else a token that was made for another service signs in here. @default not looked at */
  audience?: string | readonly string[]
  /** What `typ` of the header must be: `at+jwt` keeps ID tokens out where the issuer says so. @default not looked at */
  typ?: string
  /** Claims that must be there beside `sub` and `exp`. @default none */
  requiredClaims?: readonly string[]
  /**
   * How far ahead of this machine the issuer's clock may be, in ms: `nbf` and `iat` may lie so far in the future. `exp` gets nothing on
   * top, since the session ends with it. @default 30_000
   */
  clockToleranceMs?: number
  /** How long after `iat` a token is good at most, in ms, whatever its `exp` says; the session ends then. @default Infinity */
  maxAgeMs?: number
  /**
   * Names or patterns of the streams that a token may read. Put claims into a name by `streamName`, or a `*` in a claim would read all.
   * Where it throws, the token is refused. @default user:{sub}, and tenant:{tenant} where the token has the claim `tenant`
   */
  streams?: (claims: JWTPayload) => readonly string[] | Promise<readonly string[]>
  /** For `authorize` and `authorizePublish`. @default the claim `roles`, if it is an array of strings */
  roles?: (claims: JWTPayload) => readonly string[]
  /**
   * Told, once a minute each, what makes good tokens fail: `keys-unavailable`, `claims-failed`, or a clock that may be off.
   * @default prints it with console.error
   */
  onError?: (error: RealtimeError) => void
  /** For tests. */
  clock?: Pick<Clock, 'now'>
}

/** A token has fewer characters than this; a header of 16 KB would hold more. */
const maxTokenLength = 8_192

/**
 * A `verify` for the hub. Tokens must name their subject in `sub` and expire by `exp`. It rejects with `TokenRefused`, whose `reason` is
 * for logs. Throws `invalid-option` where options would let forged tokens in, or none.
 */
export function verifyJwt(given: JwtOptions): Verify {
  const options: Options = { ...defaultOptions, ...definedOf(given) }
  const { now } = options.clock
  const keys = createJwtKeys(options, now)
  const expected = { algorithms: [...keys.algorithms], ...claimsExpected(options) }
  const troubles = createTokenTroubles({ now, onError: options.onError })

  async function identify(token: string | undefined): Promise<Identity> {
    const claims = await verifiedBy(await keysFor(token, keys), token!, { ...expected, currentDate: new Date(now()) })
    const expiresAt = endOf(claims, now(), options)
    return { subject: claims.sub, ...(await rightsOf(claims, options)), expiresAt }
  }

  return async (token) => {
    try {
      const identity = await identify(token)
      troubles.passed()
      return identity
    } catch (error) {
      const refused = refusalOf(error)
      troubles.refused(refused, () => decodeJwt(token!).sub)
      throw refused
    }
  }
}

const defaultOptions = {
  clockToleranceMs: 30_000,
  maxAgeMs: Infinity,
  streams: ownStreams,
  roles: ({ roles }: JWTPayload): readonly string[] => (isTexts(roles) ? roles : []),
  onError: (error: RealtimeError) => console.error(error),
  clock: systemClock,
}

type Options = JwtOptions & Required<Pick<JwtOptions, keyof typeof defaultOptions>>

function claimsExpected({ issuer, audience, typ, requiredClaims = [], clockToleranceMs, maxAgeMs }: Options) {
  for (const [name, value] of Object.entries({ issuer, audience, typ })) {
    if (!isGiven(value))
      throw invalid(`\`${name}\` is empty, so no token could be right. Leave it out, or say what it is.`)
  }
  if (!(clockToleranceMs >= 0 && clockToleranceMs < Infinity) || !(maxAgeMs > 0)) {
    throw invalid(
      '`clockToleranceMs` must be 0 or more, and `maxAgeMs` more than 0, both in ms, or no token could be right.',
    )
  }
  return {
    requiredClaims: ['sub', 'exp', ...(maxAgeMs === Infinity ? [] : ['iat']), ...requiredClaims],
    clockTolerance: clockToleranceMs / 1_000,
    ...(issuer !== undefined && { issuer: listed(issuer) }),
    ...(audience !== undefined && { audience: listed(audience) }),
    ...(typ !== undefined && { typ }),
  }
}

/** An empty one, as of a variable that was not set, would otherwise switch the check off. */
const isGiven = (value: string | readonly string[] | undefined) =>
  Array.isArray(value) ? value.length > 0 && value.every(Boolean) : value !== ''

const listed = (value: string | readonly string[]) => (typeof value === 'string' ? value : [...value])

const invalid = (message: string) => new RealtimeError('invalid-option', message)

// ── the signature ───────────────────────────────────────────────────────────────────────────────────────────────────

async function keysFor(token: string | undefined, { algorithms, candidates }: JwtKeys) {
  if (token === undefined) throw new TokenRefused('no-token', 'There is no token.')
  if (token.length > maxTokenLength) {
    throw new TokenRefused('too-long', `The token has ${token.length} characters; ${maxTokenLength} are the most.`)
  }
  // Before keys are fetched: whoever sends rubbish should cost nothing.
  const header = headerOf(token)
  if (!algorithms.includes(header.alg)) {
    throw new TokenRefused(
      'bad-algorithm',
      `The token is signed by an algorithm that is none of ${algorithms.join(', ')}.`,
    )
  }
  return candidates(header)
}

function headerOf(token: string): JWTHeaderParameters {
  try {
    return decodeProtectedHeader(token) as JWTHeaderParameters
  } catch {
    throw new TokenRefused('malformed', 'The token is no JWT.')
  }
}

type Claims = JWTPayload & { sub: string; exp: number }

/** The first key that fits decides; without one the signature counts as wrong. */
async function verifiedBy(
  candidates: Awaited<ReturnType<JwtKeys['candidates']>>,
  token: string,
  expected: Parameters<typeof jwtVerify>[2],
): Promise<Claims> {
  for (const key of candidates) {
    try {
      return assertSubject((await jwtVerify(token, key, expected)).payload)
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  }
  throw new TokenRefused('bad-signature', 'The token was signed by nobody who is known here, or was changed since.')
}

/** jose has looked that both claims are there, and that `exp` is a number. */
function assertSubject(claims: JWTPayload): Claims {
  if (typeof claims.sub === 'string' && claims.sub !== '') return claims as Claims
  throw new TokenRefused('bad-claim', 'The claim `sub` of the token must be text.')
}

// ── what it says ────────────────────────────────────────────────────────────────────────────────────────────────────

/** When the session ends, epoch ms. */
function endOf({ exp, iat }: Claims, now: number, { clockToleranceMs, maxAgeMs }: Options): number {
  const issuedAt = iat === undefined ? 0 : iat * 1_000
  if (issuedAt > now + clockToleranceMs) {
    throw new TokenRefused('token-not-yet-valid', `The token was issued in the future, by this machine's clock.`)
  }
  if (exp * 1_000 <= now) throw new TokenRefused('token-expired', 'The token has expired.')
  const tooOldAt = issuedAt + maxAgeMs
  if (tooOldAt <= now) throw new TokenRefused('token-too-old', `The token was issued more than ${maxAgeMs} ms ago.`)
  return Math.min(exp * 1_000, tooOldAt)
}

async function rightsOf(claims: Claims, options: Options): Promise<Pick<Identity, 'streams' | 'roles'>> {
  try {
    const [streams, roles] = [await options.streams(claims), options.roles(claims)]
    assertNames(streams)
    return { streams, ...(roles.length > 0 && { roles }) }
  } catch (cause) {
    if (cause instanceof TokenRefused) throw cause
    if (cause instanceof RealtimeError && cause.code === 'invalid-option') {
      throw new TokenRefused('bad-claim', cause.message)
    }
    throw new TokenRefused(
      'claims-failed',
      '`streams` or `roles` of verifyJwt threw, so a good token was refused. To refuse one on purpose, throw a TokenRefused.',
      { cause },
    )
  }
}

/** `tenant:${tenant}` of a token without the claim would be the same stream for all who lack it. */
function assertNames(streams: readonly string[]) {
  const astray = streams.find((stream) => /(?:^|:)(?:undefined|null|NaN|\[object Object\])?(?::|$)/.test(stream))
  if (astray === undefined) return
  throw new TokenRefused('bad-claim', `\`streams\` made "${astray}" of a claim that is missing.`)
}

function ownStreams({ sub, tenant }: JWTPayload): readonly string[] {
  return [streamName`user:${sub}`, ...(tenant === undefined || tenant === '' ? [] : [streamName`tenant:${tenant}`])]
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

// ── why it was refused ──────────────────────────────────────────────────────────────────────────────────────────────

/** jose's errors hold all claims, so they are not passed on as a cause. */
function refusalOf(error: unknown): TokenRefused {
  if (error instanceof TokenRefused) return error
  if (error instanceof errors.JWTExpired) return new TokenRefused('token-expired', 'The token has expired.')
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error)
  return new TokenRefused('malformed', 'The token is no JWT that can be read.')
}

function claimRefusal({ claim, reason, message }: errors.JWTClaimValidationFailed): TokenRefused {
  if (reason !== 'check_failed') return new TokenRefused('bad-claim', `The token was refused: ${message}.`)
  switch (claim) {
    case 'nbf':
      return new TokenRefused('token-not-yet-valid', `The token is not valid yet, by this machine's clock.`)
    case 'iss':
      return new TokenRefused('wrong-issuer', 'The token was issued by somebody else.')
    case 'aud':
      return new TokenRefused('wrong-audience', 'The token was made for another service.')
    case 'typ':
      return new TokenRefused('wrong-type', 'The token is of another type.')
    default:
      return new TokenRefused('bad-claim', `The token was refused: ${message}.`)
  }
}
