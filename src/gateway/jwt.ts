// Tokens verified with jose, and what they allow.
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { RealtimeError } from '../base/errors.ts'
import type { Identity, Verify } from '../hub/access.ts'

export interface JwtOptions {
  /** The shared secret of HS256 tokens, 32 bytes at least. Give either this or `jwksUrl`. */
  secret?: string | Uint8Array
  /** Where the issuer publishes its public keys. */
  jwksUrl?: string
  /** What `iss` must be. */
  issuer?: string
  /** What `aud` must be, or contain. */
  audience?: string
  /** @default ['HS256'] with a secret; ['RS256', 'ES256', 'EdDSA'] with jwksUrl */
  algorithms?: readonly string[]
  /**
   * Names or patterns of the streams that a token may read.
   * @default user:{sub}, and tenant:{tenant} where the token has the claim `tenant`
   */
  streams?: (claims: JWTPayload) => readonly string[]
}

const minSecretBytes = 32

/** A `verify` for the hub. Tokens must name their subject in `sub` and expire by `exp`. */
export function verifyJwt(options: JwtOptions): Verify {
  const { issuer, audience, streams = ownStreams } = options
  const key = keyOf(options)
  const algorithms = [
    ...(options.algorithms ?? (options.secret === undefined ? ['RS256', 'ES256', 'EdDSA'] : ['HS256'])),
  ]
  const expected = {
    algorithms,
    requiredClaims: ['sub', 'exp'],
    ...(issuer && { issuer }),
    ...(audience && { audience }),
  }
  return async (token): Promise<Identity> => {
    if (token === undefined) throw new Error('no token')
    const { payload } = await (typeof key === 'function'
      ? jwtVerify(token, key, expected)
      : jwtVerify(token, key, expected))
    return { subject: payload.sub!, streams: streams(payload), expiresAt: payload.exp! * 1000 }
  }
}

function keyOf({ secret, jwksUrl }: JwtOptions): Uint8Array | JWTVerifyGetKey {
  if ((secret === undefined) === (jwksUrl === undefined)) {
    throw new RealtimeError(
      'invalid-option',
      'verifyJwt needs either `secret` or `jwksUrl`, and just one of them, to know whose signatures to believe.',
    )
  }
  if (jwksUrl !== undefined) return createRemoteJWKSet(new URL(jwksUrl))
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret!
  if (bytes.length < minSecretBytes) {
    throw new RealtimeError(
      'invalid-option',
      `The secret has ${bytes.length} bytes, so tokens could be forged by guessing it. Use ${minSecretBytes} random bytes or more.`,
    )
  }
  return bytes
}

function ownStreams({ sub, tenant }: JWTPayload): readonly string[] {
  const readable = [`user:${sub}`]
  if (typeof tenant === 'string' && tenant !== '') readable.push(`tenant:${tenant}`)
  // A claim that holds a pattern must not widen what may be read.
  return readable.filter((stream) => !stream.includes('*'))
}
